"""The kinds of settings: what they accept, what a rule sees when it runs, and what the card says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from crm.errors import Problem
from runtime.example_world import EXAMPLE_WORLD
from runtime.fields import Choice, Lines, Long, Number, People, Pipeline, Stage, Stages, Switch, Text, When
from runtime.language.calendar import WorkingTime
from runtime.language.paths import Paths
from runtime.language.scope import PlainScope
from runtime.pieces import plain
from runtime.rule import Done, Outcome, Rule, Step
from runtime.schema import chain_definitions
from runtime.settings.base import Context, Setting

ANNA, BORIS, CARL = 1, 2, 3


class Everything(Rule, key="everything", title="Everything", summary="{subject} {lines} {to} {pipeline} {stages}"):
    """Has a setting of each kind."""

    subject = Text("Subject")
    body = Long("Body", required=False)
    lines = Lines("Lines")
    minutes = Number("Minutes", least=1, most=600, default=60)
    loud = Switch("Loudly")
    pick = Choice("Pick", {"first": "the first", "turn": "by turns"}, default="first")
    to = People("To")
    starts = When("Starts", zone_of="to", required=False)
    pipeline = Pipeline("Pipeline")
    stage = Stage("Stage", of="pipeline", required=False, when_empty="the first stage")
    stages = Stages("Stages")

    def run(self, step: Step) -> Outcome:
        return Done("Done")


class Living(PlainScope):
    """A scope in which Boris lives in New York and everybody else in Paris."""

    working_time = WorkingTime()

    def zone_of(self, person: int | None) -> ZoneInfo:
        return ZoneInfo("America/New_York" if person == BORIS else "Europe/Paris")


NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCOPE = Living(
    {"record": {"title": "Roof\nrepair", "comment": None, "close_date": date(2026, 3, 9), "responsible": ANNA}},
    NOW,
    people={"responsible": (ANNA,), "user:boris": (BORIS,), "department:sales": (CARL, ANNA, BORIS)},
)
CONTEXT = Context(EXAMPLE_WORLD, Paths("deal"), "deal", "sales/new")
GOOD = {
    "subject": "About {{ record.title }}",
    "lines": ["Call {{ record.title }}", "{{ record.comment }}"],
    "to": ["user:boris", "department:sales", "responsible"],
    "pipeline": "delivery",
    "stages": ["sales/new", "sales/won"],
}


def problems(**settings: Any) -> list[Problem]:
    raw = {**GOOD, **settings}
    return Everything.facts.check(raw, replace(CONTEXT, settings=raw), "settings")


def value(key: str, **settings: Any) -> Any:
    raw = Everything.facts.with_defaults({**GOOD, **settings})
    return Everything.facts.settings[key].resolver(raw[key], raw)(SCOPE)


def shown(key: str, raw: Any) -> str:
    return plain(Everything.facts.settings[key].show(raw, CONTEXT))


def test_what_is_good_is_accepted() -> None:
    assert not problems()


@pytest.mark.parametrize("key", GOOD)
def test_what_must_be_set_cannot_be_left_out_or_emptied(key: str) -> None:
    setting = Everything.facts.settings[key]
    left_out = Everything.facts.check({name: raw for name, raw in GOOD.items() if name != key}, CONTEXT, "settings")
    assert ("missing_setting", f"settings.{key}") in [(found.kind, found.where) for found in left_out]
    assert "missing_setting" in [found.kind for found in problems(**{key: setting.empty})]


@pytest.mark.parametrize(
    ("key", "raw", "kind"),
    [
        ("subject", "two\nlines", "type_mismatch"),
        ("subject", "{{ record.nothing }}", "unknown_path"),
        ("lines", "one", "type_mismatch"),
        ("lines", ["{{ record.nothing }}"], "unknown_path"),
        ("minutes", 0, "type_mismatch"),
        ("minutes", 601, "type_mismatch"),
        ("minutes", 1.5, "type_mismatch"),
        ("minutes", True, "type_mismatch"),
        ("loud", "yes", "type_mismatch"),
        ("pick", "last", "type_mismatch"),
        ("to", ["user:zoe"], "missing_reference"),
        ("to", ["responsible", "responsible"], "type_mismatch"),
        ("to", ["the boss"], "type_mismatch"),
        ("to", ["field:record.amount"], "type_mismatch"),
        ("pipeline", "leads", "missing_reference"),
        ("pipeline", "none", "missing_reference"),
        ("stage", "sales/won", "missing_reference"),
        ("stages", ["sales/none"], "missing_reference"),
        ("stages", ["leads/new"], "missing_reference"),
        ("starts", {"when": "whenever"}, "broken_graph"),
        ("starts", {"when": "at", "of": "record.amount"}, "type_mismatch"),
        ("starts", [], "type_mismatch"),
    ],
)
def test_what_does_not_fit_is_refused(key: str, raw: Any, kind: str) -> None:
    found = problems(**{key: raw})
    assert kind in [problem.kind for problem in found]
    assert all(problem.where.startswith(f"settings.{key}") for problem in found)


def test_a_text_of_one_line_stays_one_line_whatever_fills_it() -> None:
    assert value("subject") == "About Roof repair"
    assert value("body", body="About {{ record.title }}") == "About Roof\nrepair"


def test_lines_that_turn_out_empty_are_left_out() -> None:
    assert value("lines") == ("Call Roof repair",)


def test_people_come_in_the_order_given_and_nobody_twice() -> None:
    assert value("to") == (BORIS, ANNA, CARL)


def test_a_date_is_read_in_the_time_zone_of_the_person_it_is_for() -> None:
    tomorrow = {"when": "after", "amount": 1, "unit": "days", "time": "14:00"}
    assert value("starts", starts=tomorrow) == datetime(2026, 3, 3, 19, tzinfo=UTC)
    assert value("starts", starts=tomorrow, to=["responsible"]) == datetime(2026, 3, 3, 13, tzinfo=UTC)


def test_a_date_that_has_passed_is_kept_and_one_of_an_empty_field_is_empty() -> None:
    assert value("starts", starts={"when": "on", "date": "2020-01-01"}) == datetime(2020, 1, 1, 5, tzinfo=UTC)
    assert value("starts", starts={"when": "at", "of": "record.begin_date"}) is None
    assert value("starts", starts={"when": "now"}) == NOW
    assert value("starts", starts={"when": "before", "amount": 1, "unit": "hours", "of": "record.close_date"}) < NOW + timedelta(days=7)


def test_what_is_not_set_is_the_default_or_nothing() -> None:
    assert (value("minutes"), value("loud"), value("pick")) == (60, False, "first")
    assert (value("body"), value("stage"), value("starts")) == ("", "", None)


def test_the_card_names_things_as_people_do() -> None:
    assert shown("to", ["user:anna", "department:support", "creator", "field:record.responsible"]) == (
        "Anna Nowak, Support, who created it, [Responsible]"
    )
    assert shown("stages", ["sales/won", "delivery/planned"]) == "Won, Delivery, To be planned"
    assert shown("pipeline", "delivery") == "Delivery"
    assert shown("stage", "") == "the first stage"
    assert shown("pick", "turn") == "by turns"
    assert (shown("loud", True), shown("loud", False)) == ("Loudly", "")
    assert shown("starts", {"when": "before", "amount": 1, "unit": "days", "of": "record.close_date", "time": "09:00"}) == (
        "1 day before Close date at 09:00"
    )


def test_paths_can_be_changed_wherever_they_stand_and_nothing_else_is() -> None:
    raw = {
        "subject": "{{n1.code|upper}} n1.code {{ record.title }} {{ n1.code }}",
        "lines": ["{{  n1.code | default:n1.code }}"],
        "to": ["field:n1.person", "user:anna"],
        "starts": {"when": "at", "of": "n1.date"},
    }
    settings = Everything.facts.settings
    changed = {key: settings[key].map_paths(value, lambda path: path.replace("n1.", "n9.")) for key, value in raw.items()}
    assert changed == {
        "subject": "{{n9.code|upper}} n1.code {{ record.title }} {{ n9.code }}",
        "lines": ["{{  n9.code | default:n1.code }}"],
        "to": ["field:n9.person", "user:anna"],
        "starts": {"when": "at", "of": "n9.date"},
    }
    assert settings["subject"].paths(raw["subject"]) == ["n1.code", "record.title", "n1.code"]


@pytest.mark.parametrize("setting", Everything.facts.settings.values(), ids=list(Everything.facts.settings))
def test_the_schema_accepts_what_the_check_accepts(setting: Setting[Any]) -> None:
    schema = {**setting.json_schema(), "$defs": chain_definitions()}
    validator = Draft202012Validator(schema)
    strange: list[Any] = [
        None,
        True,
        0,
        1,
        60,
        601,
        2.5,
        3.0,
        "",
        " ",
        "a",
        "a\nb",
        "first",
        [],
        [""],
        ["x"],
        ["user:anna"],
        ["creator", "creator"],
        [1],
        {},
    ]
    strange += [{"when": "now"}, {"when": "now", "past": "skip"}, {"when": "after", "amount": 1}, ["a"] * 101]
    for raw in strange:
        found = setting.check(raw, CONTEXT, "")
        refused = [problem for problem in found if problem.kind not in ("missing_reference", "unknown_path")]
        assert validator.is_valid(raw) is not bool(refused), (raw, found)
