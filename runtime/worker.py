"""The worker and the sender: processes of RQ whose one job is to look at the database and do what is due there."""

from __future__ import annotations

import gc
import os
import signal
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

from crm.configuration import Configuration
from runtime.office import Office
from runtime.processes import dying_with
from runtime.queue import INSIDE, Kicker, Kicks, OnlyDrain, hasty_connection, patient_connection
from runtime.warming import warm

LONGEST_DRAIN = 20.0
LINGER = 1.0
GLANCE = 0.008
_office: Office | None = None
_is_stopping = False


class Drainer(Worker):
    """RQ's forking worker for one queue; told to stop, it has the job under way stop after its transaction."""

    def request_stop(self, signum: Any, frame: FrameType | None) -> None:
        """Pass the wish to stop on to the process that does the job."""
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGUSR1)
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def run(configuration: Configuration, queue: str) -> None:
    """Work on one queue until told to stop."""
    global _office  # noqa: PLW0603  the job has no arguments but the queue's name: what it works with was made before the fork
    _office = Office(configuration)
    _office.database.after_commit = Kicker(configuration.redis_url)
    make_ready_to_fork(_office, queue)
    connection = patient_connection(configuration.redis_url)
    hire(connection, queue).work(with_scheduler=False, logging_level="WARNING")


def make_ready_to_fork(office: Office, queue: str) -> None:
    """Do beforehand what every job would do anew, and keep what is there from being copied into each of them."""
    if queue == INSIDE:
        warm(office.database, office.clock())
    office.database.dispose()
    gc.collect()
    gc.freeze()


def hire(connection: Redis, queue: str) -> Drainer:
    """A worker that looks at one queue, and does no other job than ours."""
    return Drainer(
        [Kicks(connection, queue).queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=OnlyDrain,
        worker_ttl=60,
        job_monitoring_interval=5,
        maintenance_interval=60,
    )


def drain(queue: str) -> None:
    """The one job: do what is due, linger a second for more, and stop after twenty, leaving a kick where work may be left."""
    assert _office is not None, "drain runs in a worker"
    office = _office
    dying_with(os.getppid())()
    signal.signal(signal.SIGUSR1, _stop)
    office.database.forget()
    kicks = Kicks(hasty_connection(office.configuration.redis_url), queue)
    kicks.begin()
    if drain_until_idle(office, queue):
        kicks.kick()


def drain_until_idle(office: Office, queue: str, longest: float = LONGEST_DRAIN, linger: float = LINGER) -> bool:
    """Do what is due; True where time ran out before nothing was left."""
    work = office.work_inside if queue == INSIDE else office.work_outside
    ends = time.monotonic() + longest
    idle_since: float | None = None
    while not _is_stopping and time.monotonic() < ends:
        if work():
            idle_since = None
            continue
        idle_since = idle_since or time.monotonic()
        if time.monotonic() - idle_since >= linger:
            return False
        time.sleep(GLANCE)
    return True


def _stop(signum: int, frame: FrameType | None) -> None:
    global _is_stopping  # noqa: PLW0603  a signal has no other way to speak
    _is_stopping = True
