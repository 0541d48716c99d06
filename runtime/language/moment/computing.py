"""A moment computed as an instant in UTC: for the run time of a node, or for a date setting."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from runtime.language.calendar import WorkingTime
from runtime.language.instants import EARLIEST, LATEST, at_clock, instant, on_wall, read_moment, read_time
from runtime.language.paths import getter, normal

if TYPE_CHECKING:
    from runtime.language.scope import Scope


class Due(Enum):
    """What a run time can mean besides an instant to come."""

    NOW = "now"
    SKIP = "skip"


@dataclass(frozen=True)
class Moment:
    """A moment that has been read; ``amount`` is negative for *before*, ``of`` is the path that it depends on."""

    when: str
    amount: int = 0
    unit: str = "days"
    of: str | None = None
    clock: time | None = None
    working_time: bool = False
    skip_past: bool = False
    fixed: date | datetime | None = None

    def due(self, reached: datetime, scope: Scope, zone: ZoneInfo, calendar: WorkingTime) -> datetime | Due:
        """When a node that was reached at an instant is to run; what is past, or has no date, means now or never."""
        if self.when == "now":
            return Due.NOW
        found = self.falls_on(reached, scope, zone, calendar)
        if found is not None and found > scope.now:
            return found
        # A moment that is the very instant at which the node was reached has come; it has not passed.
        has_passed = found is None or found not in (reached, scope.now)
        return Due.SKIP if has_passed and self.skip_past else Due.NOW

    def falls_on(self, reached: datetime, scope: Scope, zone: ZoneInfo, calendar: WorkingTime) -> datetime | None:
        """The instant in UTC, past or to come; ``None`` where the field that it depends on is empty."""
        base = self._base(reached, scope)
        if base is None:
            return None
        try:
            found = self._shifted(base, zone, calendar)
        except (OverflowError, ValueError):
            found = LATEST if self.amount > 0 or base.year > 5000 else EARLIEST
        return min(max(found, EARLIEST), LATEST)

    def _base(self, reached: datetime, scope: Scope) -> date | datetime | None:
        if self.fixed is not None:
            return self.fixed
        if self.of is None:
            return reached
        value = getter(self.of)(scope)
        return value if isinstance(value, date) else None

    def _shifted(self, base: date | datetime, zone: ZoneInfo, calendar: WorkingTime) -> datetime:
        if self.working_time and not calendar.is_never:
            wall = calendar.into(self._at_clock(self._shifted_in(calendar, _wall(base, zone))))
            return at_clock(wall, zone)
        if self.unit in _ELAPSED:
            return instant(base, zone) + self.amount * _ELAPSED[self.unit]
        if not self.amount and self.clock is None:
            return instant(base, zone)
        return at_clock(self._at_clock(_CALENDAR[self.unit](_wall(base, zone), self.amount)), zone)

    def _shifted_in(self, calendar: WorkingTime, wall: datetime) -> datetime:
        if self.unit in _ELAPSED:
            return calendar.shift(wall, self.amount * _ELAPSED[self.unit])
        return calendar.shift_days(wall, self.amount * (len(calendar.days) if self.unit == "weeks" else 1))

    def _at_clock(self, wall: datetime) -> datetime:
        return wall if self.clock is None else datetime.combine(wall.date(), self.clock)


def compile_moment(moment: Mapping[str, Any]) -> Moment:
    """Read a checked moment."""
    of, clock, fixed = (moment.get(key) for key in ("of", "time", "date"))
    amount = int(moment.get("amount", 0))
    return Moment(
        when=moment["when"],
        amount=-amount if moment["when"] == "before" else amount,
        unit=moment.get("unit", "days"),
        of=normal(of) if of else None,
        clock=read_time(clock) if clock else None,
        working_time=bool(moment.get("working_time")),
        skip_past=moment.get("past") == "skip",
        fixed=read_moment(fixed) if fixed else None,
    )


def _wall(base: date | datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows at the base; a bare date is 00:00, even where the clocks skip midnight."""
    return on_wall(instant(base, zone), zone) if isinstance(base, datetime) else datetime.combine(base, time())


def _add_months(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))


_ELAPSED = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}
_CALENDAR: Mapping[str, Callable[[datetime, int], datetime]] = {
    "days": lambda wall, amount: wall + timedelta(days=amount),
    "weeks": lambda wall, amount: wall + timedelta(weeks=amount),
    "months": _add_months,
    "years": lambda wall, amount: _add_months(wall, 12 * amount),
}
