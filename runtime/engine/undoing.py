"""Undo of a run: what it did, and what the runs did that it caused, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import Invalid
from crm.models import Effect, Outgoing
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.models import Run, StepRow
from runtime.engine.starting import cancel_runs
from runtime.engine.states import LIVE_RUNS, PENDING_STEPS
from runtime.engine.waking import run_of

_RUN, _STEP, _EFFECT, _OUTGOING = (table_of(model) for model in (Run, StepRow, Effect, Outgoing))
UNDONE = phrase("The run was undone.")


@dataclass
class UndoneRun:
    """What an undo did: its effect (by which it can be undone itself), how much it took back, and what it left with the reasons."""

    effect_id: bytes
    runs: int
    taken_back: int
    left: list[Phrase] = field(default_factory=list)


def undo_run(desk: Desk, run_id: bytes) -> UndoneRun:
    """Take back a run and those that it caused. What a person has changed since is left, and so is what cannot be called back."""
    desk.allow("rules.undo")
    run = run_of(desk, run_id)
    if run["undone_by"] is not None:
        raise Invalid.at("run", phrase("This run has been undone already."))
    record = desk.transaction.load(TABLES["deal"], [run["record_id"]]).get(run["record_id"])
    if record is None:
        raise Invalid.at("run", phrase("The record of this run is gone for good."))
    going, kept = _with_caused(desk, run)
    ids = [each.id for each in going]
    left = [*kept, *_cancel_pending(desk, going), *_call_back(desk, ids)]
    effects = [effect for effect in desk.effects(run=ids) if not _is_outgoing(effect)]
    undone = desk.undo(effects, record=record, subject={"run": run_id.hex(), "runs": [each.hex() for each in ids]})
    for each in going:
        desk.transaction.update(each, {"undone_by": undone.effect_id})
    desk.audit("run.undone", f"run:{run_id.hex()}", {"runs": len(going), "taken_back": undone.taken_back})
    return UndoneRun(undone.effect_id, len(going), undone.taken_back, [*undone.left, *left])


def undo_again(desk: Desk, effect_id: bytes) -> UndoneRun:
    """Take back an undo: what the run did holds again, where nobody has changed it since."""
    found = desk.effects(id=effect_id)
    if not found or found[0]["kind"] != "undo.done" or found[0]["undone_by"] is not None:
        raise Invalid.at("undo", phrase("This undo has been taken back already."))
    runs = desk.transaction.rows(select(_RUN).where(_RUN.c.undone_by == effect_id), _RUN)
    undone = desk.undo_undo(found[0])
    for run in runs:
        desk.transaction.update_by_id(_RUN, run.id, {"undone_by": None})
    desk.audit("undo.undone", f"effect:{effect_id.hex()}", {"taken_back": undone.taken_back})
    return UndoneRun(undone.effect_id, len(runs), undone.taken_back, undone.left)


def _with_caused(desk: Desk, run: Row) -> tuple[list[Row], list[Phrase]]:
    """The run and all that it caused, but those with a change by a person on top of what they made."""
    going, kept, front = [run], [], [run]
    while front:
        steps = select(_STEP.c.id).where(_STEP.c.run_id.in_([each.id for each in front]))
        caused = desk.transaction.rows(select(_RUN).where(_RUN.c.cause.in_(steps)), _RUN)
        front = []
        for each in caused:
            if each["undone_by"] is not None:
                continue
            if _is_touched(desk, each):
                kept.append(phrase("A run that this one caused stays: somebody has worked on what it made."))
            else:
                front.append(each)
        going += front
    return going, kept


def _is_touched(desk: Desk, run: Row) -> bool:
    """Whether a person has changed what a run made; to undo it, and to take that undo back, is no such change."""
    made = select(_EFFECT.c.entity_id).where(_EFFECT.c.run == run.id)
    undos = select(_EFFECT.c.id).where(_EFFECT.c.kind == "undo.done")
    by_hand = select(_EFFECT.c.id).where(
        _EFFECT.c.entity_id.in_(made),
        _EFFECT.c.id > run.id,
        _EFFECT.c.actor_id.is_not(None),
        _EFFECT.c.kind != "undo.done",
        or_(_EFFECT.c.root.is_(None), _EFFECT.c.root.not_in(undos)),
    )
    return desk.transaction.execute(by_hand.limit(1)).first() is not None


def _cancel_pending(desk: Desk, runs: Sequence[Row]) -> list[Phrase]:
    live = [run for run in runs if run["state"] in [state.value for state in LIVE_RUNS]]
    condition = _STEP.c.state.in_([state.value for state in PENDING_STEPS])
    pending = desk.transaction.rows(select(_STEP).where(_STEP.c.run_id.in_([run.id for run in live]), condition), _STEP)
    told = [phrase("The rule {node} was still to come; it stays cancelled.", node=step["node"]) for step in pending]
    cancel_runs(desk, live, UNDONE)
    return told


def _call_back(desk: Desk, run_ids: Sequence[bytes]) -> list[Phrase]:
    """Take what is unsent out of the outbox; what has left the house is listed."""
    statement = select(_OUTGOING).where(_OUTGOING.c.run.in_(run_ids))
    return [
        phrase("A message that has left the house cannot be called back.")
        for outgoing in desk.transaction.rows(statement, _OUTGOING)
        if outgoing["state"] != "withdrawn" and not desk.withdraw(outgoing)
    ]


def _is_outgoing(effect: Row) -> bool:
    return str(effect["kind"]).endswith(".posted")
