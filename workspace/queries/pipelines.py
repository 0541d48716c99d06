"""Reads the pipelines and their stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm.errors import NotFound
from crm.models import Pipeline, Stage


@dataclass(frozen=True, slots=True)
class StageOf:
    """A stage as pages show it."""

    id: int
    key: str
    name: str
    kind: str
    colour: str


@dataclass(frozen=True, slots=True)
class PipelineOf:
    """A pipeline with its stages in order."""

    id: int
    key: str
    name: str
    entity: str
    stages: tuple[StageOf, ...]

    def stage(self, stage_id: int) -> StageOf | None:
        """A stage of this pipeline by its id."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def reference(self, stage: StageOf) -> str:
        """A stage as the desk names it."""
        return f"{self.key}/{stage.key}"


def pipelines(connection: Connection) -> list[PipelineOf]:
    """All pipelines in their order, those of deals first."""
    stages: dict[int, list[StageOf]] = {}
    for pipeline_id, *columns in connection.execute(_STAGES):
        stages.setdefault(pipeline_id, []).append(StageOf(*columns))
    return [PipelineOf(row.id, row.key, row.name, row.entity, tuple(stages.get(row.id, ()))) for row in connection.execute(_PIPELINES)]


def named(found: Sequence[PipelineOf], key: str) -> PipelineOf:
    """The pipeline of a key, else ``NotFound``."""
    pipeline = next((each for each in found if each.key == key), None)
    if pipeline is None:
        raise NotFound
    return pipeline


_PIPELINES = select(Pipeline.id, Pipeline.key, Pipeline.name, Pipeline.entity).order_by(Pipeline.entity, Pipeline.position, Pipeline.id)
_STAGES = select(Stage.pipeline_id, Stage.id, Stage.key, Stage.name, Stage.kind, Stage.colour).order_by(Stage.position, Stage.id)
