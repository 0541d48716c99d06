"""Moments before they are reached: what is refused, the schema, and the words on a card."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from crm.fields import Field, Kind
from crm.words import phrase
from runtime.language.moment import check, compile_moment, json_schema, sentence, told
from runtime.language.paths import Paths

PARIS = ZoneInfo("Europe/Paris")
WARSAW = ZoneInfo("Europe/Warsaw")
NEW_YORK = ZoneInfo("America/New_York")
CUSTOM = (Field("visit", Kind.BOOKING, phrase("Visit")),)
PATHS = Paths("deal", CUSTOM, outputs={"n1": {"date": Kind.DATE}}, trigger={"date": Kind.DATE})
AT = {"when": "at", "of": "record.close_date"}


def after(amount: int, unit: str, **more: Any) -> dict[str, Any]:
    return {"when": "after", "amount": amount, "unit": unit, **more}


def before(amount: int, unit: str, **more: Any) -> dict[str, Any]:
    return {"when": "before", "amount": amount, "unit": unit, "of": "record.close_date", **more}


EXAMPLES = [
    {"when": "now"},
    {"when": "after", "amount": 6, "unit": "months"},
    {"when": "after", "amount": 1, "unit": "days", "time": "14:00"},
    {"when": "after", "amount": 2, "unit": "days", "of": "record.close_date", "working_time": True},
    {"when": "before", "amount": 1, "unit": "days", "of": "record.close_date", "time": "09:00"},
    {"when": "at", "of": "record.close_date"},
    {"when": "at", "of": "deal.visit.starts"},
    {"when": "at", "of": "record.close_date", "time": "09:00", "working_time": True},
    {"when": "on", "date": "2027-01-15T14:00:00+01:00"},
    {"when": "after", "amount": 0, "unit": "minutes", "working_time": True},
    {"when": "after", "amount": 100, "unit": "years", "working_time": False},
]


@pytest.mark.parametrize("moment", EXAMPLES, ids=str)
@pytest.mark.parametrize("as_run_time", [True, False])
def test_what_is_promised_is_accepted(moment: dict[str, Any], as_run_time: bool) -> None:
    schema = json_schema(as_run_time)
    Draft202012Validator.check_schema(schema)
    assert check(moment, PATHS, "m", as_run_time) == []
    Draft202012Validator(schema).validate(moment)


REFUSED: list[tuple[Any, str]] = [
    (None, "m"),
    ("now", "m"),
    ({}, "m"),
    ({"when": "later"}, "m"),
    ({"when": 5}, "m"),
    ({"when": "now", "amount": 1}, "m.amount"),
    ({"when": "now", "past": "skip"}, "m.past"),
    (after(1, "days", zone="Europe/Paris"), "m.zone"),
    ({"when": "after", "unit": "days"}, "m.amount"),
    ({"when": "after", "amount": 1}, "m.unit"),
    (after(1, "days", time="24:00"), "m.time"),
    (after(1, "days", time="9:00"), "m.time"),
    (after(1, "days", time=900), "m.time"),
    (after(1, "hours", time="09:00"), "m.time"),
    (after(1, "minutes", time="09:00"), "m.time"),
    (after(1, "months", working_time=True), "m.working_time"),
    (after(1, "years", working_time=True), "m.working_time"),
    (after(1, "days", working_time="yes"), "m.working_time"),
    (after(1, "fortnights"), "m.unit"),
    (after(-1, "days"), "m.amount"),
    (after(101, "years"), "m.amount"),
    (after(52_596_001, "minutes"), "m.amount"),
    ({"when": "after", "amount": 1.5, "unit": "days"}, "m.amount"),
    ({"when": "after", "amount": "1", "unit": "days"}, "m.amount"),
    ({"when": "after", "amount": True, "unit": "days"}, "m.amount"),
    ({"when": "before", "amount": 1, "unit": "days"}, "m.of"),
    ({"when": "at"}, "m.of"),
    ({"when": "at", "of": 5}, "m.of"),
    ({"when": "on", "date": "next week"}, "m.date"),
    ({"when": "on", "date": "2027-01-15", "time": "14:00"}, "m.time"),
    ({"when": "on"}, "m.date"),
]


@pytest.mark.parametrize(("moment", "where"), REFUSED, ids=str)
@pytest.mark.parametrize("as_run_time", [True, False])
def test_what_cannot_be_is_refused_at_its_place_and_by_the_schema(moment: Any, where: str, as_run_time: bool) -> None:
    assert [problem.where for problem in check(moment, PATHS, "m", as_run_time)] == [where]
    assert not Draft202012Validator(json_schema(as_run_time)).is_valid(moment)


def test_only_a_run_time_says_what_becomes_of_the_past() -> None:
    assert check({**AT, "past": "skip"}, PATHS, "m", as_run_time=True) == []
    assert [problem.where for problem in check({**AT, "past": "skip"}, PATHS, "m", as_run_time=False)] == ["m.past"]
    assert [problem.where for problem in check({**AT, "past": "forget"}, PATHS, "m", as_run_time=True)] == ["m.past"]
    assert not Draft202012Validator(json_schema(as_run_time=False)).is_valid({**AT, "past": "skip"})


@pytest.mark.parametrize("of", ["n1.date", "trigger.date", "today", "now"])
def test_only_a_date_setting_may_depend_on_more_than_the_record(of: str) -> None:
    moment = {"when": "at", "of": of}
    assert check(moment, PATHS, "m", as_run_time=False) == []
    assert [problem.where for problem in check(moment, PATHS, "m", as_run_time=True)] == ["m.of"]
    assert not Draft202012Validator(json_schema(as_run_time=True)).is_valid(moment)


@pytest.mark.parametrize(
    ("of", "kind"), [("record.title", "type_mismatch"), ("record.visit", "type_mismatch"), ("record.nothing", "unknown_path")]
)
def test_a_moment_depends_on_dates_only(of: str, kind: str) -> None:
    assert [problem.kind for problem in check({"when": "at", "of": of}, PATHS, "m", as_run_time=False)] == [kind]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    for amount in (2.0, Decimal("2.0")):
        moment = {"when": "after", "amount": amount, "unit": "hours"}
        assert check(moment, PATHS, "m", as_run_time=True) == []
        assert compile_moment(moment) == compile_moment({**moment, "amount": 2})


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ({"when": "now"}, "at once"),
        (after(6, "months"), "after 6 months"),
        (after(1, "days", time="14:00"), "after 1 day at 14:00"),
        (after(1, "days", working_time=True), "after 1 working day"),
        (after(2, "days", of="record.close_date", working_time=True), "2 working days after Close date"),
        (after(3, "hours", working_time=True), "after 3 hours of working time"),
        (before(1, "days", time="09:00"), "1 day before Close date at 09:00"),
        (AT, "on Close date"),
        ({"when": "at", "of": "record.visit.starts", "past": "skip"}, "at Visit: begins (left out where that has passed)"),
        ({**AT, "working_time": True}, "on Close date in working time"),
        ({"when": "on", "date": "2027-01-15T14:00:00+01:00"}, "on 15 January 2027, 14:00"),
        ({"when": "on", "date": "2027-01-15"}, "on 15 January 2027"),
    ],
)
def test_a_moment_reads_as_a_sentence(moment: dict[str, Any], words: str) -> None:
    assert " ".join(map(str, sentence(moment, PATHS))) == words


@pytest.mark.parametrize(
    ("locale", "words"), [("pl", "6 miesięcy"), ("fr", "6 mois"), ("es", "6 meses"), ("vi", "6 tháng"), ("en", "6 months")]
)
def test_durations_are_counted_in_the_language_of_the_reader(locale: str, words: str) -> None:
    [piece] = sentence(after(6, "months"), PATHS, locale)
    assert " ".join(str(piece.values["duration"]).split()) == words


def test_an_instant_is_told_on_the_clock_of_whom_it_concerns() -> None:
    instant = datetime(2026, 1, 5, 13, tzinfo=UTC)
    assert str(told(instant, PARIS, "en", "Anna")) == "Monday 5 January 2026, 14:00, for Anna"
    assert str(told(instant, NEW_YORK, "en")) == "Monday 5 January 2026, 08:00"
    assert str(told(instant, WARSAW, "pl", "Anna")) == "poniedziałek 5 stycznia 2026, 14:00, for Anna"
