"""A moment as the words on a card, and an instant as a person is told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from crm.fields import Kind
from crm.words import Phrase, phrase
from runtime.language.instants import instant, on_wall, read_moment, read_time
from runtime.language.paths import Paths
from runtime.language.values import format_clock, format_day, format_duration, locale_of


def sentence(moment: Mapping[str, Any], paths: Paths, locale: str = "en") -> tuple[Phrase, ...]:
    """The pieces of a card, to be read with a space between them: ``1 day before Close date`` ``at 09:00``.

    ``locale`` is the reader's: it decides how durations, times and dates are written.
    """
    return tuple(_pieces(moment, paths, locale))


def told(due: datetime, zone: ZoneInfo, locale: str, who: str | None = None) -> Phrase:
    """An instant as the clocks of a zone show it: ``Monday 5 January 2026, 14:00, for Anna``."""
    day = on_wall(instant(due, zone), zone).date()
    values = {
        "weekday": format_date(day, "EEEE", locale=locale_of(locale)),
        "date": format_day(day, locale, "long"),
        "time": format_clock(due, locale, zone),
    }
    if who is None:
        return phrase("{weekday} {date}, {time}", **values)
    return phrase("{weekday} {date}, {time}, for {person}", **values, person=who)


def _pieces(moment: Mapping[str, Any], paths: Paths, locale: str) -> Iterator[Phrase]:
    when = moment["when"]
    if when == "now":
        yield phrase("at once")
    elif when == "on":
        yield phrase("on {moment}", moment=_written(moment["date"], locale))
    elif when == "at":
        yield _at(moment["of"], paths)
    else:
        yield _away(moment, paths, locale)
    clock = read_time(moment.get("time", ""))
    if clock:
        yield phrase("at {time}", time=format_time(clock, "short", locale=locale_of(locale)))
    if when == "at" and moment.get("working_time"):
        yield phrase("in working time")
    if moment.get("past") == "skip":
        yield phrase("(left out where that has passed)")


def _at(of: str, paths: Paths) -> Phrase:
    known = paths.find(of)
    field = known.label if known else of
    return phrase("at {field}", field=field) if known and known.kind is Kind.DATETIME else phrase("on {field}", field=field)


def _away(moment: Mapping[str, Any], paths: Paths, locale: str) -> Phrase:
    duration = _duration(int(moment["amount"]), moment["unit"], bool(moment.get("working_time")), locale)
    if "of" not in moment:
        return phrase("after {duration}", duration=duration)
    known = paths.find(moment["of"])
    field = known.label if known else moment["of"]
    if moment["when"] == "before":
        return phrase("{duration} before {field}", duration=duration, field=field)
    return phrase("{duration} after {field}", duration=duration, field=field)


def _duration(amount: int, unit: str, working_time: bool, locale: str) -> Phrase | str:
    if not working_time:
        return format_duration(amount, unit, locale)
    if unit == "days":
        return phrase("1 working day") if amount == 1 else phrase("{amount} working days", amount=amount)
    return phrase("{duration} of working time", duration=format_duration(amount, unit, locale))


def _written(text: str, locale: str) -> str:
    """A fixed date as it was entered, with its own clock."""
    value = read_moment(text)
    if value is None:
        return text
    day = format_day(value, locale, "long")
    return f"{day}, {format_time(value.time(), 'short', locale=locale_of(locale))}" if isinstance(value, datetime) else day
