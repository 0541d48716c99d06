"""Conditions: every operator on every kind, problems before they run, and what they tell of themselves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from crm.errors import Invalid
from crm.fields import Field, Kind
from crm.words import phrase
from runtime.language.conditions import OPERATORS, check, compile_condition, explain, json_schema, paths_in, references, sentence
from runtime.language.paths import Paths
from runtime.language.scope import PlainScope

ANNA, BORIS, CLARA = 1, 2, 3
CUSTOM = (
    Field("colour", Kind.CHOICE, phrase("Colour"), {"red": "Red", "blue": "Blue"}),
    Field("tags", Kind.CHOICES, phrase("Tags"), {"new": "New", "hot": "Hot", "old": "Old"}),
    Field("score", Kind.NUMBER, phrase("Score")),
    Field("paid", Kind.YES_NO, phrase("Paid")),
    Field("seller", Kind.USER, phrase("Seller")),
    Field("visit", Kind.BOOKING, phrase("Visit")),
    Field("offer", Kind.FILE, phrase("Offer")),
    Field("limit", Kind.MONEY, phrase("Limit")),
    Field("meeting", Kind.DATETIME, phrase("Meeting")),
)
PATHS = Paths("deal", CUSTOM, outputs={"n1": {"lead_id": Kind.NUMBER}})
RECORD: Mapping[str, Any] = {
    "title": "Große Lieferung",
    "amount": Decimal("1000.10"),
    "source": "Web",
    "stage": "sales/in_talks",
    "pipeline": "sales",
    "responsible": ANNA,
    "observers": (ANNA, BORIS),
    "close_date": date(2026, 1, 15),
    "meeting": datetime(2026, 1, 14, 23, 0, tzinfo=UTC),
    "is_repeat": False,
    "colour": "red",
    "tags": ("new", "hot"),
    "score": Decimal(0),
    "paid": True,
    "offer": "offer.pdf",
    "limit": Decimal("1000.1"),
    "comment": "",
}
CONTACT = {"name": "Eva", "email": "eva@Example.org", "emails": ("eva@Example.org", "e@x.example"), "phones": ()}
EXAMPLE = {
    "all": [
        {"field": "record.amount", "op": "gte", "value": 1000},
        {
            "any": [
                {"field": "contact.email", "op": "ends_with", "value": "@example.org"},
                {"field": "record.source", "op": "in", "value": ["web", "ads"]},
            ]
        },
    ]
}


def make_scope(record: Mapping[str, Any] = RECORD, contact: Mapping[str, Any] | None = CONTACT) -> PlainScope:
    return PlainScope(
        {"record": record, "contact": contact, "company": None},
        datetime(2026, 1, 15, 9, tzinfo=UTC),
        ZoneInfo("Europe/Paris"),
        people={"user:anna": [ANNA], "user:boris": [BORIS], "user:clara": [CLARA], "department:sales": [ANNA, BORIS], "supervisor": []},
    )


def leaf(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


HOLDS = [
    leaf("record.title", "eq", "GROSSE lieferung"),
    leaf("record.title", "ne", "Lieferung"),
    leaf("record.title", "contains", "lief"),
    leaf("record.title", "not_contains", "abc"),
    leaf("record.title", "starts_with", "große"),
    leaf("record.title", "ends_with", "UNG"),
    leaf("record.title", "in", ["x", "große lieferung"]),
    leaf("record.title", "not_in", ["x", "y"]),
    leaf("record.title", "not_empty"),
    leaf("record.comment", "empty"),
    leaf("record.amount", "eq", 1000.1),
    leaf("record.amount", "eq", "1000.1000"),
    leaf("record.amount", "gt", 1000),
    leaf("record.amount", "gte", "1000.10"),
    leaf("record.amount", "lt", 1000.11),
    leaf("record.amount", "lte", 1000.1),
    leaf("record.amount", "between", [1000.1, 2000]),
    leaf("record.amount", "between", [1, "1000.10"]),
    leaf("record.amount", "in", [5, "1000.1"]),
    leaf("record.amount", "eq", {"field": "record.limit"}),
    leaf("record.amount", "between", [{"field": "record.limit"}, 5000]),
    leaf("record.score", "eq", 0),
    leaf("record.score", "not_empty"),
    leaf("record.is_repeat", "eq", False),
    leaf("record.is_repeat", "not_empty"),
    leaf("record.paid", "ne", False),
    leaf("record.close_date", "eq", "2026-01-15"),
    leaf("record.close_date", "eq", "2026-01-14T23:00:00Z"),
    leaf("record.close_date", "eq", {"field": "today"}),
    leaf("record.close_date", "lt", {"field": "now"}),
    leaf("record.close_date", "eq", {"field": "record.meeting"}),
    leaf("record.close_date", "between", ["2026-01-15", "2026-01-31"]),
    leaf("record.close_date", "in", ["2026-01-01", "2026-01-15"]),
    leaf("record.meeting", "eq", "2026-01-15"),
    leaf("record.meeting", "gt", "2026-01-14"),
    leaf("record.meeting", "between", ["2026-01-14", "2026-01-15T00:00:00+01:00"]),
    leaf("record.meeting", "eq", "2026-01-15T00:00"),
    leaf("record.responsible", "eq", "user:anna"),
    leaf("record.responsible", "eq", "responsible"),
    leaf("record.responsible", "ne", "user:boris"),
    leaf("record.responsible", "in", ["department:sales"]),
    leaf("record.responsible", "not_in", ["user:boris", "user:clara"]),
    leaf("record.responsible", "in", {"field": "record.observers"}),
    leaf("record.responsible", "ne", "supervisor"),
    leaf("record.observers", "contains", "user:boris"),
    leaf("record.observers", "contains", {"field": "record.responsible"}),
    leaf("record.observers", "not_contains", "user:clara"),
    leaf("record.observers", "in", ["department:sales", "user:clara"]),
    leaf("record.observers", "eq", ["user:boris", "user:anna"]),
    leaf("record.observers", "eq", ["department:sales"]),
    leaf("record.observers", "ne", "user:anna"),
    leaf("record.stage", "eq", "sales/in_talks"),
    leaf("record.stage", "not_in", ["sales/spam"]),
    leaf("record.pipeline", "in", ["sales", "support"]),
    leaf("record.colour", "in", ["red"]),
    leaf("record.tags", "contains", "hot"),
    leaf("record.tags", "not_contains", "old"),
    leaf("record.tags", "in", ["hot", "new", "old"]),
    leaf("record.tags", "not_in", ["hot"]),
    leaf("record.tags", "eq", ["hot", "new"]),
    leaf("record.tags", "ne", ["hot"]),
    leaf("contact.emails", "contains", "EVA@example.org"),
    leaf("contact.emails", "contains", {"field": "contact.email"}),
    leaf("contact.phones", "empty"),
    leaf("record.offer", "ends_with", ".pdf"),
    leaf("record.visit", "empty"),
]


@pytest.mark.parametrize("condition", HOLDS, ids=str)
def test_what_holds_is_accepted_and_holds(condition: dict[str, Any]) -> None:
    assert check(condition, PATHS, "condition") == []
    assert compile_condition(condition)(make_scope())
    assert not compile_condition({"none": [condition]})(make_scope())


FALSE = [
    leaf("record.title", "eq", "Lieferung"),
    leaf("record.title", "not_contains", "LIEF"),
    leaf("record.title", "empty"),
    leaf("record.amount", "gt", "1000.10"),
    leaf("record.amount", "lt", 1000.1),
    leaf("record.amount", "between", [2000, 1000]),
    leaf("record.amount", "eq", 1000.1000000001),
    leaf("record.score", "empty"),
    leaf("record.is_repeat", "empty"),
    leaf("record.is_repeat", "eq", True),
    leaf("record.meeting", "lt", "2026-01-15"),
    leaf("record.responsible", "in", ["user:boris"]),
    leaf("record.responsible", "eq", "supervisor"),
    leaf("record.observers", "in", ["user:anna"]),
    leaf("record.observers", "eq", ["user:anna"]),
    leaf("record.tags", "in", ["hot"]),
    leaf("record.tags", "not_in", ["hot", "new"]),
    leaf("record.tags", "contains", "old"),
]


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


REFUSED = [
    (leaf("record.amount", "gt", "a lot"), "type_mismatch", "c.value"),
    (leaf("record.amount", "gt", "1e5"), "type_mismatch", "c.value"),
    (leaf("record.amount", "gt", True), "type_mismatch", "c.value"),
    (leaf("record.amount", "contains", 5), "type_mismatch", "c.op"),
    (leaf("record.amount", "gt", {"field": "record.title"}), "type_mismatch", "c.value.field"),
    (leaf("record.amount", "between", [1, "x"]), "type_mismatch", "c.value.1"),
    (leaf("record.title", "eq", 5), "type_mismatch", "c.value"),
    (leaf("record.title", "gt", "a"), "type_mismatch", "c.op"),
    (leaf("record.title", "eq", ["a"]), "type_mismatch", "c.value"),
    (leaf("record.close_date", "gt", "tomorrow"), "type_mismatch", "c.value"),
    (leaf("record.close_date", "gt", "2026-02-30"), "type_mismatch", "c.value"),
    (leaf("record.close_date", "gt", 5), "type_mismatch", "c.value"),
    (leaf("record.is_repeat", "eq", "yes"), "type_mismatch", "c.value"),
    (leaf("record.is_repeat", "in", [True]), "type_mismatch", "c.op"),
    (leaf("record.responsible", "eq", "anna"), "type_mismatch", "c.value"),
    (leaf("record.responsible", "eq", 3), "type_mismatch", "c.value"),
    (leaf("record.responsible", "eq", "department:sales"), "type_mismatch", "c.value"),
    (leaf("record.responsible", "in", ["field:record.title"]), "type_mismatch", "c.value.0.field"),
    (leaf("record.responsible", "in", ["field:record.nobody"]), "unknown_path", "c.value.0.field"),
    (leaf("record.observers", "contains", ["user:anna"]), "type_mismatch", "c.value"),
    (leaf("record.stage", "eq", "spam"), "type_mismatch", "c.value"),
    (leaf("record.colour", "eq", "green"), "missing_reference", "c.value"),
    (leaf("record.tags", "in", ["hot", "cold"]), "missing_reference", "c.value.1"),
    (leaf("record.tags", "eq", {"field": "record.amount"}), "type_mismatch", "c.value.field"),
    (leaf("record.visit", "eq", "x"), "type_mismatch", "c.op"),
    (leaf("contact.company", "eq", "acme"), "type_mismatch", "c.value"),
    (leaf("record.title", "eq", {"field": "contact.emails"}), "type_mismatch", "c.value.field"),
    (leaf("record.nothing", "eq", "x"), "unknown_path", "c.field"),
    (leaf("record.title", "eq", {"field": "record.nothing"}), "unknown_path", "c.value.field"),
]


@pytest.mark.parametrize(("condition", "kind", "where"), REFUSED, ids=str)
def test_a_mismatch_is_an_error_before_it_runs_and_none_when_it_runs(condition: dict[str, Any], kind: str, where: str) -> None:
    assert [(problem.kind, problem.where) for problem in check(condition, PATHS, "c")] == [(kind, where)]
    compile_condition(condition)(make_scope())


BROKEN: list[tuple[Any, str]] = [
    ([], "c"),
    (None, "c"),
    ("all", "c"),
    ({}, "c"),
    ({"all": {}}, "c.all"),
    ({"all": [], "any": []}, "c.any"),
    ({"all": [{}]}, "c.all.0"),
    ({"all": [], "note": "x"}, "c.note"),
    ({"all": [5]}, "c.all.0"),
    ({"any": [{"all": [leaf("record.title", "like", "x")]}]}, "c.any.0.all.0.op"),
    ({"field": "record.title"}, "c.op"),
    ({"field": 5, "op": "empty"}, "c.field"),
    ({"op": "empty"}, "c"),
    (leaf("record.title", "empty", "x"), "c.value"),
    (leaf("record.title", "eq"), "c.value"),
    (leaf("record.title", "eq", None), "c.value"),
    (leaf("record.title", "eq", ""), "c.value"),
    (leaf("record.title", "eq", {"path": "record.title"}), "c.value"),
    (leaf("record.title", "in", "a"), "c.value"),
    (leaf("record.title", "in", []), "c.value"),
    (leaf("record.amount", "between", [1]), "c.value"),
    (leaf("record.amount", "between", {"field": "record.limit"}), "c.value"),
    ({**leaf("record.title", "eq", "a"), "case": True}, "c.case"),
]


@pytest.mark.parametrize(("condition", "where"), BROKEN, ids=str)
def test_a_broken_shape_is_refused_at_its_place_and_by_the_schema(condition: Any, where: str) -> None:
    assert where in [problem.where for problem in check(condition, PATHS, "c")]
    assert not Draft202012Validator(json_schema()).is_valid(condition)


@pytest.mark.parametrize("condition", [EXAMPLE, *HOLDS, *FALSE], ids=str)
def test_the_schema_accepts_what_the_check_accepts(condition: dict[str, Any]) -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator({"properties": {"condition": schema}}).validate({"condition": condition})


def nested(deep: int) -> dict[str, Any]:
    condition = leaf("record.title", "not_empty")
    for _ in range(deep):
        condition = {"all": [condition]}
    return condition


def test_conditions_nest_ten_deep_and_no_deeper() -> None:
    schema = Draft202012Validator(json_schema())
    assert check(nested(10), PATHS, "c") == []
    assert schema.is_valid(nested(10))
    assert compile_condition(nested(10))(make_scope())
    [problem] = check(nested(11), PATHS, "nodes.n1.condition")
    assert problem.where == "nodes.n1.condition" + 10 * ".all.0"
    assert not schema.is_valid(nested(11))
    with pytest.raises(Invalid):
        compile_condition(nested(11))


def test_nesting_without_end_is_refused_without_a_crash() -> None:
    assert len(check(nested(900), PATHS, "c")) == 1


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


SENTENCES = [
    (EXAMPLE, "Amount is at least 1000 and (Contact: E-mail ends with @example.org or Source is one of web, ads)"),
    ({"none": [leaf("record.paid", "eq", True), leaf("record.title", "empty")]}, "not (Paid is yes or Title is empty)"),
    ({"any": [leaf("record.responsible", "eq", "user:anna"), {"all": []}]}, "Responsible is Anna or always"),
    (leaf("record.amount", "between", [1, {"field": "record.limit"}]), "Amount is between 1 and Limit"),
    (leaf("record.tags", "in", ["new", "hot"]), "Tags is one of New, Hot"),
    ({"any": []}, "never"),
]


@pytest.mark.parametrize(("condition", "words"), SENTENCES, ids=[words for _, words in SENTENCES])
def test_a_condition_reads_as_a_sentence(condition: dict[str, Any], words: str) -> None:
    names = {("user:anna", Kind.USER): "Anna"}
    pieces = sentence(condition, PATHS, lambda value, kind: names.get((str(value), kind), str(value)))
    assert " ".join(map(str, pieces)) == words


def test_everything_that_a_condition_reads_and_names_can_be_listed() -> None:
    condition = {
        "all": [
            leaf("deal.amount", "between", [1, {"field": "n1.lead_id"}]),
            {"none": [leaf("record.observers", "contains", "field:record.seller"), leaf("record.title", "eq", "field: a.b")]},
            leaf("record.stage", "in", ["sales/new", "sales/spam"]),
        ]
    }
    assert paths_in(condition) == ("record.amount", "n1.lead_id", "record.observers", "record.seller", "record.title", "record.stage")
    assert list(references(condition, PATHS)) == [
        (Kind.USER, "field:record.seller"),
        (Kind.STAGE, "sales/new"),
        (Kind.STAGE, "sales/spam"),
    ]


def test_every_operator_has_words_for_a_menu_and_for_a_card() -> None:
    for row in OPERATORS.values():
        assert str(row.label) in row.says.text
        assert "{field}" in row.says.text
        assert ("{value}" in row.says.text) is (row.arity.value != "nothing")
