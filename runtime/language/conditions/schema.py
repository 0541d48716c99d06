"""The JSON Schema of the shape of a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.language.conditions.checks import GROUPS, MOST_DEEP
from runtime.language.conditions.operators import OPERATORS, Arity
from runtime.language.paths import PATH_PATTERN


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the shape of a condition; which value fits which field only ``check`` knows."""
    levels: dict[str, Any] = {f"level{deep}": _level_schema(deep) for deep in range(1, MOST_DEEP + 2)}
    return {"$id": "urn:rulewright:condition", "$ref": "#/$defs/level1", "$defs": {**levels, **_leaf_schemas()}}


def _level_schema(deep: int) -> dict[str, Any]:
    if deep > MOST_DEEP:
        return {"$ref": "#/$defs/leaf"}
    groups = [
        {
            "type": "object",
            "properties": {group: {"type": "array", "items": {"$ref": f"#/$defs/level{deep + 1}"}}},
            "required": [group],
            "additionalProperties": False,
        }
        for group in GROUPS
    ]
    return {"anyOf": [*groups, {"$ref": "#/$defs/leaf"}]}


def _leaf_schemas() -> dict[str, Any]:
    field = {"type": "string", "pattern": f"^({PATH_PATTERN})$"}
    of_field = {"type": "object", "properties": {"field": field}, "required": ["field"], "additionalProperties": False}
    one = {"anyOf": [{"type": ["number", "boolean"]}, {"type": "string", "minLength": 1}, {"$ref": "#/$defs/field"}]}
    some = {"type": "array", "items": {"$ref": "#/$defs/one"}, "minItems": 1}
    shapes: Mapping[Arity, dict[str, Any] | None] = {
        Arity.NOTHING: None,
        Arity.ONE: {"anyOf": [{"$ref": "#/$defs/one"}, some]},
        Arity.TWO: {**some, "minItems": 2, "maxItems": 2},
        Arity.MANY: {"anyOf": [{"$ref": "#/$defs/field"}, some]},
    }
    leaves = [_leaf_schema(field, arity, value) for arity, value in shapes.items()]
    return {"leaf": {"anyOf": leaves}, "one": one, "field": of_field}


def _leaf_schema(field: dict[str, Any], arity: Arity, value: dict[str, Any] | None) -> dict[str, Any]:
    keys = [row.key for row in OPERATORS.values() if row.arity is arity]
    properties = {"field": field, "op": {"enum": keys}, **({"value": value} if value else {})}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
