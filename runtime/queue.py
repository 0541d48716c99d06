"""The kick: a message that only means "look at the database". Losing it, or getting it twice, changes nothing."""

from __future__ import annotations

import logging
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue as RqQueue
from rq.job import Job
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)
INSIDE, OUTSIDE = "inside", "outside"
QUEUES = (INSIDE, OUTSIDE)
DRAIN = "runtime.worker.drain"
# A kick that got lost is repeated by the clock; the key must not outlive it for long.
KICK_LASTS = 5
LONGEST_JOB = 90


class OnlyDrain(Job):
    """The one job there is. Whoever can write to Redis must not run any other code: no other function, callback or webhook."""

    @property
    def func(self) -> Any:
        """The function of the job, which must be the one that is allowed."""
        if self.func_name != DRAIN or self.instance or self.kwargs or len(self.args) != 1 or self.args[0] not in QUEUES:
            raise PermissionError(f"refused to run {self.func_name!r}")
        return super().func

    def restore(self, raw_data: Any) -> Any:
        """Read the job from Redis, without what it would call or ask for afterwards: none of ours has that."""
        restored = super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        return restored


def patient_connection(url: str) -> Redis:
    """A connection for processes that live by Redis: it waits for a server that is being started again."""
    return Redis.from_url(url, retry=Retry(ExponentialBackoff(cap=3, base=0.1), 30), retry_on_error=[RedisError])


def hasty_connection(url: str) -> Redis:
    """A connection for those who only kick: nobody waits long for a hint."""
    return Redis.from_url(url, **hasty())


def hasty() -> dict[str, Any]:
    """How a connection is opened by those behind whom a person waits."""
    return {"retry": Retry(NoBackoff(), 0), "socket_timeout": 0.2, "socket_connect_timeout": 0.2}


class Kicks:
    """Kicks one queue, at most once until a worker has begun to look."""

    def __init__(self, connection: Redis, name: str) -> None:
        if name not in QUEUES:
            raise ValueError(f"no such queue: {name}")
        self.name = name
        self._connection = connection
        self._queue = RqQueue(name, connection=connection, serializer=JSONSerializer, job_class=OnlyDrain, default_timeout=LONGEST_JOB)

    @property
    def queue(self) -> RqQueue:
        """The queue of RQ."""
        return self._queue

    def kick(self) -> bool:
        """Have a worker look at the database soon; False where Redis does not answer, which the clock makes good."""
        try:
            if self._connection.set(self._key, 1, nx=True, ex=KICK_LASTS):
                self._queue.enqueue_call(DRAIN, args=(self.name,), timeout=LONGEST_JOB, ttl=60, result_ttl=0, failure_ttl=3600)
        except (RedisError, OSError) as error:
            log.warning("the queue cannot be reached", extra={"queue": self.name, "error": str(error)})
            return False
        return True

    def begin(self) -> None:
        """A worker begins to look: what happens from now on kicks anew."""
        try:
            self._connection.delete(self._key)
        except (RedisError, OSError):
            log.warning("the queue cannot be reached", extra={"queue": self.name})

    @property
    def _key(self) -> str:
        return f"rulewright:kick:{self.name}"


class Kicker:
    """What a process does after each of its commits: kick the queues for which the transaction left work."""

    def __init__(self, redis_url: str) -> None:
        connection = hasty_connection(redis_url)
        self._kicks = {name: Kicks(connection, name) for name in QUEUES}

    def __call__(self, transaction: Any) -> None:
        if transaction.memory.get("kick"):
            self._kicks[INSIDE].kick()
        if transaction.memory.get("kick_outside"):
            self._kicks[OUTSIDE].kick()

    def kick(self, name: str) -> bool:
        """Kick one queue."""
        return self._kicks[name].kick()
