"""Drafts and versions of the rules of a stage: edit, undo and redo, publish, switch off and on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import delete, func, select

from crm.desk import Desk
from crm.entities import table_of
from crm.errors import NotFound, Stale
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.models import ChainRow, Revision, Run, StepRow, Version
from runtime.engine.moving import move_runs
from runtime.engine.starting import cancel_runs
from runtime.engine.states import LIVE_RUNS, RunState, StepState, turn_run
from runtime.graph import chain_json, digest, read_chain, read_draft
from runtime.names import Names

_CHAIN, _REVISION, _VERSION, _RUN, _STEP = (table_of(model) for model in (ChainRow, Revision, Version, Run, StepRow))
EMPTY: Mapping[str, Any] = {"format": "rulewright.chain/1", "nodes": {}, "edges": []}
KEPT_REVISIONS = 200
SWITCHED_OFF = phrase("The rules of this stage are switched off.")
Running = Literal["finish", "move", "stop"]


def chain_of(desk: Desk, stage: Row) -> Row:
    """The chain of a stage, made empty where it has none."""
    found = desk.transaction.rows(select(_CHAIN).where(_CHAIN.c.stage_id == stage.id), _CHAIN)
    if found:
        return found[0]
    values = {"stage_id": stage.id, "stage": desk.stage_reference(stage.id), "draft": dict(EMPTY), "changed_at": desk.now}
    chain = desk.transaction.insert(_CHAIN, {"id": desk.transaction.next_id(), **values})
    desk.transaction.insert(_REVISION, _revision(desk, chain, 0, EMPTY, None))
    return chain


def save_draft(desk: Desk, chain: Row, draft: Mapping[str, Any], *, number: int, says: Phrase) -> int:
    """Make ``draft`` the chain's draft, as one step that can be undone; returns its number.

    ``number`` is that of the draft which was edited: raises ``Stale`` where somebody has changed it meanwhile, and
    ``Invalid`` where it is not even the shape of a chain.
    """
    desk.allow("rules.edit")
    if chain["draft_number"] != number:
        raise Stale(phrase("Somebody else has changed these rules in the meantime. Here is how they stand now; please try again."))
    tidy = chain_json(read_draft(draft))
    if tidy == chain["draft"]:
        return number
    new = number + 1
    undone = delete(_REVISION).where(_REVISION.c.chain_id == chain.id, _REVISION.c.number >= new)
    desk.transaction.execute(undone)
    desk.transaction.execute(delete(_REVISION).where(_REVISION.c.chain_id == chain.id, _REVISION.c.number < new - KEPT_REVISIONS))
    desk.transaction.insert(_REVISION, _revision(desk, chain, new, tidy, says))
    used = sorted({*chain["used"], *tidy["nodes"]})
    _set_draft(desk, chain, tidy, new, top_number=new, used=used)
    desk.audit("rules.edited", f"stage:{chain['stage']}", {"says": str(says), "draft": new})
    return new


def step_draft(desk: Desk, chain: Row, by: Literal[-1, 1], *, number: int) -> int:
    """Undo (-1) or redo (1) one edit of the draft; returns the number of the draft that holds now."""
    desk.allow("rules.edit")
    if chain["draft_number"] != number:
        raise Stale
    wanted = number + by
    statement = select(_REVISION).where(_REVISION.c.chain_id == chain.id, _REVISION.c.number == wanted)
    found = desk.transaction.rows(statement, _REVISION)
    if not found or wanted > chain["top_number"]:
        raise NotFound(phrase("There is nothing to undo.") if by < 0 else phrase("There is nothing to redo."))
    _set_draft(desk, chain, found[0]["draft"], wanted)
    desk.audit("rules.edit_undone" if by < 0 else "rules.edit_redone", f"stage:{chain['stage']}", {"draft": wanted})
    return wanted


def publish(desk: Desk, chain: Row, names: Names, *, running: Running = "finish", publisher: int | None = None) -> Row:
    """Make the draft the version that holds from now on. Raises ``Invalid`` with everything that keeps it from running.

    ``running`` says what becomes of runs in flight: they finish on their version, move to the new one, or stop.
    """
    desk.allow("rules.publish")
    stage = desk.stages().get(chain["stage_id"])
    if stage is None:
        raise NotFound(phrase("The stage of these rules does not exist any more."))
    entity = desk.pipelines()[stage["pipeline_id"]]["entity"]
    read = read_chain(chain["draft"], entity, names, stage=desk.stage_reference(stage.id))
    latest = desk.transaction.execute(select(func.max(_VERSION.c.number)).where(_VERSION.c.chain_id == chain.id)).scalar() or 0
    version = desk.transaction.insert(
        _VERSION,
        {
            "id": desk.transaction.next_id(),
            "chain_id": chain.id,
            "number": latest + 1,
            "graph": chain_json(read),
            "sha256": digest(read),
            "published_at": desk.now,
            "published_by": publisher if publisher is not None else desk.actor.user_id,
        },
    )
    desk.transaction.update(chain, {"version_id": version.id})
    live = live_runs(desk, chain)
    if running == "stop":
        cancel_runs(desk, live, phrase("A newer version of the rules was published."))
    elif running == "move":
        move_runs(desk, live, version)
    desk.audit("rules.published", f"stage:{chain['stage']}", {"version": version["number"], "running": running, "runs": len(live)})
    return version


def switch(desk: Desk, chain: Row, on: bool) -> None:
    """Switch the rules of a stage off or on. Off, they start no run and their runs pause; what fell due runs when they are on again."""
    desk.allow("rules.switch")
    if chain["enabled"] == on:
        return
    desk.transaction.update(chain, {"enabled": on})
    for run in live_runs(desk, chain):
        if on and run["state"] == RunState.PAUSED.value:
            ready = select(_STEP.c.id).where(_STEP.c.run_id == run.id, _STEP.c.state == StepState.READY.value).limit(1)
            has_work = desk.transaction.execute(ready).first() is not None
            turn_run(desk.transaction, run, RunState.READY if has_work else RunState.PARKED, desk.now, ready_at=desk.now)
        elif not on and run["state"] != RunState.PAUSED.value:
            turn_run(
                desk.transaction,
                run,
                RunState.PAUSED,
                desk.now,
                phrase("The rules of this stage are switched off."),
                epoch=run["epoch"] + 1,
            )
    desk.transaction.memory["kick"] = True
    desk.audit("rules.switched_on" if on else "rules.switched_off", f"stage:{chain['stage']}", {})


def live_runs(desk: Desk, chain: Row) -> list[Row]:
    """The runs of a chain that have not ended."""
    condition = _RUN.c.state.in_([state.value for state in LIVE_RUNS])
    return desk.transaction.rows(select(_RUN).where(_RUN.c.chain_id == chain.id, condition), _RUN)


def _set_draft(desk: Desk, chain: Row, draft: Mapping[str, Any], number: int, **more: Any) -> None:
    told = {"draft": dict(draft), "draft_number": number, "changed_at": desk.now, "changed_by": desk.actor.user_id}
    desk.transaction.update(chain, {**told, **more})


def _revision(desk: Desk, chain: Row, number: int, draft: Mapping[str, Any], says: Phrase | None) -> dict[str, Any]:
    return {
        "id": desk.transaction.next_id(),
        "chain_id": chain.id,
        "number": number,
        "draft": dict(draft),
        "says": says.as_json() if says is not None else None,
        "at": desk.now,
        "actor_id": desk.actor.user_id,
    }
