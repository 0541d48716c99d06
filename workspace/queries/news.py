"""What has happened to the records of a board since somebody last looked: cheap to ask, and nothing is missed.

Effects are numbered by the time of whoever made them, and a worker may commit a little later than its number says. So the
last two seconds are always looked at again, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from crm.access import visible_to
from crm.actor import Actor
from crm.models import Effect, Record
from runtime.engine.models import Run
from runtime.engine.states import RunState
from workspace.queries.pipelines import PipelineOf

OVERLAP = 2000
MOST = 300
_AT_WORK = (RunState.READY.value, RunState.RUNNING.value)
_MARK = re.compile(r"([0-9a-f]{32})\.(\d{1,6})\.(\d{1,12})\.([0-9,]{0,2000})")


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where somebody has seen: the newest effect, how many lie just before it, the minute, and whose rules were still at work."""

    newest: bytes = bytes(16)
    count: int = 0
    minute: int = 0
    at_work: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.newest.hex()}.{self.count}.{self.minute}.{','.join(map(str, self.at_work))}"

    @classmethod
    def read(cls, written: str) -> Mark:
        """A mark as a page sent it back; nonsense is as good as none."""
        found = _MARK.fullmatch(written)
        if found is None:
            return cls()
        return cls(bytes.fromhex(found[1]), int(found[2]), int(found[3]), tuple(int(each) for each in found[4].split(",") if each))


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that a rule removed, and the run that did it."""

    id: int
    title: str
    stage_id: int
    run: bytes


@dataclass(frozen=True, slots=True)
class News:
    """Which stages look different now, and which records rules have removed. ``stages`` is None where all may."""

    stages: frozenset[int] | None = frozenset()
    gone: Sequence[Gone] = field(default=())


def mark(connection: Connection, now: datetime) -> Mark:
    """Where we are."""
    newest: bytes = connection.execute(select(func.max(Effect.id))).scalar() or bytes(16)
    count = connection.execute(select(func.count()).where(Effect.id > _just_before(newest))).scalar() or 0
    working = select(Run.record_id).where(Run.state.in_(_AT_WORK)).order_by(Run.id.desc()).limit(50)
    return Mark(newest, count, int(now.timestamp()) // 60, tuple(dict.fromkeys(connection.execute(working).scalars())))


def news(connection: Connection, pipeline: PipelineOf, actor: Actor, seen: Mark, present: Mark) -> News:
    """What is different on a board between two marks. Once a minute all of it may be: what was planned can be late by then."""
    if seen.newest == bytes(16):
        return News(None)
    statement = select(Effect.id, Effect.record_id, Effect.entity_id, Effect.kind, Effect.before, Effect.run)
    later = Effect.id > _just_before(seen.newest), Effect.record_id.is_not(None)
    effects = connection.execute(statement.where(*later).order_by(Effect.id.desc()).limit(MOST)).all()
    touched = {effect.record_id for effect in effects} | set(seen.at_work)
    columns = select(Record.id, Record.title, Record.stage_id, Record.deleted_at)
    ours = Record.id.in_(touched), Record.pipeline_id == pipeline.id, visible_to(actor)
    found = {row.id: row for row in connection.execute(columns.where(*ours))}
    removed = [effect for effect in effects if _is_removal(effect) and effect.id > seen.newest]
    gone = [
        Gone(row.id, row.title, row.stage_id, effect.run) for effect in removed if (row := found.get(effect.record_id)) and row.deleted_at
    ]
    if seen.minute != present.minute or len(effects) == MOST:
        return News(None, gone)
    stages = {row.stage_id for row in found.values()} | {_left(effect) for effect in effects if effect.kind == "record.moved"}
    return News(frozenset(stages) & {stage.id for stage in pipeline.stages}, gone)


def _is_removal(effect: Any) -> bool:
    """Whether a rule removed the record itself; what went with it stands in its History too."""
    return effect.kind == "record.deleted" and effect.run is not None and effect.entity_id == effect.record_id


def _left(effect: Any) -> int:
    stage_id: int = (effect.before or {}).get("stage_id", 0)
    return stage_id


def _just_before(newest: bytes) -> bytes:
    """The lowest number that an effect two seconds older could have."""
    millisecond = max(int.from_bytes(newest[:6], "big") - OVERLAP, 0)
    return millisecond.to_bytes(6, "big") + bytes(10)
