"""A date of a record changed: rules that sleep until a time counted from it are computed anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crm.desk import Desk
from crm.entities import table_of
from crm.events import RecordEdited
from crm.transaction import Row
from crm.values import COLUMNS
from runtime.engine.models import Run, StepRow, Version
from runtime.engine.states import LIVE_RUNS, RunState, StepState, turn_run, turn_step

_RUN, _STEP, _VERSION = (table_of(model) for model in (Run, StepRow, Version))
_KEYS = {column: key for key, column in COLUMNS.items()}


def on_record_edited(desk: Desk, event: RecordEdited) -> None:
    """Have the sleeping steps whose run time depends on a changed field look at it again; a moment that is past then means at once.

    A step that sleeps because it is to be tried again keeps its pause: its run time has come already.
    """
    changed = {f"record.{_KEYS.get(column, column.removeprefix('custom.'))}" for column in event.before}
    sleeping = (
        select(_STEP)
        .join(_RUN, _RUN.c.id == _STEP.c.run_id)
        .where(
            _RUN.c.record_id == event.record.id,
            _RUN.c.state.in_([state.value for state in LIVE_RUNS]),
            _STEP.c.state == StepState.SLEEPING.value,
            _STEP.c.attempts == 0,
        )
    )
    steps = desk.transaction.rows(sleeping, _STEP)
    runs = desk.transaction.load(_RUN, {step["run_id"] for step in steps})
    versions = desk.transaction.load(_VERSION, {run["version_id"] for run in runs.values()})
    for step in steps:
        run = runs[step["run_id"]]
        if _depends_on(versions[run["version_id"]]["graph"], step["node"]) in changed:
            _look_again(desk, run, step)


def _depends_on(graph: Mapping[str, Any], node: str) -> str | None:
    found: str | None = graph["nodes"].get(node, {}).get("run_at", {}).get("of")
    return found


def _look_again(desk: Desk, run: Row, step: Row) -> None:
    turn_step(desk.transaction, step, StepState.READY, desk.now, due_at=None, rescheduled=True)
    if run["state"] == RunState.PARKED.value:
        turn_run(desk.transaction, run, RunState.READY, desk.now, ready_at=desk.now)
    desk.transaction.memory["kick"] = True
