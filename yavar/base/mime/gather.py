"""From the tree of parts to what is read and what is saved.

A text without `Content-Disposition: attachment` is read; everything else is saved. Both read and saved: a plain text with a file name, and a message inside, whose words
stand below ours as mail programs show them. Of alternatives the plain text gives `text`, the richest gives `html`; what else stands in them is saved.
"""

import re
from html import escape
from typing import NamedTuple

from yavar.base.html import to_text
from yavar.base.html.shape import MAX_CHARACTERS

from . import body, rtf, signed, tnef
from .letter import Attachment
from .tree import Part
from .tree import read as read_tree
from .words import raw_text, readable

_READ = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "message/feedback-report", "message/global-delivery-status"}
)
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_SIGNED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
LEVELS = 3  # signatures within signatures that are opened
_ECHOES = frozenset({"text/x-amp-html", "text/watch-html"})  # another dress of the same words
_ENDINGS = {
    "message/rfc822": "eml", "text/calendar": "ics", "text/plain": "txt", "text/html": "html", "application/pgp-signature": "asc", "application/pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/svg+xml": "svg", "application/pdf": "pdf",
    "audio/mpeg": "mp3", "audio/ogg": "ogg", "video/mp4": "mp4", "application/zip": "zip", "text/csv": "csv", "text/vcard": "vcf", "application/json": "json",
    "message/delivery-status": "txt", "text/rfc822-headers": "txt", "application/ms-tnef": "dat",
}  # fmt: skip
_HIDING = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")  # direction marks fake endings


class Words(NamedTuple):
    """The same words twice: plain, and as markup not yet sanitised; '' for what is not there."""

    plain: str = ""
    html: str = ""


