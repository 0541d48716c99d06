"""The one way in which a chain is written: defaults left out, ``deal.*`` and ``lead.*`` as ``record.*``, rules by their present keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runtime.catalog import catalog
from runtime.chains.model import FORMAT, Chain, Edge, Node
from runtime.chains.uses import map_node
from runtime.language.paths import normal

_NOTHING_SAID: Mapping[str, Any] = {
    "title": "",
    "settings": {},
    "run_at": None,
    "condition": None,
    "otherwise": None,
    "on_error": "continue",
    "enabled": True,
    "note": "",
}


def canonical(chain: Chain) -> Chain:
    """The same chain with everything written in the one way."""
    return Chain({name: _canonical_node(node) for name, node in chain.nodes.items()}, chain.edges, chain.once)


def chain_json(chain: Chain) -> dict[str, Any]:
    """The chain as JSON, without what goes without saying."""
    once = {"once": True} if chain.once else {}
    nodes = {name: node_json(node) for name, node in chain.nodes.items()}
    return {"format": FORMAT, **once, "nodes": nodes, "edges": [edge_json(edge) for edge in chain.edges]}


def node_json(node: Node) -> dict[str, Any]:
    """A node as JSON, without what goes without saying."""
    said = {key: value for key in _NOTHING_SAID if (value := getattr(node, key)) != _NOTHING_SAID[key]}
    return {"rule": node.rule, **{key: dict(value) if isinstance(value, Mapping) else value for key, value in said.items()}}


def edge_json(edge: Edge) -> list[str]:
    """An edge as JSON."""
    return [edge.source, edge.target, *([edge.exit] if edge.exit is not None else [])]


def digest(chain: Chain) -> str:
    """The SHA-256 of the canonical JSON, in hex; the order in which nodes are written does not matter."""
    text = json.dumps(chain_json(canonical(chain)), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical_node(node: Node) -> Node:
    node = map_node(node, normal)
    rule = catalog().find(node.rule)
    settings = rule.facts.said(node.settings) if rule else node.settings
    return replace(
        node,
        rule=rule.facts.key if rule else node.rule,
        settings=settings,
        run_at=None if node.run_at == {"when": "now"} else node.run_at,
        condition=None if node.condition == {"all": []} else node.condition,
        otherwise=None if node.otherwise == "continue" else node.otherwise,
    )
