"""A chain as it is stored: nodes, and the edges that say what comes after what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.language.paths import ROOT_WORDS

FORMAT = "rulewright.chain/1"
START = "start"
MOST_NODES = 1_000
LONGEST_TITLE = 200
LONGEST_NOTE = 2_000
NODE_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")

Way = Literal["continue", "stop"]


@dataclass(frozen=True)
class Node:
    """A rule placed in a chain. ``None`` for ``otherwise``, ``run_at`` and ``condition`` means that nothing was said."""

    rule: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    run_at: Mapping[str, Any] | None = None
    condition: Mapping[str, Any] | None = None
    otherwise: Way | None = None
    on_error: Way = "continue"
    enabled: bool = True
    note: str = ""


@dataclass(frozen=True)
class Edge:
    """``target`` comes after ``source`` (a node or ``start``), at one of its exits."""

    source: str
    target: str
    exit: str | None = None


@dataclass(frozen=True)
class Chain:
    """The rules of one stage. The order of the edges is the order in which ready nodes are taken."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    once: bool = False
    _outgoing: Mapping[str, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)
    _incoming: Mapping[str, Edge] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        outgoing: dict[str, list[Edge]] = {}
        for edge in self.edges:
            outgoing.setdefault(edge.source, []).append(edge)
        object.__setattr__(self, "_outgoing", {source: tuple(edges) for source, edges in outgoing.items()})
        object.__setattr__(self, "_incoming", {edge.target: edge for edge in reversed(self.edges)})

    def after(self, source: str) -> tuple[Edge, ...]:
        """What comes after a node or the start, in order."""
        return self._outgoing.get(source, ())

    def before(self, node: str) -> Iterator[str]:
        """The nodes that are finished when this one begins, the nearest first."""
        seen = {node, START}
        while (edge := self._incoming.get(node)) and edge.source not in seen:
            node = edge.source
            seen.add(node)
            yield node

    def into(self, node: str) -> Edge | None:
        """The edge that leads to a node."""
        return self._incoming.get(node)

    def with_rest(self, node: str) -> tuple[str, ...]:
        """A node and everything after it, each before what follows it."""
        found, waiting = dict.fromkeys([node]), [node]
        while waiting:
            following = [edge.target for edge in self.after(waiting.pop()) if edge.target not in found]
            found.update(dict.fromkeys(following))
            waiting += reversed(following)
        return tuple(found)


def is_node_id(text: str) -> bool:
    """Whether a node may be called so."""
    return bool(NODE_ID.fullmatch(text)) and text != START and text not in ROOT_WORDS
