"""Moves runs in flight to a newer version of their chain, node by node id."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from crm.desk import Desk
from crm.entities import table_of
from crm.transaction import Row
from crm.words import phrase
from runtime.engine.models import StepRow, Version
from runtime.engine.starting import reach
from runtime.engine.states import RunState, StepState, turn_run, turn_step
from runtime.graph import CompiledChain, compile_chain, read_draft

_STEP, _VERSION = table_of(StepRow), table_of(Version)
_FOLLOWED = (StepState.DONE.value, StepState.SKIPPED.value, StepState.UNKNOWN.value)
REMOVED = phrase("The rule was removed from the newer version.")


def move_runs(desk: Desk, runs: Sequence[Row], version: Row) -> None:
    """Let runs go on with a newer version.

    A node still there keeps its due time, computed anew from when it was reached where its run time changed; a removed
    pending node is cancelled; new nodes behind finished ones become ready; finished ones never run again.
    """
    new = compile_chain(read_draft(version["graph"]))
    for run in runs:
        old = compile_chain(read_draft(desk.transaction.load(_VERSION, [run["version_id"]])[run["version_id"]]["graph"]))
        _move(desk, run, old, new)
        told = phrase("Moved to version {number} of the rules.", number=version["number"])
        desk.transaction.update(run, {"version_id": version.id, "reason": told.as_json(), "epoch": run["epoch"] + 1})
        if run["state"] in (RunState.PARKED.value, RunState.RUNNING.value):
            turn_run(desk.transaction, run, RunState.READY, desk.now, ready_at=desk.now)
    desk.transaction.memory["kick"] = True


def _move(desk: Desk, run: Row, old: CompiledChain, new: CompiledChain) -> None:
    steps = {step["node"]: step for step in desk.transaction.rows(select(_STEP).where(_STEP.c.run_id == run.id), _STEP)}
    for name, step in list(steps.items()):
        node = new.nodes.get(name)
        if node is None and step["state"] in (StepState.READY.value, StepState.SLEEPING.value, StepState.HOLDING.value):
            turn_step(desk.transaction, step, StepState.CANCELLED, desk.now, says=REMOVED.as_json())
        elif node is not None and step["state"] == StepState.SLEEPING.value and node.moment != old.nodes[name].moment:
            turn_step(desk.transaction, step, StepState.READY, desk.now, due_at=None)
    reached = [*new.start, *(target for name, step in steps.items() for target in _behind(new, name, step))]
    for target in reached:
        if target not in steps:
            steps[target] = reach(desk.transaction, run, target, new.nodes[target].place, desk.now)


def _behind(chain: CompiledChain, name: str, step: Row) -> tuple[str, ...]:
    node = chain.nodes.get(name)
    if node is None or step["state"] not in _FOLLOWED:
        return ()
    return node.after.get(step["exit"], ())
