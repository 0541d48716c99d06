"""Finds leads, deals, contacts and companies by what they are called, and by e-mail addresses and phones in any spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from crm.access import visible_to
from crm.actor import Actor
from crm.models import Company, Contact, Link, Reach, Record, Stage
from crm.names import full_name
from crm.reach import normal_email, normal_phone
from workspace.queries.spelling import begins, contains, words_of

FEWEST_DIGITS = 4
Columns = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found; ``about`` says a little more, ``colour`` is that of its stage."""

    id: int
    entity: str
    name: str
    about: str = ""
    colour: str = ""


class Finder:
    """One search: each method finds one kind of thing, the best fitting first."""

    def __init__(self, connection: Connection, actor: Actor, text: str, *, sqlite: bool, region: str = "FR") -> None:
        self._connection, self._actor = connection, actor
        self._text, self._sqlite = text.strip(), sqlite
        self._addresses = self._reached(region)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not words_of(self._text)

    def records(self, entity: str, most: int) -> list[Hit]:
        """Leads or deals that the actor may see, by title, by their own and by their clients' names and addresses."""
        if self.is_empty:
            return []
        clients = self._client_ids()
        linked = Record.id.in_(select(Link.record_id).where(Link.client_id.in_(clients))) if clients else None
        own = self._has(Record.title, Record.first_name, Record.last_name)
        wanted = [each for each in (own, self._at_address(Record.id, entity), linked) if each is not None]
        statement = (
            select(Record.id, Record.title, Stage.name.label("stage"), Stage.colour)
            .join(Stage, Stage.id == Record.stage_id)
            .where(Record.entity == entity, Record.deleted_at.is_(None), visible_to(self._actor), or_(*wanted))
            .order_by(*self._best(Record.title), Record.updated_at.desc(), Record.id.desc())
            .limit(most)
        )
        return [Hit(row.id, entity, row.title, row.stage, row.colour) for row in self._connection.execute(statement)]

    def contacts(self, most: int) -> list[Hit]:
        """Contacts by name and address."""
        if self.is_empty:
            return []
        statement = (
            select(Contact.id, Contact.first_name, Contact.last_name, Contact.emails, Contact.phones, Company.title.label("company"))
            .outerjoin(Company, (Company.id == Contact.company_id) & Company.deleted_at.is_(None))
            .where(Contact.deleted_at.is_(None), self._any(Contact.id, "contact", Contact.first_name, Contact.last_name))
            .order_by(*self._best(Contact.last_name, Contact.first_name), Contact.last_name, Contact.first_name, Contact.id)
            .limit(most)
        )
        return [Hit(row["id"], "contact", full_name(row), _about(row)) for row in self._connection.execute(statement).mappings()]

    def companies(self, most: int) -> list[Hit]:
        """Companies by name and address."""
        if self.is_empty:
            return []
        statement = (
            select(Company.id, Company.title, Company.emails, Company.phones)
            .where(Company.deleted_at.is_(None), self._any(Company.id, "company", Company.title))
            .order_by(*self._best(Company.title), Company.title, Company.id)
            .limit(most)
        )
        return [Hit(row["id"], "company", row["title"], _about(row)) for row in self._connection.execute(statement).mappings()]

    def _any(self, owner: Any, entity: str, *columns: Any) -> ColumnElement[bool]:
        wanted = [each for each in (self._has(*columns), self._at_address(owner, entity)) if each is not None]
        return or_(*wanted)

    def _has(self, *columns: Any) -> ColumnElement[bool]:
        return contains(self._text, *columns, sqlite=self._sqlite)

    def _best(self, *columns: Any) -> Sequence[Any]:
        """What begins with the words comes before what has them somewhere."""
        at_start = or_(*(begins(self._text, column, sqlite=self._sqlite) for column in columns))
        return [case((at_start, 0), else_=1)]

    def _at_address(self, owner: Any, entity: str) -> ColumnElement[bool] | None:
        if not self._addresses:
            return None
        return owner.in_(select(Reach.owner_id).where(Reach.entity == entity, or_(*self._addresses)))

    def _client_ids(self) -> list[int]:
        """The clients that are meant, so that what is linked to them is found as well."""
        found = [*self.contacts(200), *self.companies(200)]
        return [each.id for each in found]

    def _reached(self, region: str) -> list[ColumnElement[bool]]:
        """The e-mail addresses that begin as was typed, and the phones that are or contain it."""
        text = self._text
        digits = "".join(character for character in text if character.isdigit())
        is_phone = len(digits) >= FEWEST_DIGITS and not any(character.isalpha() for character in text)
        wanted: list[ColumnElement[bool]] = []
        if is_phone:
            whole = normal_phone(text, region)
            inside = Reach.value.like(f"%{digits.lstrip('0')}%")
            wanted.append(and_(Reach.kind == "phone", or_(inside, Reach.value == whole) if whole else inside))
        elif "@" in text or "." in text:
            typed = normal_email(text) or text.lower().split()[0]
            wanted.append(and_(Reach.kind == "email", Reach.value.contains(typed, autoescape=True)))
        elif text and " " not in text and text.isascii():
            wanted.append(and_(Reach.kind == "email", Reach.value.startswith(text.lower(), autoescape=True)))
        return wanted


def _about(row: Columns) -> str:
    return str(row.get("company") or next(iter([*(row["emails"] or ()), *(row["phones"] or ())]), ""))
