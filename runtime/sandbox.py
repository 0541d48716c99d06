"""The sandbox: a throwaway database with its own clock, in which the real engine runs and from which nothing can get out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, bindparam, exists, literal, or_, select

from crm.actor import SYSTEM, Actor
from crm.database import Database, empty_again, memory_database
from crm.desk import Desk
from crm.models import Outgoing
from crm.transaction import Transaction
from crm.words import phrase
from runtime.copying import copy_record
from runtime.engine import starting, waking
from runtime.engine.driver import Driver
from runtime.engine.models import Run, StepRow
from runtime.engine.states import RunState, StepState
from runtime.outbox import Answer, Channel, Sender

T = TypeVar("T")
_NOW = bindparam("now", type_=Run.ready_at.type)
_DUE = select(literal(1)).where(
    or_(
        exists().where((Run.state == RunState.READY.value) & (Run.ready_at <= _NOW)),
        exists().where((StepRow.state == StepState.SLEEPING.value) & (StepRow.due_at <= _NOW)),
        exists().where((Outgoing.state == "prepared") & (Outgoing.available_at <= _NOW)),
    )
)
MOST_WAKINGS = 5_000
_MOST_SPARE = 4
# An engine remembers the statements that it has compiled, so databases are used again, emptied.
_spare: deque[Database] = deque(maxlen=_MOST_SPARE)


class Sandbox:
    """A world of its own at the moment ``now``, which only ``play`` moves on. To be used in a ``with`` statement.

    Whatever is posted in it is answered *sent* at once, by code that knows no network and no file.
    """

    def __init__(self, now: datetime, database: Database | None = None) -> None:
        starting.listen()
        self.now = now
        self.is_cut_off = False
        self._is_borrowed = database is not None
        self.database = database or _fresh_database()
        self._driver = Driver(self.database, self._clock, "sandbox")
        self._sender = Sender(self.database, _NoWayOut(), self._clock, "sandbox")
        self._wakings = 0

    @classmethod
    def of_record(cls, connection: Connection, record_id: int, now: datetime) -> Self:
        """A sandbox with a copy of a record and of all that its rules can look at; raises ``NotFound``."""
        sandbox = cls(now)
        try:
            copy_record(connection, sandbox.database, record_id)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Throw away what was in it."""
        if not self._is_borrowed and len(_spare) < _MOST_SPARE:
            _spare.append(self.database)
        elif not self._is_borrowed:
            self.database.dispose()

    def act(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Do something at the desk as ``actor``, in one transaction."""
        return self.database.writing(lambda transaction: work(Desk(transaction, actor, self.now)))

    def settle(self) -> None:
        """Let everything run that is due now, and everything arrive that was sent."""
        while self._is_busy() and self._wake_due() + self._driver.drain() + self._sender.send_next():
            pass

    def play(self, until: datetime | None = None) -> None:
        """Let time go on until then (or until nothing is to come any more): every timer on the way fires in order, at its own time.

        ``is_cut_off`` tells that so much was to come that it was left at that.
        """
        self.settle()
        while (due := self.next_due()) is not None and (until is None or due <= until):
            if self._wakings >= MOST_WAKINGS:
                self.is_cut_off = True
                return
            self.now = max(self.now, due)
            self.settle()
        if until is not None:
            self.now = max(self.now, until)

    def next_due(self) -> datetime | None:
        """When the next timer fires, if any is set."""
        return self.database.writing(waking.next_due)

    def _is_busy(self) -> bool:
        """Whether anything is due, asked at once: mostly nothing is."""
        with self.database.reading() as connection:
            return connection.execute(_DUE, {"now": self.now}).first() is not None

    def _wake_due(self) -> int:
        woken = self.database.writing(self._release)
        self._wakings += woken
        return woken

    def _release(self, transaction: Transaction) -> int:
        return waking.release_due(transaction, self.now)

    def _clock(self) -> datetime:
        return self.now


class _NoWayOut(Mapping[str, Channel]):
    """Every channel there could be, each leading nowhere: whatever is put into it counts as sent."""

    def __getitem__(self, name: str) -> Channel:
        return Channel(_sent, repeatable=True)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _sent(_: bytes, __: Mapping[str, Any]) -> Answer:
    return Answer("sent", phrase("Sent."))


def _fresh_database() -> Database:
    try:
        database = _spare.popleft()
    except IndexError:
        return memory_database()
    empty_again(database)
    return database
