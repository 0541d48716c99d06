"""A chain made ready for the interpreter: everything that can be worked out beforehand is, once a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.errors import Invalid
from crm.words import phrase
from runtime.catalog import catalog
from runtime.chains.canonical import digest
from runtime.chains.model import START, Chain, Node
from runtime.language.conditions import compile_condition
from runtime.language.moment import Moment, compile_moment
from runtime.language.scope import Scope
from runtime.rule import Exit, Facts, Rule
from runtime.settings.base import Resolver, StepScope


@dataclass(frozen=True, slots=True)
class CompiledNode:
    """A node ready to run. ``after`` gives what follows each exit, in order; ``place`` is that of the edge leading here."""

    id: str
    rule: type[Rule]
    facts: Facts
    enabled: bool
    moment: Moment | None
    condition: Callable[[Scope], bool] | None
    stop_otherwise: bool
    stop_on_error: bool
    exits: tuple[Exit, ...]
    after: Mapping[Exit, tuple[str, ...]]
    place: int
    settings: Mapping[str, Any]
    resolvers: tuple[tuple[str, Resolver[Any]], ...]

    def resolve(self, scope: StepScope) -> Rule:
        """The rule with its texts filled in and its people found, ready for ``run(step)``."""
        return self.rule.with_values({key: resolver(scope) for key, resolver in self.resolvers})


@dataclass(frozen=True, slots=True)
class CompiledChain:
    """A chain ready to run; ``start`` are the nodes that begin side by side, ``sha256`` names the version."""

    once: bool
    nodes: Mapping[str, CompiledNode]
    start: tuple[str, ...]
    sha256: str


def compile_chain(chain: Chain) -> CompiledChain:
    """Compile a checked chain; raises ``Invalid`` where a rule does not exist any more."""
    places = {edge.target: place for place, edge in enumerate(chain.edges)}
    nodes = {name: _compile_node(chain, name, node, places.get(name, 0)) for name, node in chain.nodes.items()}
    return CompiledChain(chain.once, nodes, tuple(edge.target for edge in chain.after(START)), digest(chain))


def _compile_node(chain: Chain, name: str, node: Node, place: int) -> CompiledNode:
    rule = catalog().find(node.rule)
    if rule is None:
        raise Invalid.at(f"nodes.{name}.rule", phrase("There is no rule “{key}”.", key=node.rule))
    facts = rule.facts
    settings = facts.with_defaults(node.settings)
    exits = facts.exits_of(settings)
    after = {exit: tuple(edge.target for edge in chain.after(name) if edge.exit == exit) for exit in exits}
    return CompiledNode(
        id=name,
        rule=rule,
        facts=facts,
        enabled=node.enabled,
        moment=compile_moment(node.run_at) if node.run_at else None,
        condition=compile_condition(node.condition) if node.condition else None,
        stop_otherwise=node.otherwise == "stop",
        stop_on_error=node.on_error == "stop",
        exits=exits,
        after=after,
        place=place,
        settings=node.settings,
        resolvers=tuple((key, setting.resolver(settings[key], settings)) for key, setting in facts.settings.items()),
    )
