"""Reads the exceptions list: who or what put each entry there, when, from which record, in pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from crm.access import visible_to
from crm.actor import Actor
from crm.models import Exception_, Record, User

KINDS = ("email", "domain", "phone")
_NUMBER_LIKE = re.compile(r"[+(]*[0-9][0-9 ().+/-]*")


@dataclass(frozen=True)
class Listed:
    """One entry. ``run`` is the run of the rule that added it; the record is given only to who may see it."""

    id: int
    kind: str
    value: str
    comment: str | None
    added_by: str | None
    run: bytes | None
    created_at: datetime
    record_id: int | None
    record_entity: str | None
    record_title: str | None
    record_is_deleted: bool


@dataclass(frozen=True)
class Wanted:
    """Which entries are looked for: words in value or comment, and a kind."""

    words: str = ""
    kind: str | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same for a query."""
        words = self.words.strip()
        found = [true() if self.kind is None else Exception_.kind == self.kind]
        if words:
            values = [Exception_.value.icontains(words, autoescape=True), Exception_.comment.icontains(words, autoescape=True)]
            if _NUMBER_LIKE.fullmatch(words):
                digits = "".join(filter(str.isdigit, words)).lstrip("0")
                values.append(and_(Exception_.kind == "phone", Exception_.value.contains(digits, autoescape=True)))
            found.append(or_(*values))
        return and_(*found)


def count(connection: Connection, wanted: Wanted) -> int:
    """How many entries there are."""
    return int(connection.execute(select(func.count()).select_from(Exception_).where(wanted.condition)).scalar() or 0)


def find(connection: Connection, wanted: Wanted, actor: Actor, *, limit: int, offset: int = 0, before: int | None = None) -> list[Listed]:
    """The newest entries first, in one query; with ``before`` those that are older than that one."""
    statement = _statement(actor).where(wanted.condition).order_by(Exception_.id.desc()).limit(limit).offset(offset)
    if before is not None:
        statement = statement.where(Exception_.id < before)
    return [Listed(*row) for row in connection.execute(statement)]


def every(connection: Connection) -> Sequence[tuple[str, str | None]]:
    """All values with their comments, for the export."""
    rows = connection.execute(select(Exception_.value, Exception_.comment).order_by(Exception_.kind, Exception_.value))
    return [(value, comment) for value, comment in rows]


def entry_for(connection: Connection, values: Sequence[str]) -> int | None:
    """The id of the entry that one of these normalised values has, if it is listed."""
    found: int | None = connection.execute(select(Exception_.id).where(Exception_.value.in_(values)).limit(1)).scalar()
    return found


def _statement(actor: Actor) -> Select[Any]:
    return (
        select(
            Exception_.id,
            Exception_.kind,
            Exception_.value,
            Exception_.comment,
            User.name,
            Exception_.run,
            Exception_.created_at,
            Record.id,
            Record.entity,
            Record.title,
            Record.deleted_at.is_not(None),
        )
        .select_from(Exception_)
        .outerjoin(User, User.id == Exception_.added_by)
        .outerjoin(Record, and_(Record.id == Exception_.record_id, visible_to(actor)))
    )
