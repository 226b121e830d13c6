"""Headers as they are found in the wild."""

import time

import pytest

from yavar.base.mime.addresses import read
from yavar.base.mime.charsets import codec_of, decode
from yavar.base.mime.parameters import split
from yavar.base.mime.words import from_base64, raw_text, readable


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?B?2LPZhNin2YU=?=", "سلام"),
        ("=?UTF-8?q?=D0=9F=D1=80=D0=B8?= =?utf-8?Q?=D0=B2=D0=B5=D1=82?=", "Привет"),
        ("=?utf-8?B?2LPZhNinIQ==?= there", "سلا! there"),
        ("=?utf-8?B?2LPZhNin2Q==?= =?utf-8?B?hQ==?=", "سلام"),  # cut inside a character
        ("=?utf-8?B?2LPZhN?= =?utf-8?B?in2YU=?=", "سلام"),  # cut inside a group of base64
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("x=?utf-8?Q?a?=y", "xay"),
        ('"=?utf-8?Q?a?=" b', '"a" b'),
        ("=?utf-8?Q?not allowed?=", "not allowed"),
        ("=?utf-8?Q?what?=20is?=", "what? is"),
        ("=?utf-8*en?Q?a_b?=", "a b"),
        ("=?windows-1251?B?z/Do4uXy?=", "Привет"),
        ("=?x-nobody?B?z/Do4uXy8fLi8+k=?=", "Приветствуй"),
        ("=?iso-2022-jp?B?GyRCJF4kXyRgGyhC?=", "まみむ"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?utf-8?Q?open", "=?utf-8?Q?open"),
        ("a =?= b =?x?= c", "a =?= b =?x?= c"),
        ("a\x00b", "ab"),
    ],
)
def test_encoded_words(given, text):
    assert readable(given) == text


@pytest.mark.parametrize(
    ("value", "hint", "text"),
    [
        ("Где заказ".encode(), "", "Где заказ"),
        ("Где мой заказ".encode("cp1251"), "", "Где мой заказ"),
        ("Где мой заказ".encode("koi8-r"), "", "Где мой заказ"),
        ("پيگيري سفارش".encode("cp1256"), "", "پيگيري سفارش"),
        ("Ё".encode("koi8-r"), "koi8_r", "Ё"),
        (b"a\r\n  b\r\n\tc", "", "a b c"),
    ],
)
def test_raw_bytes(value, hint, text):
    assert raw_text(value, hint) == text


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("Ivan <Ivan@Shop.Example>", [("Ivan", "Ivan@shop.example")]),
        ("a@b.c", [("", "a@b.c")]),
        ("a@b.c (Ivan (the) Great)", [("Ivan (the) Great", "a@b.c")]),
        ('"Doe, John" <j@x.y>, k@x.y', [("Doe, John", "j@x.y"), ("", "k@x.y")]),
        ("Doe, John <j@x.y>", [("Doe, John", "j@x.y")]),
        ("Team: a@b.c, B <d@e.f>;, g@h.i", [("", "a@b.c"), ("B", "d@e.f"), ("", "g@h.i")]),
        ("undisclosed-recipients:;", []),
        ('"=?utf-8?B?2LPZhNin2YU=?=" <a@b.c>', [("سلام", "a@b.c")]),
        ("=?utf-8?Q?A_<a@b.c>?=", [("A", "a@b.c")]),
        ("<@one,@two:a@b.c>", [("", "a@b.c")]),
        ("<<a@b.c>>", [("", "a@b.c")]),
        ('"open <a@b.c>', [("open", "a@b.c")]),
        ("John [mailto:j@x.y]", [("John", "j@x.y")]),
        ("John j@x.y", [("John", "j@x.y")]),
        ("'Bob' <b@x.y>", [("Bob", "b@x.y")]),
        ('"a@b.c" <a@b.c>', [("", "a@b.c")]),
        ('"real@bank.example" <thief@x.y>', [("real@bank.example", "thief@x.y")]),
        ("a@b.c; d@e.f", [("", "a@b.c"), ("", "d@e.f")]),
        ("a@@b.c", [("", "a@b.c")]),
        ("Mail Delivery System", []),
        ("jörg@exämple.org", [("", "jörg@exämple.org")]),
        ("", []),
    ],
)
def test_addresses(given, found):
    assert [tuple(each) for each in read(given)] == found


