"""Edits of a draft as pure functions from JSON to JSON: add, move, remove, duplicate, paste, and set a node's parts.

All raise ``Invalid`` where the edit makes no sense, and leave what they were given as it was. ``used`` are the ids of all nodes that the
chain ever had: an id is never given twice, because traces point at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm.errors import Invalid
from crm.words import Phrase, phrase
from runtime.catalog import catalog
from runtime.chains.canonical import chain_json
from runtime.chains.model import START, Chain, Edge, Node, Way
from runtime.chains.uses import map_node
from runtime.graph import read_draft
from runtime.language.paths import ROOT_WORDS
from runtime.rule import Exit

Json = dict[str, Any]

_COUNTED = re.compile(r"n[0-9]{1,9}")


@dataclass(frozen=True)
class Place:
    """Where a rule goes: after a node or the start, at one of its exits, as the how-manieth there (``None``: the last).

    With ``before`` it goes between that node and whatever this came after, and the other parts mean nothing.
    """

    after: str = START
    exit: Exit = None
    position: int | None = None
    before: str | None = None


def add_node(
    chain: Mapping[str, Any], rule: str, place: Place = Place(), *, settings: Mapping[str, Any] | None = None, used: Iterable[str] = ()
) -> tuple[Json, str]:
    """The chain with a new node, and the node's id."""
    added, names = _paste(read_draft(chain), Chain({"n": Node(rule, dict(settings or {}))}, (Edge(START, "n"),)), place, used)
    return _written(added), names["n"]


def move_node(chain: Mapping[str, Any], node: str, place: Place, *, with_rest: bool = False) -> Json:
    """The chain with a node elsewhere, alone or with everything after it; ``position`` counts without the node itself."""
    old = _with(chain, node)
    moving = old.with_rest(node) if with_rest else (node,)
    if place.before in moving or (place.before is None and place.after in moving):
        raise _refused(node, phrase("A rule cannot be moved behind itself."), phrase("Choose another place."))
    rest = _without_edge(old, node) if with_rest else _detached(old, node, phrase("Move it with everything after it."))
    return _written(_attached(rest, [node], place))


def remove_node(chain: Mapping[str, Any], node: str, *, with_rest: bool = False) -> Json:
    """The chain without a node; what came after it comes after its predecessor, or goes too."""
    old = _with(chain, node)
    gone = old.with_rest(node) if with_rest else (node,)
    mend = phrase("Remove what follows first, or remove it with everything after it.")
    rest = _without_edge(old, node) if with_rest else _detached(old, node, mend)
    nodes = {name: kept for name, kept in rest.nodes.items() if name not in gone}
    return _written(Chain(nodes, tuple(edge for edge in rest.edges if edge.target not in gone), old.once))


def duplicate(chain: Mapping[str, Any], node: str, *, used: Iterable[str] = ()) -> tuple[Json, str]:
    """The chain with a copy of a node right behind it; a branch is copied with all its rules and stands beside the first."""
    old = _with(chain, node)
    whole = _exits(old, node) != (None,)
    copied = _part(old, old.with_rest(node) if whole else [node])
    added, names = _paste(old, copied, _beside(old, node) if whole else _behind(old, node), used)
    return _written(added), names[node]


def copy_nodes(chain: Mapping[str, Any], nodes: Sequence[str]) -> Json:
    """A piece of a chain to be pasted: these nodes, and what comes after what among them."""
    for node in nodes:
        old = _with(chain, node)
    return _written(_part(old, nodes)) if nodes else _written(Chain({}, ()))


def paste_chain(
    chain: Mapping[str, Any], fragment: Mapping[str, Any], place: Place = Place(), *, used: Iterable[str] = (), foreign: bool = False
) -> tuple[Json, dict[str, str]]:
    """The chain with a copied piece in it, and how its nodes are called now; results of its own nodes are read from the copies.

    ``foreign`` says that the piece comes from another chain: a result of a node that was left behind there must not turn into that of
    a node which happens to have the same id here, and is reported as unknown instead.
    """
    added, names = _paste(read_draft(chain), read_draft(fragment), place, used, foreign=foreign)
    return _written(added), names


def set_settings(chain: Mapping[str, Any], node: str, settings: Mapping[str, Any]) -> Json:
    """The chain with other settings on a node."""
    return _changed(chain, node, settings=dict(settings))


def set_condition(chain: Mapping[str, Any], node: str, condition: Mapping[str, Any] | None, otherwise: Way | None = None) -> Json:
    """The chain with another condition on a node, or none, and what happens where it does not hold."""
    return _changed(chain, node, condition=condition, otherwise=otherwise)


def set_run_at(chain: Mapping[str, Any], node: str, run_at: Mapping[str, Any] | None) -> Json:
    """The chain with another run time on a node."""
    return _changed(chain, node, run_at=run_at)


def set_on_error(chain: Mapping[str, Any], node: str, on_error: Way) -> Json:
    """The chain with another way to go where a node fails."""
    return _changed(chain, node, on_error=on_error)


def set_title(chain: Mapping[str, Any], node: str, title: str) -> Json:
    """The chain with another title on a node."""
    return _changed(chain, node, title=title.strip())


def set_note(chain: Mapping[str, Any], node: str, note: str) -> Json:
    """The chain with another note on a node."""
    return _changed(chain, node, note=note.strip())


def enable(chain: Mapping[str, Any], node: str, on: bool) -> Json:
    """The chain with a node switched on or off."""
    return _changed(chain, node, enabled=on)


def set_once(chain: Mapping[str, Any], once: bool) -> Json:
    """The chain that runs once for a record, or each time."""
    return _written(replace(read_draft(chain), once=once))


