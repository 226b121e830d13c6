"""The words of an RTF text as Outlook packs it into winmail.dat ([MS-OXRTFCP])."""

import re

from compressed_rtf import decompress
from striprtf.striprtf import rtf_to_text

from .charsets import decode

MAX_PACKED = 2 * 1024 * 1024
_CODEPAGE = re.compile(rb"\\ansicpg(\d{3,5})")


def words(packed: bytes) -> str:
    """Plain text; '' for what is damaged or larger than any letter, since the libraries raise whatever comes."""
    if len(packed) > MAX_PACKED:
        return ""
    try:
        source: bytes = decompress(packed)
        found = _CODEPAGE.search(source[:400])
        text: str = rtf_to_text(decode(source, f"cp{found[1].decode()}" if found else "windows-1252"), errors="replace")  # type: ignore[no-untyped-call]
    except Exception:
        return ""
    return text.replace("\0", "").strip()
