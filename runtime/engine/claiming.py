"""Claiming runs, and giving back what a worker that died had claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, select

from crm.entities import table_of
from crm.models import Head
from crm.transaction import Row, Transaction
from crm.words import phrase
from runtime.engine.models import Run, StepRow
from runtime.engine.states import RunState, StepState, turn_run, turn_step
from runtime.engine.switches import held

LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 100
CRASHES_TO_DIE = 3
_RUN, _STEP, _HEAD = (table_of(model) for model in (Run, StepRow, Head))
_OTHER = _RUN.alias("other")
# A record that somebody works on.
_BUSY = exists().where(and_(_OTHER.c.record_id == _RUN.c.record_id, _OTHER.c.state == RunState.RUNNING.value))


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a worker has taken on: with this epoch nobody else can write for it. ``alone`` after a crash."""

    run_id: bytes
    record_id: int
    epoch: int
    alone: bool


def claim(transaction: Transaction, now: datetime, owner: str, most: int = MOST_AT_ONCE, lease: timedelta = LEASE) -> list[Claim]:
    """Take on ready runs, the oldest first, at most one a record and none of a record that is being worked on.

    Of those that have seen a worker die, one at most: whichever brings the next one down, the others do not share the blame.
    """
    back = held(transaction)
    if back.everything:
        return []
    statement = (
        select(_RUN)
        .where(_RUN.c.state == RunState.READY.value, _RUN.c.ready_at <= now, ~_BUSY, _RUN.c.chain_id.not_in(back.chains))
        .order_by(_RUN.c.ready_at, _RUN.c.id)
        .limit(most)
        .with_for_update(of=_RUN, skip_locked=True)
    )
    first: dict[int, Row] = {}
    for run in transaction.rows(statement, _RUN):
        if run["state"] == RunState.READY.value:
            first.setdefault(run["record_id"], run)
    suspects = [run for run in first.values() if run["crashes"]]
    claims = []
    for run in [*(run for run in first.values() if not run["crashes"]), *suspects[:1]]:
        turn_run(transaction, run, RunState.RUNNING, now, owner=owner, lease_until=now + lease, epoch=run["epoch"] + 1)
        claims.append(Claim(run.id, run["record_id"], run["epoch"], run["crashes"] > 0))
    return claims


def renew(transaction: Transaction, claims: Sequence[Claim], now: datetime, lease: timedelta = LEASE) -> None:
    """Keep claims for another while, as far as they are still ours."""
    for run in owned(transaction, claims):
        transaction.update(run, {"lease_until": now + lease})


def owned(transaction: Transaction, claims: Sequence[Claim]) -> list[Row]:
    """Lock the heads of the claimed runs' records, then those runs that are still claimed by these claims (the fence)."""
    heads = select(_HEAD.c.id).where(_HEAD.c.id.in_([claim.record_id for claim in claims])).order_by(_HEAD.c.id)
    if not transaction.is_sqlite:
        transaction.execute(heads.with_for_update())
    return _owned(transaction, claims)


def sweep(transaction: Transaction, now: datetime, most: int = 200) -> int:
    """Give back the runs of workers that died; the third time the step at which the run stood is dead."""
    statement = (
        select(_RUN).where(_RUN.c.state == RunState.RUNNING.value, _RUN.c.lease_until < now).limit(most).with_for_update(skip_locked=True)
    )
    expired = transaction.rows(statement, _RUN)
    for run in expired:
        crashes = run["crashes"] + 1
        transaction.update(run, {"crashes": crashes, "epoch": run["epoch"] + 1})
        if crashes >= CRASHES_TO_DIE:
            _bury(transaction, run, now)
        else:
            turn_run(transaction, run, RunState.READY, now, ready_at=now)
    return len(expired)


def _bury(transaction: Transaction, run: Row, now: datetime) -> None:
    says = phrase("The rule brought its worker down {count} times. It was stopped so that it harms nothing else.", count=run["crashes"])
    statement = select(_STEP).where(_STEP.c.run_id == run.id, _STEP.c.state == StepState.READY.value).order_by(_STEP.c.place).limit(1)
    for step in transaction.rows(statement, _STEP):
        turn_step(transaction, step, StepState.DEAD, now, says=says.as_json())
    turn_run(transaction, run, RunState.READY, now, ready_at=now, crashes=0)


def _owned(transaction: Transaction, claims: Sequence[Claim]) -> list[Row]:
    epochs = {claim.run_id: claim.epoch for claim in claims}
    statement = select(_RUN).where(_RUN.c.id.in_(list(epochs)))
    runs = transaction.rows(statement if transaction.is_sqlite else statement.order_by(_RUN.c.id).with_for_update(), _RUN)
    return [run for run in runs if run["state"] == RunState.RUNNING.value and run["epoch"] == epochs[run.id]]
