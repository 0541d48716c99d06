"""Copies what the rules of one record can look at into a sandbox; says for every table whether all of it goes, what is linked, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from crm.database import Database
from crm.entities import table_of
from crm.errors import NotFound
from crm.models import (
    Activity,
    Base,
    Comment,
    Company,
    Contact,
    Counter,
    Exception_,
    Head,
    Link,
    Reach,
    Record,
    StageEntry,
)
from crm.transaction import Transaction
from runtime.engine.models import ChainRow, Run, StepRow, Version

# New rows of a sandbox are numbered from here on, far above all that were copied.
FIRST_NEW_ID = 1 << 40
# Beyond these, a client's other records and a company's other people are left out, the oldest first.
MOST_LINKED = 500
MOST_EXCEPTIONS = 5_000


@dataclass(frozen=True)
class Slice:
    """What is copied for one record: the ids of records, contacts and companies, and the addresses by which these are reached."""

    connection: Connection
    record_id: int
    records: tuple[int, ...]
    contacts: tuple[int, ...]
    companies: tuple[int, ...]

    @property
    def everybody(self) -> tuple[int, ...]:
        """Records, contacts and companies together."""
        return (*self.records, *self.contacts, *self.companies)


Linked = Callable[[Slice], ColumnElement[bool]]
Part = Literal["all", "none"] | Linked


def copy_record(source: Connection, target: Database, record_id: int) -> None:
    """Copy a record with its slice of the world into an empty database; raises ``NotFound``."""
    part = slice_of(source, record_id)
    target.writing(lambda transaction: _copy(part, transaction))


def slice_of(connection: Connection, record_id: int) -> Slice:
    """The record, its clients, the other records of these and the other people of their companies."""
    record = connection.execute(select(Record.contact_ids, Record.company_id).where(Record.id == record_id, _is_there(Record))).first()
    if record is None:
        raise NotFound
    contacts = set(record.contact_ids)
    companies = {record.company_id} - {None}
    companies |= _ids(connection, select(Contact.company_id).where(Contact.id.in_(contacts), Contact.company_id.is_not(None)))
    people = select(Contact.id).where(Contact.company_id.in_(companies), _is_there(Contact)).order_by(Contact.id.desc())
    contacts |= _ids(connection, people.limit(MOST_LINKED))
    others = select(Link.record_id).where(Link.client_id.in_([*contacts, *companies])).order_by(Link.record_id.desc())
    records = {record_id} | _ids(connection, others.distinct().limit(MOST_LINKED))
    return Slice(connection, record_id, tuple(sorted(records)), tuple(sorted(contacts)), tuple(sorted(companies)))


def _ids(connection: Connection, statement: Any) -> set[int]:
    return set(connection.execute(statement).scalars())


def _is_there(model: type[Record | Contact | Company]) -> ColumnElement[bool]:
    return model.deleted_at.is_(None)


def _copy(part: Slice, transaction: Transaction) -> None:
    transaction.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in Base.metadata.sorted_tables:
        rule = COPIES[table.name]
        if rule == "none":
            continue
        statement = select(table)
        if callable(rule):
            statement = statement.where(rule(part))
        rows = [dict(row) for row in part.connection.execute(statement).mappings()]
        if rows:
            transaction.connection.execute(insert(table), [_as_copied(table.name, row) for row in rows])
    transaction.connection.execute(insert(table_of(Counter)), {"name": "row", "value": FIRST_NEW_ID})


def _as_copied(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row as it stands in the sandbox: nobody outside works on a run there, and no password goes where it is not needed."""
    if table == "run" and row["state"] == "running":
        return {**row, "state": "ready", "owner": None, "lease_until": None}
    return {**row, "password_hash": None} if table == "user" else row


def _of_these(column: Any, ids: Callable[[Slice], Sequence[Any]]) -> Linked:
    return lambda part: column.in_(ids(part))


def _of_the_record(column: Any) -> Linked:
    return lambda part: column == part.record_id


def _of_its_runs(column: Any, part: Slice) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(select(Run.id).where(Run.record_id == part.record_id))
    return found


def _versions(part: Slice) -> ColumnElement[bool]:
    published = select(ChainRow.version_id).where(ChainRow.version_id.is_not(None))
    ran = select(Run.version_id).where(Run.record_id == part.record_id)
    return or_(Version.id.in_(published), Version.id.in_(ran))


def _exceptions(part: Slice) -> ColumnElement[bool]:
    count = part.connection.execute(select(func.count()).select_from(table_of(Exception_))).scalar() or 0
    if count <= MOST_EXCEPTIONS:
        return Exception_.id.is_not(None)
    values = set(part.connection.execute(select(Reach.value).where(Reach.owner_id.in_(part.everybody))).scalars())
    return Exception_.value.in_({*values, *_domains(values)})


def _domains(values: Iterable[str]) -> set[str]:
    parts = [value.rpartition("@")[2].split(".") for value in values if "@" in value]
    return {f"@{'.'.join(labels[start:])}" for labels in parts for start in range(len(labels) - 1)}


_records = _of_these(Record.id, lambda part: part.records)
COPIES: Mapping[str, Part] = {
    # The company and its people
    "setting": "all",
    "custom_field": "all",
    "counter": "none",
    "user": "all",
    "department": "all",
    "absence": "all",
    "session": "none",
    "owner": "all",
    "token": "none",
    "turn": "all",
    # Records and clients
    "pipeline": "all",
    "stage": "all",
    "record": _records,
    "contact": _of_these(Contact.id, lambda part: part.contacts),
    "company": _of_these(Company.id, lambda part: part.companies),
    "link": _of_these(Link.record_id, lambda part: part.records),
    "reach": _of_these(Reach.owner_id, lambda part: part.everybody),
    "head": _of_these(Head.id, lambda part: part.everybody),
    "stage_entry": _of_the_record(StageEntry.record_id),
    "comment": _of_the_record(Comment.record_id),
    "activity": _of_the_record(Activity.record_id),
    "exception": _exceptions,
    "bin_entry": "none",
    # What came in and went out, and what was done: rules do not read it
    "message": "none",
    "call": "none",
    "submission": "none",
    "outgoing": "none",
    "effect": "none",
    "audit": "none",
    # Rules: those of all stages, since one stage's rules lead to the next; the record's own runs, for what may happen only once
    "chain": "all",
    "chain_revision": "none",
    "chain_version": _versions,
    "run": _of_the_record(Run.record_id),
    "step": partial(_of_its_runs, StepRow.run_id),
    "step_seen": "none",
    "switch": "none",
    "bulk": "none",
}
