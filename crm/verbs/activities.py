"""Verbs on what is done and to be done about a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from crm.entities import TABLES, table_of
from crm.models import Activity
from crm.transaction import Row
from crm.verbs.base import DeskBase

_ACTIVITIES = table_of(Activity)


class ActivityVerbs(DeskBase):
    """Log, complete and reopen activities."""

    def log_activity(self, record: Row, kind: str, values: Mapping[str, Any]) -> Row:
        """Something that was done with the client, on the timeline of the record: a closed activity."""
        return self.create(
            "activity",
            "activity.logged",
            {
                "responsible_id": record["responsible_id"],
                "creator_id": self.actor.user_id,
                "at": self.now,
                **values,
                "kind": kind,
                "record_id": record.id,
                "made_by_rule": self.origin.run is not None,
                "created_at": self.now,
            },
            record.id,
        )

    def activity(self, activity_id: int) -> Row:
        """An activity that is there."""
        return self.row("activity", activity_id)

    def complete_activity(self, activity: Row) -> None:
        """Close an open activity."""
        self.allow("record.edit", self.transaction.get(TABLES["deal"], activity["record_id"]))
        if activity["open"]:
            self._close(activity)

    def reopen_activity(self, activity: Row) -> None:
        """Open a completed activity again."""
        self.allow("record.edit", self.transaction.get(TABLES["deal"], activity["record_id"]))
        if not activity["open"]:
            self.change(activity, "activity.reopened", {"open": True, "completed_at": None, "completed_by": None}, activity["record_id"])

    def close_activities_of(self, records: Iterable[Row], *, ended: bool) -> None:
        """Records leave their stage: complete what closes by itself then, and everything open where they have ``ended``."""
        ids = [row.id for row in records]
        if not ids:
            return
        statement = select(_ACTIVITIES).where(_ACTIVITIES.c.record_id.in_(ids), _ACTIVITIES.c.open, _ACTIVITIES.c.deleted_at.is_(None))
        for activity in self.transaction.rows(statement, _ACTIVITIES):
            if ended or (activity["auto_complete"] and activity["created_at"] != self.now):
                self._close(activity)

    def _close(self, activity: Row) -> None:
        changes = {"open": False, "completed_at": self.now, "completed_by": self.actor.person_id}
        self.change(activity, "activity.completed", changes, activity["record_id"])
