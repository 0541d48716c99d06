"""Conditions: every operator on every kind, missing values, and what they tell of themselves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runtime.language.conditions import OPERATORS, check, compile_condition, explain
from runtime.language.scope import PlainScope
from tests.conditions import ANNA, EXAMPLE, FALSE, HOLDS, PATHS, RECORD, leaf, make_scope


@pytest.mark.parametrize("condition", HOLDS, ids=str)
def test_what_holds_is_accepted_and_holds(condition: dict[str, Any]) -> None:
    assert check(condition, PATHS, "condition") == []
    assert compile_condition(condition)(make_scope())
    assert not compile_condition({"none": [condition]})(make_scope())


@pytest.mark.parametrize("condition", FALSE, ids=str)
def test_what_does_not_hold_is_accepted_and_does_not_hold(condition: dict[str, Any]) -> None:
    assert check(condition, PATHS, "condition") == []
    assert not compile_condition(condition)(make_scope())


TRUE_WITHOUT_A_VALUE = {"empty", "ne", "not_in", "not_contains"}
OPERANDS: Mapping[str, tuple[Any, ...]] = {
    "empty": (),
    "not_empty": (),
    "between": (["a", "b"],),
    "in": (["a"],),
    "not_in": (["a"],),
}


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("missing", [None, "", ()], ids=["nothing", "empty text", "empty list"])
def test_a_missing_value_makes_every_comparison_false_but_four(op: str, missing: Any) -> None:
    condition = leaf("record.title", op, *OPERANDS.get(op, ("a",)))
    assert compile_condition(condition)(make_scope({"title": missing})) is (op in TRUE_WITHOUT_A_VALUE)


@pytest.mark.parametrize("op", [op for op in OPERATORS if op not in ("empty", "not_empty")])
@pytest.mark.parametrize("missing", [None, "", ()], ids=["nothing", "empty text", "empty list"])
def test_a_missing_right_hand_value_behaves_like_a_missing_left_hand_one(op: str, missing: Any) -> None:
    value: Any = {"field": "record.source"}
    condition = leaf("record.title", op, [value, value] if op == "between" else value)
    assert compile_condition(condition)(make_scope({"title": "a", "source": missing})) is (op in TRUE_WITHOUT_A_VALUE)


def test_groups_without_conditions_hold_or_do_not() -> None:
    held = {group: compile_condition({group: []})(make_scope()) for group in ("all", "any", "none")}
    assert held == {"all": True, "any": False, "none": True}


def test_a_whole_record_that_is_not_there_is_like_missing_values() -> None:
    scope = make_scope(contact=None)
    assert compile_condition(EXAMPLE)(scope)
    assert not compile_condition(leaf("contact.email", "ends_with", "x"))(scope)
    assert compile_condition(leaf("contact.email", "ne", "x"))(scope)


@pytest.mark.parametrize("value", [True, Decimal(1), date(2026, 1, 1), ("b",), {"starts": None}, 5, Decimal("NaN"), 0.5], ids=repr)
@pytest.mark.parametrize("op", OPERATORS)
def test_a_value_of_an_unexpected_type_never_raises(op: str, value: Any) -> None:
    condition = leaf("record.title", op, *OPERANDS.get(op, ("a",)))
    negative = op in ("ne", "not_in", "not_contains", "not_empty")
    assert compile_condition(condition)(make_scope({"title": value})) is negative


def test_two_days_are_two_days_even_where_a_zone_left_one_out() -> None:
    scope = PlainScope({"record": {"close_date": date(2011, 12, 30)}}, datetime(2011, 12, 1, tzinfo=UTC), ZoneInfo("Pacific/Apia"))
    assert not compile_condition(leaf("record.close_date", "eq", "2011-12-31"))(scope)
    assert compile_condition(leaf("record.close_date", "lt", "2011-12-31"))(scope)


def test_the_text_in_a_field_is_never_taken_for_a_reference_or_a_number() -> None:
    scope = make_scope({"responsible": ANNA, "amount": Decimal(5), "title": "user:anna", "source": "5"})
    assert not compile_condition(leaf("record.responsible", "eq", {"field": "record.title"}))(scope)
    assert not compile_condition(leaf("record.amount", "eq", {"field": "record.source"}))(scope)


def test_an_explanation_shows_what_was_seen_and_what_was_wanted() -> None:
    explained = explain(EXAMPLE, make_scope({**RECORD, "amount": Decimal(500)}))
    assert explained.as_json() == {
        "held": False,
        "all": [
            {"held": False, "field": "record.amount", "op": "gte", "seen": "500", "wanted": 1000},
            {
                "held": True,
                "any": [
                    {"held": True, "field": "contact.email", "op": "ends_with", "seen": "eva@Example.org", "wanted": "@example.org"},
                    {"held": True, "field": "record.source", "op": "in", "seen": "Web", "wanted": ["web", "ads"]},
                ],
            },
        ],
    }


def test_an_explanation_shows_the_present_value_of_the_other_field() -> None:
    explained = explain(leaf("deal.close_date", "lt", {"field": "today"}), make_scope())
    assert explained.as_json() == {"held": False, "field": "record.close_date", "op": "lt", "seen": "2026-01-15", "wanted": "2026-01-15"}
