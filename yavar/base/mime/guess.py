"""Which charset bytes are in when nobody says it, or says it wrongly: decode by each candidate and see which result looks like writing.

A character's weight is how usual its letter is in its script. A capital after a small letter, a lone accent among accents, drawing characters and
undefined bytes count against. That is enough to tell windows-1251 from KOI8-R (their case is swapped) in two or three words.
"""

from collections.abc import Iterable

SAMPLE = 400  # characters outside ASCII; more change nothing

SINGLE = (
    "cp1251", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5", "cp1256", "iso8859_6", "cp1252", "cp1250", "iso8859_2", "cp1254", "cp1253", "cp1255", "mac_roman"
)  # fmt: skip
DOUBLE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")


def _ranked(letters: str, best: float, worst: float) -> dict[str, float]:
    step = (best - worst) / max(1, len(letters) - 1)
    return {letter: best - step * place for place, letter in enumerate(letters)}


_CYRILLIC = _ranked("оеаинтсрвлкмдпуяыьгзбчйхжшёюіцщєїэфґўъ", 10, -5)
_ARABIC = _ranked("ايیونرمتدهلبسشكکعفقگخپجزحآئطصچضظثذغأإةىژءؤ", 10, 2)
_GREEK = _ranked("αοιετνσηυρπκμλςωγδχθφβάίέόήύώξζψϊϋ", 8, -5)
_HEBREW = _ranked("יוהלאמרתבשנכםדקעחפטסגןצזךףץ", 10, 2)
_KANA = dict.fromkeys((chr(code) for code in (*range(0x3041, 0x3094), *range(0x30A1, 0x30FD))), 11.0)
_HANZI = dict.fromkeys(
    "的一是不了人我在有他这中大来上个国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可里后么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同已老从动两长件订单货请问谢這來個國說們為時過學對後麼沒還發當無開經頭從動兩長訂單貨請問謝日本語様願致",
    9.0,
)
_HANGUL = dict.fromkeys("이다는을가의에고하기지로사은를도한서과대자인어나리해시그정있수스보일아여부요습니까문주제안녕세거게물건디언송배상품환불감", 10.0)
_ACCENTS = dict.fromkeys("éèàùâêîôûçëïüöäßñáíóúãõåøæœğışİąćęłńśźżčďěňřšťůýžőűășțâîº", 6.0)
_MARKS = dict.fromkeys("«»“”„‘’–—…№\xa0\u200c\u200e\u200f،؛؟·•°©®€£§", 1.5)
_PAIRS = frozenset(
    "ст но то на ен ов ни ра во ко ал ли по ре ро пр не го ер ка ос ор ел ть ве де ет ан ом ва та ес ри ло от ат ог ла за об ит ил ак зд ав тв уй те ый ой ая ые ие ее мо".split()  # noqa: SIM905
)
_WEIGHTS = {**_ACCENTS, **_MARKS, **_CYRILLIC, **_ARABIC, **_GREEK, **_HEBREW, **_KANA, **_HANZI, **_HANGUL}


def looks(text: str, width: int = 1) -> float:
    """How much the characters outside ASCII look like writing: about 5 to 8 for what is, under 1 for what is not. `width` is how many bytes made each."""
    total, count, before = 0.0, 0, " "
    for character in text:
        if character >= "\x80":
            count += 1
            total += _weight(character, before)
            if count == SAMPLE:
                break
        elif character < " " and character not in "\t\r\n\f":
            total -= 5
        elif before >= "\u0370" and before.isalpha() and character.isalpha():
            total -= 4  # two scripts in one word
        before = character
    return total / count / width if count else 0.0


def _weight(character: str, before: str) -> float:
    if character == "\ufffd" or "\x80" <= character < "\xa0":
        return -12
    known = _WEIGHTS.get(character)
    if known is None:
        if "\u4e00" <= character <= "\u9fff":
            return 4
        if "\uac00" <= character <= "\ud7a3":
            return 2
        known = _WEIGHTS.get(character.lower())
        if known is None:
            return (-2 if before >= "\x80" and before.isalpha() else 0.5) if character.isalpha() else -4
        if before.islower():
            return -10
        known *= 0.9
    if character.lower() in _ACCENTS and before >= "\x80" and before.isalpha():
        return -4  # western words have their accents one by one
    if character.isalpha() and before.isalpha() and (before >= "\u0370") != (character >= "\u0370"):
        return -4
    return known + 4 if (before + character).lower() in _PAIRS else known


def guess(data: bytes, among: Iterable[str] = (*SINGLE, *DOUBLE)) -> str:
    """The likeliest codec of bytes that are neither ASCII nor UTF-8; windows-1252 when nothing speaks for another."""
    sample = _sample(data)
    best, found = 0.0, "cp1252"
    for codec in among:
        text = sample.decode(codec, "replace")
        value = looks(text, 2 if codec in DOUBLE else 1)
        if value > best + 0.01:
            best, found = value, codec
    return found


def _sample(data: bytes) -> bytes:
    """The first stretch with enough of what matters."""
    if len(data) <= 4 * SAMPLE:
        return data
    start = next((place for place in range(0, len(data), 512) if not data[place : place + 512].isascii()), 0)
    return data[start : start + 4 * SAMPLE]
