"""Reads the recycle bin: what lies there together, who or what put it there, and who may take it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from crm.access import may, visible_to
from crm.actor import Actor
from crm.models import BinEntry, Company, Contact, Record, Stage, User
from crm.names import full_name
from crm.verbs.bin import DAYS_KEPT
from runtime.engine.models import ChainRow, Run

A_PAGE = 30
Columns = Mapping[Any, Any]


@dataclass(frozen=True)
class Thing:
    """One thing in the bin."""

    entity: str
    name: str
    responsible_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """What went to the bin together. ``rules`` is the stage whose rules did it, ``may_restore`` whether the reader may take it out."""

    id: int
    at: datetime
    title: str
    who: str
    rules: str
    run: bytes | None
    things: Sequence[Thing]
    may_restore: bool

    @property
    def goes_at(self) -> datetime:
        """When it is removed for good."""
        return self.at + timedelta(days=DAYS_KEPT)


def entries(connection: Connection, actor: Actor, before: int | None = None) -> tuple[list[Entry], int | None]:
    """A page of what lies in the bin, the newest first, and where the next page begins."""
    statement = _select().where(BinEntry.restored_at.is_(None), *_visible(actor))
    if before is not None:
        statement = statement.where(BinEntry.id < before)
    rows = connection.execute(statement.order_by(BinEntry.id.desc()).limit(A_PAGE + 1)).mappings().all()
    page = rows[:A_PAGE]
    return _entries(connection, actor, page), page[-1]["id"] if len(rows) > A_PAGE else None


def entry(connection: Connection, entry_id: int | None) -> Columns | None:
    """Who put something into the bin, and when; None where it does not lie there any more."""
    if entry_id is None:
        return None
    return connection.execute(_select().where(BinEntry.id == entry_id, BinEntry.restored_at.is_(None))).mappings().first()


def _select() -> Select[Any]:
    return (
        select(BinEntry.id, BinEntry.at, BinEntry.title, BinEntry.actor_id, BinEntry.run, User.name.label("who"), Stage.name.label("stage"))
        .outerjoin(User, User.id == BinEntry.actor_id)
        .outerjoin(Run, Run.id == BinEntry.run)
        .outerjoin(ChainRow, ChainRow.id == Run.chain_id)
        .outerjoin(Stage, Stage.id == ChainRow.stage_id)
    )


def _visible(actor: Actor) -> list[Any]:
    """Employees see what they put there themselves, and the records that they saw before."""
    if actor.role != "employee":
        return []
    theirs = select(Record.bin_id).where(Record.bin_id.is_not(None), visible_to(actor))
    return [or_(BinEntry.actor_id == actor.user_id, BinEntry.id.in_(theirs))]


def _entries(connection: Connection, actor: Actor, rows: Sequence[Columns]) -> list[Entry]:
    things = _things(connection, [row["id"] for row in rows])
    any_of_them = may(actor, "bin.restore_any")
    return [
        Entry(
            row["id"],
            row["at"],
            row["title"],
            row["who"] or "",
            row["stage"] or "" if row["run"] else "",
            row["run"],
            things.get(row["id"], ()),
            any_of_them or actor.user_id in {row["actor_id"], *(thing.responsible_id for thing in things.get(row["id"], ()))},
        )
        for row in rows
    ]


def _things(connection: Connection, ids: Sequence[int]) -> dict[int, list[Thing]]:
    found: dict[int, list[Thing]] = {}
    of_records = select(Record.bin_id, Record.entity, Record.title, Record.responsible_id).where(Record.bin_id.in_(ids))
    for bin_id, *thing in connection.execute(of_records):
        found.setdefault(bin_id, []).append(Thing(*thing))
    names = select(Contact.bin_id, Contact.id, Contact.first_name, Contact.last_name, Contact.emails, Contact.phones)
    for row in connection.execute(names.where(Contact.bin_id.in_(ids))).mappings():
        found.setdefault(row["bin_id"], []).append(Thing("contact", full_name(row)))
    for bin_id, title in connection.execute(select(Company.bin_id, Company.title).where(Company.bin_id.in_(ids))):
        found.setdefault(bin_id, []).append(Thing("company", title))
    return found
