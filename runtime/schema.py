"""The formats as JSON Schema (2020-12), made from the declarations of the rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from runtime.catalog import catalog
from runtime.chains.model import FORMAT, LONGEST_NOTE, LONGEST_TITLE, MOST_NODES, NODE_ID, START
from runtime.language import conditions, moment
from runtime.language.paths import ROOT_WORDS
from runtime.rule import Facts

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> Schema:
    """The JSON Schema of a format; raises ``KeyError`` for a kind that is not published."""
    return _PUBLISHED[kind]()


def main(kind: str) -> int:
    """Print the JSON Schema of a format; the exit code is 2 where there is none."""
    if kind not in _PUBLISHED:
        sys.stderr.write(f"There is no schema of “{kind}”. There are: {', '.join(_PUBLISHED)}.\n")
        return 2
    sys.stdout.write(json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n")
    return 0


def chain_definitions() -> Schema:
    """What a chain is made of, for the ``$defs`` of every schema that contains chains."""
    rules = [rule.facts for rule in catalog().rules.values()]
    return {
        "chain": _chain(),
        "node": _node(rules),
        "edge": _edge(),
        "node_id": {"type": "string", "pattern": f"^{NODE_ID.pattern}$", "not": {"enum": sorted({START, *ROOT_WORDS})}},
        "condition": conditions.json_schema(),
        "moment": moment.json_schema(),
        "date": moment.json_schema(as_run_time=False),
        **{f"settings_{facts.key}": _settings(facts) for facts in rules},
    }


def _chain_schema() -> Schema:
    return {"$schema": _DIALECT, "$id": f"urn:{FORMAT.replace('/', ':')}", "$ref": "#/$defs/chain", "$defs": chain_definitions()}


def _chain() -> Schema:
    nodes = {
        "type": "object",
        "maxProperties": MOST_NODES,
        "propertyNames": {"$ref": "#/$defs/node_id"},
        "additionalProperties": {"$ref": "#/$defs/node"},
    }
    return {
        "title": "Chain",
        "description": "The rules of one stage. Edges make a forest: each node has one edge that leads to it.",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "once": {"type": "boolean", "default": False},
            "nodes": nodes,
            "edges": {"type": "array", "maxItems": MOST_NODES, "items": {"$ref": "#/$defs/edge"}},
        },
        "additionalProperties": False,
    }


def _edge() -> Schema:
    source = {"anyOf": [{"const": START}, {"$ref": "#/$defs/node_id"}]}
    return {
        "description": "[from, to] or [from, to, exit]",
        "type": "array",
        "prefixItems": [source, {"$ref": "#/$defs/node_id"}, {"type": "string"}],
        "minItems": 2,
        "maxItems": 3,
    }


def _node(rules: list[Facts]) -> Schema:
    way = {"enum": ["continue", "stop"], "default": "continue"}
    return {
        "type": "object",
        "properties": {
            "rule": {"enum": [key for facts in rules for key in (facts.key, *facts.aliases)]},
            "settings": {"type": "object", "default": {}},
            "title": {"type": "string", "maxLength": LONGEST_TITLE},
            "run_at": {"$ref": "#/$defs/moment"},
            "condition": {"$ref": "#/$defs/condition"},
            "otherwise": way,
            "on_error": way,
            "enabled": {"type": "boolean", "default": True},
            "note": {"type": "string", "maxLength": LONGEST_NOTE},
        },
        "required": ["rule"],
        "additionalProperties": False,
        "allOf": [_if_rule(facts) for facts in rules],
    }


def _if_rule(facts: Facts) -> Schema:
    condition = {"properties": {"rule": {"enum": [facts.key, *facts.aliases]}}, "required": ["rule"]}
    then: Schema = {"properties": {"settings": {"$ref": f"#/$defs/settings_{facts.key}"}}}
    if facts.branches:
        then["properties"]["otherwise"] = False
    if _must_be_set(facts):
        then["required"] = ["settings"]
    return {"if": condition, "then": then}


def _settings(facts: Facts) -> Schema:
    return {
        "title": facts.title.text,
        "description": facts.doc,
        "type": "object",
        "properties": {key: setting.json_schema() for key, setting in facts.settings.items()},
        "required": _must_be_set(facts),
        "additionalProperties": False,
        **({"examples": [facts.example]} if facts.example else {}),
    }


def _must_be_set(facts: Facts) -> list[str]:
    return [key for key, setting in facts.settings.items() if setting.required and not setting.has_default]


def _scenario_schema() -> Schema:
    from runtime.scenario.schema import scenario_schema  # what plays scenarios needs the engine, what describes chains does not

    return scenario_schema(_DIALECT, chain_definitions())


_PUBLISHED: Mapping[str, Callable[[], Schema]] = {"chain": _chain_schema, "scenario": _scenario_schema}
