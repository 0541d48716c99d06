"""Reads contacts and companies: their lists, and one with what hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from crm.access import visible_to
from crm.actor import Actor
from crm.entities import TABLES
from crm.models import Company, Contact, Link, Pipeline, Reach, Record, Stage
from crm.names import full_name
from workspace.queries.spelling import contains, words_of

A_PAGE = 50
Columns = Mapping[Any, Any]
_COLUMNS = {
    "contact": (Contact.first_name, Contact.last_name),
    "company": (Company.title,),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A contact or company in a list; ``records`` counts what the reader may see of its deals and leads."""

    id: int
    name: str
    position: str
    company: str
    company_id: int | None
    email: str
    phone: str
    records: int


def listed(connection: Connection, actor: Actor, entity: str, words: str, page: int, *, sqlite: bool) -> tuple[list[Listed], int]:
    """A page of contacts or companies by name, and how many there are."""
    table = TABLES[entity]
    conditions = [table.c.deleted_at.is_(None), *_named(entity, words, sqlite=sqlite)]
    count = connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar() or 0
    order = (table.c.last_name, table.c.first_name, table.c.id) if entity == "contact" else (table.c.title, table.c.id)
    statement = select(table).where(*conditions).order_by(*order).limit(A_PAGE).offset((page - 1) * A_PAGE)
    rows = connection.execute(statement).mappings().all()
    counts = _counts(connection, actor, [row["id"] for row in rows])
    firms = _firms(connection, rows) if entity == "contact" else {}
    return [_listed(row, entity, counts, firms) for row in rows], count


def find(connection: Connection, entity: str, client_id: int) -> Columns | None:
    """A contact or company that is there."""
    table = TABLES[entity]
    return connection.execute(select(table).where(table.c.id == client_id, table.c.deleted_at.is_(None))).mappings().first()


def records_of(connection: Connection, actor: Actor, client_id: int) -> list[Columns]:
    """The deals and leads of a client that the actor may see, the newest first."""
    statement = (
        select(
            Record.id,
            Record.entity,
            Record.title,
            Record.amount,
            Record.currency,
            Record.created_at,
            Stage.name.label("stage"),
            Stage.colour,
            Pipeline.name.label("pipeline"),
        )
        .join(Link, Link.record_id == Record.id)
        .join(Stage, Stage.id == Record.stage_id)
        .join(Pipeline, Pipeline.id == Record.pipeline_id)
        .where(Link.client_id == client_id, Record.deleted_at.is_(None), visible_to(actor))
        .order_by(Record.id.desc())
        .limit(100)
    )
    return [*connection.execute(statement).mappings()]


def people_of(connection: Connection, company_id: int) -> list[tuple[int, str, str]]:
    """The contacts of a company: id, name, position."""
    table = TABLES["contact"]
    statement = select(table).where(table.c.company_id == company_id, table.c.deleted_at.is_(None)).order_by(table.c.last_name).limit(200)
    return [(row["id"], full_name(row), row["position"] or "") for row in connection.execute(statement).mappings()]


def firms(connection: Connection) -> list[tuple[int, str]]:
    """The companies for a list of choices."""
    statement = select(Company.id, Company.title).where(Company.deleted_at.is_(None)).order_by(Company.title).limit(1000)
    return [(row.id, row.title) for row in connection.execute(statement)]


def _named(entity: str, words: str, *, sqlite: bool) -> list[ColumnElement[bool]]:
    if not words_of(words):
        return []
    owner = TABLES[entity].c.id
    digits = "".join(character for character in words if character.isdigit()).lstrip("0")
    reached = [Reach.value.contains(words.strip().lower(), autoescape=True)]
    if len(digits) >= 4:
        reached.append(Reach.value.contains(digits))
    by_reach = owner.in_(select(Reach.owner_id).where(Reach.entity == entity, or_(*reached)))
    return [or_(contains(words, *_COLUMNS[entity], sqlite=sqlite), by_reach)]


def _counts(connection: Connection, actor: Actor, ids: list[int]) -> dict[int, int]:
    statement = (
        select(Link.client_id, func.count())
        .join(Record, Record.id == Link.record_id)
        .where(Link.client_id.in_(ids), Record.deleted_at.is_(None), visible_to(actor))
        .group_by(Link.client_id)
    )
    return dict(connection.execute(statement).tuples().all()) if ids else {}


def _firms(connection: Connection, rows: Any) -> dict[int, str]:
    ids = sorted({row["company_id"] for row in rows if row["company_id"] is not None})
    statement = select(Company.id, Company.title).where(Company.id.in_(ids), Company.deleted_at.is_(None))
    return dict(connection.execute(statement).tuples().all()) if ids else {}


def _listed(row: Columns, entity: str, counts: Mapping[int, int], firms: Mapping[int, str]) -> Listed:
    company_id = row.get("company_id")
    return Listed(
        row["id"],
        full_name(row) if entity == "contact" else row["title"],
        row.get("position") or "",
        firms.get(company_id, "") if company_id is not None else "",
        company_id if company_id in firms else None,
        next(iter(row["emails"] or ()), ""),
        next(iter(row["phones"] or ()), ""),
        counts.get(row["id"], 0),
    )
