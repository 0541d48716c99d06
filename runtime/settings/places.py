"""Settings that name pipelines and stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.errors import Problem
from crm.words import phrase
from runtime.names import find_stage
from runtime.pieces import Piece, listed
from runtime.settings.base import Context, Resolver, Setting


class Pipeline(Setting[str]):
    """A pipeline of one kind of record, by its key."""

    form = "pipeline"
    wants = phrase("the key of a pipeline")

    def __init__(self, label: str, entity: str = "deal", **others: Any) -> None:
        super().__init__(label, **others)
        self.entity = entity

    def shape(self) -> dict[str, Any]:
        return {"type": "string", "minLength": int(self.required)}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, str)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        pipeline = context.names.pipelines.get(raw)
        if pipeline and pipeline.entity == self.entity:
            return []
        if pipeline:
            says = phrase("The pipeline “{name}” is for other records.", name=pipeline.name)
        else:
            says = phrase("There is no pipeline “{key}”.", key=raw)
        return [Problem(where, says, phrase("Choose a pipeline that exists."), "missing_reference")]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[str]:
        key = str(raw)
        return lambda scope: key

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        pipeline = context.names.pipelines.get(raw)
        return (Piece("value", pipeline.name if pipeline else raw),)


class Stage(Setting[str]):
    """A stage: of the chain's own pipeline, or of that which the setting named by ``of`` holds."""

    form = "stage"
    wants = phrase("a stage, written as pipeline/stage")

    def __init__(self, label: str, *, of: str | None = None, **others: Any) -> None:
        super().__init__(label, **others)
        self.of = of

    def shape(self) -> dict[str, Any]:
        return {"type": "string", "minLength": int(self.required)}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, str)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        found = find_stage(context.names, raw)
        if not found:
            return [_no_stage(raw, where)]
        wanted = context.settings.get(self.of) if self.of else context.pipeline
        fits = found[0].key == wanted if wanted else self.of is not None or found[0].entity == context.entity
        if fits:
            return []
        says = phrase("The stage “{stage}” is in another pipeline.", stage=found[1].name)
        return [Problem(where, says, phrase("Choose a stage of the same pipeline."), "missing_reference")]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[str]:
        reference = str(raw)
        return lambda scope: reference

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return (_stage_piece(raw, context),)


class Stages(Setting[tuple[str, ...]]):
    """Several stages of the record's own kind, in any of its pipelines."""

    form = "stages"
    wants = phrase("a list of stages, each written as pipeline/stage")
    empty = []
    unset = ()

    def shape(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": int(self.required)}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, list) and all(isinstance(stage, str) and stage for stage in raw)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        found = {reference: find_stage(context.names, reference) for reference in raw}
        missing = [reference for reference, stage in found.items() if not stage or stage[0].entity != context.entity]
        return [_no_stage(reference, where) for reference in missing]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[tuple[str, ...]]:
        references = tuple(raw)
        return lambda scope: references

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return listed([(_stage_piece(reference, context),) for reference in raw])


def _no_stage(reference: str, where: str) -> Problem:
    says = phrase("There is no stage “{stage}” here.", stage=reference)
    return Problem(where, says, phrase("Choose a stage that exists."), "missing_reference")


def _stage_piece(reference: str, context: Context) -> Piece:
    found = find_stage(context.names, reference)
    if not found:
        return Piece("value", reference)
    pipeline, stage = found
    return Piece("value", stage.name if pipeline.key == context.pipeline else f"{pipeline.name}, {stage.name}")
