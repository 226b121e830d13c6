"""Asking PostgreSQL by prepared statements, straight at the driver's C, and several in one way there and back: of what a statement costs our processor
(22 µs; 58 by the driver's cursor and 80 by Django's) the way is nearly all."""

import select
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import Connection, InternalError, OperationalError, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

KEPT = 400  # statements that one connection keeps prepared; the server holds some 20 kB for each
MOST = 64  # statements that wait for the next way

Name = tuple[str, tuple[int, ...]]


class Answer:
    """What a statement answered, all of it here already."""

    __slots__ = ("_at", "_rows", "rowcount")

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self._rows, self._at, self.rowcount = rows, 0, rowcount

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        if self._at >= len(self._rows):
            return None
        self._at += 1
        return self._rows[self._at - 1]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        left, self._at = self._rows[self._at :] if self._at else self._rows, len(self._rows)
        return left

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())


class Spoken(NamedTuple):
    """A statement as it goes over the line: by its `name` when it is prepared, else as it is written."""

    statement: bytes
    name: bytes | None = None
    values: Sequence[Any] | None = None
    types: Sequence[int] | None = None
    formats: Sequence[Format] | None = None


BEGIN, COMMIT = Spoken(b"BEGIN"), Spoken(b"COMMIT")


class Line:
    """One connection, what is prepared on it, and what waits to go over it. As its connection, for one thread at a time."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self._connection, self._pg = connection, connection.pgconn
        self._transformer = Transformer(connection)
        self._prepared: dict[Name, bytes] = {}
        self._made = 0
        self._waiting: list[Spoken] = []
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)

    def ask(self, sql: str, values: Sequence[Any], anew: bool = False) -> Answer:
        """Execute one statement with `%s` marks, behind those that wait. It is planned once, and from then on for whichever values come; `anew` plans it for just
        these. Raises what the driver's cursor raises, also for one of those that waited."""
        self._put(self._spoken(sql, values, anew))
        return self._answer(self.send()[-1])

    def ask_all(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Answer]:
        """Several that do not depend on each other, in one way there and back."""
        if not statements:
            return []
        made = -1
        while made != self._made:  # all are prepared first: that sends what waits, and may push out another of them
            made = self._made
            spoken = [self._spoken(sql, values, False) for sql, values in statements]
        for each in spoken:
            self._put(each)
        return [self._answer(result) for result in self.send()[-len(spoken) :]]

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Execute one at whose answer nobody looks: inside a transaction it waits for the next that is asked, at the latest for COMMIT or the MOST that wait, and what is
        wrong with it is raised there."""
        self._put(self._spoken(sql, values, False))
        if self._connection.autocommit or len(self._waiting) >= MOST:
            self.send()

    def commit(self) -> None:
        """End the transaction, if there is one, with what waits. Raises InternalError when it had failed, which the server answers by rolling it back."""
        if self._waiting or self._pg.transaction_status != TransactionStatus.IDLE:
            self._put(COMMIT)
            if self.send()[-1].command_status == b"ROLLBACK":
                raise InternalError("the transaction had failed and was rolled back")

    def mark(self, name: str) -> None:
        """SAVEPOINT. What was asked before it has happened before it."""
        self._put_mark(f"SAVEPOINT {name}")

    def release(self, name: str) -> None:
        """RELEASE SAVEPOINT. What was asked inside has happened then."""
        self._put_mark(f"RELEASE SAVEPOINT {name}")

    def back_to(self, name: str) -> None:
        """ROLLBACK TO SAVEPOINT: what waits since then is never said."""
        mark = Spoken(f"SAVEPOINT {name}".encode())
        self._waiting = self._waiting[: self._waiting.index(mark) + 1] if mark in self._waiting else []
        self._put(Spoken(f"ROLLBACK TO SAVEPOINT {name}".encode()))
        self.send()

    def forget(self) -> None:
        """What waits is never said: the transaction is rolled back."""
        self._waiting.clear()

    def send(self) -> list[PGresult]:
        """Say what waits, in order, and hear the answers: one way there and back. Raises what is wrong with the first that fails; those behind it did not happen."""
        if not self._waiting:
            return []
        waiting, self._waiting = self._waiting, []
        if len(waiting) == 1:
            return [self._checked(self._say_one(waiting[0]))]
        pg = self._pg
        pg.enter_pipeline_mode()
        try:
            for each in waiting:
                if each.name is None:
                    pg.send_query_params(each.statement, each.values, each.types, each.formats, Format.TEXT)
                else:
                    pg.send_query_prepared(each.name, each.values, each.formats, Format.TEXT)
            pg.pipeline_sync()
            self._push()
            found = self._hear()
            pg.exit_pipeline_mode()
        except BaseException:  # how far we came nobody knows: whoever asks next gets another connection
            pg.finish()
            raise
        return [self._checked(each) for each in found]

    def _say_one(self, it: Spoken) -> PGresult:
        """The same for one alone, 5 µs cheaper."""
        if it.name is None:
            return self._pg.exec_params(it.statement, it.values, it.types, it.formats, Format.TEXT)
        return self._pg.exec_prepared(it.name, it.values, it.formats, Format.TEXT)

    def _push(self) -> None:
        """What the system did not take at once; the server may have to be heard before it takes more."""
        while self._pg.flush():
            self._poll.modify(self._pg.socket, select.POLLIN | select.POLLOUT)
            ready = self._poll.poll()
            self._poll.modify(self._pg.socket, select.POLLIN)
            if any(event & ~select.POLLOUT for _socket, event in ready):
                self._pg.consume_input()

    def _hear(self) -> list[PGresult]:
        pg = self._pg
        found: list[PGresult] = []
        while True:
            while pg.is_busy():
                self._poll.poll()  # other threads run meanwhile; the driver's own waiting would hold them up
                pg.consume_input()
            result = pg.get_result()
            if result is None:  # the end of one answer, or of the line
                if pg.status == ConnStatus.BAD:
                    raise OperationalError(pg.get_error_message())
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)

    def _put_mark(self, statement: str) -> None:
        asked = any(each.name for each in self._waiting)
        self._put(Spoken(statement.encode()))
        if asked:
            self.send()

    def _put(self, statement: Spoken) -> None:
        if not self._waiting and not self._connection.autocommit and self._pg.transaction_status == TransactionStatus.IDLE:
            self._waiting.append(BEGIN)
        self._waiting.append(statement)

    def _spoken(self, sql: str, values: Sequence[Any], anew: bool) -> Spoken:
        transformer = self._transformer
        given: list[Any] = list(transformer.dump_sequence(values, _formats(len(values))))
        types, formats = transformer.types or (), transformer.formats
        return Spoken(_numbered(sql), None if anew else self._name((sql, types)), given, types, formats)

    def _name(self, key: Name) -> bytes:
        """By which it is prepared. What was asked last is forgotten last."""
        name = self._prepared.pop(key, None)
        if name is None:
            return self._prepare(*key)
        self._prepared[key] = name
        return name

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        self.send()  # a mistake in this one must come after a SAVEPOINT that waits, and what is pushed out may wait, too
        if len(self._prepared) >= KEPT:
            oldest = next(iter(self._prepared))
            self._checked(self._pg.exec_(b"DEALLOCATE " + self._prepared.pop(oldest)))
        self._made += 1
        name = f"yavar_{self._made}".encode()
        self._checked(self._pg.prepare(name, _numbered(sql), types))
        self._prepared[sql, types] = name
        return name

    def _answer(self, result: PGresult) -> Answer:
        if result.status == ExecStatus.COMMAND_OK:
            return Answer([], result.command_tuples or 0)
        self._transformer.set_pgresult(result)
        return Answer(self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples)

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._pg.status == ConnStatus.BAD:
            raise OperationalError(self._pg.get_error_message())
        raise errors.error_from_result(result, self._connection.info.encoding)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> bytes:
    """The statement with the server's own marks."""
    first, *others = sql.split("%s")
    return (first + "".join(f"${at}{part}" for at, part in enumerate(others, 1))).replace("%%", "%").encode()


@lru_cache(maxsize=64)
def _formats(number: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * number
