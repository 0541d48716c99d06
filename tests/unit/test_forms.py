"""Forms of rules: what is stored stands in the controls, and comes back from a browser as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict

from runtime.catalog import catalog
from runtime.chains.model import Node
from runtime.example_world import EXAMPLE_WORLD
from runtime.language.paths import Paths
from runtime.settings.base import Context
from tests.filling import as_sent
from tests.pages import make_pages
from web.forms import node_controls, settings_form

ZONE = ZoneInfo("Europe/Paris")
DRAWN = '{% import "forms/_controls.html" as forms %}{% for control in controls %}{{ forms.draw(control) }}{% endfor %}'


@pytest.fixture(scope="module")
def pages() -> Flask:
    return make_pages()


@pytest.fixture(autouse=True)
def page(pages: Flask) -> Iterator[None]:
    with pages.test_request_context("/"):
        yield


def context(settings: Any = None, entity: str = "deal") -> Context:
    stage = "sales/new" if entity == "deal" else "leads/new"
    return Context(EXAMPLE_WORLD, Paths(entity, EXAMPLE_WORLD.fields), entity, stage, settings=settings or {})


def through_a_browser(rule: str, stored: dict[str, Any]) -> dict[str, Any]:
    facts = catalog().rules[rule].facts
    where = context(stored, facts.applies_to[-1])
    form = settings_form(facts, stored, where, ZONE)
    sent = as_sent(render_template_string(DRAWN, controls=form.controls))
    assert list(sent.items(multi=True)) == [(name, text.replace("\n", "\r\n")) for each in form.controls for name, text in each.sends()]
    return settings_form(facts, stored, where, ZONE, sent).settings


def node(**parts: Any) -> Node:
    return Node("write_to_log", **parts)


def run_time_through_a_browser(moment: dict[str, Any], **typed: str) -> Any:
    control, _ = node_controls(node(run_at=moment), context(), ZONE)
    sent = as_sent(render_template_string(DRAWN, controls=[control]))
    for name, value in typed.items():
        sent[f"at.{name}"] = value
    return node_controls(node(run_at=moment), context(), ZONE, sent)[0].data


@pytest.mark.parametrize("rule", sorted(catalog().rules))
def test_the_example_of_a_rule_comes_back_from_its_form(rule: str) -> None:
    facts = catalog().rules[rule].facts
    assert through_a_browser(rule, dict(facts.example)) == facts.said(facts.example)


@pytest.mark.parametrize("rule", sorted(catalog().rules))
def test_a_form_that_nobody_touched_stores_nothing(rule: str) -> None:
    facts = catalog().rules[rule].facts
    assert {key: raw for key, raw in through_a_browser(rule, {}).items() if raw != facts.settings[key].empty} == {}


@pytest.mark.parametrize(
    "broken",
    [{"text": 7}, {"text": ["a"]}, {"author": "anna"}, {"author": ["user:anna", "user:anna"]}, {"nonsense": {"a": [1]}}, {"text": "a\rb"}],
)
def test_what_a_control_cannot_show_is_not_lost(broken: dict[str, Any]) -> None:
    assert through_a_browser("add_comment", broken) == broken


def test_line_breaks_and_leading_ones_survive() -> None:
    text = '\n\n{{ contact.name }}\n  <b>&amp; "quoted"</b>\n'
    assert through_a_browser("add_comment", {"text": text}) == {"text": text}


def test_json_that_is_broken_is_told_and_what_was_there_stays() -> None:
    facts = catalog().rules["add_comment"].facts
    form = settings_form(facts, {"text": 7}, context(), ZONE, MultiDict({"s-text": "{oops"}))
    assert form.has_broken
    assert form.controls[0].text == "{oops"
    assert form.settings["text"] == 7


def test_a_chip_is_taken_away_by_its_button() -> None:
    facts = catalog().rules["add_comment"].facts
    sent = MultiDict([("s-text", "x"), ("s-author", "user:anna"), ("s-author", "user:boris"), ("act", "remove:s-author:0")])
    assert settings_form(facts, {}, context(), ZONE, sent).settings["author"] == ["user:boris"]


MOMENTS: list[dict[str, Any]] = [
    {"when": "after", "amount": 6, "unit": "months"},
    {"when": "after", "amount": 1, "unit": "days", "time": "14:00"},
    {"when": "after", "amount": 2, "unit": "days", "of": "record.close_date", "working_time": True},
    {"when": "after", "amount": 30, "unit": "minutes", "working_time": True, "past": "skip"},
    {"when": "before", "amount": 1, "unit": "days", "of": "record.close_date", "time": "09:00"},
    {"when": "at", "of": "record.close_date"},
    {"when": "on", "date": "2027-01-15T14:00:00+01:00"},
    {"when": "on", "date": "2027-01-15"},
    {"when": "on", "date": "2027-01-15T14:00:30Z", "past": "skip"},
    {"when": "after", "amount": "many", "unit": "days"},
    {"when": "after", "amount": 1, "unit": "hours", "time": "14:00"},
    {"when": "whenever"},
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_run_time_comes_back_as_it_was(moment: dict[str, Any]) -> None:
    assert run_time_through_a_browser(moment) == moment


def test_a_fixed_date_is_written_in_the_companys_time() -> None:
    moment = run_time_through_a_browser({"when": "on", "date": "2027-01-15"}, day="2027-07-01", clock="09:30")
    assert moment == {"when": "on", "date": "2027-07-01T09:30:00+02:00"}


def test_choosing_hours_takes_the_clock_time_away() -> None:
    moment = run_time_through_a_browser({"when": "after", "amount": 1, "unit": "days", "time": "14:00"}, unit="hours")
    assert moment == {"when": "after", "amount": 1, "unit": "hours"}


def test_at_once_is_no_run_time_at_all() -> None:
    control, _ = node_controls(node(), context(), ZONE, MultiDict({"at.when": "now"}))
    assert not isinstance(control.data, dict)
