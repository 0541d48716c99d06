"""Read a chain's JSON as far as it can be read without knowing the rules: keys, types, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from crm.errors import Problem
from crm.words import Phrase, phrase
from runtime.chains.forest import check_forest
from runtime.chains.model import FORMAT, LONGEST_NOTE, LONGEST_TITLE, MOST_NODES, START, Chain, Edge, Node, is_node_id

_WAYS = ("continue", "stop")
_MOST_UNKNOWN_TOLD = 20


def read_shape(raw: object) -> tuple[Chain, list[Problem]]:
    """The readable part of a chain, and everything that is wrong with its shape."""
    problems: list[Problem] = []
    if not isinstance(raw, dict):
        return Chain({}, ()), [Problem("", phrase("A chain must be an object with nodes and edges."), _write(FORMAT))]
    _refuse_unknown(raw, _CHAIN, "", problems)
    if raw.get("format", FORMAT) != FORMAT:
        says = phrase("This is not in the format {format}.", format=FORMAT)
        problems.append(Problem("format", says, _write(FORMAT)))
    for key, fits, wants in _CHAIN_TYPES:
        if not fits(raw.get(key, _CHAIN[key])):
            problems.append(_wrong_type(key, wants))
    nodes = _read_nodes(raw.get("nodes", {}), problems)
    edges = _read_edges(raw.get("edges", []), nodes, problems)
    chain = Chain({name: node for name, node in nodes.items() if node}, tuple(edges.values()), raw.get("once") is True)
    # Where an edge or a node could not be read at all, the graph only seems broken as well.
    if all(nodes.values()) and _all_read(raw.get("nodes", {}), nodes) and _all_read(raw.get("edges", []), edges):
        problems += check_forest(chain, tuple(edges))
    return chain, problems


def _all_read(raw: object, read: Mapping[Any, object]) -> bool:
    return isinstance(raw, dict | list) and len(raw) == len(read)


def _read_nodes(raw: object, problems: list[Problem]) -> dict[str, Node | None]:
    if not isinstance(raw, dict):
        return {}
    if len(raw) > MOST_NODES:
        says = phrase("A chain has at most {most} rules; this one has {count}.", most=MOST_NODES, count=len(raw))
        problems.append(Problem("nodes", says, phrase("Divide it between several stages.")))
        return {}
    return {str(name): _read_node(str(name), node, problems) for name, node in raw.items()}


def _read_node(name: str, raw: object, problems: list[Problem]) -> Node | None:
    where = f"nodes.{_short(name)}"
    if not is_node_id(name):
        says = phrase("A node cannot be called “{name}”.", name=_short(name))
        mend = phrase("Use up to 32 lower case letters, digits and _, beginning with a letter, and no word such as record or start.")
        problems.append(Problem(where, says, mend))
    if not isinstance(raw, dict):
        problems.append(Problem(where, phrase("A node must be an object."), phrase("Write at least its rule.")))
        return None
    _refuse_unknown(raw, _NODE, f"{where}.", problems)
    if "rule" not in raw:
        problems.append(Problem(f"{where}.rule", phrase("The node names no rule."), phrase("Say which rule it is."), "unknown_rule"))
    read: dict[str, Any] = {"rule": ""}
    for key, (fits, wants) in _NODE.items():
        if key not in raw:
            continue
        if fits(raw[key]):
            read[key] = raw[key]
        else:
            problems.append(_wrong_type(f"{where}.{key}", wants))
    return Node(**read)


def _read_edges(raw: object, nodes: Mapping[str, object], problems: list[Problem]) -> dict[int, Edge]:
    if not isinstance(raw, list):
        return {}
    if len(raw) > MOST_NODES:
        says = phrase("A chain has at most {most} edges; this one has {count}.", most=MOST_NODES, count=len(raw))
        problems.append(Problem("edges", says, phrase("Give every node one edge that leads to it.")))
        return {}
    found = {index: _read_edge(f"edges.{index}", edge, nodes, problems) for index, edge in enumerate(raw)}
    return {index: edge for index, edge in found.items() if edge}


def _read_edge(where: str, raw: object, nodes: Mapping[str, object], problems: list[Problem]) -> Edge | None:
    if not (isinstance(raw, list) and len(raw) in (2, 3) and all(isinstance(part, str) for part in raw)):
        says = phrase("An edge must be a list of two names, and an exit where the rule has several.")
        problems.append(Problem(where, says, phrase('Write it as ["n1", "n2"] or ["n1", "n2", "yes"].')))
        return None
    edge = Edge(*raw)
    for name in {edge.source: None, edge.target: None}:
        if name not in nodes and (name != START or name == edge.target):
            if name == START:
                says, mend = phrase("An edge cannot lead to the start."), phrase("Take the edge away.")
            else:
                says, mend = phrase("There is no node “{name}”.", name=_short(name)), phrase("Take the edge away, or add the node.")
            problems.append(Problem(where, says, mend))
            return None
    if edge.source == START and edge.exit is not None:
        problems.append(Problem(where, phrase("The start has no exits."), phrase("Leave the exit out.")))
    return edge


def _refuse_unknown(raw: Mapping[Any, Any], known: Mapping[str, Any], where: str, problems: list[Problem]) -> None:
    for key in islice((key for key in raw if key not in known), _MOST_UNKNOWN_TOLD):
        says = phrase("“{key}” means nothing here.", key=_short(str(key)))
        mend = phrase("Leave it out; what may stand here is {keys}.", keys=", ".join(known))
        problems.append(Problem(f"{where}{_short(str(key))}", says, mend))


def _wrong_type(where: str, wants: Phrase) -> Problem:
    return Problem(where, phrase("Here must stand {wants}.", wants=wants), phrase("Put it right, or leave it out."), "type_mismatch")


def _write(text: str) -> Phrase:
    return phrase("Write “format”: “{format}”.", format=text)


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _way(value: object) -> bool:
    return isinstance(value, str) and value in _WAYS


def _text(longest: int, least: int = 0) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and least <= len(value) <= longest


_CHAIN: dict[str, Any] = {"format": FORMAT, "once": False, "nodes": {}, "edges": []}
_CHAIN_TYPES: tuple[tuple[str, Callable[[object], bool], Phrase], ...] = (
    ("once", _flag, phrase("true or false")),
    ("nodes", _object, phrase("an object with the nodes by their ids")),
    ("edges", lambda value: isinstance(value, list), phrase("a list of edges")),
)
_NODE: dict[str, tuple[Callable[[object], bool], Phrase]] = {
    "rule": (_text(100, 1), phrase("the key of a rule")),
    "settings": (_object, phrase("an object with the settings by their keys")),
    "title": (_text(LONGEST_TITLE), phrase("a text of at most {most} characters", most=LONGEST_TITLE)),
    "run_at": (_object, phrase("an object that says when")),
    "condition": (_object, phrase("a condition")),
    "otherwise": (_way, phrase("“continue” or “stop”")),
    "on_error": (_way, phrase("“continue” or “stop”")),
    "enabled": (_flag, phrase("true or false")),
    "note": (_text(LONGEST_NOTE), phrase("a text of at most {most} characters", most=LONGEST_NOTE)),
}
