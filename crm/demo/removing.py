"""Removes the demo company: all that is marked as its own, and nothing else.

What people made of their own on top of it stays and is mended: their records on a demo pipeline keep that pipeline, a client
whom they use stays, and what a demo person was responsible for belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, Text, cast, delete, exists, or_, select, update

from crm import events
from crm.actor import SYSTEM
from crm.database import Database
from crm.demo.start import make_pipelines
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import Invalid
from crm.models import (
    Absence,
    BinEntry,
    Comment,
    CustomField,
    Effect,
    Exception_,
    Head,
    Link,
    Owner,
    Reach,
    Session,
    Setting,
    StageEntry,
    Token,
    Turn,
)
from crm.transaction import Row
from crm.words import phrase

_RECORDS, _USERS, _DEPARTMENTS = TABLES["deal"], TABLES["user"], TABLES["department"]
_FIELDS, _LINKS, _EFFECTS = table_of(CustomField), table_of(Link), table_of(Effect)


def remove(database: Database, now: datetime) -> None:
    """Remove the demo company. Raises ``Invalid`` where nobody could sign in as admin afterwards."""
    database.writing(lambda transaction: _remove(Desk(transaction, SYSTEM, now)))


def may_be_removed(transaction_or_connection: Any) -> bool:
    """Whether somebody of one's own would be left to sign in as admin."""
    found = select(_USERS.c.id).where(_USERS.c.role == "admin", _USERS.c.active, ~_USERS.c.demo, _USERS.c.password_hash.is_not(None))
    return transaction_or_connection.execute(found.limit(1)).first() is not None


def _remove(desk: Desk) -> None:
    if not may_be_removed(desk.transaction):
        raise Invalid.at(
            "", phrase("Nobody of your own could sign in as admin afterwards."), phrase("Invite yourself as an admin first, then sign in.")
        )
    stored = desk.transaction.execute(select(Setting.value).where(Setting.key == "demo")).scalar()
    own: dict[str, Any] = stored["value"] if stored else {}
    desk.quiet = True
    _remove_records(desk)
    _remove_clients(desk)
    _remove_pipelines(desk)
    _remove_fields(desk, own.get("fields", ()))
    _remove_people(desk)
    _remove_departments(desk, own.get("departments", ()))
    _forget_settings(desk, own.get("settings", {}))
    desk.forget("people", "departments", "pipelines", "stages", "custom_fields", "settings")
    make_pipelines(desk)
    desk.audit("demo.removed", "company", {})


def _remove_records(desk: Desk) -> None:
    records = desk.transaction.rows(select(_RECORDS).where(_RECORDS.c.demo), _RECORDS)
    ids = [row.id for row in records]
    events.send(desk, events.RecordsRemoved(records))
    for some in _slices(ids):
        for name in ("activity", "message", "call", "submission"):
            _delete(desk, TABLES[name], TABLES[name].c.record_id.in_(some))
        _delete(desk, table_of(Comment), Comment.record_id.in_(some))
        _delete(desk, table_of(StageEntry), StageEntry.record_id.in_(some))
        _delete(desk, table_of(Exception_), Exception_.record_id.in_(some))
        _delete(desk, _EFFECTS, _EFFECTS.c.record_id.in_(some))
    _delete_rows(desk, _RECORDS, ids)
    _empty_bin_entries(desk)


def _remove_clients(desk: Desk) -> None:
    """Contacts and companies that no record of one's own, and no contact of one's own, is linked to."""
    for name in ("contact", "company"):
        table = TABLES[name]
        unused = [~exists().where(_LINKS.c.client_id == table.c.id)]
        if name == "company":
            unused.append(~exists().where(TABLES["contact"].c.company_id == table.c.id))
        gone = list(desk.transaction.execute(select(table.c.id).where(table.c.demo, *unused)).scalars())
        _delete_rows(desk, table, gone)
        desk.transaction.execute(update(table).where(table.c.demo).values(demo=False))


def _remove_pipelines(desk: Desk) -> None:
    pipelines, stages = TABLES["pipeline"], TABLES["stage"]
    used = exists().where(_RECORDS.c.pipeline_id == pipelines.c.id)
    gone = list(desk.transaction.execute(select(pipelines.c.id).where(pipelines.c.demo, ~used)).scalars())
    ids = list(desk.transaction.execute(select(stages.c.id).where(stages.c.pipeline_id.in_(gone))).scalars())
    if ids:
        events.send(desk, events.StagesRemoved(ids))
    _delete_rows(desk, stages, ids)
    _delete_rows(desk, pipelines, gone)
    desk.transaction.execute(update(pipelines).where(pipelines.c.demo).values(demo=False))


