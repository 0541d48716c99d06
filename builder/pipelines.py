"""A pipeline with the chains of its stages: drafts, and the versions that hold now; read in a few queries, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.desk import Desk
from crm.entities import table_of
from crm.errors import NotFound
from crm.transaction import Row
from runtime.engine.known import known_names
from runtime.engine.models import ChainRow, Version
from runtime.engine.publishing import EMPTY
from runtime.graph import Chain, read_draft
from runtime.names import Names
from runtime.sentences import chain_context
from runtime.settings.base import Context
from web.words import current_locale

_CHAIN, _VERSION = table_of(ChainRow), table_of(Version)


@dataclass(frozen=True)
class StageChain:
    """The rules of one stage: the draft as it is edited, and what is published. ``row`` is missing where there never were any."""

    stage: Row
    reference: str
    entity: str
    names: Names
    row: Row | None
    version: Row | None

    @property
    def draft(self) -> Mapping[str, Any]:
        """The draft as it is stored."""
        return EMPTY if self.row is None else self.row["draft"]

    @property
    def number(self) -> int:
        """The number of the draft."""
        return 0 if self.row is None else self.row["draft_number"]

    @property
    def is_on(self) -> bool:
        """Whether its rules are switched on."""
        return self.row is None or self.row["enabled"]

    @property
    def chain(self) -> Chain:
        """The draft, read."""
        return read_draft(self.draft)

    @property
    def published(self) -> Chain:
        """What is published, read; empty where nothing is."""
        return read_draft(EMPTY if self.version is None else self.version["graph"])

    def context(self, chain: Chain) -> Context:
        """What the sentences of a chain of this stage are told from."""
        return context_of(chain, self.entity, self.names, self.reference)


@dataclass(frozen=True)
class PipelineChains:
    """A pipeline and the chains of its stages, in order."""

    pipeline: Row
    names: Names
    chains: tuple[StageChain, ...]

    def of(self, stage_key: str) -> StageChain:
        """The chain of a stage by the stage's key, else ``NotFound``."""
        return next((chain for chain in self.chains if chain.stage["key"] == stage_key), None) or _missing()


def load(desk: Desk, pipeline_key: str) -> PipelineChains:
    """A pipeline by its key with all chains, else ``NotFound``."""
    pipeline = find_pipeline(desk, pipeline_key)
    stages = desk.stages_of(pipeline.id)
    names = known_names(desk)
    statement = select(_CHAIN).where(_CHAIN.c.stage_id.in_([stage.id for stage in stages]))
    rows = {row["stage_id"]: row for row in desk.transaction.rows(statement, _CHAIN)}
    versions = desk.transaction.load(_VERSION, [row["version_id"] for row in rows.values() if row["version_id"] is not None])
    chains = []
    for stage in stages:
        row = rows.get(stage.id)
        version = versions.get(row["version_id"]) if row is not None else None
        chains.append(StageChain(stage, f"{pipeline_key}/{stage['key']}", pipeline["entity"], names, row, version))
    return PipelineChains(pipeline, names, tuple(chains))


def find_pipeline(desk: Desk, key: str) -> Row:
    """A pipeline by its key, else ``NotFound``."""
    return next((row for row in desk.pipelines().values() if row["key"] == key), None) or _missing()


def context_of(chain: Chain, entity: str, names: Names, stage: str | None) -> Context:
    """What the sentences of a chain are told from, in the reader's language."""
    made = chain_context(chain, entity, names, stage)
    return Context(made.names, made.paths, made.entity, made.stage, str(current_locale()))


def _missing() -> Any:
    raise NotFound
