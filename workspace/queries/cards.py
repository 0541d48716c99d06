"""Reads what stands on cards beside their own columns: the client, the responsible, what is planned next, what rules wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, select

from crm.models import Activity, Company, Contact, Head, User
from crm.names import full_name
from runtime.engine.models import Run, StepRow
from runtime.engine.states import StepState

Columns = Mapping[Any, Any]
WAITING = (StepState.SLEEPING.value, StepState.HOLDING.value)
FAILED = (StepState.FAILED.value, StepState.DEAD.value)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done next about a record."""

    kind: str
    subject: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Around:
    """What is known about the records of some cards, each by the record's id (people by the user's)."""

    clients: Mapping[int, str]
    people: Mapping[int, str]
    planned: Mapping[int, Planned]
    waiting: frozenset[int]
    failed: frozenset[int]


def around(connection: Connection, records: Sequence[Columns]) -> Around:
    """Everything that cards show of these records, in five queries."""
    ids = [row["id"] for row in records]
    states = _states(connection, ids)
    return Around(
        _clients(connection, records),
        dict(connection.execute(_PEOPLE).tuples().all()),
        _planned(connection, ids),
        frozenset(record_id for record_id, state in states if state in WAITING),
        frozenset(record_id for record_id, state in states if state in FAILED),
    )


def _clients(connection: Connection, records: Sequence[Columns]) -> dict[int, str]:
    """The company of each record, else its first contact, else the person that the lead names itself."""
    firms = dict(connection.execute(_FIRMS.where(Company.id.in_(_named(row["company_id"] for row in records)))).tuples().all())
    first = [next(iter(row["contact_ids"] or ()), None) for row in records]
    found = connection.execute(_CONTACTS.where(Contact.id.in_(_named(first)))).mappings()
    contacts = {row["id"]: full_name(row) for row in found}
    return {
        row["id"]: firms.get(row["company_id"]) or contacts.get(contact) or _own_name(row)
        for row, contact in zip(records, first, strict=True)
    }


def _planned(connection: Connection, ids: Sequence[int]) -> dict[int, Planned]:
    """The open activity of each record that is due first; one without a day comes last."""
    statement = select(Activity.record_id, Activity.kind, Activity.subject, Activity.due_at).where(
        Activity.record_id.in_(ids), Activity.open, Activity.deleted_at.is_(None)
    )
    found: dict[int, Planned] = {}
    for record_id, kind, subject, due_at in connection.execute(statement):
        known = found.get(record_id)
        sooner = known is None or (due_at is not None and (known.due_at is None or due_at < known.due_at))
        if sooner:
            found[record_id] = Planned(kind, subject, due_at)
    return found


def _states(connection: Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    """What became of the rules of the stage on which each record stands now, as far as it is worth a mark."""
    statement = (
        select(Head.id, StepRow.state)
        .join(Run, Run.stage_entry == Head.entry_id)
        .join(StepRow, StepRow.run_id == Run.id)
        .where(Head.id.in_(ids), StepRow.state.in_((*WAITING, *FAILED)), Run.undone_by.is_(None))
        .distinct()
    )
    return [(record_id, state) for record_id, state in connection.execute(statement)]


def _own_name(row: Columns) -> str:
    known = row["first_name"] or row["last_name"] or row["emails"] or row["phones"]
    return full_name(row) if known else ""


def _named(ids: Iterable[int | None]) -> list[int]:
    return sorted({each for each in ids if each is not None})


_PEOPLE = select(User.id, User.name)
_FIRMS = select(Company.id, Company.title).where(Company.deleted_at.is_(None))
# Addresses are only read where there is no name.
_NAMELESS = and_(Contact.first_name.is_(None), Contact.last_name.is_(None))
_CONTACTS = select(
    Contact.id,
    Contact.first_name,
    Contact.last_name,
    case((_NAMELESS, Contact.emails)).label("emails"),
    case((_NAMELESS, Contact.phones)).label("phones"),
).where(Contact.deleted_at.is_(None))
