"""What a browser does not need of what we wrote: notes, indentation, spaces between signs. Half a kilobyte of the four that the launcher may weigh."""

import re

_PARTS = re.compile(r"(`[^`]*`)|(\"[^\"]*\")|//[^\n]*|/\*.*?\*/|(\s+)", re.DOTALL)
_QUOTED = re.compile(r"(`[^`]*`|\"[^\"]*\")")
_NOTES = re.compile(r"/\*.*?\*/", re.DOTALL)


def script_of(code: str) -> str:
    """A script. It may hold no regular expressions, no quotes within quotes, and has all its semicolons; a template of several lines is a sheet of styles,
    in which no space may matter after what is filled in."""
    bare = _PARTS.sub(lambda part: (sheet_of(part[1]) if "\n" in part[1] else part[1]) if part[1] else part[2] or (" " if part[3] else ""), code)
    pieces = _QUOTED.split(bare)
    return "".join(piece if at % 2 else re.sub(r" *(?<![\w$]) +| +(?![\w$]) *", "", re.sub(r"\s+", " ", piece)) for at, piece in enumerate(pieces)).strip()


def sheet_of(styles: str) -> str:
    """A sheet of styles."""
    return re.sub(r" ?([{};,>]) ?|(?<=:) ", r"\1", re.sub(r"\s+", " ", _NOTES.sub("", styles))).strip()
