"""Verbs on leads and deals: make and edit them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crm import events
from crm.entities import TABLES, table_of
from crm.errors import Invalid, Problem
from crm.fields import Field, Kind
from crm.models import Head
from crm.transaction import Row
from crm.values import read_values
from crm.verbs.moves import MoveVerbs
from crm.words import Phrase, phrase

_HEADS = table_of(Head)


class RecordVerbs(MoveVerbs):
    """Make and edit leads and deals."""

    def create_record(self, entity: str, fields: Mapping[str, Any], *, stage: str | None = None, request_id: str | None = None) -> Row:
        """A new lead or deal on a stage (``pipeline/stage``; else the first of the entity's first pipeline).

        ``fields`` are values by field key, custom fields beside the standard ones. Raises ``Invalid`` naming each bad field.
        A repeated ``request_id`` gives the record that was made the first time.
        """
        self.allow("record.create")
        if request_id and (known := self.record_of_request(request_id)) is not None:
            return self.record(known)
        target = self.stage(stage) if stage else self.first_stage(entity)
        if self.pipelines()[target["pipeline_id"]]["entity"] != entity:
            raise Invalid.at("stage", phrase("That stage is not for this kind of record."))
        columns = self._columns(entity, {"title": None, **fields})
        columns.setdefault("currency", self.settings.currency)
        columns.setdefault("creator_id", self.actor.user_id)
        custom = {name[7:]: columns.pop(name) for name in list(columns) if name.startswith("custom.")}
        row = self.create(
            entity,
            "record.created",
            {
                **columns,
                "custom": {key: value for key, value in custom.items() if value is not None},
                "entity": entity,
                "pipeline_id": target["pipeline_id"],
                "stage_id": target.id,
                "is_repeat": entity == "lead" and _has_client(columns),
                "created_at": self.now,
                "updated_at": self.now,
                "stage_entered_at": self.now,
            },
        )
        head = self.transaction.insert(_HEADS, {"id": row.id})
        entry = self.enter(row, head, target.id, request_id)
        events.send(self.desk, events.StageEntered([events.Entry(row, entry, None)], self.quiet))
        return row

    def edit_record(self, record: Row, fields: Mapping[str, Any], *, stage: str | None = None) -> dict[str, Any]:
        """Change fields, and move in the same save where ``stage`` is given; returns the changed columns as they were."""
        self.allow("record.edit", record)
        self.lock([record.id])
        changes = self._columns(record["entity"], fields)
        if record["entity"] == "lead" and {"contact_ids", "company_id"} & set(changes):
            changes["is_repeat"] = _has_client({**record, **changes})
        before = self.change(record, "record.changed", changes)
        if before:
            self.write(record, {"updated_at": self.now})
            events.send(self.desk, events.RecordEdited(record, before, {name: changes[name] for name in before}))
        if stage is not None:
            self.move(record, stage)
        return before

    def custom_fields_of(self, entity: str) -> list[Field]:
        """The fields that the company added to an entity."""
        return [
            Field(
                row["key"], Kind(row["kind"]), Phrase(row["label"]), {each["key"]: each["label"] for each in row["options"] or ()} or None
            )
            for row in self.custom_fields()
            if row["entity"] == entity
        ]

    def _columns(self, entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        columns = read_values(entity, fields, self.custom_fields_of(entity))
        problems = [*self._unknown("contact", "contacts", columns.get("contact_ids") or ())]
        problems += self._unknown("company", "company", filter(None, [columns.get("company_id")]))
        problems += self._unknown("user", "responsible", filter(None, [columns.get("responsible_id")]))
        problems += self._unknown("user", "observers", columns.get("observers") or ())
        if "title" in columns and not columns["title"]:
            problems.append(Problem("title", phrase("A title is missing."), phrase("Give it a name by which people will find it.")))
        if problems:
            raise Invalid(problems)
        return columns

    def _unknown(self, entity: str, where: str, ids: Iterable[int]) -> list[Problem]:
        wanted = list(ids)
        found = self.transaction.load(TABLES[entity], wanted) if wanted else {}
        gone = [each for each in wanted if each not in found or found[each].get("deleted_at") is not None]
        return [Problem(where, phrase("This does not exist, or not any more."), kind="missing_reference")] if gone else []


def _has_client(columns: Mapping[str, Any]) -> bool:
    return bool(columns.get("contact_ids") or columns.get("company_id"))
