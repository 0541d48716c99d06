"""Verbs that find who stands behind an address or a number, and the record that what they send belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, text

from crm.entities import TABLES, table_of
from crm.models import Link, Message, Outgoing, Owner, Reach, Record, Stage, Turn
from crm.transaction import Row
from crm.verbs.exceptions import ExceptionVerbs

_TURNS = table_of(Turn)
# The Message-ID of what we send begins with the number that it has in the outbox.
_OURS = re.compile(r"([0-9a-f]{32})@")
# One key for all that comes in: two messages of one stranger must not make two leads.
_GATE = 0x1E7A4E


@dataclass(frozen=True)
class Sender:
    """Who stands behind some addresses and numbers: contacts and companies, and leads that have these as their own."""

    contacts: tuple[int, ...] = ()
    companies: tuple[int, ...] = ()
    leads: tuple[int, ...] = ()

    @property
    def is_client(self) -> bool:
        """Whether a contact or company was found."""
        return bool(self.contacts or self.companies)


class FindingVerbs(ExceptionVerbs):
    """Find the sender, the open record, the conversation, and who shall be responsible for what is new."""

    def sender_behind(self, *, emails: Iterable[str] = (), phones: Iterable[str] = ()) -> Sender:
        """The contacts, companies and leads that are reached at normalised addresses or numbers, the oldest first."""
        wanted = [("email", value) for value in emails] + [("phone", value) for value in phones]
        if not wanted:
            return Sender()
        matches = or_(*((Reach.kind == kind) & (Reach.value == value) for kind, value in wanted))
        found: dict[str, list[int]] = {"contact": [], "company": [], "lead": []}
        for owner_id, entity in self.transaction.execute(select(Reach.owner_id, Reach.entity).where(matches).order_by(Reach.owner_id)):
            if owner_id not in found.setdefault(entity, []):
                found[entity].append(owner_id)
        return Sender(tuple(found["contact"]), tuple(found["company"]), tuple(found["lead"]))

    def open_record_of(self, sender: Sender) -> Row | None:
        """The newest open deal of a sender, else the newest open lead, locked; None where everything is closed."""
        query = _newest_open([*sender.contacts, *sender.companies], sender.leads)
        found: int | None = self.transaction.execute(query).scalar()
        while found is not None:
            self.lock([found])
            again: int | None = self.transaction.execute(query).scalar()
            if again == found:
                return self.record(found)
            found = again  # it was closed or deleted while we waited for it
        return None

    def conversation_of(self, message_ids: Sequence[str]) -> Row | None:
        """The record on which the first known one of these messages lies, locked; None where it is deleted or none is known."""
        if not message_ids:
            return None
        known = self._records_of_messages(message_ids)
        for record_id in dict.fromkeys(known[each] for each in message_ids if each in known):
            self.lock([record_id])
            row = self.transaction.get(TABLES["deal"], record_id)
            if row is not None and row["deleted_at"] is None:
                return row
        return None

    def responsible_for_new(self, kind: str, keys: Iterable[str], pipeline: Row) -> int | None:
        """The owner of the mailbox, line or form; else of the pipeline's people whose turn it is; else the first admin."""
        return self._owner(kind, keys) or self._whose_turn(pipeline) or self._first_admin()

    def is_own_address(self, address: str) -> bool:
        """Whether a normalised address is one of the company's, or of somebody who works or worked here."""
        own = {each.lower() for each in (*self.settings.own_addresses, *(person["email"] for person in self.people().values()))}
        return address in own or f"@{address.rpartition('@')[2]}" in own

    def close_the_gate(self) -> None:
        """Let nothing else come in until this is committed; SQLite's one writer needs no gate."""
        if not self.transaction.is_sqlite:
            self.transaction.execute(text("SELECT pg_advisory_xact_lock(:gate)"), {"gate": _GATE})

    def _records_of_messages(self, message_ids: Sequence[str]) -> dict[str, int]:
        lying = select(Message.external_id, Message.record_id)
        found = self.transaction.execute(lying.where(Message.external_id.in_(message_ids), Message.record_id.is_not(None)))
        records: dict[str, int] = dict(found.all())
        sent = {bytes.fromhex(ours[1]): each for each in message_ids if (ours := _OURS.match(each))}
        if sent:
            leaving = select(Outgoing.id, Outgoing.record_id).where(Outgoing.id.in_(sent), Outgoing.record_id.is_not(None))
            records |= {sent[key]: record_id for key, record_id in self.transaction.execute(leaving)}
        return records

    def _owner(self, kind: str, keys: Iterable[str]) -> int | None:
        wanted = [key.lower() for key in keys]
        written = func.lower(Owner.key)
        statement = select(written, Owner.user_id).where(Owner.kind == kind, written.in_(wanted))
        owners: dict[str, int] = dict(self.transaction.execute(statement).all())
        return next((owners[key] for key in wanted if key in owners and self._works_here(owners[key])), None)

    def _whose_turn(self, pipeline: Row) -> int | None:
        people = [person for person in pipeline["people"] if self._works_here(person)]
        if not people:
            return None
        key = f"pipeline:{pipeline['key']}"
        last = self.transaction.execute(select(Turn.user_id).where(Turn.key == key).with_for_update()).scalar()
        chosen: int = people[(people.index(last) + 1) % len(people)] if last in people else people[0]
        if last is None:
            self.transaction.insert(_TURNS, {"key": key, "user_id": chosen})
        else:
            self.transaction.execute(_TURNS.update().where(_TURNS.c.key == key).values(user_id=chosen))
        return chosen

    def _first_admin(self) -> int | None:
        return next((user_id for user_id, person in self.people().items() if person["role"] == "admin" and person["active"]), None)

    def _works_here(self, user_id: int) -> bool:
        return user_id in self.people() and bool(self.people()[user_id]["active"])


def _newest_open(clients: Sequence[int], leads: Sequence[int]) -> Select[tuple[int]]:
    linked = select(Link.record_id).where(Link.client_id.in_(clients))
    return (
        select(Record.id)
        .join(Stage, Stage.id == Record.stage_id)
        .where(Stage.kind == "process", Record.deleted_at.is_(None), or_(Record.id.in_(linked), Record.id.in_(leads)))
        .order_by(Record.entity, Record.created_at.desc(), Record.id)  # "deal" comes before "lead"; of equals the upper one
        .limit(1)
    )
