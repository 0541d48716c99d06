"""Verbs of the recycle bin: what goes there together comes back together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from crm import events
from crm.entities import KEPT_IN_BIN, TABLES, entity_of, table_of
from crm.errors import NotFound
from crm.models import BinEntry, Comment, Head, StageEntry
from crm.names import title_of
from crm.transaction import Row
from crm.verbs.comments import CommentVerbs
from crm.words import phrase

DAYS_KEPT = 30
_BIN = table_of(BinEntry)
_HEADS = table_of(Head)


class BinVerbs(CommentVerbs):
    """Delete to the bin, restore from it, and empty what has lain there for thirty days."""

    def delete_records(self, rows: Sequence[Row], *, record: Row | None = None) -> Row:
        """Put leads, deals, contacts and companies into the bin together; returns their entry there.

        ``record`` is the one in whose History it all stands, where they go because of it.
        """
        for row in rows:
            self.allow("record.delete" if entity_of(row) in ("lead", "deal") else "client.edit", row)
        self.lock([row.id for row in rows])
        entry = self.transaction.insert(
            _BIN,
            {
                "id": self.transaction.next_id(),
                "at": self.now,
                "actor_id": self.actor.user_id,
                "run": self.origin.run,
                "title": title_of(record if record is not None else rows[0]),
                "size": len(rows),
            },
        )
        for row in rows:
            told = {"title": title_of(row)}
            self.write(row, {"deleted_at": self.now, "bin_id": entry.id})
            about = row.id if entity_of(row) in ("lead", "deal") else (record.id if record is not None else None)
            self.journal("record.deleted", entity_of(row), row.id, about, {**told, "bin_id": None}, {"bin_id": entry.id})
        gone = [row for row in rows if row.table is TABLES["deal"]]
        if gone:
            events.send(self.desk, events.RecordsRemoved(gone))
        return entry

    def restore(self, entry_id: int) -> list[Row]:
        """Bring back all that went to the bin together. Their stage's rules do not start.

        Whoever put it there may, and whoever is responsible for one of the records, also where a rule put it there.
        """
        entry = self.transaction.get(_BIN, entry_id)
        if entry is None or entry["restored_at"] is not None:
            raise NotFound(phrase("This is not in the recycle bin any more."))
        rows = self.rows_in_bin(entry_id)
        self.lock([row.id for row in rows])
        if self.actor.user_id not in {entry["actor_id"], *(row["responsible_id"] for row in rows if row.table is TABLES["deal"])}:
            self.allow("bin.restore_any")
        for row in rows:
            self.put_back(row)
        self.close_bin_entry(entry_id)
        return rows

    def close_bin_entry(self, entry_id: int) -> None:
        """Nothing lies in this entry any more."""
        self.transaction.update_by_id(_BIN, entry_id, {"restored_at": self.now})

    def rows_in_bin(self, entry_id: int) -> list[Row]:
        """The rows that lie in one entry of the bin."""
        tables = {TABLES[entity].name: TABLES[entity] for entity in sorted(KEPT_IN_BIN)}
        return [
            row
            for table in tables.values()
            for row in self.transaction.rows(select(table).where(table.c.bin_id == entry_id, table.c.deleted_at.is_not(None)), table)
        ]

    def put_back(self, row: Row) -> None:
        """Take one row out of the bin."""
        about = row.id if row.table is TABLES["deal"] else None
        self.journal("record.restored", entity_of(row), row.id, about, {"bin_id": row["bin_id"]}, {"title": title_of(row), "bin_id": None})
        self.write(row, {"deleted_at": None, "bin_id": None})

    def empty_bin(self) -> int:
        """Remove for good what has lain in the bin for thirty days; History keeps that it was. Returns how many entries."""
        old = select(_BIN.c.id).where(_BIN.c.at < self.now - timedelta(days=DAYS_KEPT), _BIN.c.restored_at.is_(None)).limit(100)
        entries = list(self.transaction.execute(old).scalars())
        for entry_id in entries:
            rows = self.rows_in_bin(entry_id)
            records = [row.id for row in rows if row.table is TABLES["deal"]]
            self.transaction.execute(delete(Comment).where(Comment.record_id.in_(records)))
            self.transaction.execute(delete(TABLES["activity"]).where(TABLES["activity"].c.record_id.in_(records)))
            self.transaction.execute(delete(StageEntry).where(StageEntry.record_id.in_(records)))
            for row in rows:
                self.transaction.execute(delete(row.table).where(row.table.c.id == row.id))
                self.transaction.execute(delete(_HEADS).where(_HEADS.c.id == row.id))
        if entries:
            self.transaction.execute(update(_BIN).where(_BIN.c.id.in_(entries)).values(restored_at=self.now))
        return len(entries)
