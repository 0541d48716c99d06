"""How a value reads for a person, in a language and a time zone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from crm.fields import LISTS, NUMERIC, TEMPORAL, Kind
from runtime.language.instants import instant, on_wall

if TYPE_CHECKING:
    from runtime.language.scope import Scope

FORMATS = ("short", "medium", "long", "iso")

# Whom or what a reference or an id names is the scope's to tell; the kind of one element of a list.
NAMED = frozenset({Kind.USER, Kind.PEOPLE, Kind.CONTACTS, Kind.COMPANY, Kind.STAGE, Kind.PIPELINE})
_ELEMENT = {Kind.PEOPLE: Kind.USER, Kind.CHOICES: Kind.CHOICE}
_YES_NO = {
    "en": ("yes", "no"),
    "es": ("sí", "no"),
    "fr": ("oui", "non"),
    "pl": ("tak", "nie"),
    "vi": ("có", "không"),
}
# Babel knows no words for durations here.
_UNITS = {"vi": {"minutes": "phút", "hours": "giờ", "days": "ngày", "weeks": "tuần", "months": "tháng", "years": "năm"}}
_LARGEST_EXPONENT, _DIGITS = 24, 60


def format_value(value: Any, kind: Kind | None, scope: Scope, options: Mapping[str, str] | None = None) -> str:
    """The value as the company reads it; nothing for a missing one.

    Where the kind is not known, or the value is not of it, the value is shown by what it looks like. ``options`` are
    the labels of a choice.
    """
    if is_missing(value):
        return ""
    if kind in NAMED and isinstance(value, (int, str)) and not isinstance(value, bool):
        return scope.show(value, kind)
    if isinstance(value, str):
        return options.get(value, value) if options else value
    if isinstance(value, (tuple, list, frozenset)):
        element = _ELEMENT.get(kind, kind) if kind in LISTS else None
        return ", ".join(format_value(each, element, scope, options) for each in value)
    if isinstance(value, Mapping):
        return _booking(value, scope) if "starts" in value else json.dumps(value, ensure_ascii=False, default=str)
    return format_plain(value, scope.locale, scope.zone)


def format_plain(value: Any, language: str, zone: ZoneInfo) -> str:
    """A value that needs no names: yes or no, a number, a date, a text."""
    if isinstance(value, bool):
        return _YES_NO.get(locale_of(language).language, _YES_NO["en"])[0 if value else 1]
    if isinstance(value, datetime):
        return format_moment(value, language, zone)
    if isinstance(value, date):
        return format_day(value, language)
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, language)
    return str(value)


def format_day(day: date, language: str, form: str = "medium") -> str:
    """A date: ``short medium long iso``."""
    return day.isoformat() if form == "iso" else format_date(day, form, locale=locale_of(language))


def format_moment(moment: datetime, language: str, zone: ZoneInfo, form: str = "medium") -> str:
    """A date with the time to the minute, as the clocks of the zone show it."""
    if form == "iso":
        return instant(moment, zone).astimezone(zone).isoformat(timespec="seconds")
    pattern = str(locale_of(language).datetime_formats[form])
    parts = (format_clock(moment, language, zone), format_day(on_wall(instant(moment, zone), zone), language, form))
    return pattern.replace("'", "").replace("{0}", parts[0]).replace("{1}", parts[1])


def format_clock(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """The time to the minute, as the clocks of the zone show it."""
    return format_time(on_wall(instant(moment, zone), zone).time(), "short", locale=locale_of(language))


def format_number(value: int | float | Decimal, language: str, decimals: int | None = None) -> str:
    """A number without currency, with as many decimals as it has or as are asked for."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT:
        return str(number)
    places = "#" * 10 if decimals is None else "0" * decimals
    with localcontext(prec=_DIGITS):
        return format_decimal(number, "#,##0." + places if places else "#,##0", locale=locale_of(language))


def format_duration(amount: int, unit: str, language: str) -> str:
    """An amount of ``minutes hours days weeks months years`` in words."""
    locale = locale_of(language)
    words = _UNITS.get(locale.language)
    return f"{amount} {words[unit]}" if words else format_unit(amount, f"duration-{unit[:-1]}", locale=locale)


def format_money(value: int | float | Decimal, currency: str | None, language: str) -> str:
    """An amount in its currency; without one a number with two decimals."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not currency or not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT:
        return format_number(number, language, 2)
    with localcontext(prec=_DIGITS):
        return format_currency(number, currency, locale=locale_of(language))


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """What is known of a language; English, as most of the world writes it, stands in for what nobody knows."""
    try:
        return Locale.parse({"en": "en_GB"}.get(language, language).replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en_GB")


def is_missing(value: Any) -> bool:
    """Whether a value counts as empty; zero and ``False`` are values."""
    if value is None:
        return True
    return isinstance(value, (str, tuple, list, frozenset, Mapping)) and not value


def looks_like(value: Any) -> Kind | None:
    """The kind of a value of which nothing is known but the value."""
    if isinstance(value, bool):
        return Kind.YES_NO
    if isinstance(value, datetime):
        return Kind.DATETIME
    if isinstance(value, date):
        return Kind.DATE
    if isinstance(value, (Decimal, int, float)):
        return Kind.NUMBER
    return Kind.TEXT if isinstance(value, str) else None


def is_number(value: Any) -> bool:
    """Whether a value can be reckoned with."""
    return looks_like(value) in NUMERIC


def is_day(value: Any) -> bool:
    """Whether a value is a date, with or without a time."""
    return looks_like(value) in TEMPORAL


def _booking(booking: Mapping[str, Any], scope: Scope) -> str:
    starts, ends = booking.get("starts"), booking.get("ends")
    shown = format_value(starts, Kind.DATETIME, scope)
    if not isinstance(ends, datetime) or not isinstance(starts, datetime):
        return shown
    first_day, last_day = (on_wall(instant(each, scope.zone), scope.zone).date() for each in (starts, ends))
    last = format_clock(ends, scope.locale, scope.zone) if first_day == last_day else format_value(ends, Kind.DATETIME, scope)
    return f"{shown} – {last}"
