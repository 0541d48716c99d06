"""The chain graph: what is refused, with its place and its mend; how it is written; what the interpreter gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crm.errors import Invalid, Problem
from runtime.example_world import EXAMPLE_WORLD
from runtime.graph import chain_json, check_draft, compile_chain, digest, read_chain, read_draft
from runtime.schema import json_schema, main

LOG = {"rule": "write_to_log", "settings": {"text": "x"}}
LIST = {"rule": "add_to_exceptions"}


def chain(nodes: dict[str, Any], *edges: Any, **others: Any) -> dict[str, Any]:
    return {"format": "rulewright.chain/1", "nodes": nodes, "edges": list(edges), **others}


def problems(raw: object) -> list[Problem]:
    return check_draft(raw, "deal", EXAMPLE_WORLD, "sales/spam")


def places(raw: object) -> list[str]:
    return [problem.where for problem in problems(raw)]


def row(count: int) -> dict[str, Any]:
    """A chain of rules, one after the other."""
    names = [f"n{number}" for number in range(1, count + 1)]
    return chain(dict.fromkeys(names, LOG), *([before, after] for before, after in zip(["start", *names], names, strict=False)))


def test_an_empty_chain_is_a_chain() -> None:
    assert not problems(chain({}))
    assert not problems({})


def test_every_problem_is_told_at_once_with_its_place_and_a_mend() -> None:
    raw = chain(
        {
            "n1": {"rule": "write_to_lg"},
            "n2": {"rule": "write_to_log", "settings": {"text": "{{ record.titel }}", "colour": "red"}, "title": "x" * 201},
            "n3": {"rule": "add_comment", "condition": {"field": "record.amount", "op": "starts_with", "value": "1"}},
            "n4": {
                "rule": "change_stage",
                "settings": {"stage": "sales/none"},
                "run_at": {"when": "after", "amount": 1, "unit": "years", "of": "x.y"},
            },
        },
        ["start", "n1"],
        ["start", "n2"],
        ["start", "n3"],
        ["n3", "n4", "yes"],
        colour="red",
    )
    found = {problem.where: problem for problem in problems(raw)}
    assert set(found) == {
        "colour",
        "nodes.n1.rule",
        "nodes.n2.title",
        "nodes.n2.settings.text",
        "nodes.n2.settings.colour",
        "nodes.n3.condition.op",
        "nodes.n3.settings.text",
        "nodes.n4.settings.stage",
        "nodes.n4.run_at.of",
        "edges.3",
    }
    assert "write_to_log" in str(found["nodes.n1.rule"].mend)
    assert found["nodes.n1.rule"].kind == "unknown_rule"


@pytest.mark.parametrize("raw", [None, [], "chain", 1, {"nodes": []}, {"edges": {}}, {"nodes": {"n1": None}, "edges": []}, {"once": 1}])
def test_what_is_no_chain_at_all_is_refused(raw: object) -> None:
    assert problems(raw)
    with pytest.raises(Invalid):
        read_draft(raw)


def test_another_format_is_refused() -> None:
    assert places({"format": "rulewright.chain/2", "nodes": {}, "edges": []}) == ["format"]


@pytest.mark.parametrize("name", ["start", "record", "deal", "now", "var", "N1", "1n", "n-1", "", "n" * 33, "n1.x"])
def test_a_name_that_would_be_ambiguous_is_refused(name: str) -> None:
    assert f"nodes.{name}" in places(chain({name: LIST}, ["start", name]))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("rule", 1),
        ("rule", ""),
        ("settings", []),
        ("title", "x" * 201),
        ("note", "x" * 2001),
        ("run_at", "now"),
        ("condition", []),
        ("otherwise", "go"),
        ("on_error", None),
        ("enabled", "yes"),
    ],
)
def test_a_part_of_the_wrong_type_is_refused(key: str, wrong: Any) -> None:
    assert f"nodes.n1.{key}" in places(chain({"n1": {**LOG, key: wrong}}, ["start", "n1"]))


def test_a_node_without_a_rule_is_refused_once() -> None:
    assert places(chain({"n1": {}}, ["start", "n1"])) == ["nodes.n1.rule"]


@pytest.mark.parametrize(
    "edge",
    [
        ["start"],
        ["start", "n1", "x", "y"],
        "start n1",
        ["start", 1],
        ["start", "n2"],
        ["n2", "n1"],
        ["n1", "start"],
        ["start", "n1", "yes"],
    ],
)
def test_an_edge_that_leads_nowhere_is_refused(edge: Any) -> None:
    assert "edges.0" in places(chain({"n1": LIST}, edge))


def test_a_second_way_to_a_node_is_refused() -> None:
    found = problems(chain({"n1": LOG, "n2": LIST}, ["start", "n1"], ["start", "n2"], ["n1", "n2"]))
    assert [problem.where for problem in found] == ["edges.2"]
    assert "comes after “start” already" in str(found[0])


def test_a_node_to_which_nothing_leads_is_refused() -> None:
    assert places(chain({"n1": LOG, "n2": LIST}, ["start", "n1"])) == ["nodes.n2"]


def test_a_circle_is_refused_and_named_as_a_whole() -> None:
    found = problems(chain({"n1": LOG, "n2": LOG, "n3": LOG, "n4": LIST}, ["n2", "n1"], ["n3", "n2"], ["n1", "n3"], ["start", "n4"]))
    assert len(found) == 1
    assert all(name in str(found[0].says) for name in ("n1", "n2", "n3"))


def test_a_node_that_follows_itself_is_refused() -> None:
    assert places(chain({"n1": LOG}, ["n1", "n1"])) == ["nodes.n1"]


def test_a_thousand_rules_are_read_and_one_more_is_refused() -> None:
    assert len(read_chain(row(1000), "deal", EXAMPLE_WORLD).nodes) == 1000
    assert places(row(1001)) == ["nodes", "edges"]


def test_a_result_can_be_used_after_its_rule_and_nowhere_else() -> None:
    uses = {"rule": "write_to_log", "settings": {"text": "{{ n1.count }}"}}
    asks = {**LOG, "condition": {"field": "n1.count", "op": "gt", "value": 1}}
    nodes = {"n1": LIST, "n2": uses, "n3": asks}
    assert not problems(chain(nodes, ["start", "n1"], ["n1", "n2"], ["n2", "n3"]))
    beside = problems(chain(nodes, ["start", "n1"], ["start", "n2"], ["n2", "n3"]))
    assert [(problem.where, problem.kind) for problem in beside] == [
        ("nodes.n2.settings.text", "output_not_ready"),
        ("nodes.n3.condition", "output_not_ready"),
    ]
    before = problems(chain(nodes, ["start", "n2"], ["n2", "n1"], ["n1", "n3"]))
    assert [problem.where for problem in before] == ["nodes.n2.settings.text"]


def test_a_rule_cannot_use_its_own_result() -> None:
    raw = chain({"n1": {**LIST, "condition": {"field": "n1.count", "op": "gt", "value": 1}}}, ["start", "n1"])
    assert "its own result" in str(problems(raw)[0])


def test_the_exits_of_a_rule_are_kept_to() -> None:
    assert places(chain({"n1": LOG, "n2": LIST}, ["start", "n1"], ["n1", "n2", "yes"])) == ["edges.1"]


def test_a_run_time_depends_on_the_record_only() -> None:
    timed = {**LOG, "run_at": {"when": "at", "of": "trigger.date"}}
    assert places(chain({"n1": timed}, ["start", "n1"])) == ["nodes.n1.run_at.of"]


def test_a_condition_nested_too_deep_is_refused() -> None:
    condition: dict[str, Any] = {"all": []}
    for _ in range(500):
        condition = {"all": [condition]}
    assert any(place.startswith("nodes.n1.condition") for place in places(chain({"n1": {**LOG, "condition": condition}}, ["start", "n1"])))


def test_what_goes_without_saying_is_not_written() -> None:
    node = {
        **LOG,
        "settings": {"text": "{{ deal.title }}", "created_by": []},
        "title": "",
        "run_at": {"when": "now"},
        "condition": {"all": []},
        "otherwise": "continue",
        "on_error": "continue",
        "enabled": True,
        "note": "",
    }
    written = chain_json(read_chain(chain({"n1": node}, ["start", "n1"], once=False), "deal", EXAMPLE_WORLD))
    assert written == chain({"n1": {"rule": "write_to_log", "settings": {"text": "{{ record.title }}"}}}, ["start", "n1"])


def test_the_other_names_of_the_record_are_stored_as_one_everywhere() -> None:
    node = {
        "rule": "add_comment",
        "settings": {"text": "{{ lead.title }}", "author": ["field:deal.responsible"]},
        "run_at": {"when": "at", "of": "deal.close_date"},
        "condition": {"any": [{"field": "deal.amount", "op": "gt", "value": {"field": "deal.amount"}}]},
    }
    written = json.dumps(chain_json(read_chain(chain({"n1": node}, ["start", "n1"]), "deal", EXAMPLE_WORLD)))
    assert "deal." not in written
    assert "lead." not in written
    assert written.count("record.") == 5


def test_a_version_has_the_same_digest_however_it_was_written() -> None:
    one = read_draft(chain({"n1": LOG, "n2": LIST}, ["start", "n1"], ["n1", "n2"]))
    other = read_draft({"edges": [["start", "n1"], ["n1", "n2"]], "nodes": {"n2": LIST, "n1": {**LOG, "enabled": True}}})
    moved = read_draft(chain({"n1": LOG, "n2": LIST}, ["start", "n2"], ["n2", "n1"]))
    assert digest(one) == digest(other) == compile_chain(one).sha256
    assert digest(one) != digest(moved)


def test_a_draft_may_be_unfinished_but_not_unsafe() -> None:
    unfinished = chain(
        {"n1": {"rule": "add_comment", "settings": {"text": 5, "x": None}}, "n2": {"rule": "unknown"}}, ["start", "n1"], ["n1", "n2"]
    )
    assert chain_json(read_draft(unfinished)) == unfinished
    assert len(problems(unfinished)) == 3
    with pytest.raises(Invalid):
        read_draft(chain({"n1": LOG}))


def test_what_follows_is_taken_in_the_order_of_the_edges() -> None:
    raw = chain({"n1": LOG, "n2": LOG, "n3": LOG, "n4": LIST}, ["start", "n3"], ["n3", "n4"], ["start", "n1"], ["n3", "n2"])
    compiled = compile_chain(read_chain(raw, "deal", EXAMPLE_WORLD))
    assert compiled.start == ("n3", "n1")
    assert compiled.nodes["n3"].after == {None: ("n4", "n2")}
    assert [compiled.nodes[name].place for name in ("n3", "n4", "n1", "n2")] == [0, 1, 2, 3]


def test_a_stored_chain_whose_rule_is_gone_says_so_when_it_is_compiled() -> None:
    with pytest.raises(Invalid, match="There is no rule"):
        compile_chain(read_draft(chain({"n1": {"rule": "gone"}}, ["start", "n1"])))


def test_the_published_schema_agrees_on_the_shape() -> None:
    validator = Draft202012Validator(json_schema("chain"))
    assert validator.is_valid(row(3))
    for wrong in (
        {"colour": 1},
        {"nodes": {"start": LOG}},
        {"nodes": {"n1": {**LOG, "note": "x" * 2001}}},
        {"nodes": {"n1": {"rule": "unknown"}}},
        {"nodes": {"n1": {"rule": "branch", "otherwise": "stop"}}},
        {"nodes": {"n1": {**LOG, "run_at": {"when": "after"}}}},
        {"nodes": {"n1": {**LOG, "condition": {"field": "record.amount"}}}},
        {"edges": [["start"]]},
        {"edges": [["n1", "start"]]},
    ):
        assert not validator.is_valid(wrong), wrong


def test_the_schema_is_printed_and_an_unknown_one_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("chain") == 0
    assert json.loads(capsys.readouterr().out) == json_schema("chain")
    assert main("poem") == 2
    assert "chain" in capsys.readouterr().err
