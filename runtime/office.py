"""What a worker, sender or clock has at hand: the database, the engine, the ways out, and the true clock."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from crm.configuration import Configuration
from crm.database import Database
from crm.entities import table_of
from crm.models import Outgoing
from runtime import bulk
from runtime.catalog import catalog
from runtime.engine import starting
from runtime.engine.driver import Driver
from runtime.engine.models import Bulk, Run
from runtime.engine.states import RunState
from runtime.maildir import maildir
from runtime.outbox import Channel, Sender

_RUN, _BULK, _OUTGOING = (table_of(model) for model in (Run, Bulk, Outgoing))


def true_clock() -> datetime:
    """The present instant. Below the entry points of the processes, time is always an argument."""
    return datetime.now(UTC)


class Office:
    """One process at work on one installation."""

    def __init__(self, configuration: Configuration, clock: Callable[[], datetime] = true_clock) -> None:
        starting.listen()
        catalog()
        owner = f"{socket.gethostname()}/{os.getpid()}"
        self.configuration, self.clock = configuration, clock
        self.database = Database(configuration.database_url)
        self.driver = Driver(self.database, clock, owner, configuration.lease)
        self.sender = Sender(self.database, channels(configuration), clock, owner, configuration.lease)

    def work_inside(self) -> bool:
        """Take ready runs onward, and do a piece of long work; False where nothing was to be done."""
        did = False
        if self._is_there(select(_RUN.c.id).where(_RUN.c.state == RunState.READY.value, _RUN.c.ready_at <= self.clock())):
            did = self.driver.drain_once() > 0
        if self._is_there(select(_BULK.c.id).where(_BULK.c.state == "working")):
            did = self.database.writing(lambda transaction: bulk.work_a_piece(transaction, self.clock())) or did
            self.database.breathe(0.001)
        return did

    def work_outside(self) -> bool:
        """Deliver one message; False where none is due."""
        due = select(_OUTGOING.c.id).where(_OUTGOING.c.state.in_(("prepared", "sending")), _OUTGOING.c.available_at <= self.clock())
        return self._is_there(due) and self.sender.send_next()

    def _is_there(self, statement: object) -> bool:
        """Ask without taking the write lock."""
        with self.database.reading() as connection:
            return connection.execute(statement.limit(1)).first() is not None  # type: ignore[attr-defined]


def channels(configuration: Configuration) -> Mapping[str, Channel]:
    """The ways out that this installation has."""
    return {"maildir": maildir(configuration.maildir or configuration.data / "maildir")}
