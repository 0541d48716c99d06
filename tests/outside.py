"""A small company for the tests of what comes in from outside: Anna and Boris, a pipeline for leads and one for deals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from crm import events
from crm.actor import CLIENT, SYSTEM, Actor
from crm.database import Database, memory_database
from crm.desk import Desk
from crm.entities import TABLES
from crm.incoming import IncomingCall, IncomingEmail, IncomingForm, TakenIn
from crm.transaction import Row

T = TypeVar("T")
DEALS = (
    {"name": "New", "key": "new"},
    {"name": "Won", "key": "won", "kind": "success"},
    {"name": "Spam", "key": "spam", "kind": "failure"},
)
LEADS = ({"name": "New", "key": "new"}, {"name": "Second", "key": "second"}, {"name": "Junk", "key": "junk", "kind": "failure"})


@dataclass
class Company:
    """Its database, its clock, and the client events that were told."""

    database: Database = field(default_factory=memory_database)
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    heard: list[events.ClientActed] = field(default_factory=list)

    def at_desk(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Do something a minute later than the thing before."""
        self.now += timedelta(minutes=1)
        return self.database.writing(lambda transaction: work(Desk(transaction, actor, self.now)))

    def email(self, sender: str = "jean@client.example", subject: str = "A roof", **more: Any) -> TakenIn:
        return self.at_desk(lambda desk: desk.take_in_email(IncomingEmail(sender, subject, **more)), CLIENT)

    def call(self, phone: str = "+33 6 12 34 56 78", **more: Any) -> TakenIn:
        return self.at_desk(lambda desk: desk.take_in_call(IncomingCall(phone, **more)), CLIENT)

    def form(self, fields: dict[str, Any] | None = None, **more: Any) -> TakenIn:
        fields = {"email": "jean@client.example"} if fields is None else fields
        return self.at_desk(lambda desk: desk.take_in_form(IncomingForm(fields, **{"form": "contact", "title": "Ask us", **more})), CLIENT)

    def contact(self, **fields: Any) -> Row:
        given = {"last_name": "Martin", "emails": ["Jean@Client.example"], "phones": ["06 12 34 56 78"], **fields}
        return self.at_desk(lambda desk: desk.create_contact(given))

    def deal(self, contact: Row | None = None, stage: str = "sales/new", **fields: Any) -> Row:
        given = {"title": "Roof of the barn", "contacts": [contact.id] if contact is not None else [], **fields}
        return self.at_desk(lambda desk: desk.create_record("deal", given, stage=stage))

    def lead(self, stage: str = "leads/new", **fields: Any) -> Row:
        return self.at_desk(lambda desk: desk.create_record("lead", {"title": "A lead", **fields}, stage=stage))

    def list_sender(self, *values: str) -> None:
        for value in values:
            self.at_desk(lambda desk, value=value: desk.add_exception(value))

    def user(self, name: str, role: str = "employee") -> Row:
        return self.at_desk(lambda desk: desk.create_user(name, f"{name.split(maxsplit=1)[0].lower()}@roofs.example", role))

    def rows(self, entity: str) -> list[Row]:
        """All rows of an entity, oldest first; leads and deals only those that are not deleted."""
        table = TABLES[entity]
        statement = select(table).order_by(table.c.id)
        if entity in ("lead", "deal"):
            statement = statement.where(table.c.entity == entity, table.c.deleted_at.is_(None))
        return self.at_desk(lambda desk: desk.transaction.rows(statement, table))

    def activities(self, record: Row) -> list[Row]:
        return [row for row in self.rows("activity") if row["record_id"] == record.id]


def make_company(database: Database | None = None) -> Company:
    """Anna is the admin; phones without a country are French."""
    company = Company(database or memory_database())
    company.at_desk(lambda desk: desk.put_settings({"region": "FR", "own_addresses": ["office@roofs.example", "@our-roofs.example"]}))
    company.user("Anna Nowak", "admin")
    company.user("Boris Le")
    company.at_desk(lambda desk: desk.create_pipeline("deal", "Sales", stages=DEALS))
    company.at_desk(lambda desk: desk.create_pipeline("lead", "Leads", stages=LEADS))
    return company


@contextmanager
def listening_company() -> Iterator[Company]:
    """A company that hears what clients do."""
    company = make_company()

    def listener(desk: Desk, event: events.ClientActed) -> None:
        company.heard.append(event)

    events.listen(events.ClientActed, listener)
    try:
        yield company
    finally:
        events._listeners[events.ClientActed].remove(listener)
