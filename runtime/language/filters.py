"""The filters of placeholders; a filter is one row of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crm.fields import NUMERIC, TEMPORAL, Kind
from crm.words import Phrase, phrase
from runtime.language.instants import instant, on_wall
from runtime.language.values import (
    FORMATS,
    format_clock,
    format_day,
    format_moment,
    format_money,
    format_number,
    format_value,
    is_day,
    is_missing,
    is_number,
)

if TYPE_CHECKING:
    from runtime.language.scope import Scope


@dataclass(frozen=True)
class Shown:
    """A value on its way through the filters: what it is, of which kind, and what the keys of a choice are called."""

    value: Any
    kind: Kind | None
    options: Mapping[str, str] | None = None

    def text(self, scope: Scope) -> str:
        """How it reads now."""
        return format_value(self.value, self.kind, scope, self.options)


Function = Callable[[Shown, str | None, "Scope"], Any]


@dataclass(frozen=True)
class Filter:
    """A filter: what it is called, which kinds it takes (all where none are named), what it makes of them.

    ``argument`` says which arguments it takes, ``needs`` whether it must have one.
    """

    key: str
    label: Phrase
    function: Function
    takes: frozenset[Kind] | None = None
    makes: Kind | None = Kind.TEXT
    argument: re.Pattern[str] | None = None
    needs: bool = False

    def fits(self, argument: str | None) -> bool:
        """Whether the filter takes this argument."""
        if argument is None:
            return not self.needs
        return self.argument is not None and self.argument.fullmatch(argument) is not None

    def apply(self, shown: Shown, argument: str | None, scope: Scope) -> Shown:
        """The value after the filter; what the filter cannot take passes unchanged."""
        made = self.function(shown, argument, scope)
        return shown if made is None else Shown(made, self.makes)


def _text(change: Callable[[str, str | None], str]) -> Function:
    return lambda shown, argument, scope: change(shown.text(scope), argument)


def _day(shown: Shown, form: str | None, scope: Scope) -> str | None:
    if not is_day(shown.value):
        return None
    return format_day(_date_in(shown.value, scope), scope.locale, form or "medium")


def _moment(shown: Shown, form: str | None, scope: Scope) -> str | None:
    if not is_day(shown.value):
        return None
    return format_moment(instant(shown.value, scope.zone), scope.locale, scope.zone, form or "medium")


def _clock(shown: Shown, _: str | None, scope: Scope) -> str | None:
    if not is_day(shown.value):
        return None
    return format_clock(instant(shown.value, scope.zone), scope.locale, scope.zone)


def _money(shown: Shown, _: str | None, scope: Scope) -> str | None:
    if not is_number(shown.value):
        return None
    record = scope["record"]
    return format_money(shown.value, record.get("currency") if record is not None else None, scope.locale)


def _number(shown: Shown, decimals: str | None, scope: Scope) -> str | None:
    if not is_number(shown.value):
        return None
    return format_number(shown.value, scope.locale, None if decimals is None else int(decimals))


def _days_since(shown: Shown, _: str | None, scope: Scope) -> int | None:
    if not is_day(shown.value):
        return None
    return (on_wall(scope.now, scope.zone).date() - _date_in(shown.value, scope)).days


def _default(shown: Shown, text: str | None, _: Scope) -> str | None:
    return text if is_missing(shown.value) else None


def _title(text: str, _: str | None) -> str:
    return re.sub(r"[^\W\d_]+(['’][^\W\d_]+)*", lambda word: word[0][0].upper() + word[0][1:].lower(), text)


def _truncate(text: str, length: str | None) -> str:
    most = int(length or 0)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _date_in(value: date | datetime, scope: Scope) -> date:
    return on_wall(instant(value, scope.zone), scope.zone).date() if isinstance(value, datetime) else value


_FORM = re.compile("|".join(FORMATS))
_DAYS = frozenset(TEMPORAL)

FILTERS: Mapping[str, Filter] = {
    row.key: row
    for row in (
        Filter("upper", phrase("in capitals"), _text(lambda text, _: text.upper())),
        Filter("lower", phrase("in small letters"), _text(lambda text, _: text.lower())),
        Filter("title", phrase("Each Word Capitalised"), _text(_title)),
        Filter("date", phrase("as a date"), _day, takes=_DAYS, argument=_FORM),
        Filter("datetime", phrase("as a date with the time"), _moment, takes=_DAYS, argument=_FORM),
        Filter("time", phrase("as a time"), _clock, takes=_DAYS),
        Filter("money", phrase("as an amount in its currency"), _money, takes=NUMERIC),
        Filter("number", phrase("as a number"), _number, takes=NUMERIC, argument=re.compile("[0-9]|10")),
        Filter("days_since", phrase("days since then"), _days_since, takes=_DAYS, makes=Kind.NUMBER),
        Filter("default", phrase("or, where it is empty"), _default, argument=re.compile(".*", re.DOTALL), needs=True),
        Filter("truncate", phrase("cut to a length"), _text(_truncate), argument=re.compile("[1-9][0-9]{0,5}"), needs=True),
    )
}
