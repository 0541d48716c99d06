"""Is it alive, is it ready, how much is waiting: for supervisors, balancers and dashboards."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import ColumnElement, Connection, Table, func, literal, select
from sqlalchemy.exc import SQLAlchemyError

from crm.entities import table_of
from crm.errors import Busy, NotAllowed
from crm.models import Outgoing, Token, User
from crm.verbs.settings import token_hash
from crm.words import phrase
from runtime.engine.models import Run, StepRow
from web.access import database, now, open_to_strangers

LOOPBACK = frozenset({"127.0.0.1", "::1"})
_RUNS, _STEPS, _OUTGOING = table_of(Run), table_of(StepRow), table_of(Outgoing)
# What is counted has an index that holds only such rows, so that counting stays cheap however long the past is.
_COUNTED: tuple[tuple[str, str, Table, tuple[str, ...]], ...] = (
    ("rulewright_runs", "Runs that are under way", _RUNS, ("ready", "running")),
    ("rulewright_steps", "Steps that wait for their time or for a person", _STEPS, ("sleeping", "failed", "dead", "unknown")),
    ("rulewright_outgoing", "Messages on their way out", _OUTGOING, ("prepared", "sending")),
)

health = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Serve the three addresses. ``QUEUE_IS_THERE`` in the configuration says whether the queue can be reached."""
    app.config.setdefault("QUEUE_IS_THERE", None)
    app.register_blueprint(health)
    open_to_strangers(app, "health")


@health.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """Whether pages can be served: 503 where the database cannot be written. A queue that is away only makes rules later."""
    writable = _can_write()
    told: dict[str, Any] = {"database": writable, "queue": _queue_is_there()}
    if writable:
        with database().reading() as connection:
            told["overdue_seconds"] = overdue(connection, now())
    return jsonify(told), 200 if writable else 503


@health.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus; told to this machine, and to whoever has the token of an admin."""
    if request.remote_addr not in LOOPBACK and not _has_token():
        raise NotAllowed(phrase("The metrics are for this machine, and for programs with the token of an admin."))
    registry = CollectorRegistry()
    registry.register(Numbers(now()))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4; charset=utf-8")


class Numbers:
    """Reads the numbers when they are asked for; nothing is counted in between."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> Iterable[Metric]:
        """Nothing is read before it is asked for."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Each number with what it means."""
        there = _queue_is_there()
        if there is not None:
            yield GaugeMetricFamily("rulewright_queue_up", "Whether the queue can be reached", value=float(there))
        with database().reading() as connection:
            late = overdue(connection, self.now)
            yield GaugeMetricFamily("rulewright_timer_overdue_seconds", "How late the latest timer is", value=late)
            for name, means, table, states in _COUNTED:
                gauge = GaugeMetricFamily(name, means, labels=["state"])
                for state in states:
                    gauge.add_metric([state], _count(connection, table, state))
                yield gauge


def overdue(connection: Connection, now: datetime) -> float:
    """By how many seconds the timer that is latest has passed; 0 where all is in time."""
    oldest = connection.execute(
        select(_STEPS.c.due_at)
        .where(_is(_STEPS, "sleeping"), _STEPS.c.due_at.is_not(None), _STEPS.c.due_at < now)
        .order_by(_STEPS.c.due_at)
        .limit(1)
    ).scalar()
    return (now - oldest).total_seconds() if oldest is not None else 0.0


def _can_write() -> bool:
    try:
        database().writing(lambda transaction: transaction.execute(select(literal(1))).scalar())
    except (Busy, SQLAlchemyError):
        return False
    return True


def _queue_is_there() -> bool | None:
    asked: Callable[[], bool] | None = current_app.config["QUEUE_IS_THERE"]
    return None if asked is None else asked()


def _count(connection: Connection, table: Table, state: str) -> int:
    return connection.execute(select(func.count()).select_from(table).where(_is(table, state))).scalar() or 0


def _is(table: Table, state: str) -> ColumnElement[bool]:
    # Written into the statement, since SQLite uses an index of some states only where it sees which one is asked for.
    return table.c.state == literal(state, literal_execute=True)


def _has_token() -> bool:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return False
    hashed = token_hash(secret)
    statement = (
        select(Token.token_hash)
        .join(User, User.id == Token.user_id)
        .where(Token.token_hash == hashed, Token.revoked_at.is_(None), User.active, User.role == "admin")
    )
    with database().reading() as connection:
        found = connection.execute(statement).scalar()
    return found is not None and hmac.compare_digest(found, hashed)
