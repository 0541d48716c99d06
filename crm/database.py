"""The one door to the database: reading sessions that cannot write, and ``writing``, the only way to write."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from crm.errors import Busy
from crm.models import Base
from crm.transaction import Transaction

T = TypeVar("T")
PATIENCE = 30.0
TRIES = 12
_mine = threading.local()
# SQLite before this version can lose a committed write when two processes reset the write-ahead log at once.
SAFE_SQLITE = (3, 51, 3)
SAFE_BACKPORTS = ((3, 50, 7), (3, 44, 6))


class Database:
    """A database by its URL: ``reading()`` gives a connection that cannot write, ``writing(work)`` runs work in the one write transaction.

    On SQLite a writer asks for the write lock every millisecond itself, since SQLite's own waiting starves some; on PostgreSQL
    transactions are READ COMMITTED with row locks. ``person`` marks the writes of somebody who waits for a page: workers
    give way to them. ``after_commit`` is told of each transaction that was committed.
    """

    def __init__(self, url: str, *, person: bool = False) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.is_memory = self.is_sqlite and (":memory:" in url or url == "sqlite://")
        self._writer = _engine(url, read_only=False)
        self._reader = self._writer if self.is_memory else _engine(url, read_only=True)
        self._waiting = _WaitingRoom(url) if self.is_sqlite and not self.is_memory else None
        # Whoever lets go of a database need not think of its connections.
        weakref.finalize(self, _close, self._writer, self._reader).atexit = False
        self._person = person
        self.after_commit: Callable[[Transaction], None] = _nothing

    def writing(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in a write transaction and commit; on contention the whole of it is run again.

        ``work`` must therefore read what it relies on inside the transaction, and touch no network and no file.
        Raises ``Busy`` when the database stays busy for thirty seconds.
        """
        waiting = self._waiting if self._person else None
        for attempt in range(TRIES):
            try:
                with waiting.queueing() if waiting else _nobody():
                    return self._once(work)
            except DBAPIError as error:
                if not _is_contention(error) or attempt == TRIES - 1:
                    raise
                time.sleep(0.002 * 2**attempt * random.uniform(0.5, 1))  # noqa: S311  a pause needs no secret
        raise Busy

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and cannot change it."""
        with self._reader.connect() as connection:
            yield connection

    def somebody_waits(self) -> bool:
        """Whether a page is waiting to write (SQLite only, where there is one writer)."""
        return self._waiting is not None and self._waiting.is_taken()

    def breathe(self, seconds: float) -> None:
        """Let other writers have their turn, where there is one writer at a time."""
        if self._waiting is not None:
            time.sleep(seconds)

    def dispose(self) -> None:
        """Close every connection, as a process must after it forked."""
        self._writer.dispose()
        self._reader.dispose()

    def forget(self) -> None:
        """Let go of the connections inherited from the parent without closing them."""
        self._writer.dispose(close=False)
        if self._reader is not self._writer:
            self._reader.dispose(close=False)

    @property
    def reader(self) -> Engine:
        """The engine that cannot write."""
        return self._reader

    @property
    def engine(self) -> Engine:
        """The engine that may write: for migrations and set-up only."""
        return self._writer

    def _once(self, work: Callable[[Transaction], T]) -> T:
        if getattr(_mine, "writing", None) is self:
            raise RuntimeError("a write transaction within a write transaction would wait for itself")
        _mine.writing = self
        try:
            return self._commit(work)
        finally:
            _mine.writing = None

    def _commit(self, work: Callable[[Transaction], T]) -> T:
        with self._writer.connect() as connection, connection.begin():
            transaction = Transaction(connection)
            result = work(transaction)
            transaction.flush()
        transaction.committed()
        self.after_commit(transaction)
        return result


def _close(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()


def create_schema(database: Database) -> None:
    """Make all tables of an empty database, as the migrations would."""
    with database.engine.connect() as connection, connection.begin():
        Base.metadata.create_all(connection)
        if not database.is_sqlite:
            connection.execute(text("CREATE SEQUENCE IF NOT EXISTS row_number"))


def memory_database() -> Database:
    """An empty database in memory, opened from a serialized one (1 ms, where creating the tables takes 26)."""
    database = Database("sqlite://")
    empty_again(database)
    return database


def empty_again(database: Database) -> None:
    """Throw away all that is in a database in memory; its engine keeps the statements that it has compiled."""
    with database.engine.connect() as connection:
        _raw(connection).deserialize(_empty_database(len(Base.metadata.tables)))


def sqlite_is_safe() -> bool:
    """Whether this SQLite is free of the write-ahead-log reset race."""
    version = sqlite3.sqlite_version_info
    return version >= SAFE_SQLITE or any(version[:2] == fixed[:2] and version >= fixed for fixed in SAFE_BACKPORTS)


@lru_cache(maxsize=1)
def _empty_database(_: int) -> bytes:
    database = Database("sqlite://")
    create_schema(database)
    with database.engine.connect() as connection:
        return _raw(connection).serialize()


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: Any = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _engine(url: str, *, read_only: bool) -> Engine:
    if not url.startswith("sqlite"):
        options = "-c default_transaction_read_only=on" if read_only else "-c lock_timeout=5000 -c statement_timeout=60000"
        return create_engine(
            url, pool_pre_ping=True, pool_size=4, max_overflow=60, isolation_level="READ COMMITTED", connect_args={"options": options}
        )
    in_memory = ":memory:" in url or url == "sqlite://"
    engine = create_engine(
        url,
        poolclass=StaticPool if in_memory else (QueuePool if read_only else NullPool),
        connect_args={"check_same_thread": False, "timeout": 0 if not read_only else PATIENCE, "isolation_level": None},
        **({"pool_size": 4, "max_overflow": 60} if read_only and not in_memory else {}),
    )
    if not read_only and not in_memory:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=2,
            max_overflow=60,
            connect_args={"check_same_thread": False, "timeout": 0, "isolation_level": None},
        )
    event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, read_only=read_only, in_memory=in_memory))
    event.listen(engine, "begin", _begin_reading if read_only else _begin_writing)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, *, read_only: bool, in_memory: bool) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    if not in_memory:
        with suppress(sqlite3.OperationalError):  # somebody else is just switching the mode on
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA cache_size=-8000")
    if read_only:
        cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    raw = _raw(connection)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) and "busy" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise Busy from error
            time.sleep(0.001)


def _is_contention(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original) or "busy" in str(original)
    state = getattr(original, "sqlstate", None)
    return state in {"40001", "40P01", "55P03", "57P01", "08006", "08003"}


class _WaitingRoom:
    """A lock file that pages hold shared while they wait to write, so that a worker can see that somebody waits."""

    def __init__(self, url: str) -> None:
        self._path = Path(url.removeprefix("sqlite:///") + "-waiting")
        self._probe: int | None = None
        self._pid = 0

    @contextmanager
    def queueing(self) -> Iterator[None]:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def is_taken(self) -> bool:
        if self._probe is None or self._pid != os.getpid():
            self._probe, self._pid = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), os.getpid()
        try:
            fcntl.flock(self._probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._probe, fcntl.LOCK_UN)
        return False


def _nothing(_: Transaction) -> None:
    return None


@contextmanager
def _nobody() -> Iterator[None]:
    yield
