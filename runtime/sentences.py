"""What a node does, when, and on which condition, in sentences for cards; and a whole chain in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crm.words import Phrase, phrase
from runtime.catalog import catalog
from runtime.chains.check import paths_of
from runtime.chains.model import START, Chain, Node
from runtime.chains.references import called
from runtime.language import conditions, moment
from runtime.names import Names
from runtime.pieces import Piece, Say, Sentence, plain, spaced
from runtime.settings.base import Context, Setting

_EXITS = {"yes": phrase("Yes"), "no": phrase("No"), "client": phrase("The client got in touch"), "timeout": phrase("The time came")}


def chain_context(chain: Chain, entity: str, names: Names, stage: str | None = None) -> Context:
    """What the sentences of a chain are told from."""
    return Context(names, paths_of(chain, entity, names), entity, stage)


def node_sentence(node: Node, context: Context) -> Sentence:
    """What a node does."""
    rule = catalog().find(node.rule)
    if rule is None:
        says = phrase("A rule that does not exist here: {rule}")
        return Sentence(says, {"rule": (Piece("value", node.rule),)})
    own = replace(context, settings=node.settings)
    settings = rule.facts.with_defaults(node.settings)
    parts = {key: _shown(setting, settings[key], own) for key, setting in rule.facts.settings.items()}
    if rule.facts.branches:
        parts["condition"] = _condition(node, context) or (Piece("words", phrase("always")),)
    return Sentence(rule.facts.summary, parts)


def when_line(node: Node, context: Context) -> tuple[Piece, ...]:
    """When a node runs: nothing where it is at once."""
    if node.run_at is None:
        return ()
    if moment.check(node.run_at, context.paths, "", as_run_time=True):
        return (Piece("words", phrase("at a time that is not settled yet")),)
    return spaced("words", moment.sentence(node.run_at, context.paths, context.locale))


def condition_line(node: Node, context: Context) -> Sentence | None:
    """On which condition a node runs; ``None`` where there is none, or where it stands in the sentence itself."""
    rule = catalog().find(node.rule)
    held = _condition(node, context)
    if not held or (rule and rule.facts.branches):
        return None
    stops = node.otherwise == "stop"
    says = phrase("only if {condition}, else this branch ends") if stops else phrase("only if {condition}")
    return Sentence(says, {"condition": held})


def exit_words(exit: str) -> Phrase:
    """What an exit is called."""
    return _EXITS.get(exit, Phrase(exit))


def chain_text(chain: Chain, context: Context, say: Say = str) -> str:
    """A whole chain in plain text, a line for each rule, indented under what it depends on."""
    lines = list(_lines(chain, START, context, say, 0))
    if chain.once:
        lines.insert(0, say(phrase("Once for each record:")))
    return "\n".join(lines) if lines else say(phrase("No rules."))


def _shown(setting: Setting[Any], raw: Any, context: Context) -> tuple[Piece, ...]:
    return setting.show(raw, context) if setting.is_empty(raw) or setting.fits(raw) else (Piece("words", setting.when_empty),)


def _condition(node: Node, context: Context) -> tuple[Piece, ...]:
    if node.condition is None:
        return ()
    if conditions.check(node.condition, context.paths, ""):
        return (Piece("words", phrase("a condition holds that is not complete yet")),)
    told = conditions.sentence(node.condition, context.paths, lambda value, kind: called(value, kind, context))
    return spaced("words", told)


def _lines(chain: Chain, source: str, context: Context, say: Say, depth: int) -> Iterator[str]:
    """Rules in a row stand below each other; what runs side by side, or at an exit, stands one step further in."""
    while following := chain.after(source):
        if len(following) == 1 and following[0].exit is None:
            source = following[0].target
            yield _line(chain.nodes[source], context, say, depth)
            continue
        told = None
        for edge in following:
            if edge.exit is not None and edge.exit != told:
                told = edge.exit
                yield f"{'  ' * depth}{say(exit_words(edge.exit))}:"
            yield _line(chain.nodes[edge.target], context, say, depth + 1)
            yield from _lines(chain, edge.target, context, say, depth + 1)
        return


def _line(node: Node, context: Context, say: Say, depth: int) -> str:
    sentence = node_sentence(node, context).pieces(say)
    parts = [plain(sentence, say)]
    if when := when_line(node, context):
        parts.append(plain(when, say))
    if condition := condition_line(node, context):
        parts.append(plain(condition.pieces(say), say))
    if not node.enabled:
        parts.append(say(phrase("switched off")))
    return f"{'  ' * depth}- {'; '.join(parts)}"
