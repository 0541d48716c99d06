"""How values are written for the reader: money, numbers, days, times and durations, in their language and their zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, dates, numbers
from flask import Flask, current_app, g
from flask_babel import get_locale, gettext


def init_app(app: Flask) -> None:
    """Give templates the filters ``money number percent when full_time day clock duration written``; ``CLOCK`` says what time it is."""
    app.config.setdefault("CLOCK", lambda: datetime.now(UTC))
    app.jinja_env.filters.update(
        money=money,
        number=number,
        percent=percent,
        when=when,
        full_time=full_time,
        day=day,
        clock=clock,
        duration=duration,
        written=written,
    )


def written(value: Any) -> str:
    """Any value as it stands in a sentence."""
    if isinstance(value, bool) or value is None:
        return {True: gettext("yes"), False: gettext("no"), None: gettext("nothing")}[value]
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    return str(value)


def money(amount: Decimal | int | None, currency: str) -> str:
    """``€4,850``, ``4 850,50 zł``: whole amounts stand without decimals; no amount is an empty text."""
    if amount is None:
        return ""
    whole = amount == int(amount)
    text: str = numbers.format_currency(
        int(amount) if whole else amount,
        currency,
        _money_pattern(whole),
        locale=_locale(),
        currency_digits=not whole,
    )
    return text


def number(value: Decimal | int | float) -> str:
    """``1,240.5`` or ``1 240,5``."""
    text: str = numbers.format_decimal(value, locale=_locale())
    return text


def percent(part: Decimal | float) -> str:
    """``12%`` for 0.12."""
    text: str = numbers.format_percent(part, locale=_locale())
    return text


def when(at: datetime, now: datetime | None = None) -> str:
    """``today 13:20``, ``tomorrow 14:00``, and beyond the date; the year only where it is another one."""
    here, today = _here(at), _here(now or _now()).date()
    time = clock(at)
    match (here.date() - today).days:
        case -1:
            return str(gettext("yesterday %(time)s", time=time))
        case 0:
            return str(gettext("today %(time)s", time=time))
        case 1:
            return str(gettext("tomorrow %(time)s", time=time))
    return f"{day(here.date(), today)}, {time}"


def full_time(at: datetime) -> str:
    """``Tuesday, 3 March 2026 at 13:20:02 CET``, for titles of times that are shortened."""
    text: str = dates.format_datetime(at, "full", tzinfo=viewer_zone(), locale=_locale())
    return text


def day(value: date | datetime, today: date | None = None) -> str:
    """``Tue 10 Mar``, or ``10 Mar 2027`` in another year."""
    value = _here(value).date() if isinstance(value, datetime) else value
    today = today or _here(_now()).date()
    skeleton = "MMMMEd" if value.year == today.year else "yMMMMd"
    text: str = dates.format_skeleton(skeleton, value, locale=_locale(), fuzzy=True)
    return text


def clock(at: datetime) -> str:
    """``14:00``."""
    text: str = dates.format_time(at, "short", tzinfo=viewer_zone(), locale=_locale())
    return text


def duration(length: timedelta) -> str:
    """``5 seconds``, ``6 months``: the largest unit that fits."""
    text: str = dates.format_timedelta(length, locale=_locale(), threshold=1.2)
    return text


def viewer_zone() -> ZoneInfo:
    """The time zone of the reader, or else of the company."""
    wish = getattr(g.get("viewer"), "time_zone", None) or current_app.config.get("TIME_ZONE") or "UTC"
    try:
        return ZoneInfo(str(wish))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _here(at: datetime) -> datetime:
    return at.astimezone(viewer_zone())


def _now() -> datetime:
    now: datetime = current_app.config["CLOCK"]()
    return now


def _locale() -> Locale:
    return get_locale() or Locale.parse("en_GB")


def _money_pattern(whole: bool) -> str | None:
    """The pattern of the locale, without the decimals where there are none."""
    if not whole:
        return None
    pattern: str = _locale().currency_formats["standard"].pattern
    return pattern.replace(".00", "")
