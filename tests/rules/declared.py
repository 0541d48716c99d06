"""What the tests of single rules need: a chain with that one rule, its sentence, and a step that touches nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from crm.desk import Desk
from crm.errors import Problem
from crm.transaction import Row
from runtime.example_world import EXAMPLE_STAGES, EXAMPLE_WORLD
from runtime.graph import check_draft, read_draft
from runtime.rule import Step
from runtime.sentences import chain_context, node_sentence


def chain(rule: str, settings: dict[str, Any] | None = None, **node: Any) -> dict[str, Any]:
    """A chain with one node."""
    return {"nodes": {"n1": {"rule": rule, "settings": settings or {}, **node}}, "edges": [["start", "n1"]]}


def problems(rule: str, settings: dict[str, Any] | None = None, entity: str = "deal", **node: Any) -> list[Problem]:
    """What keeps the rule from being published on the first stage of the example company."""
    return check_draft(chain(rule, settings, **node), entity, EXAMPLE_WORLD, EXAMPLE_STAGES[entity])


def sentence(rule: str, settings: dict[str, Any] | None = None, entity: str = "deal", **node: Any) -> str:
    """What the card says."""
    read = read_draft(chain(rule, settings, **node))
    return str(node_sentence(read.nodes["n1"], chain_context(read, entity, EXAMPLE_WORLD, EXAMPLE_STAGES[entity])))


def step_that_touches_nothing() -> Step:
    """A step whose rule has to end before it reaches for the desk or the record."""
    return Step(cast(Desk, None), cast(Row, None), datetime(2026, 3, 2, 9, tzinfo=UTC), 1, "n1", {})
