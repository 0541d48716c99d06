"""The numbers of a board: records on the stages, arrivals and steps of the last thirty days; a query each, however many stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from builder.pipelines import PipelineChains
from crm.access import visible_to
from crm.desk import Desk
from crm.models import Record, StageEntry
from runtime.engine.models import Run, StepRow
from runtime.engine.states import StepState

DAYS = 30
_TROUBLE = (StepState.FAILED.value, StepState.DEAD.value, StepState.UNKNOWN.value)
_WAITING = (StepState.SLEEPING.value, StepState.HOLDING.value)


def now_on_stages(desk: Desk, stage_ids: Sequence[int]) -> dict[int, int]:
    """How many records stand on each stage."""
    counted = select(Record.stage_id, func.count()).where(
        Record.stage_id.in_(stage_ids), Record.deleted_at.is_(None), visible_to(desk.actor)
    )
    return dict(tuple(row) for row in desk.transaction.execute(counted.group_by(Record.stage_id)))


def arrivals(desk: Desk, stage_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """How many records have entered each stage in the last thirty days."""
    since = now - timedelta(days=DAYS)
    counted = select(StageEntry.stage_id, func.count()).where(StageEntry.stage_id.in_(stage_ids), StageEntry.entered_at >= since)
    return dict(tuple(row) for row in desk.transaction.execute(counted.group_by(StageEntry.stage_id)))


def steps(desk: Desk, board: PipelineChains, now: datetime) -> dict[int, dict[str, dict[str, int]]]:
    """By chain and node: ``ran left_out failed waiting`` of the last thirty days, and by which exit they went on."""
    chain_ids = [chain.row.id for chain in board.chains if chain.row is not None]
    if not chain_ids:
        return {}
    first = int((now - timedelta(days=DAYS)).timestamp() * 1000).to_bytes(6, "big") + bytes(10)
    became = case(
        (StepRow.state == StepState.DONE.value, "ran"),
        (StepRow.state == StepState.SKIPPED.value, "left_out"),
        (StepRow.state.in_(_TROUBLE), "failed"),
        (StepRow.state.in_(_WAITING), "waiting"),
        else_="other",
    )
    counted = (
        select(Run.chain_id, StepRow.node, became, StepRow.exit, func.count())
        .join(Run, Run.id == StepRow.run_id)
        .where(Run.chain_id.in_(chain_ids), StepRow.id >= first)
        .group_by(Run.chain_id, StepRow.node, became, StepRow.exit)
    )
    found: dict[int, dict[str, dict[str, int]]] = {}
    for chain, node, kind, exit, count in desk.transaction.execute(counted):
        numbers = found.setdefault(chain, {}).setdefault(node, {})
        numbers[kind] = numbers.get(kind, 0) + count
        if exit:
            numbers[f"exit:{exit}"] = numbers.get(f"exit:{exit}", 0) + count
    return found


def of_chain(numbers: Mapping[int, Mapping[str, Mapping[str, int]]], chain_id: int | None) -> Mapping[str, Mapping[str, int]]:
    """The numbers of one chain."""
    return numbers.get(chain_id, {}) if chain_id is not None else {}
