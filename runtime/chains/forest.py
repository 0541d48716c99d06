"""Whether the edges of a chain make a forest: one way to every node, no circle, nothing left over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crm.errors import Problem
from crm.words import phrase
from runtime.chains.model import START, Chain, Edge


def check_forest(chain: Chain, places: Sequence[int] | None = None) -> list[Problem]:
    """Every node that can be reached in no way, or in more than one; ``places`` are the indexes at which the edges were written."""
    numbers = range(len(chain.edges)) if places is None else places
    return [*_second_ways(chain.edges, numbers), *_lost(chain)]


def _second_ways(edges: Sequence[Edge], numbers: Sequence[int]) -> Iterator[Problem]:
    first: dict[str, Edge] = {}
    for number, edge in zip(numbers, edges, strict=True):
        known = first.setdefault(edge.target, edge)
        if known is edge:
            continue
        says = phrase("“{node}” comes after “{first}” already.", node=edge.target, first=known.source)
        yield Problem(f"edges.{number}", says, phrase("Take one of the two edges away; a rule comes after one other."))


def _lost(chain: Chain) -> Iterator[Problem]:
    reached = set(chain.with_rest(START))
    led_to = {edge.target for edge in chain.edges}
    for node in chain.nodes:
        if node not in led_to:
            says = phrase("Nothing leads to “{node}”.", node=node)
            yield Problem(f"nodes.{node}", says, phrase("Say after what it comes, or remove it."))
    told = reached | (chain.nodes.keys() - led_to)
    for node in chain.nodes:
        if node in led_to and node not in told and node in _circle(chain, node):
            circle = _circle(chain, node)
            told.update(circle)
            says = phrase("These go round in a circle: {nodes}.", nodes=", ".join(circle))
            yield Problem(f"nodes.{node}", says, phrase("Take one of the edges between them away."))


def _circle(chain: Chain, node: str) -> tuple[str, ...]:
    """The circle that one comes to by going back from a node, in the order of its edges."""
    seen = dict.fromkeys([node, *chain.before(node)])
    last = next(reversed(seen))
    back = next((edge.source for edge in chain.edges if edge.target == last), None)
    if back is None or back not in seen:
        return ()
    names = list(seen)
    return tuple(reversed(names[names.index(back) :]))
