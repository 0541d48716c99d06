"""Which field paths a node reads, and how to change them wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from runtime.catalog import catalog
from runtime.chains.model import Node
from runtime.language.paths import is_path
from runtime.settings.base import ChangePath

_DEEPEST = 12  # conditions nest at most ten deep; what lies below is refused elsewhere


def used_paths(node: Node) -> Iterator[tuple[str, str]]:
    """Every path that a node reads, with its place in the node (``settings.text``, ``condition``), each once a place."""
    rule = catalog().find(node.rule)
    for key, setting in rule.facts.settings.items() if rule else ():
        if key in node.settings:
            for path in dict.fromkeys(setting.paths(node.settings[key])):
                yield f"settings.{key}", path
    for place, part in (("condition", node.condition), ("run_at", node.run_at)):
        found: dict[str, None] = {}
        map_condition(part, lambda path, found=found: found.setdefault(path) or path)  # type: ignore[misc]
        for path in found:
            yield place, path


def map_node(node: Node, change: ChangePath) -> Node:
    """The node with every path in its settings, condition and run time changed."""
    rule = catalog().find(node.rule)
    known: Mapping[str, Any] = rule.facts.settings if rule else {}
    settings = {key: known[key].map_paths(raw, change) if key in known else raw for key, raw in node.settings.items()}
    return replace(node, settings=settings, condition=map_condition(node.condition, change), run_at=map_condition(node.run_at, change))


def map_condition(part: Any, change: ChangePath, depth: int = 0) -> Any:
    """A condition or moment with the paths under ``field`` and ``of``, and those of people in values, changed."""
    if depth > _DEEPEST * 2:
        return part
    if isinstance(part, Mapping):
        return {key: _map_entry(key, value, change, depth) for key, value in part.items()}
    return [map_condition(item, change, depth + 1) for item in part] if isinstance(part, list) else part


def _map_entry(key: str, value: Any, change: ChangePath, depth: int) -> Any:
    if key in ("field", "of") and isinstance(value, str):
        return change(value)
    if key == "value":
        return [_map_person(each, change, depth) for each in value] if isinstance(value, list) else _map_person(value, change, depth)
    return map_condition(value, change, depth + 1)


def _map_person(value: Any, change: ChangePath, depth: int) -> Any:
    path = value.removeprefix("field:") if isinstance(value, str) and value.startswith("field:") else ""
    return f"field:{change(path)}" if is_path(path) else map_condition(value, change, depth + 1)