@pytest.mark.parametrize(
    ("given", "value", "parameters"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ('TEXT/Html ; Charset = "UTF-8" ; x', "text/html", {"charset": "UTF-8"}),
        ("attachment; filename=two words.txt", "attachment", {"filename": "two words.txt"}),
        ('attachment; filename="a;b\\"c.txt"', "attachment", {"filename": 'a;b"c.txt'}),
        ('inline; filename="C:\\TEMP\\x.png"', "inline", {"filename": "C:\\TEMP\\x.png"}),
        ("attachment; filename*=UTF-8''%D8%B1%D8%B3%DB%8C%D8%AF.txt", "attachment", {"filename": "رسید.txt"}),
        ("attachment; filename*0*=utf-8'fa'%D8%B1%D8; filename*1*=%B3.txt", "attachment", {"filename": "رس.txt"}),
        ('attachment; filename*1="b.txt"; filename*0="a"', "attachment", {"filename": "ab.txt"}),
        ("attachment; filename=\"plain.txt\"; filename*=windows-1251''%D7%E5%EA.txt", "attachment", {"filename": "Чек.txt"}),
        ('attachment; filename="=?utf-8?B?2LHYs9uM2K8=?=.txt"', "attachment", {"filename": "رسید.txt"}),
        ("attachment; filename=\"UTF-8''%D8%B1%D8%B3.txt\"", "attachment", {"filename": "رس.txt"}),
        ('attachment; filename="%D8%B1%D8%B3.txt"', "attachment", {"filename": "رس.txt"}),
        ('attachment; filename="100%25 off %41.txt"', "attachment", {"filename": "100%25 off %41.txt"}),
        ('attachment; filename="open.txt; size=1', "attachment", {"filename": "open.txt", "size": "1"}),
        ("", "", {}),
    ],
)
def test_parameters(given, value, parameters):
    assert split(given) == (value, parameters)


@pytest.mark.parametrize(
    "charset",
    "windows-1251 koi8-r koi8-u cp866 x-mac-cyrillic iso-8859-5 windows-1256 utf-8 utf-7 utf-16 gb18030 big5 iso-2022-jp euc-kr shift_jis macintosh x-mac-ce".split(),  # noqa: SIM905
)
def test_charsets_have_a_codec(charset):
    assert "order".encode(codec_of(charset)).decode(codec_of(charset)) == "order"


@pytest.mark.parametrize("charset", ["zlib", "idna", "punycode", "unicode_escape", "rot13", "undefined", "mbcs", "x" * 10_000])
def test_what_is_no_charset_is_not_used(charset):
    assert codec_of(charset) == ""
    assert decode(b"order", charset) == "order"


RUSSIAN, PERSIAN = "Здравствуйте! Где мой заказ № 10482? Жду ответа.", "سلام، سفارش من هنوز نرسيده است. لطفاً وضعيت ارسال را بررسي كنيد"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        *((RUSSIAN.replace("№", "N"), codec, "") for codec in ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5", "utf-8", "utf-16")),
        *((RUSSIAN.replace("№", "N"), codec, "iso-8859-1") for codec in ("cp1251", "koi8-r", "utf-8")),
        (RUSSIAN.replace("№", "N"), "koi8-r", "windows-1251"),
        (RUSSIAN, "cp1251", "utf-8"),
        (RUSSIAN.upper(), "cp1251", "windows-1251"),
        (RUSSIAN.upper(), "cp1251", ""),
        (RUSSIAN.upper().replace("№", "N"), "koi8-r", ""),
        (RUSSIAN, "utf-8", "windows-1251"),
        (PERSIAN, "cp1256", ""),
        (PERSIAN, "cp1256", "iso-8859-1"),
        (PERSIAN, "utf-8", "windows-1256"),
        ("你好，我的订单在哪里", "gb18030", ""),
        ("ご注文の品はどこですか", "shift_jis", ""),
        ("주문한 물건이 어디에 있나요", "euc-kr", ""),
        ("Où est ma commande, s'il vous plaît ? Été", "cp1252", ""),
        ("Mißliche Lage, schöne Grüße", "cp1252", "utf-8"),
        ("①はﾊﾝｶｸ", "cp932", "shift_jis"),
    ],
)
def test_bytes_are_read_whatever_is_declared(text, codec, declared):
    assert decode(text.encode(codec), declared) == text


def test_a_damaged_character_costs_one_character():
    assert decode("Привет, мир".encode()[:-1], "utf-8") == "Привет, ми\ufffd"


def test_vendor_characters_of_japan():
    assert decode(b"\x1b$B-!\x1b(B a \x1b(I1\x1b(B", "iso-2022-jp") == "① a ｱ"


@pytest.mark.parametrize(
    ("given", "data"),
    [(b"aGk=", b"hi"), (b"aG\r\nk", b"hi"), (b"a!G*k==\n--trash", b"hi"), (b"aGk=aGk=", b"hihi"), (b"aGkx\x00A", b"hi1"), (b"", b""), (b"=", b"")],
)
def test_base64_with_trash(given, data):
    assert from_base64(given).startswith(data)


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        '"',
        '"\\',
        "\\",
        "<",
        ">",
        ":",
        ";",
        ",",
        "a@b",
        "a@b:",
        "@",
        "[",
        "()",
        "a,",
        "=?a?q?",
        "=?a?b?x?= ",
        "?=",
        "=?",
        " ",
        "a*0*=%41;",
        'a="',
        "a=;",
        "=",
        "%",
        "'",
        "\x1b$B",
    ],
)
def test_no_header_costs_more_than_its_length(piece):
    text = (piece * 80_000)[:80_000]
    start = time.process_time()
    read(text)
    read("a@b, " + text)
    readable(text)
    split(text[:32_000])
    raw_text(text.encode())
    assert time.process_time() - start < 2
