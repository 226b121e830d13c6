import pytest

from yavar.base import hosts


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("قهوه.example", "xn--ehbkad.example"), ("می‌خواهم.example", "xn--mgbn2ecje63gr19l.example"), ("магазин.рф", "xn--80aairftm.xn--p1ai"), ("127.0.0.1", "127.0.0.1"),
        ("a_b.example", "a_b.example"),
    ],
)  # fmt: skip
def test_there_and_back(typed, wire):
    assert hosts.to_ascii(typed) == wire and hosts.shown(f"https://{wire}:8443") == f"https://{typed}:8443"


@pytest.mark.parametrize("bad", ["ق..example", "ق" * 80, "‌ق.example"])
def test_what_is_no_name(bad):
    with pytest.raises(UnicodeError):
        hosts.to_ascii(bad)


def test_what_is_no_encoding_stays_as_it_is():
    assert hosts.shown("https://xn--99999999.example/xn--") == "https://xn--99999999.example/xn--"
