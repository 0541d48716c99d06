"""Every scenario file is played on SQLite and on PostgreSQL; and the player can fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crm.database import Database
from runtime.scenario import Played, main, play, read_scenario
from runtime.strict_json import strict_json

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.json"))
# What makes each expectation wrong, where turning it round is not enough.
ANOTHER_STATE = {"done": "failed", "absent": "done"}


def scenario_of(path: Path) -> dict[str, Any]:
    return dict(read_scenario(strict_json(path.read_bytes())))


def told(played: Played) -> list[str]:
    return [str(failure) for failure in played.failures]


def wrong(expectation: Mapping[str, Any]) -> dict[str, Any]:
    """The contrary of an expectation."""
    turned = copy.deepcopy(dict(expectation))
    for one, other in (("exceptions", "no_exceptions"), ("deleted", "alive"), ("contains", "not_contains")):
        if one in turned or other in turned:
            found = one if one in turned else other
            turned[other if found == one else one] = turned.pop(found)
            return turned
    if "equals" in turned:
        return {**turned, "equals": turned["equals"] + 1}
    if "state" in turned:
        return {**turned, "state": ANOTHER_STATE.get(turned["state"], "done")}
    if "matches" in turned:
        return {**turned, "matches": "^something else$"}
    return {**turned, "title": "Something else"}


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_holds(path: Path) -> None:
    assert told(play(scenario_of(path))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_holds_on_postgresql(path: Path, postgresql: Database) -> None:
    assert told(play(scenario_of(path), postgresql)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_contrary_of_every_expectation_fails(path: Path) -> None:
    scenario = scenario_of(path)
    expected = [expectation for expectation in scenario["then"] if "stopped" not in expectation]
    contrary = [wrong(expectation) for expectation in expected if "deleted" not in expectation and "alive" not in expectation]
    contrary += [
        {("alive" if "deleted" in each else "deleted"): [key]} for each in expected for key in each.get("deleted", each.get("alive", ()))
    ]
    failures = play({**scenario, "then": contrary}).failures
    assert [failure.where for failure in failures] == [f"then.{number}" for number in range(len(contrary))]


def test_files_are_told_in_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = scenario_of(FILES[0])
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({**scenario, "name": "This one fails", "then": [{"alive": ["d1"]}, {"count": "deal", "equals": 7}]}))
    assert main([FILES[0]]) == 0
    assert main([FILES[0], bad]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"ok {scenario['name']}"] * 2
    assert lines[2].startswith('FAILED This one fails: then.0: expected {"alive": ["d1"]}, found ["d1"] deleted; then.1: ')
    assert lines[2].endswith("found 0")


def test_a_step_that_the_product_refuses_is_a_failure() -> None:
    scenario = scenario_of(FILES[0])
    scenario["given"]["users"].append({"key": "zoe", "role": "employee", "department": "support"})
    played = play({**scenario, "when": [{"move": "d1", "to": "sales/spam", "by": "user:zoe"}], "then": [{"alive": ["d1"]}]})
    assert told(played) == ["when.0: You are not allowed to do that."]
