"""Moments: when they fall, in which zone, across clock changes and working time, and what is refused."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.errors import Invalid
from runtime.language.moment import Due, WorkingTime, compile_moment
from runtime.language.scope import PlainScope

PARIS = ZoneInfo("Europe/Paris")
WARSAW = ZoneInfo("Europe/Warsaw")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
OFFICE = WorkingTime(holidays=frozenset({date(2026, 1, 6)}))


def falls_on(
    moment: Mapping[str, Any], close_date: Any = None, reached: datetime = NOW, zone: ZoneInfo = PARIS, calendar: WorkingTime = OFFICE
) -> datetime | None:
    scope = PlainScope({"record": {"close_date": close_date}}, reached)
    return compile_moment(moment).falls_on(reached, scope, zone, calendar)


def shown(moment: Mapping[str, Any], close_date: Any = None, reached: datetime = NOW, zone: ZoneInfo = PARIS) -> str:
    found = falls_on(moment, close_date, reached, zone)
    assert found is not None
    assert found.tzinfo is UTC
    return found.astimezone(zone).strftime("%a %Y-%m-%d %H:%M")


def after(amount: int, unit: str, **more: Any) -> dict[str, Any]:
    return {"when": "after", "amount": amount, "unit": unit, **more}


def before(amount: int, unit: str, **more: Any) -> dict[str, Any]:
    return {"when": "before", "amount": amount, "unit": unit, "of": "record.close_date", **more}


# 5 January 2026 is a Monday; the clock in Paris shows 10:30.
@pytest.mark.parametrize(
    ("moment", "falls"),
    [
        ({"when": "now"}, "Mon 2026-01-05 10:30"),
        (after(90, "minutes"), "Mon 2026-01-05 12:00"),
        (after(24, "hours"), "Tue 2026-01-06 10:30"),
        (after(0, "days"), "Mon 2026-01-05 10:30"),
        (after(1, "days"), "Tue 2026-01-06 10:30"),
        (after(1, "days", time="14:00"), "Tue 2026-01-06 14:00"),
        (after(0, "days", time="08:00"), "Mon 2026-01-05 08:00"),
        (after(2, "weeks"), "Mon 2026-01-19 10:30"),
        (after(6, "months"), "Sun 2026-07-05 10:30"),
        (after(100, "years"), "Sat 2126-01-05 10:30"),
        ({"when": "on", "date": "2027-01-15T14:00:00+01:00"}, "Fri 2027-01-15 14:00"),
        ({"when": "on", "date": "2027-01-15T14:00:00Z"}, "Fri 2027-01-15 15:00"),
        ({"when": "on", "date": "2027-01-15T14:00"}, "Fri 2027-01-15 14:00"),
        ({"when": "on", "date": "2027-01-15"}, "Fri 2027-01-15 00:00"),
    ],
)
def test_a_moment_is_counted_from_when_it_is_reached(moment: dict[str, Any], falls: str) -> None:
    assert shown(moment) == falls


@pytest.mark.parametrize(
    ("moment", "value", "falls"),
    [
        ({"when": "at", "of": "record.close_date"}, date(2026, 3, 10), "Tue 2026-03-10 00:00"),
        ({"when": "at", "of": "deal.close_date", "time": "09:00"}, date(2026, 3, 10), "Tue 2026-03-10 09:00"),
        ({"when": "at", "of": "record.close_date"}, datetime(2026, 3, 10, 9, 15, tzinfo=UTC), "Tue 2026-03-10 10:15"),
        (after(2, "hours", of="record.close_date"), date(2026, 3, 10), "Tue 2026-03-10 02:00"),
        (before(1, "days", time="09:00"), date(2026, 3, 10), "Mon 2026-03-09 09:00"),
        (before(1, "months"), date(2026, 3, 31), "Sat 2026-02-28 00:00"),
        (before(30, "minutes"), datetime(2026, 3, 10, 9, 15, tzinfo=UTC), "Tue 2026-03-10 09:45"),
        (after(6, "months", of="record.close_date"), date(2026, 8, 31), "Sun 2027-02-28 00:00"),
        (after(6, "months", of="record.close_date"), date(2027, 8, 31), "Tue 2028-02-29 00:00"),
        (after(1, "years", of="record.close_date"), date(2028, 2, 29), "Wed 2029-02-28 00:00"),
        (before(10, "years"), date(2020, 3, 10), "Wed 2010-03-10 00:00"),
    ],
)
def test_a_moment_is_counted_from_a_date_of_the_record(moment: dict[str, Any], value: Any, falls: str) -> None:
    assert shown(moment, value) == falls


def test_days_keep_the_clock_time_when_the_clocks_change_and_hours_do_not() -> None:
    saturday = datetime(2026, 3, 28, 9, tzinfo=UTC)
    assert shown(after(1, "days"), reached=saturday) == "Sun 2026-03-29 10:00"
    assert shown(after(24, "hours"), reached=saturday) == "Sun 2026-03-29 11:00"


def test_a_time_that_the_clocks_skip_means_the_first_valid_moment_after_it() -> None:
    assert shown({"when": "at", "of": "record.close_date", "time": "02:30"}, date(2026, 3, 29)) == "Sun 2026-03-29 03:00"
    assert falls_on(after(1, "days", of="record.close_date"), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )


def test_a_time_that_the_clocks_show_twice_means_the_first() -> None:
    moment = {"when": "at", "of": "record.close_date", "time": "02:30"}
    assert falls_on(moment, date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_where_midnight_does_not_exist_the_day_begins_later_and_the_days_after_it_do_not() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert shown({"when": "at", "of": "record.close_date"}, date(2018, 11, 4), zone=sao_paulo) == "Sun 2018-11-04 01:00"
    assert shown(after(1, "days", of="record.close_date"), date(2018, 11, 4), zone=sao_paulo) == "Mon 2018-11-05 00:00"


def test_a_whole_day_that_a_zone_leaves_out_is_passed_over() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert shown({"when": "at", "of": "record.close_date", "time": "14:00"}, date(2011, 12, 30), zone=apia) == "Sat 2011-12-31 00:00"


def test_the_same_day_begins_at_another_instant_for_another_person() -> None:
    moment = {"when": "at", "of": "record.close_date", "time": "09:00"}
    assert falls_on(moment, date(2026, 3, 10), zone=WARSAW) == datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert falls_on(moment, date(2026, 3, 10), zone=NEW_YORK) == datetime(2026, 3, 10, 13, tzinfo=UTC)


# The office works from Monday to Friday, 09:00 to 18:00, and not on Tuesday 6 January.
@pytest.mark.parametrize(
    ("moment", "reached", "falls"),
    [
        (after(1, "days"), "2026-01-05T10:30", "Wed 2026-01-07 10:30"),
        (after(5, "days"), "2026-01-05T10:30", "Tue 2026-01-13 10:30"),
        (after(6, "days"), "2026-01-05T10:30", "Wed 2026-01-14 10:30"),
        (after(1, "weeks"), "2026-01-05T10:30", "Tue 2026-01-13 10:30"),
        (after(1, "days"), "2026-01-03T10:30", "Mon 2026-01-05 10:30"),
        (after(1, "days"), "2026-01-05T20:00", "Thu 2026-01-08 09:00"),
        (after(1, "days", time="07:00"), "2026-01-05T10:30", "Wed 2026-01-07 09:00"),
        (after(1, "days", time="14:00"), "2026-01-09T23:00", "Mon 2026-01-12 14:00"),
        (after(0, "days"), "2026-01-05T10:30", "Mon 2026-01-05 10:30"),
        (after(0, "days"), "2026-01-05T18:00", "Wed 2026-01-07 09:00"),
        (after(2, "hours"), "2026-01-05T10:30", "Mon 2026-01-05 12:30"),
        (after(2, "hours"), "2026-01-05T17:00", "Wed 2026-01-07 10:00"),
        (after(1, "hours"), "2026-01-05T17:00", "Wed 2026-01-07 09:00"),
        (after(18, "hours"), "2026-01-05T09:00", "Thu 2026-01-08 09:00"),
        (after(60, "minutes"), "2026-01-10T12:00", "Mon 2026-01-12 10:00"),
        (before(1, "days"), "2026-01-07T10:30", "Mon 2026-01-05 10:30"),
        (before(6, "days"), "2026-01-07T10:30", "Mon 2025-12-29 10:30"),
        (before(1, "days"), "2026-01-12T00:00", "Fri 2026-01-09 09:00"),
        (before(2, "hours"), "2026-01-07T10:00", "Mon 2026-01-05 17:00"),
        (before(2, "hours"), "2026-01-06T12:00", "Mon 2026-01-05 16:00"),
        (before(1, "hours"), "2026-01-07T10:00", "Wed 2026-01-07 09:00"),
        (before(9, "hours"), "2026-01-07T23:00", "Wed 2026-01-07 09:00"),
        (before(1, "weeks"), "2026-01-12T12:00", "Fri 2026-01-02 12:00"),
    ],
)
def test_working_time_leaves_out_nights_weekends_and_holidays(moment: dict[str, Any], reached: str, falls: str) -> None:
    start = datetime.fromisoformat(reached).replace(tzinfo=PARIS).astimezone(UTC)
    assert shown({**moment, "working_time": True}, close_date=start, reached=start) == falls


def test_a_shift_that_ends_at_midnight_is_counted_to_its_end() -> None:
    evening = WorkingTime(frozenset({1, 2}), time(18), time(0))
    found = falls_on(after(7, "hours", working_time=True), reached=datetime(2026, 1, 5, 17, tzinfo=UTC), zone=PARIS, calendar=evening)
    assert found == datetime(2026, 1, 6, 18, tzinfo=UTC)
    back = falls_on(before(1, "hours", working_time=True), date(2026, 1, 6), calendar=evening)
    assert back == datetime(2026, 1, 5, 22, tzinfo=UTC)


def test_a_company_that_never_works_still_gets_a_date() -> None:
    nobody = WorkingTime(frozenset())
    assert falls_on(after(1, "days", working_time=True), calendar=nobody) == falls_on(after(1, "days"))


@pytest.mark.parametrize(
    "raw",
    [
        {"days": [0]},
        {"days": [8]},
        {"from": "18:00", "to": "09:00"},
        {"from": "9"},
        {"holidays": ["Christmas"]},
        {"from": "09:00", "to": "09:00"},
    ],
    ids=str,
)
def test_working_time_that_cannot_be_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        WorkingTime.from_json(raw)


def test_working_time_is_read_from_its_file_format() -> None:
    raw = {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00", "holidays": ["2026-01-06"]}
    assert WorkingTime.from_json(raw) == OFFICE
    assert WorkingTime.from_json({}) == WorkingTime()


def due(moment: Mapping[str, Any], close_date: Any = None, reached: datetime = NOW, now: datetime = NOW) -> datetime | Due:
    scope = PlainScope({"record": {"close_date": close_date}}, now)
    return compile_moment(moment).due(reached, scope, PARIS, OFFICE)


AT = {"when": "at", "of": "record.close_date"}


def test_a_node_waits_for_what_is_to_come() -> None:
    assert due(after(1, "hours")) == datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    assert due({**AT, "past": "skip"}, date(2026, 3, 10)) == datetime(2026, 3, 9, 23, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, date(2026, 1, 1), "no date"])
def test_a_moment_that_has_passed_or_has_no_date_means_at_once_or_never(value: Any) -> None:
    assert due(AT, value) is Due.NOW
    assert due({**AT, "past": "run"}, value) is Due.NOW
    assert due({**AT, "past": "skip"}, value) is Due.SKIP


def test_now_is_never_late() -> None:
    assert due({"when": "now"}) is Due.NOW
    assert due(after(0, "days", past="skip"), now=datetime(2026, 1, 5, 9, 31, tzinfo=UTC)) is Due.NOW


def test_a_moment_computed_anew_counts_from_when_the_node_was_reached() -> None:
    later = datetime(2026, 1, 8, tzinfo=UTC)
    assert due(after(5, "days"), now=later) == datetime(2026, 1, 10, 9, 30, tzinfo=UTC)
    assert due(after(1, "days"), now=later) is Due.NOW


def test_a_date_setting_keeps_a_past_date_and_stays_empty_without_one() -> None:
    assert falls_on(AT, date(2020, 1, 1)) == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert falls_on(AT, None) is None


@pytest.mark.parametrize("value", [date.min, date.max, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)], ids=str)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak", "UTC"])
@pytest.mark.parametrize("unit", ["minutes", "days", "months", "years"])
@pytest.mark.parametrize("working_time", [False, True])
def test_a_date_at_the_edge_of_time_never_raises(value: Any, zone: str, unit: str, working_time: bool) -> None:
    most = {"minutes": 52_596_000, "days": 36_525, "months": 1_200, "years": 100}[unit]
    counted = {"working_time": True} if working_time and unit in ("minutes", "days") else {}
    for moment in (AT, {**AT, **counted}, before(most, unit, **counted), after(most, unit, of="record.close_date", **counted)):
        found = falls_on(moment, value, zone=ZoneInfo(zone))
        assert found is not None
        assert (found.year > 5000) is (value.year > 5000)
