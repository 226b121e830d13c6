"""Bytes to text: a charset's many names, and what to do when the name is missing, unknown or wrong. Never raises.

Names are as in the WHATWG Encoding Standard where that differs from IANA (ISO-8859-1 means windows-1252, GB2312 means GB18030): so do mail programs.
Only codecs named here are used: Python's list also holds transformations (zlib, idna, unicode_escape) that are no charsets and can be made to take forever.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from .guess import DOUBLE, guess, looks

_CODECS = {
    name: codec
    for codec, names in {
        "utf-8": "utf8 unicode11utf8 utf8mb4 unicode cp65001 utf8n",
        "utf-7": "utf7 unicode11utf7 utf7imap", "utf-16": "utf16 ucs2 iso10646ucs2", "utf-16-le": "utf16le", "utf-16-be": "utf16be", "utf-32": "utf32",
        "ascii": "ascii usascii ansix341968 ansix34 iso646us 646 us default 7bit",
        "cp1252": "iso88591 latin1 cp1252 windows1252 xcp1252 xansi 88591 iso8859 l1 ansi winlatin1",
        "iso8859_2": "iso88592 latin2 88592", "iso8859_3": "iso88593 latin3", "iso8859_4": "iso88594 latin4", "iso8859_5": "iso88595 cyrillic 88595",
        "iso8859_6": "iso88596 iso88596i iso88596e arabic asmo708 ecma114", "iso8859_7": "iso88597 greek ecma118", "iso8859_8": "iso88598 iso88598i iso88598e hebrew visual logical",
        "cp1254": "iso88599 latin5 cp1254 windows1254", "iso8859_10": "iso885910 latin6", "iso8859_13": "iso885913", "iso8859_14": "iso885914",
        "iso8859_15": "iso885915 latin9", "iso8859_16": "iso885916 latin10", "cp874": "iso885911 tis620 cp874 windows874",
        "cp1250": "cp1250 windows1250 xcp1250", "cp1251": "cp1251 windows1251 xcp1251 win1251 win cp1251win ansi1251 1251", "cp1253": "cp1253 windows1253", "cp1255": "cp1255 windows1255",
        "cp1256": "cp1256 windows1256 xcp1256 win1256 1256", "cp1257": "cp1257 windows1257", "cp1258": "cp1258 windows1258",
        "koi8_r": "koi8r koi8 koi cskoi8r xkoi8r", "koi8_u": "koi8u koi8ru", "koi8_t": "koi8t", "ptcp154": "ptcp154 pt154",
        "cp866": "cp866 ibm866 866 alt dos866", "cp855": "cp855 ibm855", "cp437": "cp437 ibm437", "cp850": "cp850 ibm850", "cp852": "cp852 ibm852", "cp857": "cp857", "cp862": "cp862",
        "cp864": "cp864 ibm864", "cp720": "cp720 dos720",
        "mac_cyrillic": "xmaccyrillic maccyrillic xmacukrainian macukrainian xmacukraine cp10007", "mac_roman": "macintosh macroman xmacroman mac", "mac_arabic": "xmacarabic macarabic",
        "mac_farsi": "xmacfarsi macfarsi", "mac_latin2": "xmacce maccentraleurope macce xmaccentraleurroman", "mac_greek": "xmacgreek macgreek", "mac_turkish": "xmacturkish macturkish",
        "mac_iceland": "xmacicelandic macicelandic", "mac_romanian": "xmacromanian macromanian", "mac_croatian": "xmaccroatian maccroatian",
        "iso2022_jp_ext": "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 cp50220 cp50221 cp50222 jis", "iso2022_kr": "iso2022kr", "hz": "hz hzgb2312",
        "cp932": "shiftjis sjis xsjis cp932 windows31j mskanji shiftjis2004 csshiftjis xmacjapanese", "euc_jp": "eucjp xeucjp eucjpms cp51932",
        "gb18030": "gb18030 gbk gb2312 cp936 windows936 xgbk eucgb2312 euccn gb231280 chinese iso2022cn cngb xmacchinesesimp csgb2312", "big5hkscs": "big5 big5hkscs cp950 xxbig5 cnbig5 big5eten xmacchinesetrad",
        "cp949": "euckr ksc56011987 ksc5601 cp949 uhc windows949 korean ksc56011989 kscs56011987 ks xmackorean",
    }.items()
    for name in names.split()
}  # fmt: skip
# one byte, one character: they decode anything, so they are believed only when the result looks like writing
_SINGLE = frozenset(codec for codec in _CODECS.values() if codec.startswith(("iso8859", "cp125", "koi8", "cp8", "cp4", "cp7", "mac_")))
_STATEFUL = frozenset({"iso2022_jp_ext", "iso2022_kr", "hz", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})  # not ASCII even where no high bit is set


def codec_of(charset: str) -> str:
    """Python's codec for a charset's name as mails write it; '' for none we know."""
    return _CODECS.get(re.sub(r"[^a-z0-9]", "", charset[:60].lower().partition("*")[0]), "")


def decode(data: bytes, charset: str = "", hint: str = "") -> str:
    """The text in `data`. `charset` is what the sender declares, `hint` a codec to try before guessing. Characters that cannot be read become U+FFFD."""
    codec = codec_of(charset)
    if codec not in _STATEFUL:
        if data.isascii():
            return _jis(data) if b"\x1b$" in data or b"\x1b(J" in data else data.decode("ascii")
        text = _unicode(data)
        if text is not None and codec not in DOUBLE:
            return text
    if codec and codec != "ascii":
        return _declared(data, codec)
    if text is not None:
        return text
    if hint and (looks(found := data.decode(hint, "replace")) >= -2 or hint == "utf-8"):
        return found
    return data.decode(guess(data), "replace")


def _unicode(data: bytes) -> str | None:
    """By byte order mark or as UTF-8, also when a few of its characters are damaged; None when it is neither."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    data = data.removeprefix(BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - sum(byte < 0x80 for byte in data)
    return text if good >= 8 * bad else None


