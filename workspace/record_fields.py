"""Fields of records and clients on pages: as somebody reads them, and as the inputs of a form, one control a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from crm.errors import Invalid, Problem
from crm.fields import CONTACT, Field, Kind, fields_of
from crm.values import COLUMNS
from web.formats import day, number, viewer_zone, when
from web.words import gettext, say
from workspace.lanes import shown_money

Columns = Mapping[Any, Any]
MANY = frozenset({Kind.CHOICES, Kind.PEOPLE})
LINES = frozenset({Kind.EMAILS, Kind.PHONES})
# Fields that are no part of a form because something else on the page changes them, or because they are lists of things.
_ELSEWHERE = frozenset({Kind.BOOKING, Kind.COMPANY, Kind.CONTACTS, Kind.STAGE, Kind.PIPELINE, Kind.LIST})
_REACH = tuple(each for each in CONTACT if each.kind in LINES)


@dataclass(frozen=True)
class Input:
    """A control of a form. ``value`` is text, or a list of texts where several can be chosen; ``newer`` what stands there now."""

    key: str
    kind: str
    label: str
    value: Any
    options: Sequence[tuple[str, str]] = ()
    error: str = ""
    newer: str = ""


@dataclass(frozen=True)
class Fact:
    """A field as it is read; ``link`` is where its value leads."""

    label: str
    text: str
    link: str = ""
    long: bool = False


@dataclass(frozen=True)
class Form:
    """The form of an entity: ``sent`` is what somebody typed, ``row`` what is stored, ``problems`` what was wrong."""

    entity: str
    custom: Sequence[Field]
    people: Sequence[tuple[int, str]]
    row: Columns = field(default_factory=dict)
    sent: MultiDict[str, str] | None = None
    problems: Sequence[Problem] = ()
    is_stale: bool = False

    def inputs(self, *keys: str) -> list[Input]:
        """The controls, all or some of them."""
        known = editable(self.entity, self.custom)
        return [self._input(known[key]) for key in keys or known if key in known]

    def error(self, key: str) -> str:
        """What is wrong with a field and how it is mended."""
        told = [f"{say(each.says)} {say(each.mend) if each.mend else ''}".strip() for each in self.problems if each.where == key]
        return " ".join(told)

    def rest(self) -> list[Problem]:
        """What is wrong with what has no control."""
        known = editable(self.entity, self.custom)
        return [each for each in self.problems if each.where not in known]

    @property
    def status(self) -> int:
        """With which status the form is answered."""
        return 409 if self.is_stale else 422 if self.problems else 200

    def _input(self, known: Field) -> Input:
        stored = as_typed(known, stored_value(known, self.row, self.custom))
        typed = stored if self.sent is None else _sent(known, self.sent)
        newer = self._shown(known) if self.is_stale and typed != stored else ""
        return Input(known.key, known.kind.value, say(known.label), typed, self._options(known), self.error(known.key), newer)

    def _shown(self, known: Field) -> str:
        value = stored_value(known, self.row, self.custom)
        return as_read(known, value, dict(self.people), self.row) or str(gettext("nothing"))

    def _options(self, known: Field) -> list[tuple[str, str]]:
        if known.kind is Kind.YES_NO:
            return [("", ""), ("yes", str(gettext("yes"))), ("no", str(gettext("no")))]
        if known.kind is Kind.PEOPLE:
            return [(str(person), name) for person, name in self.people]
        if known.kind is Kind.USER:
            return [("", str(gettext("nobody"))), *((str(person), name) for person, name in self.people)]
        chosen = [(key, label) for key, label in (known.options or {}).items()]
        return [("", ""), *chosen] if known.kind is Kind.CHOICE else chosen


def editable(entity: str, custom: Sequence[Field]) -> dict[str, Field]:
    """The fields that a form of an entity has, in their order."""
    found = {each.key: each for each in fields_of(entity).values() if each.editable and each.kind not in _ELSEWHERE}
    if entity == "lead":
        found.update({each.key: each for each in _REACH})
    found.update({each.key: each for each in custom if each.kind is not Kind.BOOKING})
    return found


def read_sent(entity: str, custom: Sequence[Field], sent: MultiDict[str, str], *keys: str) -> dict[str, Any]:
    """What a form sent, by field key, as the desk takes it; only fields that it had (``has`` names each control)."""
    known = editable(entity, custom)
    had = set(keys or sent.getlist("has"))
    return {key: _given(known[key], sent) for key in known if key in had}


def as_typed(known: Field, value: Any) -> Any:
    """A stored value as it stands in its control."""
    if known.kind in MANY:
        return [str(each) for each in value or ()]
    if value is None or value == "":
        return ""
    return "\n".join(value) if known.kind in LINES else _typed(value)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value.astimezone(viewer_zone()):%Y-%m-%dT%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_read(known: Field, value: Any, people: Mapping[int, str], row: Columns) -> str:
    """A stored value as somebody reads it; an empty text where there is none."""
    if value is None or value in ("", []):
        return ""
    if known.kind in (Kind.USER, Kind.PEOPLE):
        return ", ".join(people.get(each, f"#{each}") for each in (value if known.kind is Kind.PEOPLE else [value]))
    if known.options:
        return ", ".join(known.options.get(each, each) for each in (value if isinstance(value, list) else [value]))
    return shown_money(value, row.get("currency")) if known.kind is Kind.MONEY else _read(value)


def _read(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def facts(entity: str, custom: Sequence[Field], row: Columns, people: Mapping[int, str], *, without: Iterable[str] = ()) -> list[Fact]:
    """The fields that have a value, but for those that the page shows elsewhere."""
    left_out = {*without, "stage", "pipeline", "updated_at", "stage_entered_at", "email", "phone", "name", "currency"}
    known = {**fields_of(entity), **editable(entity, custom)}
    found = []
    for each in known.values():
        if each.key in left_out or each.kind in _ELSEWHERE:
            continue
        value = stored_value(each, row, custom)
        if (text := as_read(each, value, people, row)) and value is not False:
            found.append(Fact(say(each.label), text, _link(each, text), each.kind is Kind.LONG))
    return found


def stored_value(known: Field, row: Columns, custom: Sequence[Field]) -> Any:
    """The value of a field in a row, of its own kind."""
    if known.key not in {each.key for each in custom}:
        return row.get(COLUMNS.get(known.key, known.key))
    value = (row.get("custom") or {}).get(known.key)
    if value is None or not isinstance(value, str):
        return value
    reader: Any = {Kind.NUMBER: Decimal, Kind.MONEY: Decimal, Kind.DATE: date.fromisoformat, Kind.DATETIME: datetime.fromisoformat}.get(
        known.kind
    )
    return reader(value) if reader else value


def problems_of(error: Invalid) -> tuple[Problem, ...]:
    """What was wrong, under the keys of the fields."""
    return tuple(Problem(each.where.removeprefix("custom."), each.says, each.mend, each.kind) for each in error.problems)


def _sent(known: Field, sent: MultiDict[str, str]) -> Any:
    return sent.getlist(known.key) if known.kind in MANY else sent.get(known.key, "").replace("\r\n", "\n")


def _given(known: Field, sent: MultiDict[str, str]) -> Any:
    if known.kind in MANY:
        return sent.getlist(known.key)
    text = sent.get(known.key, "")
    if known.kind in LINES:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if known.kind is Kind.DATETIME and text:
        return _with_zone(text)
    return text


def _with_zone(text: str) -> str:
    """What a control for a day and a time gives is meant where the reader is."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (read if read.tzinfo else read.replace(tzinfo=viewer_zone())).isoformat()


def _link(known: Field, text: str) -> str:
    is_web = text.startswith(("https://", "http://"))
    return text if known.kind in (Kind.LINK, Kind.FILE) and is_web else ""
