"""What brings a parked run back: its time, a sender's answer, or a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, NotFound
from crm.keys import new_key
from crm.models import Head
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase
from runtime.engine.models import Run, StepRow
from runtime.engine.starting import reach
from runtime.engine.states import PENDING_STEPS, RunState, StepState, turn_run, turn_step
from runtime.engine.versions import CompiledVersions

_RUN, _STEP, _HEAD = (table_of(model) for model in (Run, StepRow, Head))
BATCH = 200


def release_due(transaction: Transaction, now: datetime, most: int = BATCH) -> int:
    """Make sleeping steps whose time has come ready, the earliest first; returns how many. Several clocks do no harm."""
    sleeping = select(_STEP.c.id, _STEP.c.run_id).where(_STEP.c.state == StepState.SLEEPING.value, _STEP.c.due_at <= now)
    found = list(transaction.execute(sleeping.order_by(_STEP.c.due_at, _STEP.c.id).limit(most)))
    if not found:
        return 0
    runs = _locked_runs(transaction, [row.run_id for row in found])
    released = 0
    for step in transaction.load(_STEP, [row.id for row in found]).values():
        if step["state"] == StepState.SLEEPING.value and step["due_at"] <= now:
            turn_step(transaction, step, StepState.READY, now)
            wake(transaction, runs[step["run_id"]], now, step["due_at"])
            released += 1
    return released


def first_due(connection: Connection) -> datetime | None:
    """When the next sleeping step is due, if any sleeps."""
    due: datetime | None = connection.execute(select(func.min(_STEP.c.due_at)).where(_STEP.c.state == StepState.SLEEPING.value)).scalar()
    return due


def next_due(transaction: Transaction) -> datetime | None:
    """The same within a transaction."""
    transaction.flush()
    return first_due(transaction.connection)


def wake(transaction: Transaction, run: Row, now: datetime, since: datetime) -> None:
    """A step of the run is ready again: so is the run, unless somebody works on it or its chain is off."""
    if run["state"] in (RunState.PARKED.value, RunState.FAILED.value, RunState.STOPPED.value):
        turn_run(transaction, run, RunState.READY, now, ready_at=min(since, now))


def settle(transaction: Transaction, versions: CompiledVersions, step_id: bytes, state: StepState, says: Phrase, now: datetime) -> None:
    """A sender (or whoever a holding step waited for) has answered: the step ends so, and what follows it is reached."""
    step = transaction.get(_STEP, step_id)
    if step is None:
        return
    run = _locked_runs(transaction, [step["run_id"]])[step["run_id"]]
    step = transaction.load(_STEP, [step_id])[step_id]
    if step["state"] != StepState.HOLDING.value:
        return
    turn_step(transaction, step, state, now, says=says.as_json())
    follow(transaction, versions, run, step, now)
    if run["state"] == RunState.PARKED.value:
        turn_run(transaction, run, RunState.READY, now, ready_at=now)


def follow(transaction: Transaction, versions: CompiledVersions, run: Row, step: Row, now: datetime) -> None:
    """Reach what stands behind a step that ended outside the interpreter."""
    chain = versions.get(transaction, [run["version_id"]]).get(run["version_id"])
    node = chain.nodes.get(step["node"]) if chain is not None else None
    if chain is None or node is None or (step["state"] == StepState.FAILED.value and node.stop_on_error):
        return
    known = set(transaction.execute(select(_STEP.c.node).where(_STEP.c.run_id == run.id)).scalars())
    for target in node.after.get(step["exit"], ()):
        if target not in known:
            reach(transaction, run, target, chain.nodes[target].place, now)


def retry(desk: Desk, step_id: bytes) -> Row:
    """Try a failed, unknown or dead step again, from there on; what followed it already does not run again."""
    desk.allow("rules.undo")
    step, run = _step_and_run(desk, step_id)
    if step["state"] not in (StepState.FAILED.value, StepState.UNKNOWN.value, StepState.DEAD.value):
        raise Invalid.at("step", phrase("Only what has failed can be tried again."))
    turn_step(desk.transaction, step, StepState.READY, desk.now, attempts=0)
    _go_on(desk, run)
    return run


def run_now(desk: Desk, step_id: bytes) -> Row:
    """Do not wait for a sleeping step's time."""
    desk.allow("rules.undo")
    step, run = _step_and_run(desk, step_id)
    if step["state"] != StepState.SLEEPING.value:
        raise Invalid.at("step", phrase("This rule is not waiting for its time any more."))
    turn_step(desk.transaction, step, StepState.READY, desk.now, due_at=desk.now)
    _go_on(desk, run)
    return run


