"""Working time: the days and hours in which a company works, and counting in them.

All times here are what the clock on the wall shows; time zones come in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from crm.errors import Invalid
from crm.words import phrase
from runtime.language.instants import read_moment, read_time

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingTime:
    """The working week: ``days`` are 1 (Monday) to 7, from ``start`` to ``end`` (00:00 means midnight), without holidays.

    Counting that leads beyond the years 1 to 9999 raises ``OverflowError``.
    """

    days: frozenset[int] = frozenset(range(1, 6))
    start: time = time(9)
    end: time = time(18)
    holidays: frozenset[date] = frozenset()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> WorkingTime:
        """Working time from ``{"days": [1, 2], "from": "09:00", "to": "18:00", "holidays": ["2026-12-25"]}``; raises ``Invalid``."""
        days = frozenset(raw.get("days", range(1, 6)))
        start, end = (read_time(str(raw.get(key, usual))) for key, usual in (("from", "09:00"), ("to", "18:00")))
        holidays = [read_moment(str(day)) for day in raw.get("holidays", ())]
        if not days <= frozenset(range(1, 8)):
            raise Invalid.at("days", phrase("Working days are numbers from 1 (Monday) to 7 (Sunday)."))
        if start is None or end is None or time() < end <= start:
            raise Invalid.at("from", phrase("Working hours begin before they end, each written as 09:00."))
        return cls(days, start, end, frozenset(_only_days(holidays)))

    @property
    def hours(self) -> timedelta:
        """How long a working day is."""
        return self._end_of(date.min) - datetime.combine(date.min, self.start)

    @property
    def is_never(self) -> bool:
        """Whether nobody ever works, so that nothing can be counted."""
        return not self.days or self.hours <= timedelta()

    def is_working(self, day: date) -> bool:
        """Whether a day is a working day."""
        return day.isoweekday() in self.days and day not in self.holidays

    def day_after(self, day: date, count: int) -> date:
        """The working day that is the ``count``-th after a day, or before it where ``count`` is negative."""
        step, left = (1, count) if count > 0 else (-1, -count)
        week = len(self.days)
        while left > week:
            weeks = (left - 1) // week
            there = day + timedelta(weeks=step * weeks)
            left += self._holidays_between(day, there) - weeks * week
            day = there
        while left:
            day += timedelta(days=step)
            left -= self.is_working(day)
        return day

    def shift_days(self, wall: datetime, count: int) -> datetime:
        """A time moved by working days; it keeps the clock time."""
        return datetime.combine(self.day_after(wall.date(), count), wall.time())

    def shift(self, wall: datetime, amount: timedelta) -> datetime:
        """A time moved by working hours, forward or back."""
        day, done = self._position(wall, is_forward=amount >= timedelta())
        days, rest = divmod(done + amount, self.hours)
        return self._start_of(self.day_after(day, days)) + rest

    def into(self, wall: datetime) -> datetime:
        """The time itself where it is working time, else the moment at which the next working time begins."""
        day = wall.date()
        if self.is_working(day) and wall < self._end_of(day):
            return max(wall, self._start_of(day))
        return self._start_of(self.day_after(day, 1))

    def _position(self, wall: datetime, *, is_forward: bool) -> tuple[date, timedelta]:
        """A working day and how much of it is over; outside of working time those of the next one, or of the last."""
        day = wall.date()
        done = wall - self._start_of(day)
        if self.is_working(day) and timedelta() <= done < self.hours:
            return day, done
        if is_forward:
            return self.into(wall).date(), timedelta()
        return (day if self.is_working(day) and done >= self.hours else self.day_after(day, -1)), self.hours

    def _holidays_between(self, day: date, there: date) -> int:
        """How many working days holidays take out of the days after one and up to another, or before one and down to it."""
        first, last = (day + _DAY, there) if there > day else (there, day - _DAY)
        return sum(first <= holiday <= last and holiday.isoweekday() in self.days for holiday in self.holidays)

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, self.start)

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, self.end) if self.end > time() else datetime.combine(day + _DAY, time())


def _only_days(values: Iterable[date | datetime | None]) -> Iterable[date]:
    for value in values:
        if value is None or isinstance(value, datetime):
            raise Invalid.at("holidays", phrase("Holidays are dates such as 2026-12-25."))
        yield value
