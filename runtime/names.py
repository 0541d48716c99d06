"""What exists here and can be named by a chain: pipelines, people, fields, variables, templates, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crm.fields import Field, Kind


@dataclass(frozen=True)
class KnownStage:
    """A stage of a pipeline; ``kind`` is ``process``, ``success`` or ``failure``."""

    key: str
    name: str
    kind: str = "process"


@dataclass(frozen=True)
class KnownPipeline:
    """A pipeline with its stages in their order."""

    key: str
    entity: str
    name: str
    stages: tuple[KnownStage, ...] = ()

    def stage(self, key: str) -> KnownStage | None:
        """The stage with this key (without the pipeline's)."""
        return next((stage for stage in self.stages if stage.key == key), None)


@dataclass(frozen=True)
class KnownTemplate:
    """A document or message template; ``kind`` is ``document`` or ``message``."""

    key: str
    kind: str
    name: str


class Names(Protocol):
    """Whatever can tell what exists; all mappings go from the key that a chain holds to what people see."""

    @property
    def pipelines(self) -> Mapping[str, KnownPipeline]:
        """Pipelines of leads and deals."""

    @property
    def users(self) -> Mapping[str, str]:
        """People by key, to their names."""

    @property
    def departments(self) -> Mapping[str, str]:
        """Departments by key, to their names."""

    @property
    def fields(self) -> Mapping[str, Sequence[Field]]:
        """Custom fields by entity (``deal lead contact company``)."""

    @property
    def variables(self) -> Mapping[str, Kind]:
        """Variables, to what they hold."""

    @property
    def constants(self) -> Mapping[str, Kind]:
        """Constants, to what they hold."""

    @property
    def trigger(self) -> Mapping[str, Kind]:
        """What the triggers that lead to the stage can hand over."""

    @property
    def templates(self) -> Mapping[str, KnownTemplate]:
        """Document and message templates."""

    @property
    def files(self) -> Mapping[str, str]:
        """Stored files by key, to their names."""


@dataclass(frozen=True)
class KnownNames:
    """Names written down beforehand: for files that are checked without a database, and for tests."""

    pipelines: Mapping[str, KnownPipeline] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    variables: Mapping[str, Kind] = field(default_factory=dict)
    constants: Mapping[str, Kind] = field(default_factory=dict)
    trigger: Mapping[str, Kind] = field(default_factory=dict)
    templates: Mapping[str, KnownTemplate] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def find_stage(names: Names, reference: str) -> tuple[KnownPipeline, KnownStage] | None:
    """The pipeline and stage that a reference such as ``sales/spam`` means, if there is one."""
    pipeline_key, _, stage_key = reference.partition("/")
    pipeline = names.pipelines.get(pipeline_key)
    stage = pipeline.stage(stage_key) if pipeline else None
    return (pipeline, stage) if pipeline and stage else None
