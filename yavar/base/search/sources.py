"""Where the text of indexed things comes from: each room says it for its kinds, so that an index can be made anew at any time."""

from collections.abc import Callable, Iterable, Sequence

from .index import Line, put

Source = Callable[[Sequence[int]], Iterable[Line]]
_sources: dict[str, Source] = {}


def source(kind: str) -> Callable[[Source], Source]:
    """Register a function that reads things of `kind` by their keys; what is gone it leaves out."""

    def register(read: Source) -> Source:
        _sources[kind] = read
        return read

    return register


def lines(kind: str, keys: Sequence[int]) -> Iterable[Line]:
    """The lines of things. Raises LookupError for a kind of which nobody knows the text."""
    if kind not in _sources:
        raise LookupError(f"no room says what is indexed of a {kind}")
    return _sources[kind](keys)


def refresh(kind: str, keys: Sequence[int]) -> None:
    """Index (or index anew) things by their keys. Inside a transaction."""
    put(kind, sorted(lines(kind, keys)))  # in one order, so that two workers do not wait for each other
