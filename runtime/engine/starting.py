"""Records enter stages: what was pending from the stay before is cancelled, the new stage's rules start. One commit with the move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from crm import events
from crm.desk import Desk
from crm.entities import table_of
from crm.events import Entry, Posted, RecordEdited, RecordsRemoved, StageEntered, StagesRemoved
from crm.keys import new_key
from crm.models import Head
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase
from runtime.engine import limits
from runtime.engine.models import ChainRow, Revision, Run, StepRow, Version
from runtime.engine.rescheduling import on_record_edited
from runtime.engine.states import LIVE_RUNS, PENDING_STEPS, RunState, StepState, turn_run, turn_step

_CHAIN, _REVISION, _RUN, _STEP, _VERSION, _HEAD = (table_of(model) for model in (ChainRow, Revision, Run, StepRow, Version, Head))
LEFT_STAGE = phrase("The record left the stage.")
DELETED = phrase("The record was deleted.")
STAGE_REMOVED = phrase("The stage was removed.")


def listen() -> None:
    """Hang the engine on the news of the CRM."""
    events.listen(StageEntered, on_stage_entered)
    events.listen(RecordsRemoved, on_records_removed)
    events.listen(Posted, on_posted)
    events.listen(RecordEdited, on_record_edited)
    events.listen(StagesRemoved, on_stages_removed)


def on_stage_entered(desk: Desk, event: StageEntered) -> None:
    """Cancel what is left of the stays that ended, and start the chains of the stages that were entered."""
    left = [entry.left for entry in event.entries if entry.left is not None]
    cancel_runs(desk, _live(desk, _RUN.c.stage_entry, left), LEFT_STAGE)
    if not event.quiet:
        start_runs(desk, event.entries)


def on_records_removed(desk: Desk, event: RecordsRemoved) -> None:
    """Cancel whatever runs of deleted records had pending."""
    cancel_runs(desk, _live(desk, _RUN.c.record_id, [record.id for record in event.records]), DELETED)


def on_stages_removed(desk: Desk, event: StagesRemoved) -> None:
    """The rules of a removed stage go with it; their versions stay, since the traces of old runs point at them."""
    chains = desk.transaction.rows(select(_CHAIN).where(_CHAIN.c.stage_id.in_(event.stage_ids)), _CHAIN)
    ids = [chain.id for chain in chains]
    if not ids:
        return
    cancel_runs(desk, _live(desk, _RUN.c.chain_id, ids), STAGE_REMOVED)
    desk.transaction.execute(delete(_REVISION).where(_REVISION.c.chain_id.in_(ids)))
    for chain in chains:
        desk.transaction.update(chain, {"enabled": False, "version_id": None, "stage_id": None})


def on_posted(desk: Desk, event: Posted) -> None:
    """Something was put into the outbox: a sender shall look."""
    desk.transaction.memory["kick_outside"] = True


def start_runs(desk: Desk, entries: Sequence[Entry], *, generation: int = 0) -> list[Row]:
    """Insert a run with its first steps for every entry whose stage has rules that are on; returns the runs."""
    chains = _published(desk, {entry.record["stage_id"] for entry in entries})
    if not chains:
        return []
    heads = desk.transaction.load(_HEAD, [entry.record.id for entry in entries])
    runs = []
    for entry in entries:
        chain = chains.get(entry.record["stage_id"])
        if chain is not None and chain["enabled"] and not _has_run_once(desk, chain, entry.record.id):
            runs.append(_start(desk, chain, entry, heads[entry.record.id]["seq"], generation))
    if runs:
        desk.transaction.memory["kick"] = True
    return runs


def cancel_runs(desk: Desk, runs: Iterable[Row], reason: Phrase) -> int:
    """Cancel the pending steps of live runs. A run that ends itself is only told so, and ends when its step is done."""
    ending = list(runs)
    for step in _pending_steps(desk, [run.id for run in ending if run.id != desk.origin.run]):
        turn_step(desk.transaction, step, StepState.CANCELLED, desk.now, says=reason.as_json())
    for run in ending:
        if run.id == desk.origin.run:
            desk.transaction.memory.setdefault("ended", set()).add(run.id)
        else:
            turn_run(desk.transaction, run, RunState.CANCELLED, desk.now, reason)
    return len(ending)


def cancel_rest(desk: Desk, run: Row, reason: Phrase, *, but: bytes) -> None:
    """Cancel what else is pending in the run that is just working."""
    for step in _pending_steps(desk, [run.id]):
        if step.id != but:
            turn_step(desk.transaction, step, StepState.CANCELLED, desk.now, says=reason.as_json())


def _start(desk: Desk, chain: Row, entry: Entry, seq: int, generation: int) -> Row:
    broken = limits.broken_by_run(desk.transaction, desk.origin, entry.record.id, desk.now)
    key = new_key(desk.now)
    run = desk.transaction.insert(
        _RUN,
        {
            "id": key,
            "chain_id": chain["chain_id"],
            "version_id": chain["version_id"],
            "record_id": entry.record.id,
            "stage_entry": entry.entry_id,
            "generation": generation,
            "seq": seq,
            "state": RunState.STOPPED if broken else RunState.READY,
            "reason": broken.as_json() if broken else None,
            "publisher_id": chain["published_by"],
            "depth": desk.origin.depth + 1 if desk.origin.run else 0,
            "cause": desk.origin.step,
            # What a person starts is a first cause of its own for each record, however many they move at once.
            "root": desk.origin.root if desk.origin.run else key,
            "actor_id": desk.actor.user_id,
            "ready_at": desk.now,
            "started_at": desk.now,
            "ended_at": desk.now if broken else None,
        },
    )
    for place, node in chain["starts"]:
        reach(desk.transaction, run, node, place, desk.now)
    return run


def reach(transaction: Transaction, run: Row, node: str, place: int, now: datetime) -> Row:
    """A node of a run is reached: its step is ready. ``place`` is that of the edge that leads to it."""
    return transaction.insert(
        _STEP,
        {"id": new_key(now), "run_id": run.id, "node": node, "place": place, "state": StepState.READY.value, "reached_at": now},
    )


def _published(desk: Desk, stage_ids: set[int]) -> dict[int, Row]:
    columns = select(
        _CHAIN.c.id.label("chain_id"),
        _CHAIN.c.stage_id,
        _CHAIN.c.enabled,
        _VERSION.c.id.label("version_id"),
        _VERSION.c.published_by,
        _VERSION.c.graph,
    )
    found = desk.transaction.execute(
        columns.join_from(_CHAIN, _VERSION, _VERSION.c.id == _CHAIN.c.version_id).where(_CHAIN.c.stage_id.in_(stage_ids))
    ).mappings()
    chains = {row["stage_id"]: Row(_CHAIN, {**row, "id": row["chain_id"]}) for row in found}
    for chain in chains.values():
        chain["starts"] = [(place, edge[1]) for place, edge in enumerate(chain["graph"]["edges"]) if edge[0] == "start"]
    return {stage_id: chain for stage_id, chain in chains.items() if chain["starts"]}


def _has_run_once(desk: Desk, chain: Row, record_id: int) -> bool:
    if not chain["graph"].get("once"):
        return False
    earlier = select(_RUN.c.id).where(_RUN.c.chain_id == chain["chain_id"], _RUN.c.record_id == record_id, _RUN.c.undone_by.is_(None))
    return desk.transaction.execute(earlier.limit(1)).first() is not None


def _live(desk: Desk, column: object, values: Sequence[object]) -> list[Row]:
    if not values:
        return []
    condition = _RUN.c.state.in_([state.value for state in LIVE_RUNS])
    return desk.transaction.rows(select(_RUN).where(column.in_(values), condition), _RUN)  # type: ignore[attr-defined]


def _pending_steps(desk: Desk, run_ids: Sequence[bytes]) -> list[Row]:
    if not run_ids:
        return []
    condition = _STEP.c.state.in_([state.value for state in PENDING_STEPS])
    return desk.transaction.rows(select(_STEP).where(_STEP.c.run_id.in_(run_ids), condition), _STEP)
