"""What keeps a database quick when it grows old, done while the desk runs."""

from collections.abc import Iterator

from django.db import connection

from . import is_sqlite, run, transaction
from .slices import in_slices

PAGES = 50  # given back at a time: 1 or 2 ms
SAMPLE = 1000  # rows of an index that SQLite looks at for its statistics


def refresh_statistics() -> Iterator[str]:
    """Let the database look at its tables anew, so that it chooses the right indexes; on PostgreSQL also clear away dead rows. Yields each table's name."""
    tables = [name for name in connection.introspection.table_names() if not name.startswith("base_searchwords") or not is_sqlite()]
    for table in tables:
        if is_sqlite():
            with transaction():
                run(f"PRAGMA analysis_limit={SAMPLE}").fetchall()
                run(f'ANALYZE "{table}"')
        else:
            run(f'VACUUM (ANALYZE) "{table}"')  # waits for nobody and nobody waits for it
        yield table


def keep_statistics() -> None:
    """Once a day: PostgreSQL does it by itself."""
    if is_sqlite():
        for _table in refresh_statistics():
            pass


def free_bytes() -> int:
    """Room inside the SQLite file that nothing uses."""
    return int(_pragma("freelist_count") * _pragma("page_size")) if is_sqlite() else 0


def gives_back() -> bool:
    """Whether this SQLite file can shrink while it is in use: files made by earlier versions cannot."""
    return is_sqlite() and _pragma("auto_vacuum") == 2


def give_back() -> Iterator[int]:
    """Shrink the SQLite file by what nothing uses; yields the bytes that are still to come."""

    def step() -> bool:
        run(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
        return _pragma("freelist_count") > 0

    for _slice in in_slices(step) if gives_back() else ():
        yield free_bytes()


def _pragma(name: str) -> int:
    return int(run(f"PRAGMA {name}").fetchone()[0])
