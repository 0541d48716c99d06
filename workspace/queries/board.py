"""Reads the board of a pipeline: how much stands on each stage, and the cards on top of each, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Select, case, func, or_, select, union_all

from crm.access import visible_to
from crm.actor import Actor
from crm.models import Company, Contact, Link, Record
from workspace.queries.pipelines import PipelineOf
from workspace.queries.spelling import contains, words_of

A_PAGE = 20
MOST_SHOWN = 500
Columns = Mapping[Any, Any]


@dataclass(frozen=True)
class Lens:
    """What of a pipeline somebody looks at: everyone's or only their own, and only what has some words in it."""

    actor: Actor
    mine: bool = False
    words: str = ""
    sqlite: bool = True

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a record must be to be seen."""
        found = [Record.deleted_at.is_(None), visible_to(self.actor)]
        if self.mine:
            found.append(Record.responsible_id == self.actor.user_id)
        if words_of(self.words):
            found.append(Record.id.in_(select(self._fitting.c.id)))
        return found

    @cached_property
    def _fitting(self) -> CTE:
        """The records that have the words in them: looked for once, however many stages ask."""
        people = select(Contact.id).where(contains(self.words, Contact.first_name, Contact.last_name, sqlite=self.sqlite))
        firms = select(Company.id).where(contains(self.words, Company.title, sqlite=self.sqlite))
        linked = select(Link.record_id).where(or_(Link.client_id.in_(people), Link.client_id.in_(firms)))
        own = contains(self.words, Record.title, Record.first_name, Record.last_name, sqlite=self.sqlite)
        return select(Record.id).where(or_(own, Record.id.in_(linked))).cte("fitting")


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many records stand on a stage, and what they come to in each currency."""

    count: int
    sums: tuple[tuple[Decimal, str], ...]


def amounts(connection: Connection, pipeline: PipelineOf, lens: Lens) -> dict[int, Amounts]:
    """What stands on each stage of a pipeline."""
    statement = (
        select(Record.stage_id, Record.currency, func.count(), func.sum(Record.amount))
        .where(Record.stage_id.in_([stage.id for stage in pipeline.stages]), *lens.conditions())
        .group_by(Record.stage_id, Record.currency)
    )
    counts: dict[int, int] = {}
    sums: dict[int, list[tuple[Decimal, str]]] = {}
    for stage_id, currency, count, total in connection.execute(statement):
        counts[stage_id] = counts.get(stage_id, 0) + count
        if total and currency:
            sums.setdefault(stage_id, []).append((total, currency))
    return {
        stage.id: Amounts(counts.get(stage.id, 0), tuple(sorted(sums.get(stage.id, ()), key=lambda each: -each[0])))
        for stage in pipeline.stages
    }


def rows(connection: Connection, lens: Lens, limits: Mapping[int, int]) -> dict[int, list[Columns]]:
    """The newest records of each stage, so many of each, and one more where there are more."""
    parts = [_newest(lens, stage_id, limit + 1) for stage_id, limit in limits.items()]
    if not parts:
        return {}
    statement = parts[0] if len(parts) == 1 else union_all(*(select(part.subquery()) for part in parts))
    found: dict[int, list[Columns]] = {stage_id: [] for stage_id in limits}
    for row in connection.execute(statement).mappings():
        found[row["stage_id"]].append(row)
    for each in found.values():
        each.sort(key=lambda row: (row["stage_entered_at"], row["id"]), reverse=True)
    return found


def rows_after(connection: Connection, lens: Lens, stage_id: int, after: tuple[datetime, int]) -> list[Columns]:
    """The next page of a stage, and one more where there are more."""
    at, record_id = after
    before = Record.stage_entered_at <= at, or_(Record.stage_entered_at < at, Record.id < record_id)
    return list(connection.execute(_newest(lens, stage_id, A_PAGE + 1).where(*before)).mappings())


def ids_on(connection: Connection, lens: Lens, stage_ids: Sequence[int]) -> list[int]:
    """Every record of some stages, as far as the lens shows it."""
    return list(
        connection.execute(select(Record.id).where(Record.stage_id.in_(stage_ids), *lens.conditions()).order_by(Record.id)).scalars()
    )


def _newest(lens: Lens, stage_id: int, limit: int) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(Record.stage_id == stage_id, *lens.conditions())
        .order_by(Record.stage_entered_at.desc(), Record.id.desc())
        .limit(limit)
    )


_COLUMNS = (
    Record.id,
    Record.entity,
    Record.stage_id,
    Record.title,
    Record.amount,
    Record.currency,
    Record.responsible_id,
    Record.contact_ids,
    Record.company_id,
    Record.stage_entered_at,
    # Only leads name a person themselves; what is not read here need not be taken apart a hundred times a page.
    case((Record.entity == "lead", Record.first_name)).label("first_name"),
    case((Record.entity == "lead", Record.last_name)).label("last_name"),
    case((Record.entity == "lead", Record.emails)).label("emails"),
    case((Record.entity == "lead", Record.phones)).label("phones"),
)
