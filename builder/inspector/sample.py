"""The real record on which a rule is tried while it is edited: when it would run for it, and whether its condition holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import case, select

from crm.access import visible_to
from crm.desk import Desk
from crm.entities import TABLES
from crm.fields import Kind
from crm.models import Record
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.scope import RunScope
from runtime.language import conditions, moment
from runtime.language.conditions import Explained
from runtime.language.values import format_value, is_missing
from runtime.settings.base import Context
from web.formats import money
from web.words import current_locale

COOKIE = "rulewright-sample"


@dataclass(frozen=True)
class Sample:
    """A record and what a rule would see of it."""

    record: Row
    scope: RunScope
    context: Context

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.record["title"])

    def outcome(self, raw: Mapping[str, Any], *, as_run_time: bool, person: int | None = None) -> Phrase | None:
        """What a moment means for the record, in words; nothing where it is not complete."""
        if moment.check(raw, self.context.paths, "", as_run_time=as_run_time):
            return None
        owner = person if person is not None else self.record["responsible_id"]
        zone = self.scope.zone_of(owner)
        compiled = moment.compile_moment(raw)
        if not as_run_time:
            found = compiled.falls_on(self.scope.now, self.scope, zone, self.scope.working_time)
            return phrase("no date, since the field is empty") if found is None else self._told(found, zone, owner)
        due = compiled.due(self.scope.now, self.scope, zone, self.scope.working_time)
        if isinstance(due, datetime):
            return self._told(due, zone, owner)
        return phrase("it would be left out, since that has passed") if due is moment.Due.SKIP else phrase("at once")

    def explain(self, condition: Mapping[str, Any]) -> Explained | None:
        """Whether a condition holds for the record, clause by clause; nothing where it is not complete."""
        if conditions.check(condition, self.context.paths, ""):
            return None
        return conditions.explain(condition, self.scope)

    def seen(self, clause: Explained) -> str:
        """The value that a clause saw."""
        known = self.context.paths.find(clause.field)
        if is_missing(clause.seen):
            return ""
        if known is not None and known.kind is Kind.MONEY and self.record["currency"]:
            return money(clause.seen, self.record["currency"])
        return format_value(clause.seen, known.kind if known else None, self.scope, known.options if known else None)

    def _told(self, due: datetime, zone: ZoneInfo, owner: int | None) -> Phrase:
        who = self.scope.show(owner, Kind.USER).partition(" ")[0] if owner is not None else None
        return moment.told(due, zone, str(current_locale()), who)


def choose(desk: Desk, stages: Sequence[Row], stage: Row, context: Context) -> Sample | None:
    """The record that the reader chose last; else the newest on the stage before this one, or on this one, or anywhere here."""
    record = _chosen(desk, stages) or _newest(desk, stages, stage)
    if record is None:
        return None
    scope = RunScope(desk, record, {})
    scope.locale, scope.paths = str(current_locale()), context.paths
    return Sample(record, scope, context)


def _chosen(desk: Desk, stages: Sequence[Row]) -> Row | None:
    wish = request.args.get("record") or request.cookies.get(COOKIE, "")
    if not (wish.isascii() and wish.isdecimal() and len(wish) < 16):
        return None
    found = desk.transaction.rows(_visible(desk, stages).where(Record.id == int(wish)), TABLES["deal"])
    return found[0] if found else None


def _newest(desk: Desk, stages: Sequence[Row], stage: Row) -> Row | None:
    place = [each.id for each in stages].index(stage.id)
    before = stages[place - 1].id if place else stage.id
    near = case((Record.stage_id == before, 0), (Record.stage_id == stage.id, 1), else_=2)
    order = _visible(desk, stages).order_by(near, Record.stage_entered_at.desc(), Record.id.desc()).limit(1)
    return next(iter(desk.transaction.rows(order, TABLES["deal"])), None)


def _visible(desk: Desk, stages: Sequence[Row]) -> Any:
    table = TABLES["deal"]
    here = Record.stage_id.in_([each.id for each in stages])
    return select(table).where(here, Record.deleted_at.is_(None), visible_to(desk.actor))