class Gathering:
    """One walk over one mail."""

    def __init__(self, root: Part, hint: str, level: int = 0) -> None:
        self.root, self.hint, self._level = root, hint, level
        self.attachments: list[Attachment] = []
        self.warnings: list[str] = []
        self.sealed = ""
        self._opened = False  # a signature; a mail has one
        self._texts = 0  # how many parts were read so far
        self.words = self._words(root)

    def _words(self, part: Part) -> Words:
        if part.type.startswith("multipart/"):
            self._look_at_seal(part)
            words = [self._words(child) for child in part.parts]
            if part.type == "multipart/alternative":
                return Words(next((w.plain for w in words if w.plain.strip()), ""), next((w.html for w in reversed(words) if w.html.strip()), ""))
            return joined(words)
        if part.type in _MESSAGES:
            return self._message(part)
        if part.type in _ECHOES and part.disposition != "attachment":
            return Words()
        data = body.content(part)
        if part.type == "application/ms-tnef" or part.filename.lower() == "winmail.dat":
            return self._tnef(part, data)
        if part.type in _SIGNED or part.filename.lower().endswith(".p7m"):
            return self._signed(part, data)
        if self._is_read(part):
            return self._text(part, data)
        self._keep(part, data)
        return Words(body.text(part, data, self.hint)) if part.type in _REPORTS and part.disposition != "attachment" else Words()

    def _is_read(self, part: Part) -> bool:
        if part.disposition == "attachment" or part.type == "text/calendar":
            return False
        if part.type == "text/html":
            return not part.filename or not self._texts
        return part.type in _READ or (part is self.root and part.type.startswith("text/"))

    def _text(self, part: Part, data: bytes) -> Words:
        if part.filename and (self._texts or part.disposition):
            self._keep(part, data)
        self._texts += 1
        if part.type != "text/html":
            data, files = body.uuencoded(data)
            for file in files:
                self._add(raw_text(file.name, self.hint), "application/octet-stream", file.content)
        words = body.text(part, data, self.hint)
        if len(words) == MAX_CHARACTERS:
            self.warnings.append("a text was cut; the rest is in the raw mail")
        if part.type in ("text/enriched", "text/richtext"):
            words = to_text(words.replace("<<", "&lt;"))
        elif "-----BEGIN PGP " in words:
            self.sealed = self.sealed or ("encrypted" if "-----BEGIN PGP MESSAGE-----" in words else "signed" if "-----BEGIN PGP SIGNED" in words else "")
        return Words("", words) if part.type == "text/html" else Words(words)

    def _message(self, part: Part) -> Words:
        child = part.parts[0] if part.parts else None
        subject = readable(raw_text(child.first("subject"), self.hint)) if child else ""
        inner = Gathering(child, self.hint, self._level) if child and part.disposition != "attachment" else None
        if inner is None or inner.attachments or part.first("content-type"):  # a digest's messages are only read, if that leaves nothing out
            self._keep(part, body.content(part), f"{subject[:100]}.eml" if subject else "")
        if child is None or inner is None:
            return Words()
        head = "\n".join(f"{name}: {line}" for name in ("From", "Date", "Subject") if (line := readable(raw_text(child.first(name.lower()), self.hint))))
        plain = inner.words.plain if inner.words.plain.strip() else to_text(inner.words.html)
        return Words(f"\n{head}\n\n{plain}\n" if head else plain)

    def _tnef(self, part: Part, data: bytes) -> Words:
        try:
            opened = tnef.read(data)
        except tnef.Broken as broken:
            self.warnings.append(f"winmail.dat: {broken}")
            opened = tnef.Opened()
        for file in opened.files:
            self._add(file.name, file.type, file.content, content_id=file.content_id)
        if not opened.files:
            self._keep(part, data)
        if self._texts:
            return Words()
        if opened.rtf and not (opened.text.strip() or opened.html.strip()):
            opened.text = rtf.words(opened.rtf)
            self.warnings += [] if opened.text else ["winmail.dat: its text could not be read"]
        return Words(opened.text, opened.html)

    def _signed(self, part: Part, data: bytes) -> Words:
        """What lies within an opaque signature, read as if it lay beside it. The signature stays a file."""
        inside = signed.content(data) if self._level < LEVELS and not self._opened else b""
        if inside:
            self.sealed, self._opened = "signed", True
        self._keep(part, data)
        if not inside:
            return Words()
        inner = Gathering(read_tree(inside), self.hint, self._level + 1)
        self.attachments += inner.attachments
        self.warnings += inner.warnings
        self.sealed = inner.sealed or self.sealed  # what is encrypted within can still not be read
        return inner.words

    def _look_at_seal(self, part: Part) -> None:
        if part.type == "multipart/encrypted":
            self.sealed = "encrypted"
        elif part.type == "multipart/signed":
            self.sealed = self.sealed or "signed"

    def _keep(self, part: Part, data: bytes, name: str = "") -> None:
        if part.type in _SIGNED:
            self.sealed = self.sealed or ("signed" if "signed" in part.parameters.get("smime-type", "") else "encrypted")
        content_id = raw_text(part.first("content-id")).strip("<> ")
        self._add(part.filename or name, part.type, data, inline=part.disposition == "inline", content_id=content_id)

    def _add(self, name: str, type_: str, data: bytes, *, inline: bool = False, content_id: str = "") -> None:
        name = _HIDING.sub(" ", name).replace("\\", "/").rsplit("/", 1)[-1].strip()[-200:]
        ending = _ENDINGS.get(type_, "bin")
        known = "signature.asc" if ending == "asc" else "smime.p7m" if ending == "p7m" else f"attachment-{len(self.attachments) + 1}.{ending}"
        self.attachments.append(Attachment(name or known, type_, len(data), inline, content_id[:500], data))


def joined(words: list[Words]) -> Words:
    """Parts that follow each other as one; each form is there when any part has it, and then holds all of them."""
    words = [each for each in words if each.plain.strip() or each.html.strip()]
    if len(words) == 1:
        return words[0]
    plain = "\n".join(each.plain or to_text(each.html) for each in words) if any(each.plain for each in words) else ""
    html = "\n".join(each.html or as_html(each.plain) for each in words) if any(each.html for each in words) else ""
    return Words(plain, html)


def as_html(plain: str) -> str:
    """Plain lines within markup."""
    return '<div dir="auto">' + escape(plain, quote=False).replace("\n", "<br>") + "</div>"