def cancel_step(desk: Desk, step_id: bytes) -> Row:
    """Cancel a pending step; what would have followed it is not reached."""
    desk.allow("rules.undo")
    step, run = _step_and_run(desk, step_id)
    if step["state"] not in [state.value for state in PENDING_STEPS]:
        raise Invalid.at("step", phrase("This rule is not pending any more."))
    turn_step(desk.transaction, step, StepState.CANCELLED, desk.now, says=phrase("Cancelled by hand.").as_json())
    if run["state"] == RunState.PARKED.value:
        turn_run(desk.transaction, run, RunState.READY, desk.now, ready_at=desk.now)
    desk.transaction.memory["kick"] = True
    desk.audit("step.cancelled", f"run:{run.id.hex()}", {"node": step["node"]})
    return run


def release_run(desk: Desk, run_id: bytes) -> Row:
    """Let a run go on that a limit has stopped; from here on it counts as a first cause."""
    desk.allow("rules.undo")
    run = run_of(desk, run_id)
    if run["state"] != RunState.STOPPED.value:
        raise Invalid.at("run", phrase("This run is not stopped."))
    turn_run(desk.transaction, run, RunState.READY, desk.now, ready_at=desk.now, root=new_key(desk.now), depth=0)
    desk.transaction.memory["kick"] = True
    desk.audit("run.released", f"run:{run_id.hex()}", {})
    return run


def run_of(desk: Desk, run_id: bytes) -> Row:
    """A run, with its record locked."""
    found = desk.transaction.get(_RUN, run_id)
    if found is None:
        raise NotFound
    return _locked_runs(desk.transaction, [run_id])[run_id]


def _go_on(desk: Desk, run: Row) -> None:
    if run["state"] == RunState.CANCELLED.value:
        raise Invalid.at("run", phrase("The record has left the stage since: this run is over."))
    if run["state"] == RunState.FINISHED.value:
        raise Invalid.at("run", phrase("This run is over."))
    wake(desk.transaction, run, desk.now, desk.now)
    desk.transaction.memory["kick"] = True
    desk.audit("run.resumed", f"run:{run.id.hex()}", {})


def _step_and_run(desk: Desk, step_id: bytes) -> tuple[Row, Row]:
    step = desk.transaction.get(_STEP, step_id)
    if step is None:
        raise NotFound
    run = _locked_runs(desk.transaction, [step["run_id"]])[step["run_id"]]
    desk.allow("record.see", desk.transaction.get(desk.table("deal"), run["record_id"]))
    return desk.transaction.load(_STEP, [step_id])[step_id], run


def _locked_runs(transaction: Transaction, run_ids: Sequence[bytes]) -> dict[bytes, Row]:
    """Runs whose records' heads are locked first, so that no worker decides meanwhile that nothing is left to do."""
    if not transaction.is_sqlite:
        records = select(_RUN.c.record_id).where(_RUN.c.id.in_(run_ids))
        heads = select(_HEAD.c.id).where(_HEAD.c.id.in_(records)).order_by(_HEAD.c.id).with_for_update()
        transaction.execute(heads)
        transaction.forget_rows(_RUN, _STEP)
    statement = select(_RUN).where(_RUN.c.id.in_(run_ids)).order_by(_RUN.c.id)
    found = transaction.rows(statement if transaction.is_sqlite else statement.with_for_update(), _RUN)
    return {run.id: run for run in found}
