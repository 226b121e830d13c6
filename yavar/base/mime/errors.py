"""Why a mail is not read."""


class Refused(Exception):
    """A mail beyond a cap. `reason` is a word for machines (`size`, `headers`, `parts`, `depth`), `sentence` is English for people. The caller puts it into quarantine."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason, self.sentence = reason, sentence
