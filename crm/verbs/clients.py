"""Verbs on contacts and companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crm.entities import table_of
from crm.errors import Invalid
from crm.models import Head, Link, Record
from crm.reach import Reach, collect
from crm.transaction import Row
from crm.values import read_values
from crm.verbs.records import RecordVerbs
from crm.words import phrase

_HEADS = table_of(Head)
_RECORDS = table_of(Record)


class ClientVerbs(RecordVerbs):
    """Make and edit contacts and companies, and find how a record's client is reached."""

    def create_contact(self, fields: Mapping[str, Any]) -> Row:
        """A new contact; it needs a name, an e-mail or a phone."""
        return self._create_client("contact", fields)

    def create_company(self, fields: Mapping[str, Any]) -> Row:
        """A new company; it needs a name."""
        return self._create_client("company", fields)

    def edit_client(self, client: Row, fields: Mapping[str, Any], *, record: Row | None = None) -> dict[str, Any]:
        """Change fields of a contact or company; returns the changed columns as they were."""
        self.allow("client.edit", client)
        self.lock([client.id])
        entity = client.table.name
        columns = read_values(entity, fields, self.custom_fields_of(entity))
        self._refuse_nameless(entity, {**client, **columns})
        before = self.change(client, f"{entity}.changed", columns, record.id if record is not None else None)
        if before:
            self.write(client, {"updated_at": self.now})
        return before

    def contacts_of(self, record: Row) -> list[Row]:
        """The contacts of a record that are there, the primary one first."""
        found = self.transaction.load(self.table("contact"), record["contact_ids"])
        return [row for row in found.values() if row["deleted_at"] is None]

    def company_of(self, record: Row) -> Row | None:
        """The company of a record, where it is there."""
        if record["company_id"] is None:
            return None
        found = self.transaction.get(self.table("company"), record["company_id"])
        return found if found is not None and found["deleted_at"] is None else None

    def reach_of(self, record: Row) -> Reach:
        """How a record's client is reached: of a deal the primary contact and the company, of a lead its own or, where it is a
        repeat lead, its contact's and company's.
        """
        company = self.company_of(record)
        sources = [*self.contacts_of(record)[:1], *([company] if company is not None else [])]
        if record["entity"] == "lead" and not sources:
            sources = [record]
        emails = [address for source in sources for address in source["emails"]]
        phones = [number for source in sources for number in source["phones"]]
        return collect(emails, phones, self.settings.region)

    def deals_with(self, client_id: int, *, but: int) -> list[int]:
        """The ids of the other deals that a contact or company is linked to."""
        statement = (
            select(Link.record_id)
            .join(_RECORDS, _RECORDS.c.id == Link.record_id)
            .where(Link.client_id == client_id, Link.record_id != but, _RECORDS.c.entity == "deal", _RECORDS.c.deleted_at.is_(None))
        )
        return list(self.transaction.execute(statement).scalars())

    def people_of_company(self, company_id: int) -> list[Row]:
        """The contacts that belong to a company."""
        contacts = self.table("contact")
        return self.transaction.rows(select(contacts).where(contacts.c.company_id == company_id, contacts.c.deleted_at.is_(None)), contacts)

    def _create_client(self, entity: str, fields: Mapping[str, Any]) -> Row:
        self.allow("client.edit")
        columns = read_values(entity, fields, self.custom_fields_of(entity))
        custom = {name[7:]: columns.pop(name) for name in list(columns) if name.startswith("custom.")}
        self._refuse_nameless(entity, columns)
        values = {**columns, "custom": custom, "created_at": self.now, "updated_at": self.now}
        row = self.create(entity, f"{entity}.created", values)
        self.transaction.insert(_HEADS, {"id": row.id})
        return row

    def _refuse_nameless(self, entity: str, columns: Mapping[str, Any]) -> None:
        if entity == "company" and not columns.get("title"):
            raise Invalid.at("title", phrase("The company needs a name."))
        named = any(columns.get(name) for name in ("first_name", "last_name", "emails", "phones"))
        if entity == "contact" and not named:
            raise Invalid.at("last_name", phrase("The contact needs a name, an e-mail or a phone."))
