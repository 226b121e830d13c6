"""Against the example that RFC 8291 gives in section 5 (and appendix A)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from yavar.notifications.sealing import CURVE, LONGEST, lettered, public_of, seal, unlettered

OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_rfcs_own_example():
    own = ec.derive_private_key(int.from_bytes(unlettered(OURS), "big"), CURVE)
    assert lettered(public_of(own)).startswith("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg")
    words = b"When I grow up, I want to be a watermelon"
    assert lettered(seal(words, THEIRS, "BTBZMqHH6r4Tts7J_aSIgg", salt=unlettered("DGv6ra1nlYgDCS1FRnbzlw"), key=own)) == SEALED


@pytest.mark.parametrize(
    "keys",
    [
        ("", ""),
        (THEIRS, "AAAA"),
        ("AAAA", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("B" + "A" * 86, "BTBZMqHH6r4Tts7J_aSIgg"),
        ("ب", "!"),
        (THEIRS, "BTBZMqHH6r4Tts7J_aS*gg"),
    ],
)
def test_what_are_no_keys(keys):
    with pytest.raises(ValueError):
        seal(b"x", *keys)


def test_no_more_than_a_record_holds():
    assert len(seal(b"x" * LONGEST, THEIRS, "BTBZMqHH6r4Tts7J_aSIgg")) == 4096
    with pytest.raises(ValueError):
        seal(b"x" * (LONGEST + 1), THEIRS, "BTBZMqHH6r4Tts7J_aSIgg")
