"""The format of scenarios as JSON Schema, made from the tables by which they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.scenario.frame import FORMAT
from runtime.scenario.read import FRAME


def scenario_schema(dialect: str, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema; ``definitions`` are those of chains and conditions."""
    return {
        "$schema": dialect,
        "$id": f"urn:{FORMAT.replace('/', ':')}",
        "title": "Scenario",
        "description": "A small world, what happens in it, and what must hold then.",
        **FRAME.schema(),
        "$defs": dict(definitions),
    }
