"""Check a chain against the rules and what exists here: settings, conditions, run times, references, outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crm.errors import Problem
from crm.fields import Kind
from crm.words import phrase
from runtime.catalog import catalog
from runtime.chains.model import Chain, Edge, Node
from runtime.chains.references import check_references
from runtime.chains.uses import used_paths
from runtime.language import conditions, moment
from runtime.language.paths import Paths
from runtime.names import Names
from runtime.rule import Facts
from runtime.settings.base import Context


def check_chain(chain: Chain, entity: str, names: Names, stage: str | None = None) -> list[Problem]:
    """Everything for which a chain of the right shape could not run; ``stage`` is where it stands, where that is known."""
    context = Context(names, paths_of(chain, entity, names), entity, stage)
    found: list[Problem] = []
    for name, node in chain.nodes.items():
        if node.rule:
            found += _check_node(chain, name, node, context)
    return found


def paths_of(chain: Chain, entity: str, names: Names) -> Paths:
    """Every path that a node of this chain could read, outputs of other nodes included."""
    outputs = {name: _outputs(node) for name, node in chain.nodes.items()}
    return Paths(entity, names.fields, outputs, names.trigger, names.variables, names.constants)


def _outputs(node: Node) -> Mapping[str, Kind]:
    rule = catalog().find(node.rule)
    # Nobody knows what an unknown rule hands out: that the rule is unknown is told once, at its own node.
    return rule.facts.outputs if rule else {"*": Kind.TEXT}


def _check_node(chain: Chain, name: str, node: Node, context: Context) -> Iterator[Problem]:
    where = f"nodes.{name}"
    rule = catalog().find(node.rule)
    if rule is None:
        yield _unknown_rule(node, where)
        return
    own = replace(context, settings=node.settings)
    yield from _check_place(rule.facts, node, context.entity, where)
    yield from _check_exits(rule.facts, node, chain.after(name), chain.edges)
    yield from rule.facts.check(node.settings, own, f"{where}.settings")
    if node.run_at is not None:
        yield from moment.check(node.run_at, context.paths, f"{where}.run_at", as_run_time=True)
    if node.condition is not None:
        yield from _check_condition(node.condition, context, f"{where}.condition")
    yield from _check_outputs(chain, name, node)


def _unknown_rule(node: Node, where: str) -> Problem:
    near = catalog().nearest(node.rule)
    mend = phrase("Did you mean “{key}”?", key=near) if near else phrase("Choose a rule from the palette.")
    return Problem(f"{where}.rule", phrase("There is no rule “{key}”.", key=node.rule), mend, "unknown_rule")


def _check_place(facts: Facts, node: Node, entity: str, where: str) -> Iterator[Problem]:
    if entity not in facts.applies_to:
        says = phrase("“{rule}” does not work for these records.", rule=facts.title)
        yield Problem(f"{where}.rule", says, phrase("Remove it, or put it under a stage of another pipeline."), "unknown_rule")
    if facts.branches and node.otherwise is not None:
        says = phrase("“{rule}” has an exit for either case, and so no “otherwise”.", rule=facts.title)
        yield Problem(f"{where}.otherwise", says, phrase("Leave “otherwise” out."))


def _check_exits(facts: Facts, node: Node, following: tuple[Edge, ...], edges: tuple[Edge, ...]) -> Iterator[Problem]:
    exits = facts.exits_of(node.settings)
    named = ", ".join(exit for exit in exits if exit)
    for edge in following:
        if edge.exit in exits:
            continue
        if not named:
            says = phrase("“{rule}” has no exit “{exit}”.", rule=facts.title, exit=(edge.exit or "")[:60])
            mend = phrase("Leave the exit out.")
        elif edge.exit is None:
            says = phrase("“{rule}” has several exits, and “{node}” says none.", rule=facts.title, node=edge.target)
            mend = phrase("Say which: {exits}.", exits=named)
        else:
            says = phrase("“{rule}” has no exit “{exit}”.", rule=facts.title, exit=edge.exit[:60])
            mend = phrase("Choose one of: {exits}.", exits=named)
        yield Problem(f"edges.{edges.index(edge)}", says, mend)


def _check_condition(condition: Mapping[str, Any], context: Context, where: str) -> list[Problem]:
    return conditions.check(condition, context.paths, where) or list(check_references(condition, context, where))


def _check_outputs(chain: Chain, name: str, node: Node) -> Iterator[Problem]:
    """Only what is surely over when this node begins has outputs: the nodes on its own way from the start."""
    for where, path in used_paths(node):
        source = path.partition(".")[0]
        if source not in chain.nodes or source in chain.before(name):
            continue
        if source == name:
            says = phrase("This rule uses its own result ({path}), which is not there before it has run.", path=path)
        else:
            says = phrase("The result {path} need not be there yet: “{source}” does not run before this rule.", path=path, source=source)
        mend = phrase("Put this rule after “{source}”, or take another field.", source=source)
        yield Problem(f"nodes.{name}.{where}", says, mend, "output_not_ready")