def _with(chain: Mapping[str, Any], node: str) -> Chain:
    read = read_draft(chain)
    if node not in read.nodes:
        raise _refused(node, phrase("There is no node “{node}” any more.", node=node), phrase("Look at the chain as it is now."))
    return read


def _changed(chain: Mapping[str, Any], node: str, **changes: Any) -> Json:
    old = _with(chain, node)
    return _written(replace(old, nodes={**old.nodes, node: replace(old.nodes[node], **changes)}))


def _written(chain: Chain) -> Json:
    return chain_json(read_draft(chain_json(chain)))


def _refused(node: str, says: Phrase, mend: Phrase) -> Invalid:
    return Invalid.at(f"nodes.{node}", says, mend)


def _exits(chain: Chain, node: str) -> tuple[Exit, ...]:
    rule = catalog().find(chain.nodes[node].rule)
    return rule.facts.exits_of(chain.nodes[node].settings) if rule else (None,)


def _without_edge(chain: Chain, node: str) -> Chain:
    return replace(chain, edges=tuple(edge for edge in chain.edges if edge.target != node))


def _detached(chain: Chain, node: str, mend: Phrase) -> Chain:
    """The chain with nothing before and nothing after a node: what followed it stands where it stood."""
    following = chain.after(node)
    if any(edge.exit is not None for edge in following):
        raise _refused(node, phrase("Other rules follow its exits, and would run without being asked."), mend)
    edges: list[Edge] = []
    for edge in chain.edges:
        if edge.target == node:
            edges += [Edge(edge.source, after.target, edge.exit) for after in following]
        elif edge.source != node:
            edges.append(edge)
    return replace(chain, edges=tuple(edges))


def _attached(chain: Chain, roots: Sequence[str], place: Place) -> Chain:
    """The chain with loose nodes, and all that hangs on them, put at a place."""
    if place.before is not None:
        return _put_before(chain, roots, place.before)
    if place.after != START and place.after not in chain.nodes:
        raise _refused(place.after, phrase("There is no node “{node}” any more.", node=place.after), phrase("Choose another place."))
    exits: tuple[Exit, ...] = (None,) if place.after == START else _exits(chain, place.after)
    if place.exit not in exits:
        raise _refused(place.after, phrase("It has no such exit."), phrase("Choose one of its exits."))
    new = [Edge(place.after, root, place.exit) for root in roots]
    edges = list(chain.edges)
    beside = [index for index, edge in enumerate(edges) if (edge.source, edge.exit) == (place.after, place.exit)]
    if place.position is not None and 0 <= place.position < len(beside):
        index = beside[place.position]
    else:
        index = beside[-1] + 1 if beside else len(edges)
    return replace(chain, edges=(*edges[:index], *new, *edges[index:]))


def _put_before(chain: Chain, roots: Sequence[str], node: str) -> Chain:
    edge = chain.into(node)
    if edge is None:
        raise _refused(node, phrase("There is no node “{node}” any more.", node=node), phrase("Choose another place."))
    end = _end(chain, roots[-1])
    new = [*(Edge(edge.source, root, edge.exit) for root in roots), Edge(end, node, _exits(chain, end)[0])]
    index = chain.edges.index(edge)
    return replace(chain, edges=(*chain.edges[:index], *new, *chain.edges[index + 1 :]))


def _end(chain: Chain, node: str) -> str:
    while following := chain.after(node):
        node = following[-1].target
    return node


def _beside(chain: Chain, node: str) -> Place:
    edge = chain.into(node)
    source, exit = (edge.source, edge.exit) if edge else (START, None)
    siblings = [other.target for other in chain.after(source) if other.exit == exit]
    return Place(source, exit, siblings.index(node) + 1)


def _behind(chain: Chain, node: str) -> Place:
    following = chain.after(node)
    return Place(before=following[0].target) if len(following) == 1 else Place(node)


def _part(chain: Chain, nodes: Iterable[str]) -> Chain:
    kept = set(nodes)
    edges = (edge if edge.source in kept else Edge(START, edge.target) for edge in chain.edges if edge.target in kept)
    return Chain({name: node for name, node in chain.nodes.items() if name in kept}, tuple(edges))


def _paste(chain: Chain, part: Chain, place: Place, used: Iterable[str], *, foreign: bool = False) -> tuple[Chain, dict[str, str]]:
    if not part.nodes:
        return chain, {}
    new_id = _Ids({*used, *chain.nodes})
    names = {name: new_id() for name in part.nodes}
    left_behind: dict[str, str] = {}

    def repoint(path: str) -> str:
        root, dot, rest = path.partition(".")
        if foreign and dot and root not in names and root not in ROOT_WORDS:
            left_behind.setdefault(root, new_id())
        return f"{names.get(root) or left_behind.get(root, root)}{dot}{rest}"

    nodes = {names[name]: map_node(node, repoint) for name, node in part.nodes.items()}
    inner = tuple(Edge(names[edge.source], names[edge.target], edge.exit) for edge in part.edges if edge.source != START)
    joined = replace(chain, nodes={**chain.nodes, **nodes}, edges=(*chain.edges, *inner))
    attached = _attached(joined, [names[edge.target] for edge in part.after(START)], place)
    return replace(attached, edges=(*(edge for edge in attached.edges if edge not in inner), *inner)), names


class _Ids:
    """New ids, each above every ``n`` with a number that there ever was."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)
        # A file from elsewhere may count in numbers so high that the next one would be too long for an id.
        numbers = [int(name[1:]) for name in self._used if _COUNTED.fullmatch(name)]
        self._last = max(numbers, default=0)

    def __call__(self) -> str:
        self._last += 1
        while f"n{self._last}" in self._used:
            self._last += 1
        return f"n{self._last}"
