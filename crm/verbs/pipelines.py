"""Verbs on pipelines and their stages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from crm import events
from crm.entities import TABLES
from crm.errors import Invalid
from crm.transaction import Row
from crm.values import checked_text
from crm.verbs.audit import AuditVerbs
from crm.verbs.moves import MoveVerbs
from crm.words import counted, phrase

COLOURS = ("sky", "teal", "violet", "rose", "green", "stone", "brick")
KINDS = ("process", "success", "failure")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class PipelineVerbs(MoveVerbs, AuditVerbs):
    """Create, rename, reorder, colour and remove pipelines and stages. A stage is removed only when empty or with a target."""

    def create_pipeline(self, entity: str, name: str, *, key: str | None = None, stages: Sequence[Mapping[str, Any]] = ()) -> Row:
        """A new pipeline for leads or deals with its stages (``name``, and ``key kind colour`` where they matter)."""
        self.allow("pipelines.edit")
        if entity not in ("lead", "deal"):
            raise Invalid.at("entity", phrase("A pipeline is for leads or for deals."))
        taken = {row["key"] for row in self.pipelines().values()}
        values = {"key": key or free_key(name, taken), "entity": entity, "name": _name(name), "position": len(taken)}
        if values["key"] in taken:
            raise Invalid.at("key", phrase("There is a pipeline “{key}” already.", key=values["key"]))
        pipeline = self.create("pipeline", "pipeline.created", values)
        self.forget("pipelines", "stages")
        for stage in stages:
            self.create_stage(pipeline, stage["name"], key=stage.get("key"), kind=stage.get("kind", "process"), colour=stage.get("colour"))
        self.audit("pipeline.created", f"pipeline:{values['key']}", {"name": values["name"]})
        return pipeline

    def rename_pipeline(self, pipeline: Row, name: str) -> None:
        """Give a pipeline another name; its key stays."""
        self.allow("pipelines.edit")
        self.change(pipeline, "pipeline.changed", {"name": _name(name)})
        self.audit("pipeline.renamed", f"pipeline:{pipeline['key']}", {"name": name})
        self.forget("pipelines")

    def create_stage(self, pipeline: Row, name: str, *, key: str | None = None, kind: str = "process", colour: str | None = None) -> Row:
        """A new stage at the end of the pipeline."""
        self.allow("pipelines.edit")
        siblings = self.stages_of(pipeline.id)
        taken = {row["key"] for row in siblings}
        key = key or free_key(name, taken)
        if key in taken or not _KEY.fullmatch(key):
            raise Invalid.at("key", phrase("“{key}” cannot be the key of another stage here.", key=key))
        shown = colour or _colour_for(kind, len(siblings))
        _check_stage(kind, shown)
        values = {"pipeline_id": pipeline.id, "key": key, "name": _name(name), "kind": kind, "colour": shown, "position": len(siblings)}
        stage = self.create("stage", "stage.created", values)
        self.stages()[stage.id] = stage
        self.audit("stage.created", f"stage:{pipeline['key']}/{key}", {"name": values["name"]})
        return stage

    def edit_stage(self, stage: Row, changes: Mapping[str, Any]) -> None:
        """Change ``name``, ``colour`` or ``kind``; its key stays."""
        self.allow("pipelines.edit")
        wanted = {name: value for name, value in changes.items() if name in ("name", "colour", "kind")}
        _check_stage(wanted.get("kind", stage["kind"]), wanted.get("colour", stage["colour"]))
        if "name" in wanted:
            wanted["name"] = _name(wanted["name"])
        if self.change(stage, "stage.changed", wanted):
            self.audit("stage.changed", f"stage:{self.stage_reference(stage.id)}", wanted)
            self.forget("stages")

    def order_stages(self, pipeline: Row, keys: Sequence[str]) -> None:
        """Put the stages of a pipeline into another order; all of them must be named."""
        self.allow("pipelines.edit")
        by_key = {stage["key"]: stage for stage in self.stages_of(pipeline.id)}
        if sorted(by_key) != sorted(keys):
            raise Invalid.at("order", phrase("The stages have changed in the meantime."), phrase("Load the page again."))
        self._number([by_key[key] for key in keys])
        self.audit("stages.ordered", f"pipeline:{pipeline['key']}", {"order": list(keys)})

    def delete_stage(self, stage: Row, *, target: str | None = None) -> int:
        """Remove a stage. Records that stand on it move to ``target`` first, where rules start as on any move; returns how many moved."""
        self.allow("pipelines.edit")
        siblings = [row for row in self.stages_of(stage["pipeline_id"]) if row.id != stage.id]
        if not siblings:
            raise Invalid.at("stage", phrase("A pipeline needs at least one stage."))
        records = TABLES["deal"]
        reference = self.stage_reference(stage.id)
        ids = list(self.transaction.execute(select(records.c.id).where(records.c.stage_id == stage.id)).scalars())
        if ids and (target is None or target == reference):
            raise Invalid.at(
                "target",
                counted("One record stands on “{stage}”.", "{count} records stand on “{stage}”.", count=len(ids), stage=stage["name"]),
                phrase("Choose the stage to which they shall move."),
            )
        moved = 0
        if ids and target is not None:
            self._rehome_deleted(stage, self.stage(target))
            for start in range(0, len(ids), 200):
                moved += self.move_many(ids[start : start + 200], target).count
        events.send(self.desk, events.StagesRemoved([stage.id]))
        self.remove(stage, "stage.deleted")
        self.forget("stages")
        self._number(siblings)
        self.audit("stage.deleted", f"stage:{reference}", {"name": stage["name"], "moved": moved})
        return moved

    def delete_pipeline(self, pipeline: Row) -> None:
        """Remove a pipeline on which nothing stands, not even in the recycle bin."""
        self.allow("pipelines.edit")
        records = TABLES["deal"]
        count = self.transaction.execute(select(func.count()).select_from(records).where(records.c.pipeline_id == pipeline.id)).scalar()
        if count:
            says = counted(
                "One record stands in this pipeline or its recycle bin.",
                "{count} records stand in this pipeline or its recycle bin.",
                count=count,
            )
            raise Invalid.at("pipeline", says)
        stages = self.stages_of(pipeline.id)
        events.send(self.desk, events.StagesRemoved([stage.id for stage in stages]))
        for stage in stages:
            self.remove(stage, "stage.deleted")
        self.remove(pipeline, "pipeline.deleted")
        self.forget("stages", "pipelines")
        self.audit("pipeline.deleted", f"pipeline:{pipeline['key']}", {"name": pipeline["name"]})

    def _rehome_deleted(self, stage: Row, target: Row) -> None:
        """What lies in the recycle bin comes back on the target too."""
        records = TABLES["deal"]
        statement = select(records).where(records.c.stage_id == stage.id, records.c.deleted_at.is_not(None))
        for row in self.transaction.rows(statement, records):
            self.write(row, {"stage_id": target.id})

    def _number(self, stages: Iterable[Row]) -> None:
        for position, stage in enumerate(stages):
            if stage["position"] != position:
                self.transaction.update(stage, {"position": position})
        self.forget("stages")


def free_key(name: str, taken: Iterable[str]) -> str:
    """A key made from a name, with a number behind it where it is taken."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L").replace("đ", "d").replace("Đ", "D"))
    base = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode().lower()).strip("_")[:32] or "item"
    used = set(taken)
    return next(key for number in range(1, len(used) + 2) if (key := base if number == 1 else f"{base}_{number}") not in used)


def _name(written: str) -> str:
    try:
        name = checked_text(written, 80)
    except ValueError as refused:
        raise Invalid.at("name", getattr(refused, "says", phrase("This cannot be a name."))) from refused
    if not name:
        raise Invalid.at("name", phrase("A name is missing."))
    return name


def _check_stage(kind: str, colour: str) -> None:
    if kind not in KINDS:
        raise Invalid.at("kind", phrase("A stage is in progress, a success or a failure."))
    if colour not in COLOURS:
        raise Invalid.at("colour", phrase("This is not one of the colours."))


def _colour_for(kind: str, position: int) -> str:
    return {"success": "green", "failure": "stone"}.get(kind) or COLOURS[position % 4]
