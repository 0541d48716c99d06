"""Conditions before they run: problems at their places, the schema, and the words on a card."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crm.errors import Invalid
from crm.fields import Kind
from runtime.language.conditions import OPERATORS, check, compile_condition, json_schema, paths_in, references, sentence
from tests.conditions import EXAMPLE, FALSE, HOLDS, PATHS, leaf, make_scope

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
