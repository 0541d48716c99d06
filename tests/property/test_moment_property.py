"""Moments against slow and obvious readings of the clock and the calendar, across zones and years."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runtime.language.instants import at_clock, on_wall
from runtime.language.moment import Due, WorkingTime, check, compile_moment, json_schema, sentence
from runtime.language.paths import Paths
from runtime.language.scope import PlainScope

ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Paris",
            "America/New_York",
            "America/Sao_Paulo",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "Asia/Kathmandu",
            "Asia/Ho_Chi_Minh",
            "Pacific/Apia",
            "Africa/Cairo",
            "UTC",
        )
    ]
)
PATHS = Paths("deal")
SCHEMAS = {as_run_time: Draft202012Validator(json_schema(as_run_time)) for as_run_time in (True, False)}
MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=64)
def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The hours at whose end, or within which, the clocks of a zone were changed between 2010 and 2030."""
    hours = (datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 21 * 366 * 24, 24))
    days = [day for day in hours if (day + timedelta(days=1)).astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset()]
    return tuple(
        day + timedelta(hours=hour)
        for day in days
        for hour in range(24)
        if (day + timedelta(hours=hour + 1)).astimezone(zone).utcoffset() != (day + timedelta(hours=hour)).astimezone(zone).utcoffset()
    )


