"""Reads a scenario: whatever is not as the format says is refused with its place, before anything is played."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.errors import Invalid, Problem
from crm.words import phrase
from runtime.scenario import expectations, steps
from runtime.scenario.frame import frame
from runtime.scenario.shapes import Seen

FRAME = frame(steps.SHAPE, expectations.SHAPE)


def read_scenario(raw: object) -> Mapping[str, Any]:
    """The scenario, when it is valid; raises ``Invalid`` with every problem. Chains are checked when its world is made."""
    seen = Seen()
    FRAME.read(raw, "", seen)
    if not seen.problems:
        assert isinstance(raw, dict)
        _define_stages(raw, seen)
        _check_keys(raw, seen)
        _check_chains(raw, seen)
        seen.check_uses()
        _refuse_triggers(raw, seen)
    if seen.problems:
        raise Invalid(seen.problems)
    assert isinstance(raw, dict)
    return raw


def _define_stages(scenario: Mapping[str, Any], seen: Seen) -> None:
    for number, pipeline in enumerate(scenario.get("given", {}).get("pipelines", ())):
        for place, stage in enumerate(pipeline["stages"]):
            seen.define("stage", f"{pipeline['key']}/{stage['key']}", f"given.pipelines.{number}.stages.{place}")


def _check_keys(scenario: Mapping[str, Any], seen: Seen) -> None:
    """Records, contacts and companies are named alike, so their keys must differ."""
    taken: dict[str, str] = {}
    for (kind, key), where in seen.defined.items():
        if kind in ("record", "contact", "company") and taken.setdefault(key, kind) != kind:
            seen.wrong(where, phrase("The key “{key}” is given twice.", key=key), phrase("Give each thing a key of its own."))


def _check_chains(scenario: Mapping[str, Any], seen: Seen) -> None:
    """A stage has one chain; of two the first would silently be forgotten."""
    known: set[str] = set()
    for number, each in enumerate(scenario.get("given", {}).get("chains", ())):
        if each["stage"] in known:
            says = phrase("The stage “{stage}” has its rules already.", stage=each["stage"])
            seen.wrong(f"given.chains.{number}.stage", says, phrase("Put them into one chain, or publish the newer one in a step."))
        known.add(each["stage"])


def _refuse_triggers(scenario: Mapping[str, Any], seen: Seen) -> None:
    if scenario.get("given", {}).get("triggers"):
        says = phrase("“{name}” is known, but cannot be played by this version.", name="triggers")
        seen.problems.append(
            Problem("given.triggers", says, phrase("Leave it out, or play the file with a newer version."), "unknown_rule")
        )
