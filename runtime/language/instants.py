"""From the clock on the wall to the instant in UTC, and from ISO text to dates and times."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DATE_PATTERN = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME_PATTERN = r"([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT_PATTERN = rf"{DATE_PATTERN}(T{TIME_PATTERN}(:[0-5][0-9](\.[0-9]{{1,6}})?)?(Z|[+-]{TIME_PATTERN})?)?"

# A day inside what datetime can hold, so that no zone can push these over the edge.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LATEST = datetime(9999, 12, 29, tzinfo=UTC)

_MOMENT = re.compile(MOMENT_PATTERN)
_TIME = re.compile(TIME_PATTERN)


def read_moment(text: str) -> date | datetime | None:
    """The date or the date and time that an ISO text names; ``None`` where it names none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """The clock time that ``HH:MM`` names; ``None`` where it names none."""
    return time.fromisoformat(text) if _TIME.fullmatch(text) else None


def instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant in UTC of a date (00:00 in the zone), of a time on the wall (in the zone), or of an aware datetime."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        return at_clock(value, zone)
    if not EARLIEST.replace(tzinfo=None) < value.replace(tzinfo=None) < LATEST.replace(tzinfo=None):
        return _edge(value)
    return value.astimezone(UTC)


def at_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which the clocks of a zone show a time.

    A time that the clocks skip means the first valid instant after it, one that they show twice means the first.
    """
    if not EARLIEST.replace(tzinfo=None) < wall < LATEST.replace(tzinfo=None):
        return _edge(wall)
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if on_wall(found, zone) == wall:
        return found
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found, zone)


def on_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of a zone show at an instant, without its zone."""
    return min(max(moment, EARLIEST), LATEST).astimezone(zone).replace(tzinfo=None, fold=0)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clocks were put forward, between an instant before it and one at or after it."""
    offset = before.astimezone(zone).utcoffset()
    seconds, low = int((after - before).total_seconds()) + 1, 0
    while seconds - low > 1:
        middle = (low + seconds) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            seconds = middle
    return (before + timedelta(seconds=seconds)).replace(microsecond=0)


def _edge(value: datetime) -> datetime:
    return EARLIEST if value.year < 5000 else LATEST
