"""The newest first on PostgreSQL, whose index of words knows no order.

It would have to read and sort all lines that hold a word, or walk back from the newest until enough hold it: either is slow for some words. So each line also
holds marks of the stretches of keys it lies in, in four widths, and a search asks for the word and the newest stretches, then for wider ones below, and last
for all that is older: by then the word is rare. The index reads only what stands in both lists. The marks are 5 % of it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from yavar.base.db import run, sql

BITS = (11, 13, 15, 17)  # 2, 8, 33 and 131 thousand lines
MARK = "\ue001"
AT_ONCE = 1500  # keys that are asked for
FEW = 2000  # lines, which are read in 2 to 4 ms
BOUND = 4  # times as many are few where marks are given: to look for those in the index takes up to 7 ms a stretch
COMMON = 8  # marks that one in so many lines bears are looked for on the lines, too


def marks_of(key: int) -> list[str]:
    """The stretches that a line lies in."""
    return [f"{MARK}{bits}.{key >> bits}" for bits in BITS]


def below(end: int) -> Iterator[tuple[list[str], int]]:
    """From the key `end` (not in it) down to the first line: the marks of two stretches that lie side by side, none for all that is left, and where they end."""
    for bits in BITS:
        last = (end - 1) >> bits
        yield [f"{MARK}{bits}.{place}" for place in (last, last - 1) if place >= 0], end
        if last <= 1:
            return
        end = (last - 1) << bits
    yield [], end


def keys(table: str, words: Sequence[str], marks: Collection[str], before: int | None) -> Iterator[int]:
    """The keys of the lines that hold whole words and, if any are given, one of the marks, newest first; only those before a key. Of rare words all lines are read, others are
    read stretch by stretch. Each line is looked at for its mark where the word is rare or the mark common: one that stands in a million lines costs the index 7 ms a stretch."""
    end, match, beside = _end(table) if before is None else before, " & ".join(f"'{word}'" for word in words), ""
    ladder: Iterable[tuple[Collection[str], int]] = below(end)
    few = FEW * BOUND if marks else FEW
    # not of all together: of words that come in pairs, as names do, the planner thinks too little
    if any(_estimated(table, f"'{word}'") < few for word in words):
        ladder, beside, marks = [((), end)], _either(marks), ()
    elif marks and _estimated(table, _either(marks)) * COMMON > end:
        beside, marks = _either(marks), ()
    for stretch, end in ladder:
        yield from _all(table, " & ".join([match, *(f"({_either(each)})" for each in (stretch, marks) if each)]), end, beside)


def keys_of_few(table: str, match: str, marks: Collection[str], before: int | None) -> Iterator[int] | None:
    """The keys of the lines that match, newest first, if those with one of the marks are so few that each can be looked at; else None."""
    if not marks or _estimated(table, _either(marks)) >= FEW:
        return None
    return _all(table, _either(marks), _end(table) if before is None else before, match)


def _all(table: str, asked: str, end: int, beside: str) -> Iterator[int]:
    while len(found := _holding(table, asked, end, beside)) == AT_ONCE:
        yield from found
        end = found[-1]
    yield from found


def _end(table: str) -> int:
    """Behind the newest line."""
    return int(run(f"SELECT COALESCE(MAX(rowid), 0) + 1 FROM {table}").fetchone()[0])


def _estimated(table: str, asked: str) -> int:
    """How many lines hold a word, or any of some, as the planner thinks, who keeps count of the ten thousand commonest."""
    [explained] = run(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} WHERE words @@ %s::tsquery", (asked,), anew=True).fetchone()[0]
    return int(explained["Plan"]["Plan Rows"])


def _holding(table: str, asked: str, end: int, beside: str) -> list[int]:
    """The newest lines before a key that the index names, and that hold what is looked for beside it. The planner is kept from knowing what is asked, or it would
    look through its ten thousand commonest words each time, and from knowing how few are wanted, or it might walk back line by line."""
    theirs = " AND (words || '') @@ ?::tsquery" if beside else ""
    hits = f"SELECT rowid FROM {table} WHERE words @@ (SELECT ?::tsquery) AND rowid < ?{theirs} OFFSET 0"
    look = sql.text(f"SELECT rowid FROM ({hits}) AS hits ORDER BY rowid DESC LIMIT {AT_ONCE}")
    return [key for (key,) in run(look, (asked, end, *([beside] if beside else ())), anew=True).fetchall()]


def _either(marks: Iterable[str]) -> str:
    return " | ".join(f"'{each}'" for each in marks)