@st.composite
def walls(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """A time on the wall, more often than not one close to a change of the clocks."""
    near = changes(zone)
    if near and draw(st.booleans()):
        change = draw(st.sampled_from(near)).astimezone(zone).replace(tzinfo=None)
        return change + draw(st.integers(-180, 240)) * MINUTE
    return draw(st.datetimes(datetime(2010, 1, 2), datetime(2030, 1, 1))).replace(microsecond=0, second=0, fold=0)  # noqa: DTZ001


def first_minute_on_the_clock(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock of a zone shows a time or, having skipped it, a later one."""
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += MINUTE
    return moment


@settings(max_examples=150, deadline=None)
@given(st.data(), ZONES)
def test_a_clock_time_is_the_first_moment_at_which_the_clock_shows_it_or_has_passed_it(data: st.DataObject, zone: ZoneInfo) -> None:
    wall = data.draw(walls(zone))
    assert at_clock(wall, zone) == first_minute_on_the_clock(wall, zone)


def add_months_slowly(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@settings(max_examples=200, deadline=None)
@given(
    st.data(),
    ZONES,
    st.sampled_from(["after", "before"]),
    st.integers(0, 40),
    st.sampled_from(["minutes", "hours", "days", "weeks", "months", "years"]),
    st.none() | st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
def test_a_moment_falls_where_the_calendar_on_the_wall_says(
    data: st.DataObject, zone: ZoneInfo, when: str, amount: int, unit: str, clock: time | None
) -> None:
    base = at_clock(data.draw(walls(zone)), zone)
    moment: dict[str, Any] = {"when": when, "amount": amount, "unit": unit, "of": "record.created_at"}
    if clock and unit not in ("minutes", "hours"):
        moment["time"] = clock.strftime("%H:%M")
    scope = PlainScope({"record": {"created_at": base}}, base)
    assert check(moment, PATHS, "m", as_run_time=True) == []
    found = compile_moment(moment).falls_on(base, scope, zone, WorkingTime())
    signed = amount if when == "after" else -amount
    wall = base.astimezone(zone).replace(tzinfo=None, fold=0)
    if unit in ("minutes", "hours"):
        expected = base + timedelta(**{unit: signed})
    else:
        months = signed * {"months": 1, "years": 12}.get(unit, 0)
        day = add_months_slowly(wall.date(), months) + timedelta(days=signed * {"days": 1, "weeks": 7}.get(unit, 0))
        same = not amount and "time" not in moment
        expected = base if same else first_minute_on_the_clock(datetime.combine(day, clock or wall.time()), zone)
    assert found == expected
    due = compile_moment(moment).due(base, scope, zone, WorkingTime())
    assert due is Due.NOW if found <= base else due == found


CALENDARS = st.builds(
    WorkingTime,
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sampled_from([time(0), time(8, 30), time(9)]),
    st.sampled_from([time(12), time(18), time(0)]),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 2, 15)), max_size=25),
)
OFFICE_WALLS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 10)).map(lambda wall: wall.replace(second=0, microsecond=0))  # noqa: DTZ001


def is_open(calendar: WorkingTime, wall: datetime) -> bool:
    end = calendar.end if calendar.end > time() else time.max
    return wall.isoweekday() in calendar.days and wall.date() not in calendar.holidays and calendar.start <= wall.time() < end


def next_open(calendar: WorkingTime, wall: datetime) -> datetime:
    while not is_open(calendar, wall):
        wall += MINUTE if wall.minute % 30 else 30 * MINUTE
    return wall


@settings(max_examples=150, deadline=None)
@given(CALENDARS, OFFICE_WALLS, st.integers(-12, 12))
def test_working_days_are_those_that_one_would_count_on_a_calendar(calendar: WorkingTime, wall: datetime, count: int) -> None:
    day, left = wall.date(), abs(count)
    while left:
        day += timedelta(days=1 if count > 0 else -1)
        left -= day.isoweekday() in calendar.days and day not in calendar.holidays
    moved = calendar.shift_days(wall, count)
    assert moved == datetime.combine(day, wall.time())
    assert calendar.into(moved) == next_open(calendar, moved)


@settings(max_examples=100, deadline=None)
@given(CALENDARS, OFFICE_WALLS.map(lambda wall: wall.replace(minute=wall.minute // 30 * 30)), st.integers(-30, 30))
def test_working_hours_are_those_that_one_would_count_on_a_clock(calendar: WorkingTime, wall: datetime, halves: int) -> None:
    half = 30 * MINUTE
    there, left = (next_open(calendar, wall), halves) if halves >= 0 else (wall, -halves)
    while left:
        # Back, the half hour that is counted is the one before.
        there -= half if halves < 0 else timedelta()
        left -= is_open(calendar, there)
        there += half if halves > 0 else timedelta()
    assert calendar.into(calendar.shift(wall, halves * half)) == next_open(calendar, there)


MOMENTS = st.fixed_dictionaries(
    {"when": st.sampled_from(["now", "after", "before", "at", "on", "x"])},
    optional={
        "amount": st.integers(-1, 3) | st.sampled_from([10**9, 1.5, 2.0, True, None]),
        "unit": st.sampled_from(["minutes", "hours", "days", "weeks", "months", "years", "ages"]),
        "of": st.sampled_from(["record.close_date", "record.created_at", "today", "nothing", 5]),
        "time": st.sampled_from(["00:00", "23:59", "24:00", ""]),
        "working_time": st.sampled_from([True, False, 1]),
        "past": st.sampled_from(["run", "skip", "x"]),
        "date": st.sampled_from(["2026-03-29", "2026-03-29T02:30", "2026-03-29T02:30:00+01:00", "soon"]),
        "more": st.none(),
    },
)


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.booleans(), ZONES, CALENDARS)
def test_what_the_check_accepts_fits_the_schema_and_what_it_refuses_does_not(
    moment: dict[str, Any], as_run_time: bool, zone: ZoneInfo, calendar: WorkingTime
) -> None:
    problems = check(moment, PATHS, "m", as_run_time)
    assert SCHEMAS[as_run_time].is_valid(moment) is not bool(problems)
    if not problems:
        now = datetime(2026, 3, 28, 12, tzinfo=UTC)
        scope = PlainScope({"record": {"close_date": date(2026, 3, 29), "created_at": now}}, now, zone)
        found = compile_moment(moment).falls_on(now, scope, zone, calendar)
        assert found is not None
        assert found.tzinfo is UTC
        assert sentence(moment, PATHS)


@given(st.datetimes(timezones=st.just(UTC)), ZONES)
def test_an_instant_always_has_a_place_on_the_wall(moment: datetime, zone: ZoneInfo) -> None:
    assert on_wall(moment, zone).tzinfo is None
