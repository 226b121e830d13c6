"""A form as a browser sends it: its fields, its files, and what of them cannot be taken."""

from dataclasses import dataclass, field

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from yavar.base import files
from yavar.base.events import Actor
from yavar.base.files.models import File
from yavar.base.numbers import digits
from yavar.base.problem import Problem
from yavar.channels.form import Sheet
from yavar.conversations.append import MAX_FILES

TRAP = "homepage"  # a field that no person sees
PLAIN = {"name", "email", "phone", "subject", "text", "type", "stamp", TRAP}
ASIDE = {"kept", "files"}  # of files; without one, browsers send an empty field
LOOSE = 1 << 30  # bytes that may lie at one form without having been sent


@dataclass
class Arrived:
    """What a browser sent. `kept` are files that are stored; `wrong` what is the matter with others, by the field's name."""

    typed: dict[str, str]
    kept: list[File] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


class Measured(TemporaryFileUploadHandler):
    """Files onto the disk; one that is too large is read to its end and dropped, so that the rest of its form is not lost with it."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)
        self.had = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.had += len(raw_data)
        if self.had > files.MAX_SIZE:
            self.request.too_large = [*getattr(self.request, "too_large", []), self.file_name]
            raise SkipFile
        self.file.write(raw_data)


def read(request: HttpRequest, sheet: Sheet, owner: Actor) -> Arrived:
    """Read a form, store the files that came with it. Raises Problem 400 for what no page of ours sends, 413 for text that is too long to be shown again."""
    request.upload_handlers = [Measured(request)]
    try:
        sent = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        raise Problem(
            413, "form.too_large", _("That is more than fits into one message. Go back: your browser still has what you typed. Then send it in parts.")
        ) from None
    except MultiPartParserError:
        raise Problem(400, "form.unexpected", _("The request isn’t in the expected form.")) from None
    if any(name not in PLAIN | ASIDE and not name.startswith("field_") for name in sent):
        raise Problem(400, "form.unexpected", _("The request isn’t in the expected form."))
    found = Arrived({name: sent[name].replace("\0", "") for name in sent if name not in ASIDE})
    found.kept = ours(sent.getlist("kept"), owner)
    if len(found.kept) < len(set(sent.getlist("kept"))):
        found.wrong["files"] = _("One of the files is no longer here. Please attach it again.")
    if sheet.config.files:
        _store(request, found, owner)
    return found


def _store(request: HttpRequest, found: Arrived, owner: Actor) -> None:
    for name in getattr(request, "too_large", []):
        found.wrong["files"] = _("“{name}” is larger than {n} MB. Everything else is still here.").format(name=_shown(name), n=digits(files.MAX_SIZE >> 20))
    for each in request.FILES.getlist("files"):
        if len(found.kept) >= MAX_FILES:
            found.wrong["files"] = _("Up to 10 files fit into one message.")
            return
        try:
            found.kept.append(bring(each.file, each.name or "file", owner))
        except Problem as problem:
            found.wrong["files"] = f"“{_shown(each.name or '')}”: {problem.title}"


def bring(stream: object, name: str, owner: Actor) -> File:
    """Store one file of somebody we do not know. Raises Problem, also when too much lies there unsent."""
    if files.loose(owner) > LOOSE:
        raise Problem(
            429,
            "files.busy",
            _("Too many files are waiting here at the moment. Please send the message without them, or try again in an hour."),
            retry_after=3600,
        )
    return files.store(stream, name=name, owner=owner)  # type: ignore[arg-type]


def ours(keys: list[str], owner: Actor) -> list[File]:
    """The files behind keys that were brought to this form and not yet sent, in order."""
    found = {each.key: each for each in File.objects.filter(key__in=keys, owner=str(owner), attached=False)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _shown(name: str) -> str:
    return "\u2068" + "".join(letter for letter in name if letter.isprintable())[-60:] + "\u2069"
