"""Forms of rules, whatever is stored: nothing that fits a setting is lost on its way through a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.fields import TEMPORAL
from runtime import fields
from runtime.catalog import catalog
from runtime.example_world import EXAMPLE_WORLD
from runtime.language.paths import Paths
from runtime.settings.base import Context, Setting
from tests.filling import as_sent
from tests.pages import make_pages
from web.forms import settings_form

ZONE = ZoneInfo("Europe/Paris")
DRAWN = '{% import "forms/_controls.html" as forms %}{% for control in controls %}{{ forms.draw(control) }}{% endfor %}'
PATHS = Paths("deal", EXAMPLE_WORLD.fields)
DATES = [known.path for known in PATHS.all() if known.kind in TEMPORAL]
# What strict JSON lets in and HTML can carry: no surrogates, and no control characters but breaks and tabs.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=60)
LINE = TEXT.map(lambda text: " ".join(text.split("\n")))
REFERENCE = st.sampled_from(
    ["responsible", "supervisor", "everyone", "user:anna", "user:nobody", "department:sales", "field:record.responsible"]
)
STAGE = st.sampled_from(["sales/new", "sales/won", "delivery/planned", "nowhere/at_all"])
JUNK = st.sampled_from([None, 3, -1, 2.5, True, "", "x", [], ["x"], {}, {"when": "now"}, {"a": [{}]}])
CLOCK = st.sampled_from(["09:00", "23:59", "00:00"])
MOMENT = st.one_of(
    st.just({"when": "now"}),
    st.fixed_dictionaries(
        {"when": st.just("after"), "amount": st.integers(0, 400), "unit": st.sampled_from(["days", "weeks"])},
        optional={"time": CLOCK, "of": st.sampled_from(DATES), "working_time": st.just(True)},
    ),
    st.fixed_dictionaries({"when": st.just("before"), "amount": st.integers(0, 9), "unit": st.just("hours"), "of": st.sampled_from(DATES)}),
    st.fixed_dictionaries({"when": st.just("at"), "of": st.sampled_from(DATES)}, optional={"time": CLOCK}),
    st.fixed_dictionaries(
        {"when": st.just("on"), "date": st.sampled_from(["2027-01-15", "2027-07-15T14:00:00+02:00", "2027-07-15T14:00"])}
    ),
)


def values(setting: Setting[Any]) -> st.SearchStrategy[Any]:
    """Values that fit a kind of setting; of a kind that is not listed here its default, since the example is tried elsewhere."""
    made: dict[type, st.SearchStrategy[Any]] = {
        fields.Text: LINE,
        fields.Long: TEXT,
        fields.Lines: st.lists(TEXT, max_size=5),
        fields.Number: st.integers(-10, 10_000_000),
        fields.Switch: st.booleans(),
        fields.People: st.lists(REFERENCE, unique=True),
        fields.When: MOMENT,
        fields.Stage: STAGE,
        fields.Stages: st.lists(STAGE, unique=True),
        fields.Pipeline: st.sampled_from(["sales", "delivery", "leads", "gone"]),
    }
    if isinstance(setting, fields.Choice):
        return st.sampled_from(list(setting.options))
    return made.get(type(setting), st.just(setting.default))


def stored(rule: str) -> st.SearchStrategy[dict[str, Any]]:
    facts = catalog().rules[rule].facts
    each = {key: st.one_of(values(setting), JUNK) for key, setting in facts.settings.items()}
    return st.fixed_dictionaries({}, optional=each)


@pytest.fixture(scope="module")
def pages() -> Flask:
    return make_pages()


@pytest.fixture(autouse=True)
def page(pages: Flask) -> Iterator[None]:
    with pages.test_request_context("/"):
        yield


@pytest.mark.parametrize("rule", sorted(catalog().rules))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_settings_come_back_from_a_browser_as_they_were(rule: str, data: st.DataObject) -> None:
    before = data.draw(stored(rule))
    facts = catalog().rules[rule].facts
    context = Context(EXAMPLE_WORLD, PATHS, "deal", "sales/new", settings=before)
    form = settings_form(facts, before, context, ZONE)
    sent = as_sent(render_template_string(DRAWN, controls=form.controls))
    after = settings_form(facts, before, context, ZONE, sent).settings
    assert told(facts.said(after)) == told(facts.said(before))


def told(found: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing: empty values stand for a setting that was left out."""
    return {key: raw for key, raw in found.items() if raw not in (None, "", [])}
