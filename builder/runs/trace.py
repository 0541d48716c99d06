"""One run drawn on its chain: what became of each rule, what it changed, which way it took and which not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from builder.board.drawing import Drawing, Line
from builder.pipelines import context_of
from builder.places import Place, place
from builder.runs import words
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import NotFound
from crm.history import FieldChange, changes, sentence
from crm.models import Effect
from crm.transaction import Row
from crm.words import Phrase
from runtime.engine.known import known_names
from runtime.engine.models import ChainRow, Run, StepRow, Version
from runtime.graph import read_draft
from runtime.told import LookedUp

_RUN, _STEP, _CHAIN, _VERSION, _EFFECT = (table_of(model) for model in (Run, StepRow, ChainRow, Version, Effect))


@dataclass(frozen=True)
class Told:
    """One effect in words. ``back`` says whether undo can take it back."""

    says: Phrase
    changes: tuple[FieldChange, ...]
    outgoing: bool
    undone: bool


@dataclass(frozen=True)
class Traced:
    """One step: its row, what it said, what it changed."""

    row: Row
    says: Phrase | None
    effects: Sequence[Told]

    @property
    def state(self) -> str:
        """Its state."""
        return str(self.row["state"])

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to come."""
        return self.state in words.WAITING


@dataclass(frozen=True)
class Trace:
    """A run with everything that its page tells."""

    run: Row
    chain: Row
    version: Row
    stage: Row
    record: Row | None
    place: Place
    line: Line
    steps: Mapping[str, Traced]
    effects: Sequence[Told]
    people: Mapping[int, str]
    undo: Row | None
    cause: Row | None

    @property
    def title(self) -> str:
        """What its record is called."""
        return str(self.record["title"]) if self.record is not None else ""

    @property
    def headline(self) -> str:
        """What became of it."""
        return words.headline(self.title, [step.state for step in self.steps.values()])

    @property
    def left(self) -> list[Phrase]:
        """What undo had to leave, with the reasons."""
        return [Phrase.from_json(each) for each in (self.undo["after"] or {}).get("left", [])] if self.undo is not None else []


def trace(desk: Desk, run_id: bytes) -> Trace:
    """A run by its id, else ``NotFound``; whoever may not see its record may not see it."""
    run = desk.transaction.get(_RUN, run_id)
    if run is None:
        raise NotFound
    record = desk.transaction.get(TABLES["deal"], run["record_id"])
    desk.allow("record.see", record)
    chain, version = desk.transaction.get(_CHAIN, run["chain_id"]), desk.transaction.get(_VERSION, run["version_id"])
    stage = desk.stages().get(chain["stage_id"]) if chain is not None else None
    if chain is None or version is None or stage is None:
        raise NotFound
    pipeline = desk.pipelines()[stage["pipeline_id"]]
    graph = read_draft(version["graph"])
    context = context_of(graph, pipeline["entity"], known_names(desk), chain["stage"])
    steps = desk.transaction.rows(select(_STEP).where(_STEP.c.run_id == run_id).order_by(_STEP.c.id), _STEP)
    by_step, told = _effects(desk, run_id)
    undo = desk.effects(id=run["undone_by"]) if run["undone_by"] is not None else []
    return Trace(
        run=run,
        chain=chain,
        version=version,
        stage=stage,
        record=record,
        place=place(desk, pipeline["key"]),
        line=Drawing(graph, context).line(),
        steps={step["node"]: _traced(step, by_step) for step in steps},
        effects=told,
        people={user_id: user["name"] for user_id, user in desk.people().items()},
        undo=undo[0] if undo else None,
        cause=_cause(desk, run),
    )


def _effects(desk: Desk, run_id: bytes) -> tuple[Mapping[Any, list[Told]], list[Told]]:
    effects = desk.effects(run=run_id)
    names = LookedUp(desk.transaction.connection, effects)
    by_step: dict[Any, list[Told]] = defaultdict(list)
    for effect in effects:
        told = Told(
            sentence(effect, names), changes(effect, names), str(effect["kind"]).endswith(".posted"), effect["undone_by"] is not None
        )
        by_step[effect["step"]].append(told)
    return by_step, [told for several in by_step.values() for told in several]


def _traced(step: Row, by_step: Mapping[Any, list[Told]]) -> Traced:
    return Traced(step, Phrase.from_json(step["says"]) if step["says"] else None, by_step.get(step.id, ()))


def _cause(desk: Desk, run: Row) -> Row | None:
    """The run whose rule caused this one."""
    step = desk.transaction.get(_STEP, run["cause"]) if run["cause"] is not None else None
    return desk.transaction.get(_RUN, step["run_id"]) if step is not None else None
