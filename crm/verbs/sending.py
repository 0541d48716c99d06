"""Verbs on what leaves the house. Nothing is sent here: a row is written, and a sender delivers it after the commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm import events
from crm.entities import table_of
from crm.keys import new_key
from crm.models import Outgoing
from crm.transaction import Row
from crm.verbs.base import DeskBase

_OUTGOING = table_of(Outgoing)


class SendingVerbs(DeskBase):
    """Put something into the outbox, and take it out again while it is unsent."""

    def post(self, channel: str, request: Mapping[str, Any], record: Row) -> Row:
        """Have a request delivered through a channel; it is frozen now, so every try sends the same."""
        row = self.transaction.insert(
            _OUTGOING,
            {
                "id": new_key(self.now),
                "channel": channel,
                "run": self.origin.run,
                "step": self.origin.step,
                "root": self.origin.root,
                "record_id": record.id,
                "request": dict(request),
                "state": "prepared",
                "available_at": self.now,
                "created_at": self.now,
            },
        )
        self.journal(f"{channel}.posted", record["entity"], record.id, record.id, None, {"outgoing": row["id"].hex(), **request})
        events.send(self.desk, events.Posted(row))
        return row

    def withdraw(self, outgoing: Row) -> bool:
        """Take something out of the outbox; False where a sender has it already."""
        if outgoing["state"] != "prepared":
            return False
        self.transaction.update(outgoing, {"state": "withdrawn", "settled_at": self.now})
        return True
