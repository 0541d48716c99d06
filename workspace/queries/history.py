"""Reads the History of the whole CRM: the newest first, only what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, String, and_, cast, or_, select

from crm.access import visible_to
from crm.actor import Actor
from crm.entities import table_of
from crm.models import BinEntry, Company, Contact, Effect, Record
from workspace.queries.spelling import contains, words_of

A_PAGE = 50
MOST_TITLES = 500
_EFFECT = table_of(Effect)
_CLIENTS = ("contact", "company")
# What somebody may look for, and the kinds of effects that it means ("%" stands for anything).
KINDS: Mapping[str, tuple[str, ...]] = {
    "created": ("record.created", "contact.created", "company.created"),
    "changed": ("record.changed", "contact.changed", "company.changed"),
    "moved": ("record.moved",),
    "deleted": ("record.deleted", "record.restored"),
    "said": ("comment.%", "activity.%", "log.%"),
    "came": ("message.%", "call.%", "submission.%", "activity.logged"),
    "went": ("%.posted",),
    "exceptions": ("exception.%",),
    "undone": ("undo.%",),
}


@dataclass(frozen=True)
class Asked:
    """What of History is asked for. ``who`` is a user's id, ``rules`` or ``outside``."""

    actor: Actor
    who: str = ""
    kind: str = ""
    day: date | None = None
    words: str = ""
    before: bytes | None = None


def effects(connection: Connection, asked: Asked, zone: ZoneInfo, *, sqlite: bool) -> tuple[list[Mapping[Any, Any]], bytes | None]:
    """A page of effects, and where the next one begins."""
    conditions = [*_may_see(asked.actor), *_by(asked.who), *_of_kind(asked.kind)]
    if asked.before is not None:
        conditions.append(_EFFECT.c.id < asked.before)
    if asked.day is not None:
        conditions += [_EFFECT.c.id >= _first_of(asked.day, zone), _EFFECT.c.id < _first_of(asked.day + timedelta(days=1), zone)]
    if words_of(asked.words):
        conditions.append(_about(connection, asked.words, sqlite=sqlite))
    rows = connection.execute(select(_EFFECT).where(*conditions).order_by(_EFFECT.c.id.desc()).limit(A_PAGE + 1)).mappings().all()
    page: list[Mapping[Any, Any]] = [*rows[:A_PAGE]]
    return page, page[-1]["id"] if len(rows) > A_PAGE else None


def in_the_bin(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Which of these bin entries can still be restored."""
    wanted = select(BinEntry.id).where(BinEntry.id.in_(ids), BinEntry.restored_at.is_(None))
    return {each: each for each in connection.execute(wanted).scalars()} if ids else {}


def _may_see(actor: Actor) -> list[ColumnElement[bool]]:
    if actor.role in ("admin", "manager"):
        return []
    seen = _EFFECT.c.record_id.in_(select(Record.id).where(visible_to(actor)))
    return [or_(seen, and_(_EFFECT.c.record_id.is_(None), _EFFECT.c.entity.in_(_CLIENTS)))]


def _by(who: str) -> list[ColumnElement[bool]]:
    if who == "rules":
        return [_EFFECT.c.run.is_not(None)]
    if who == "outside":
        return [_EFFECT.c.run.is_(None), _EFFECT.c.actor_id.is_(None)]
    return [_EFFECT.c.actor_id == int(who), _EFFECT.c.run.is_(None)] if who.isdecimal() and len(who) < 19 else []


def _of_kind(kind: str) -> list[ColumnElement[bool]]:
    wanted = KINDS.get(kind)
    return [or_(*(_EFFECT.c.kind.like(each) if "%" in each else _EFFECT.c.kind == each for each in wanted))] if wanted else []


def _about(connection: Connection, words: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Effects of what is called so now, in the bin too, and of what was called so when it was deleted for good."""
    named = [
        select(Record.id).where(contains(words, Record.title, sqlite=sqlite)),
        select(Contact.id).where(contains(words, Contact.first_name, Contact.last_name, sqlite=sqlite)),
        select(Company.id).where(contains(words, Company.title, sqlite=sqlite)),
    ]
    title = cast(_EFFECT.c.before["title"].as_string(), String)
    gone = select(_EFFECT.c.entity_id).where(_EFFECT.c.kind == "record.deleted", contains(words, title, sqlite=sqlite))
    ids = {each for statement in (*named, gone) for each in connection.execute(statement.limit(MOST_TITLES)).scalars()}
    return or_(_EFFECT.c.record_id.in_(ids), _EFFECT.c.entity_id.in_(ids))


def _first_of(day: date, zone: ZoneInfo) -> bytes:
    """The lowest number that an effect of a day can have."""
    midnight = datetime.combine(day, time(), zone)
    return (int(midnight.timestamp() * 1000) << 80).to_bytes(16, "big")
