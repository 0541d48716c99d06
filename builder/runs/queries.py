"""Runs as lists: a page of them with what became of their steps, in a few queries however long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from builder import trouble
from builder.runs import words
from crm.access import visible_to
from crm.desk import Desk
from crm.models import Record, Stage
from crm.transaction import Row
from crm.words import Phrase
from runtime.engine.models import ChainRow, Run, StepRow, Version

PER_PAGE = 40


@dataclass(frozen=True)
class Listed:
    """A run in a list. ``states`` counts its steps."""

    id: bytes
    record_id: int
    title: str
    stage: str
    colour: str
    state: str
    reason: Phrase | None
    started_at: datetime
    ended_at: datetime | None
    actor_id: int | None
    caused: bool
    version: int
    undone: bool
    states: Mapping[str, int]

    @property
    def headline(self) -> str:
        """What became of it."""
        return words.headline(self.title, [state for state, count in self.states.items() for _ in range(count)])


@dataclass(frozen=True)
class Wish:
    """Which runs are asked for."""

    stage: str = ""
    state: str = ""
    record: int | None = None
    trouble: bool = False


def page_of_runs(desk: Desk, pipeline: Row, wish: Wish, page: int) -> tuple[list[Listed], bool]:
    """A page of the runs of a pipeline, the newest first, and whether there are more."""
    statement = _wished(desk, wish).where(Stage.pipeline_id == pipeline.id)
    found = desk.transaction.execute(statement.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)).mappings().all()
    return _listed(desk, found[:PER_PAGE]), len(found) > PER_PAGE


def runs_of_record(desk: Desk, record_id: int, most: int = 30) -> list[Listed]:
    """The runs of one record, the newest first."""
    statement = _wished(desk, Wish(record=record_id)).limit(most)
    return _listed(desk, desk.transaction.execute(statement).mappings().all())


def neighbours(desk: Desk, run: Row) -> tuple[bytes | None, bytes | None]:
    """The run of the same chain before this one, and the one after it."""
    earlier = select(func.max(Run.id)).where(Run.chain_id == run["chain_id"], Run.id < run.id)
    later = select(func.min(Run.id)).where(Run.chain_id == run["chain_id"], Run.id > run.id)
    return desk.transaction.execute(earlier).scalar(), desk.transaction.execute(later).scalar()


def _wished(desk: Desk, wish: Wish) -> Select[Any]:
    statement = (
        select(
            Run.id,
            Run.record_id,
            Record.title,
            Stage.name.label("stage"),
            Stage.colour,
            Run.state,
            Run.reason,
            Run.started_at,
            Run.ended_at,
            Run.actor_id,
            Run.cause,
            Run.undone_by,
            Version.number.label("version"),
        )
        .join(ChainRow, ChainRow.id == Run.chain_id)
        .join(Stage, Stage.id == ChainRow.stage_id)
        .join(Record, Record.id == Run.record_id)
        .join(Version, Version.id == Run.version_id)
        .where(visible_to(desk.actor))
        .order_by(Run.id.desc())
    )
    if wish.stage:
        statement = statement.where(Stage.key == wish.stage)
    if wish.state:
        statement = statement.where(Run.state == wish.state)
    if wish.record is not None:
        statement = statement.where(Run.record_id == wish.record)
    if wish.trouble:
        troubled = select(StepRow.run_id).where(StepRow.state.in_(trouble.STATES))
        statement = statement.where(Run.id.in_(troubled))
    return statement


def _listed(desk: Desk, rows: Sequence[Mapping[Any, Any]]) -> list[Listed]:
    counted = (
        select(StepRow.run_id, StepRow.state, func.count())
        .where(StepRow.run_id.in_([row["id"] for row in rows]))
        .group_by(StepRow.run_id, StepRow.state)
    )
    states: dict[bytes, dict[str, int]] = {}
    for run_id, state, count in desk.transaction.execute(counted):
        states.setdefault(run_id, {})[state] = count
    return [
        Listed(
            row["id"],
            row["record_id"],
            row["title"],
            row["stage"],
            row["colour"],
            row["state"],
            Phrase.from_json(row["reason"]) if row["reason"] else None,
            row["started_at"],
            row["ended_at"],
            row["actor_id"],
            row["cause"] is not None,
            row["version"],
            row["undone_by"] is not None,
            states.get(row["id"], {}),
        )
        for row in rows
    ]
