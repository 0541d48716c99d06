"""The form of a condition: groups as deep as they go, each clause with the input that fits, and back to JSON as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from runtime.chains.model import Node
from runtime.example_world import EXAMPLE_WORLD
from runtime.language.paths import Paths
from runtime.settings.base import Context
from tests.pages import make_pages
from web.forms import Control, node_controls

CONTEXT = Context(EXAMPLE_WORLD, Paths("deal", EXAMPLE_WORLD.fields), "deal", "sales/new")
CONDITIONS: list[dict[str, Any]] = [
    {"field": "record.amount", "op": "gt", "value": 10000},
    {"all": [{"field": "record.amount", "op": "gte", "value": 1000.5}]},
    {"any": [{"field": "record.source", "op": "in", "value": ["web", "ads"]}, {"field": "contact.email", "op": "empty"}]},
    {"none": [{"all": [{"any": [{"field": "record.is_repeat", "op": "eq", "value": True}]}]}]},
    {"all": [{"field": "record.responsible", "op": "in", "value": ["user:anna", "department:sales"]}]},
    {"all": [{"field": "record.stage", "op": "eq", "value": "sales/won"}]},
    {"all": [{"field": "record.close_date", "op": "between", "value": ["2026-01-01", "2026-12-31"]}]},
    {"all": [{"field": "record.created_at", "op": "lt", "value": "2026-01-01T10:00:30+01:00"}]},
    {"all": [{"field": "record.amount", "op": "gt", "value": {"field": "var.discount"}}]},
    {"all": [{"field": "record.amount", "op": "gt", "value": "10.50"}]},
    {"all": [{"field": "n1.nothing", "op": "eq", "value": "x"}]},
    {"all": [{"field": "record.title", "op": "resembles", "value": "x"}]},
    {"all": [{"field": "record.title", "op": "in", "value": ["a\nb", "c"]}]},
    {"all": [{"field": "record.title", "op": "in", "value": ["a", {"field": "record.source"}]}]},
    {"all": [{"field": "record.observers", "op": "contains", "value": "user:anna"}]},
    {"any": []},
    {"all": "nonsense", "any": []},
]


@pytest.fixture(scope="module")
def pages() -> Flask:
    return make_pages()


@pytest.fixture(autouse=True)
def page(pages: Flask) -> Iterator[None]:
    with pages.test_request_context("/"):
        yield


def control(condition: dict[str, Any] | None, sent: MultiDict[str, str] | None = None) -> Control:
    return node_controls(Node("write_to_log", condition=condition), CONTEXT, ZoneInfo("Europe/Paris"), sent)[1]


def sent_of(condition: dict[str, Any] | None, **more: str) -> MultiDict[str, str]:
    sent = MultiDict(list(control(condition).sends()))
    for name, value in more.items():
        sent.setlist(name.replace("__", ".").replace("_", "-"), [value])
    return sent


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_a_condition_comes_back_as_it_was(condition: dict[str, Any]) -> None:
    assert control(condition, sent_of(condition)).data == condition


def test_the_first_condition_can_be_asked_at_once() -> None:
    assert control(None, sent_of(None, act="add:c:")).data == {"all": [{"field": "record.title", "op": "not_empty"}]}


def test_clauses_and_groups_are_added_and_taken_away_where_the_button_stands() -> None:
    deep = {"all": [{"field": "record.title", "op": "empty"}, {"any": [{"field": "record.source", "op": "empty"}]}]}
    assert len(control(deep, sent_of(deep, act="add:c-1:")).data["all"][1]["any"]) == 2
    assert control(deep, sent_of(deep, act="add:c:group")).data["all"][2] == {"any": [{"field": "record.title", "op": "not_empty"}]}
    assert control(deep, sent_of(deep, act="remove:c-0:")).data == {"all": deep["all"][1:]}
    assert not isinstance(control(deep, sent_of(deep, act="remove:c:")).data, dict)


def test_another_field_brings_an_operator_that_fits_it() -> None:
    clause = {"all": [{"field": "record.amount", "op": "gt", "value": 5}]}
    assert control(clause, sent_of(clause, c_0__field="record.title")).data["all"][0]["op"] == "eq"


def test_numbers_are_read_as_people_write_them() -> None:
    clause = {"all": [{"field": "record.amount", "op": "gt", "value": 5}]}
    assert control(clause, sent_of(clause, c_0__value="1 000,50")).data["all"][0]["value"] == "1000.50"
    assert control(clause, sent_of(clause, c_0__value="much")).data["all"][0]["value"] == "much"


def test_a_value_can_become_a_field_and_back() -> None:
    clause = {"all": [{"field": "record.amount", "op": "gt", "value": 5}]}
    compared = control(clause, sent_of(clause, act="field:c-0:")).data
    assert compared["all"][0]["value"] == {"field": "record.amount"}
    assert control(compared, sent_of(compared, act="value:c-0:")).data["all"][0]["value"] == ""
