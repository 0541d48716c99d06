"""The format of scenarios: what is refused, with which words and place; the published schema says the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crm.errors import Invalid
from runtime.scenario import main, play, read_scenario
from runtime.schema import json_schema
from tests.scenarios.test_scenarios import FILES, scenario_of

Scenario = dict[str, Any]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    made = json_schema("scenario")
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def world(**given: Any) -> Scenario:
    sales = {"key": "sales", "entity": "deal", "stages": [{"key": "new"}, {"key": "won", "kind": "success"}]}
    record = {"key": "d1", "entity": "deal", "title": "Roof", "stage": "sales/new"}
    return {
        "format": "rulewright.scenario/1",
        "name": "A small world",
        "given": {"users": [{"key": "anna"}], "pipelines": [sales], "records": [record], **given},
        "when": [],
        "then": [],
    }


def with_step(step: Any) -> Scenario:
    return {**world(), "when": [step]}


def with_expectation(expectation: Any) -> Scenario:
    return {**world(), "then": [expectation]}


# Each: the scenario, and the place at which it is refused. The schema refuses them too.
BROKEN: dict[str, tuple[Scenario, str]] = {
    "not the format": ({**world(), "format": "rulewright.scenario/2"}, "format"),
    "no name": ({key: value for key, value in world().items() if key != "name"}, "name"),
    "an unknown key": ({**world(), "expected": []}, "expected"),
    "an unknown key of a world": (world(deals=[]), "given.deals"),
    "an unknown key of a record": (world(records=[{"key": "d1", "entity": "deal", "title": "Roof", "price": 3}]), "given.records.0.price"),
    "no such role": (world(users=[{"key": "anna", "role": "boss"}]), "given.users.0.role"),
    "an absence without an end": (world(users=[{"key": "anna", "absent": [["2026-01-01"]]}]), "given.users.0.absent.0"),
    "no such kind of stage": (
        world(pipelines=[{"key": "sales", "entity": "deal", "stages": [{"key": "new", "kind": "open"}]}]),
        "given.pipelines.0.stages.0.kind",
    ),
    "an amount in words": (world(records=[{"key": "d1", "entity": "deal", "title": "A", "amount": "much"}]), "given.records.0.amount"),
    "a moment without its offset": ({**world(), "now": "2026-01-05T09:00:00"}, "now"),
    "no such step": (with_step({"jump": "d1"}), "when.0"),
    "a move to nowhere": (with_step({"move": "d1"}), "when.0.to"),
    "a step with more than it knows": (with_step({"move": "d1", "to": "sales/won", "quietly": True}), "when.0.quietly"),
    "a person without the word user": (with_step({"move": "d1", "to": "sales/won", "by": "anna"}), "when.0.by"),
    "a length in words": (with_step({"advance": "a while"}), "when.0.advance"),
    "a step that is known and cannot be played": (with_step({"pay": "d1"}), "when.0"),
    "no such expectation": (with_expectation({"happy": "anna"}), "then.0"),
    "no such state": (with_expectation({"run": "d1", "node": "n1", "state": "happy"}), "then.0.state"),
    "a count of less than nothing": (with_expectation({"count": "deal", "equals": -1}), "then.0.equals"),
    "a count of something else": (with_expectation({"count": "cat", "equals": 1}), "then.0.count"),
    "a history of nothing": (with_expectation({"history": "d1"}), "then.0"),
    "a form that nobody can answer": (with_step({"form": {"name": "Ada"}}), "when.0.form"),
    "an expectation within a step": (with_step({"expect": {"sent": "many"}}), "when.0.expect.sent"),
}
# What only reading finds: references, and what contradicts itself.
MISLEADING: dict[str, tuple[Scenario, str]] = {
    "a stage that is not there": (with_step({"move": "d1", "to": "sales/lost"}), "when.0.to"),
    "a record that is not there": (with_expectation({"alive": ["d2"]}), "then.0.alive.0"),
    "a user who is not there": (with_step({"move": "d1", "to": "sales/won", "by": "user:boris"}), "when.0.by"),
    "a moment after the last": (with_step({"advance_to": "9999-12-31T23:59:59-14:00"}), "when.0.advance_to"),
    "two chains on one stage": (
        world(chains=[{"stage": "sales/won", "chain": {"nodes": {}, "edges": []}}] * 2),
        "given.chains.1.stage",
    ),
    "a key given twice": (world(contacts=[{"key": "c1", "first_name": "A"}, {"key": "c1", "first_name": "B"}]), "given.contacts.1.key"),
    "a key of two things": (world(contacts=[{"key": "d1", "first_name": "A"}]), "given.contacts.0.key"),
    "a zone that does not exist": ({**world(), "time_zone": "Europe/Nowhere"}, "time_zone"),
    "an expression that cannot be read": (with_expectation({"output": "d1", "node": "n", "name": "x", "matches": "("}), "then.0.matches"),
    "triggers": (world(triggers=[{"key": "t1", "trigger": "incoming_email", "stage": "sales/won"}]), "given.triggers"),
}
# What is found when its world is made.
IMPOSSIBLE: dict[str, tuple[Scenario, str]] = {
    "a rule that does not exist": (
        world(chains=[{"stage": "sales/won", "chain": {"nodes": {"n1": {"rule": "dance"}}, "edges": [["start", "n1"]]}}]),
        "given.chains.0.chain.nodes.n1.rule",
    ),
    "a field that does not exist": (
        world(records=[{"key": "d1", "entity": "deal", "title": "A", "stage": "sales/new", "fields": {"size": 3}}]),
        "given.records.0.fields.size",
    ),
    "a person unknown in a field": (
        world(records=[{"key": "d1", "entity": "deal", "title": "A", "fields": {"responsible": "user:zoe"}}]),
        "given.records.0.fields.responsible",
    ),
    "a number that nobody has": (world(exceptions=["what?"]), "given.exceptions.0"),
    "a pipeline without stages": (
        world(pipelines=[{"key": "leads", "entity": "lead", "stages": []}], records=[]),
        "given.pipelines.0.stages",
    ),
    "a clock that goes back": (with_step({"advance_to": "2025-01-01T00:00:00Z"}), "when.0.advance_to"),
    "a calendar that ends": (with_step({"advance": "9000 years"}), "when.0.advance"),
    "a newer version that cannot run": (
        with_step({"publish": "sales/won", "chain": {"nodes": {"n1": {"rule": "dance"}}, "edges": [["start", "n1"]]}}),
        "when.0.chain.nodes.n1.rule",
    ),
    "a count by a field that is not there": (with_expectation({"count": "deal", "where": {"size": 3}, "equals": 0}), "then.0.where.size"),
    "a count of a person who is not there": (
        with_expectation({"count": "comment", "where": {"to": "user:zoe"}, "equals": 0}),
        "then.0.where.to",
    ),
    "an expected field that is not there": (with_expectation({"record": "d1", "fields": {"size": 3}}), "then.0.fields.size"),
    "an edit of a field that does not exist": (with_step({"update": "d1", "fields": {"size": 3}}), "when.0.fields.size"),
    "an edit with words for an amount": (with_step({"update": "d1", "fields": {"amount": "much"}}), "when.0.fields.amount"),
    "a new record with a field that does not exist": (
        with_step({"create": {"key": "d2", "entity": "deal", "stage": "sales/new", "fields": {"size": 3}}}),
        "when.0.create.fields.size",
    ),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_conforms_to_the_schema(path: Path, schema: Draft202012Validator) -> None:
    assert [error.message for error in schema.iter_errors(json.loads(path.read_bytes()))] == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused_with_its_place(name: str, schema: Draft202012Validator) -> None:
    scenario, where = BROKEN[name]
    assert places(lambda: read_scenario(scenario)) == [where]
    assert not schema.is_valid(scenario)


@pytest.mark.parametrize("name", MISLEADING)
def test_what_misleads_is_refused_with_its_place(name: str) -> None:
    scenario, where = MISLEADING[name]
    assert places(lambda: read_scenario(scenario)) == [where]


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_world_that_cannot_be_is_refused_with_its_place(name: str) -> None:
    scenario, where = IMPOSSIBLE[name]
    assert places(lambda: play(read_scenario(scenario))) == [where]


def test_everything_but_the_format_and_the_name_may_be_left_out(schema: Draft202012Validator) -> None:
    scenario = {"format": "rulewright.scenario/1", "name": "Nothing"}
    assert schema.is_valid(scenario)
    assert play(read_scenario(scenario)).is_ok


def test_what_has_no_name_is_called_after_its_key(schema: Draft202012Validator) -> None:
    scenario = {
        **world(companies=[{"key": "acme"}], contacts=[{"key": "eve"}], records=[{"key": "roof_repair", "entity": "deal"}]),
        "then": [
            {"record": "roof_repair", "title": "Roof repair", "stage": "sales/new"},
            {"count": "company", "where": {"title": "Acme"}, "equals": 1},
            {"count": "contact", "where": {"name": "Eve"}, "equals": 1},
        ],
    }
    assert schema.is_valid(scenario)
    assert play(read_scenario(scenario)).is_ok


@pytest.mark.parametrize("raw", [None, [], "a scenario", 3, {}])
def test_what_is_no_scenario_at_all_is_refused(raw: object, schema: Draft202012Validator) -> None:
    with pytest.raises(Invalid):
        read_scenario(raw)
    assert not schema.is_valid(raw)


def test_a_file_that_is_not_valid_is_told_apart_from_one_that_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad, broken = tmp_path / "bad.json", tmp_path / "broken.json"
    bad.write_text(json.dumps(with_step({"pay": "d1"})))
    broken.write_text('{"format": 1,}')
    assert main([FILES[0], bad]) == 2
    assert main([broken]) == 2
    assert main([tmp_path / "nowhere.json"]) == 2
    told = capsys.readouterr()
    assert told.out == f"ok {scenario_of(FILES[0])['name']}\n"
    assert f"{bad}: when.0: “pay” is known, but cannot be played by this version." in told.err


def places(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Invalid) as refused:
        act()
    return [problem.where for problem in refused.value.problems]
