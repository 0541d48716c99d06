"""Reads the mailbox and the call log with what became of each; what belongs to a record that somebody may not see is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from crm.access import visible_to
from crm.actor import Actor
from crm.incoming import Outcome
from crm.models import Call, Message, Record

LONGEST_PREVIEW = 160
_Any = aliased(Record)


@dataclass(frozen=True)
class Reached:
    """The record that something reached."""

    id: int
    entity: str
    title: str
    is_deleted: bool


@dataclass(frozen=True)
class Letter:
    """A message of the mailbox; ``text`` is only its beginning in a list."""

    id: int
    direction: str
    sender: str
    sender_name: str | None
    mailbox: str | None
    recipients: list[str]
    subject: str
    text: str
    listed: bool
    at: datetime
    outcome: Outcome
    record: Reached | None
    entity = "message"


@dataclass(frozen=True)
class Logged:
    """A call of the call log."""

    id: int
    direction: str
    phone: str
    line: str | None
    answered: bool
    seconds: int | None
    listed: bool
    at: datetime
    outcome: Outcome
    record: Reached | None
    entity = "call"


@dataclass(frozen=True)
class Wanted:
    """Which are looked for: words, and whether they are in the CRM (``in``), kept out of it (``out``), or either."""

    words: str = ""
    place: str = "all"


def count(connection: Connection, table: type[Message] | type[Call], wanted: Wanted, actor: Actor) -> int:
    """How many there are."""
    statement = _joined(select(func.count()), table, actor).where(_words(table, wanted.words), _place(table, wanted))
    return int(connection.execute(statement).scalar() or 0)


def letters(connection: Connection, wanted: Wanted, actor: Actor, *, limit: int, offset: int) -> list[Letter]:
    """Messages, the newest first, in one query."""
    statement = _letters(actor, func.substr(Message.text, 1, LONGEST_PREVIEW)).where(_words(Message, wanted.words), _place(Message, wanted))
    rows = connection.execute(statement.order_by(Message.at.desc(), Message.id.desc()).limit(limit).offset(offset))
    return [Letter(*_read(row)) for row in rows]


def letter(connection: Connection, message_id: int, actor: Actor) -> Letter | None:
    """One message, whole."""
    row = connection.execute(_letters(actor, Message.text).where(Message.id == message_id)).one_or_none()
    return Letter(*_read(row)) if row is not None else None


def calls(connection: Connection, wanted: Wanted, actor: Actor, *, limit: int, offset: int) -> list[Logged]:
    """Calls, the newest first, in one query."""
    statement = _calls(actor).where(_words(Call, wanted.words), _place(Call, wanted))
    rows = connection.execute(statement.order_by(Call.at.desc(), Call.id.desc()).limit(limit).offset(offset))
    return [Logged(*_read(row)) for row in rows]


def call(connection: Connection, call_id: int, actor: Actor) -> Logged | None:
    """One call."""
    row = connection.execute(_calls(actor).where(Call.id == call_id)).one_or_none()
    return Logged(*_read(row)) if row is not None else None


_RECORD = (Record.id, Record.entity, Record.title, Record.deleted_at.is_not(None))


def _letters(actor: Actor, text: Any) -> Select[Any]:
    columns = (Message.id, Message.direction, Message.sender, Message.sender_name, Message.mailbox, Message.recipients, Message.subject)
    return _joined(select(*columns, text, Message.listed, Message.at, Message.outcome, *_RECORD), Message, actor)


def _calls(actor: Actor) -> Select[Any]:
    columns = (Call.id, Call.direction, Call.phone, Call.line, Call.answered, Call.seconds, Call.listed, Call.at, Call.outcome)
    return _joined(select(*columns, *_RECORD), Call, actor)


def _joined(statement: Select[Any], table: type[Message] | type[Call], actor: Actor) -> Select[Any]:
    hidden = exists().where(_Any.id == table.record_id)
    return (
        statement.select_from(table)
        .outerjoin(Record, and_(Record.id == table.record_id, visible_to(actor)))
        .where(or_(Record.id.is_not(None), table.record_id.is_(None), ~hidden))
    )


def _read(row: Any) -> list[Any]:
    """The columns of a row, with the outcome and the record that they end with as values."""
    *told, outcome, record_id, entity, title, is_deleted = row
    record = Reached(record_id, entity, title, bool(is_deleted)) if record_id is not None else None
    return [*told, Outcome.of(outcome), record]


def _place(table: type[Message] | type[Call], wanted: Wanted) -> ColumnElement[bool]:
    return {"in": table.record_id.is_not(None), "out": table.record_id.is_(None)}.get(wanted.place, true())


def _words(table: type[Message] | type[Call], words: str) -> ColumnElement[bool]:
    if not words:
        return true()
    if table is Call:
        digits = "".join(filter(str.isdigit, words)).lstrip("0")
        return or_(Call.phone.contains(digits or words, autoescape=True), Call.line.icontains(words, autoescape=True))
    columns = (Message.subject, Message.sender, Message.sender_name)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))