def _declared(data: bytes, codec: str) -> str:
    if codec == "iso2022_jp_ext":
        return _jis(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        if codec not in _SINGLE:
            if text.count("\ufffd") * 20 < len(text) or codec in _STATEFUL:
                return text
            return other if (other := _unicode(data)) is not None else data.decode(guess(data), "replace")
    if codec not in _SINGLE or (believed := looks(text)) >= 1:
        return text
    other = data.decode(guess(data), "replace")
    return other if looks(other) >= believed + 3 else text


_SETS = re.compile(rb"(\x1b(?:\$[@B]|\([BJI]|\$\([DOPQ]))")


def _jis(data: bytes) -> str:
    """ISO-2022-JP as sent: with the half-width kana and the vendors' characters that Python's own codec refuses, so by way of code page 932."""
    mode, out = b"", []
    for piece in _SETS.split(data):
        if piece.startswith(b"\x1b") and _SETS.fullmatch(piece):
            mode = piece
        elif mode in (b"\x1b$B", b"\x1b$@"):
            pairs = bytes(byte | 0x80 for byte in piece if byte > 0x20)
            out.append(_kanji(pairs))
        elif mode == b"\x1b(I":
            out.append(bytes(byte | 0x80 for byte in piece).decode("cp932", "replace"))
        elif mode.startswith(b"\x1b$("):
            out.append((mode + piece).decode("iso2022_jp_ext", "replace"))
        else:
            out.append(piece.decode("ascii") if piece.isascii() else decode(piece))
    return "".join(out)


def _kanji(pairs: bytes) -> str:
    try:
        return pairs.decode("euc_jp")
    except UnicodeDecodeError:
        shifted = bytearray()
        for row, cell in zip(pairs[::2], pairs[1::2], strict=False):  # JIS X 0208 row and cell as Shift_JIS lays them out
            first, second = row - 0x80, cell - 0x80
            shifted.append(((first + 1) >> 1) + (0x70 if first < 0x5F else 0xB0))
            shifted.append(second + (0x1F + (second > 0x5F) if first & 1 else 0x7E))
        return shifted.decode("cp932", "replace")