def _remove_fields(desk: Desk, ids: Collection[int]) -> None:
    """Fields in which no record of one's own holds a value."""
    for field in desk.transaction.rows(select(_FIELDS).where(_FIELDS.c.id.in_(ids)), _FIELDS):
        table = TABLES[field["entity"]]
        holds = cast(table.c.custom, Text).contains(f'"{field["key"]}":', autoescape=True)
        if desk.transaction.execute(select(table.c.id).where(holds).limit(1)).first() is None:
            _delete_rows(desk, _FIELDS, [field.id])


def _remove_people(desk: Desk) -> None:
    """Demo people. Whoever said or did something that stays is dismissed instead, so that their name can still be told."""
    people = desk.transaction.rows(select(_USERS).where(_USERS.c.demo), _USERS)
    ids = [row.id for row in people]
    if not ids:
        return
    desk.transaction.execute(update(_RECORDS).where(_RECORDS.c.responsible_id.in_(ids)).values(responsible_id=None))
    for name in ("contact", "company", "activity"):
        table = TABLES[name]
        desk.transaction.execute(update(table).where(table.c.responsible_id.in_(ids)).values(responsible_id=None))
    desk.transaction.execute(update(_DEPARTMENTS).where(_DEPARTMENTS.c.head_id.in_(ids)).values(head_id=None))
    _leave_lists(desk, set(ids))
    for table in map(table_of, (Session, Absence, Owner, Token, Turn)):
        _delete(desk, table, table.c.user_id.in_(ids))
    known = {row.id for row in people if _is_remembered(desk, row)}
    _delete_rows(desk, _USERS, [each for each in ids if each not in known])
    desk.transaction.execute(
        update(_USERS).where(_USERS.c.id.in_(known)).values(active=False, demo=False, password_hash=None, department_id=None)
    )


def _leave_lists(desk: Desk, gone: set[int]) -> None:
    for pipeline in list(desk.transaction.rows(select(TABLES["pipeline"]), TABLES["pipeline"])):
        if gone & set(pipeline["people"]):
            desk.transaction.update(pipeline, {"people": [each for each in pipeline["people"] if each not in gone]})
    watched = select(_LINKS.c.record_id).where(_LINKS.c.client_id.in_(gone), _LINKS.c.entity == "user")
    for record in desk.transaction.rows(select(_RECORDS).where(_RECORDS.c.id.in_(watched)), _RECORDS):
        desk.write(record, {"observers": [each for each in record["observers"] if each not in gone]})


def _is_remembered(desk: Desk, user: Row) -> bool:
    """Whether something that stays was said or done by somebody: a comment, an activity, a change of a record."""
    activities = TABLES["activity"]
    told = (
        select(Comment.id).where(Comment.author_id == user.id),
        select(activities.c.id).where(or_(activities.c.creator_id == user.id, activities.c.completed_by == user.id)),
        select(_RECORDS.c.id).where(_RECORDS.c.creator_id == user.id),
        select(_EFFECTS.c.id).where(_EFFECTS.c.actor_id == user.id, _EFFECTS.c.record_id.is_not(None)),
    )
    return any(desk.transaction.execute(each.limit(1)).first() is not None for each in told)


def _remove_departments(desk: Desk, ids: Collection[int]) -> None:
    """Departments in which nobody of one's own works and under which none of one's own stands, the lowest first."""
    for department_id in sorted(ids, reverse=True):
        people = select(_USERS.c.id).where(_USERS.c.department_id == department_id)
        below = select(_DEPARTMENTS.c.id).where(_DEPARTMENTS.c.parent_id == department_id)
        if not any(desk.transaction.execute(each.limit(1)).first() for each in (people, below)):
            _delete_rows(desk, _DEPARTMENTS, [department_id])


def _forget_settings(desk: Desk, given: dict[str, Any]) -> None:
    """Settings go back to what they were, unless somebody has chosen others since."""
    held = {row.key: row.value["value"] for row in desk.transaction.execute(select(Setting.key, Setting.value))}
    gone = [key for key, value in given.items() if held.get(key) == value]
    _delete(desk, table_of(Setting), Setting.key.in_([*gone, "has_demo", "demo"]))


def _empty_bin_entries(desk: Desk) -> None:
    entries = table_of(BinEntry)
    lying = [exists().where(TABLES[name].c.bin_id == entries.c.id) for name in ("deal", "contact", "company")]
    _delete(desk, entries, entries.c.restored_at.is_(None) & ~or_(*lying))


def _delete_rows(desk: Desk, table: Table, ids: Collection[int]) -> None:
    """Rows by id, with all that is kept about them elsewhere."""
    for some in _slices(list(ids)):
        _delete(desk, table_of(Link), or_(Link.record_id.in_(some), Link.client_id.in_(some)))
        _delete(desk, table_of(Reach), Reach.owner_id.in_(some))
        _delete(desk, table_of(Head), Head.id.in_(some))
        _delete(desk, _EFFECTS, _EFFECTS.c.entity_id.in_(some))
        _delete(desk, table, table.c.id.in_(some))


def _delete(desk: Desk, table: Table, condition: Any) -> None:
    desk.transaction.execute(delete(table).where(condition))


def _slices(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
