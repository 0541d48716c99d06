"""Verbs that move records from stage to stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm import events
from crm.entities import TABLES, table_of
from crm.errors import Invalid, NotFound
from crm.keys import new_key
from crm.models import Head, StageEntry
from crm.transaction import Row
from crm.verbs.activities import ActivityVerbs
from crm.words import phrase

_ENTRIES = table_of(StageEntry)
_HEADS = table_of(Head)


@dataclass(frozen=True)
class Moved:
    """What a move did: how many records moved, and how many stood there already or are gone."""

    count: int
    left_out: int


class MoveVerbs(ActivityVerbs):
    """Each new stay on a stage is told as an event, from which the rules start."""

    def move(self, record: Row, stage: str, *, request_id: str | None = None) -> Moved:
        """Move one record to a stage (``pipeline/stage``) of its pipeline.

        A repeated ``request_id`` and a move to where it stands do nothing.
        """
        return self.move_many([record.id], stage, request_id=request_id)

    def move_many(self, record_ids: Sequence[int], stage: str, *, request_id: str | None = None) -> Moved:
        """Move records to a stage of their pipeline, all in this transaction. The gone and those already there are left out."""
        target = self.stage(stage)
        if request_id and self.record_of_request(request_id) is not None:
            return Moved(0, len(record_ids))
        heads = self.lock(record_ids)
        found = self.transaction.load(TABLES["deal"], record_ids)
        moving = [row for row in found.values() if row["deleted_at"] is None and row["stage_id"] != target.id]
        for row in moving:
            self.allow("record.move", row)
            if row["pipeline_id"] != target["pipeline_id"]:
                raise Invalid.at("stage", phrase("That stage belongs to another pipeline."))
        self.close_activities_of(moving, ended=target["kind"] != "process")
        entries = []
        for row in moving:
            head = heads[row.id]
            left = head["entry_id"]
            self._journal_move(row, target, stage)
            self.transaction.update(row, {"stage_id": target.id, "stage_entered_at": self.now, "updated_at": self.now})
            entries.append(events.Entry(row, self.enter(row, head, target.id, request_id), left))
            request_id = None
        if entries:
            events.send(self.desk, events.StageEntered(entries, self.quiet))
        return Moved(len(moving), len(record_ids) - len(moving))

    def first_stage(self, entity: str) -> Row:
        """The first stage of the first pipeline of leads or deals."""
        for pipeline in self.pipelines().values():
            if pipeline["entity"] == entity:
                return self.stages_of(pipeline.id)[0]
        raise NotFound(phrase("There is no pipeline for this yet."))

    def stages_of(self, pipeline_id: int) -> list[Row]:
        """The stages of a pipeline in order."""
        return [stage for stage in self.stages().values() if stage["pipeline_id"] == pipeline_id]

    def enter(self, row: Row, head: Row, stage_id: int, request_id: str | None = None) -> bytes:
        """Begin a stay on a stage and end the one before; returns the key of the new stay."""
        if head["entry_id"] is not None:
            self.transaction.update_by_id(_ENTRIES, head["entry_id"], {"left_at": self.now})
        key = new_key(self.now)
        self.transaction.insert(
            _ENTRIES,
            {
                "id": key,
                "request_id": request_id,
                "record_id": row.id,
                "stage_id": stage_id,
                "seq": head["seq"] + 1,
                "entered_at": self.now,
                "actor_id": self.actor.user_id,
                "step": self.origin.step,
            },
        )
        self.transaction.update(head, {"seq": head["seq"] + 1, "entry_id": key})
        return key

    def record_of_request(self, request_id: str) -> int | None:
        """The record that this request has put on a stage already, if it came before."""
        statement = select(_ENTRIES.c.record_id).where(_ENTRIES.c.request_id == request_id)
        found: int | None = self.transaction.execute(statement).scalar()
        return found

    def _journal_move(self, row: Row, target: Row, stage: str) -> None:
        before = {"stage_id": row["stage_id"], "stage": self.stage_reference(row["stage_id"])}
        self.journal("record.moved", row["entity"], row.id, row.id, before, {"stage_id": target.id, "stage": stage})
