"""Everything that a board shows, gathered at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from builder import drafts, trouble
from builder.board import counts
from builder.board.drawing import Line, draw
from builder.pipelines import PipelineChains, StageChain, load
from builder.publishing import differences
from crm.access import may
from crm.desk import Desk
from crm.errors import Problem
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.models import Run
from runtime.engine.states import LIVE_RUNS
from runtime.graph import check_draft


@dataclass(frozen=True)
class StageView:
    """One column."""

    of: StageChain
    line: Line
    now: int
    arrived: int
    problems: Sequence[Problem]
    changes: int
    live: int

    @property
    def id(self) -> int:
        """The id of the stage."""
        return int(self.of.stage.id)

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing under it."""
        return not self.line.cards and not self.line.lanes and not self.changes

    @property
    def loose(self) -> list[Problem]:
        """Problems that belong to no single rule."""
        return [problem for problem in self.problems if not problem.where.startswith("nodes.")]


@dataclass(frozen=True)
class Step:
    """What undo or redo would do."""

    chain: int
    number: int
    says: Phrase


@dataclass(frozen=True)
class Board:
    """A pipeline with all columns, the switcher, undo and redo, and how much there is to publish."""

    pipeline: Row
    pipelines: Sequence[Row]
    stages: tuple[StageView, ...]
    undo: Step | None
    redo: Step | None
    saved_at: datetime | None
    troubles: int

    @property
    def entity(self) -> str:
        """What moves on it: leads or deals."""
        return str(self.pipeline["entity"])

    @property
    def changes(self) -> int:
        """How many changes are not published yet."""
        return sum(stage.changes for stage in self.stages)

    @property
    def findings(self) -> int:
        """How many things would keep it from being published."""
        return sum(len(stage.problems) for stage in self.stages)

    @property
    def is_empty(self) -> bool:
        """Whether no stage has any rule yet."""
        return all(stage.is_bare for stage in self.stages)

    def stage(self, key: str) -> StageView:
        """A column by the stage's key."""
        return next(stage for stage in self.stages if stage.of.stage["key"] == key)


def gather(desk: Desk, pipeline_key: str, now: datetime) -> Board:
    """Read a board, in the same number of queries however many stages and rules there are."""
    chains = load(desk, pipeline_key)
    ids = [chain.stage.id for chain in chains.chains]
    on_stages, arrived, numbers = counts.now_on_stages(desk, ids), counts.arrivals(desk, ids, now), counts.steps(desk, chains, now)
    live = _live(desk, chains)
    stages = []
    for chain in chains.chains:
        problems = check_draft(chain.draft, chain.entity, chain.names, chain.reference)
        of_chain = counts.of_chain(numbers, chain.row.id if chain.row is not None else None)
        changes = differences.count(chain.published, chain.chain)
        here, came = on_stages.get(chain.stage.id, 0), arrived.get(chain.stage.id, 0)
        stages.append(StageView(chain, draw(chain, of_chain, problems), here, came, problems, changes, live.get(chain.stage.id, 0)))
    saved = [chain.row["changed_at"] for chain in chains.chains if chain.row is not None and chain.row["draft_number"]]
    edits = may(desk.actor, "rules.edit")
    return Board(
        chains.pipeline,
        list(desk.pipelines().values()),
        tuple(stages),
        _step(desk, ids, -1) if edits else None,
        _step(desk, ids, 1) if edits else None,
        max(saved, default=None),
        trouble.count(desk, chains.pipeline),
    )


def _live(desk: Desk, chains: PipelineChains) -> dict[int, int]:
    ids = {chain.row.id: chain.stage.id for chain in chains.chains if chain.row is not None}
    states = [state.value for state in LIVE_RUNS]
    counted = select(Run.chain_id, func.count()).where(Run.chain_id.in_(ids), Run.state.in_(states)).group_by(Run.chain_id)
    return {ids[chain]: count for chain, count in desk.transaction.execute(counted)} if ids else {}


def _step(desk: Desk, stage_ids: list[int], by: Any) -> Step | None:
    found = drafts.last_edits(desk, stage_ids, by)
    if found is None:
        return None
    number = found["number"] - (1 if by > 0 else 0)
    says = Phrase.from_json(found["says"]) if found["says"] else phrase("the last change")
    return Step(found["chain_id"], number, says)
