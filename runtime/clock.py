"""The clock: wakes what is due, gives back what dead workers held, and kicks where a kick was lost. Several do no harm."""

from __future__ import annotations

import logging
import signal
import threading
import time
from datetime import timedelta

from sqlalchemy import select

from crm.actor import SYSTEM
from crm.configuration import Configuration
from crm.desk import Desk
from crm.entities import table_of
from crm.models import Outgoing
from crm.transaction import Transaction
from runtime.engine import claiming, waking
from runtime.engine.models import Bulk, Run
from runtime.engine.states import RunState
from runtime.office import Office
from runtime.queue import INSIDE, OUTSIDE, Kicker
from runtime.worker import drain_until_idle

log = logging.getLogger(__name__)
LONGEST_SLEEP = 0.5
SWEEP_EVERY = 2.0
CLEAN_EVERY = 3600.0
LATE = timedelta(seconds=1)
_RUN, _BULK, _OUTGOING = (table_of(model) for model in (Run, Bulk, Outgoing))
_LONG_WORK = select(_BULK.c.id).where(_BULK.c.state == "working").limit(1)


def run(configuration: Configuration) -> None:
    """Tick until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    clock = Clock(Office(configuration), Kicker(configuration.redis_url))
    while not stop.is_set():
        try:
            pause = clock.tick()
        except Exception:
            log.exception("a tick failed; the next one tries again")
            pause = LONGEST_SLEEP
        stop.wait(pause)


class Clock:
    """``tick()`` does what is due and says how many seconds may pass until the next."""

    def __init__(self, office: Office, kicker: Kicker) -> None:
        self.office, self.kicker = office, kicker
        self._last: dict[str, float] = {}

    def tick(self) -> float:
        """Release timers in batches, sweep, kick what was left; returns the seconds to sleep."""
        while self._release():
            self.kicker.kick(INSIDE)
        if self._is_time("sweep", SWEEP_EVERY):
            self._sweep()
            self._kick_the_left()
        if self._is_time("clean", CLEAN_EVERY):
            self.office.database.writing(lambda transaction: Desk(transaction, SYSTEM, self.office.clock()).empty_bin())
        return self._until_next()

    def _release(self) -> int:
        now = self.office.clock()
        with self.office.database.reading() as connection:
            due = waking.first_due(connection)
        if due is None or due > now:
            return 0
        return self.office.database.writing(lambda transaction: waking.release_due(transaction, now))

    def _sweep(self) -> None:
        now = self.office.clock()
        with self.office.database.reading() as connection:
            expired = select(_RUN.c.id).where(_RUN.c.state == RunState.RUNNING.value, _RUN.c.lease_until < now).limit(1)
            if connection.execute(expired).first() is None:
                return

        def sweep(transaction: Transaction) -> int:
            return claiming.sweep(transaction, now)

        log.warning("runs of a worker that died were given back", extra={"runs": self.office.database.writing(sweep)})

    def _kick_the_left(self) -> None:
        """Kick where work has waited for a second; where Redis is away altogether, do the work here."""
        late = self.office.clock() - LATE
        ready = select(_RUN.c.id).where(_RUN.c.state == RunState.READY.value, _RUN.c.ready_at < late)
        unsent = select(_OUTGOING.c.id).where(_OUTGOING.c.state.in_(("prepared", "sending")), _OUTGOING.c.available_at < late)
        with self.office.database.reading() as connection:
            inside = connection.execute(ready.limit(1)).first() or connection.execute(_LONG_WORK).first()
            outside = connection.execute(unsent.limit(1)).first()
        for queue, waits in ((INSIDE, inside), (OUTSIDE, outside)):
            if waits and not self.kicker.kick(queue):
                drain_until_idle(self.office, queue, longest=1.0, linger=0.0)

    def _until_next(self) -> float:
        with self.office.database.reading() as connection:
            due = waking.first_due(connection)
        if due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.001, (due - self.office.clock()).total_seconds()))

    def _is_time(self, name: str, every: float) -> bool:
        passed = time.monotonic() - self._last.get(name, 0.0) >= every
        if passed:
            self._last[name] = time.monotonic()
        return passed
