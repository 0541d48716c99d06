"""Verbs that put something on the timeline or into the History of a record."""

from __future__ import annotations

from crm.entities import TABLES
from crm.errors import Invalid, NotAllowed
from crm.transaction import Row
from crm.values import LONG, checked_text
from crm.verbs.clients import ClientVerbs
from crm.words import phrase


class CommentVerbs(ClientVerbs):
    """Comments stand on the timeline; entries of the log stand in History only."""

    def add_comment(self, record: Row, text: str, *, author: int | None = None) -> Row:
        """A comment on the timeline, by ``author`` (a user id; else whoever acts)."""
        self.allow("comment.add", record)
        return self.create(
            "comment",
            "comment.added",
            {
                "record_id": record.id,
                "author_id": author if author is not None else self.actor.user_id,
                "text": self._needed(text),
                "created_at": self.now,
            },
            record.id,
        )

    def edit_comment(self, comment: Row, text: str) -> None:
        """Change the text of a comment; one's own, but for managers and admins."""
        self._allow_own(comment)
        self.change(comment, "comment.changed", {"text": self._needed(text)}, comment["record_id"])

    def delete_comment(self, comment: Row) -> None:
        """Take a comment off the timeline; History keeps it."""
        self._allow_own(comment)
        self.change(comment, "comment.deleted", {"deleted_at": self.now}, comment["record_id"])

    def restore_comment(self, comment: Row) -> None:
        """Put a comment back that was taken off the timeline."""
        self._allow_own(comment)
        self.change(comment, "comment.restored", {"deleted_at": None}, comment["record_id"])

    def write_history(self, record: Row, text: str, *, created_by: int | None = None) -> bytes:
        """An entry of the type *Information* in the record's History, by a person or by the system."""
        self.allow("comment.add", record)
        told = {"text": self._needed(text), "created_by": created_by}
        return self.journal("log.written", record["entity"], record.id, record.id, None, told)

    def _allow_own(self, comment: Row) -> None:
        self.allow("comment.add", self.transaction.get(TABLES["deal"], comment["record_id"]))
        if self.actor.kind == "person" and self.actor.role == "employee" and comment["author_id"] != self.actor.user_id:
            raise NotAllowed

    def _needed(self, text: str) -> str:
        checked = read_long(text)
        if not checked:
            raise Invalid.at("text", phrase("The text is missing."))
        return checked


def read_long(text: str) -> str:
    """A long text without control characters; raises ``Invalid`` where it is too long."""
    try:
        return checked_text(text, LONG)
    except ValueError as refused:
        raise Invalid.at("text", getattr(refused, "says", phrase("This cannot be stored."))) from refused
