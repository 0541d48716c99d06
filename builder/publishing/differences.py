"""What differs between the published chain and the draft: node by node, and in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from builder import sentences
from runtime.chains.model import Chain
from runtime.settings.base import Context

NOTHING = Markup("")
Kind = Literal["added", "removed", "changed", "moved", "once"]


@dataclass(frozen=True)
class Difference:
    """One thing that the new version does otherwise. ``before`` is the sentence as it was, where there was one."""

    kind: Kind
    node: str
    says: Markup
    before: Markup = NOTHING


def changed_nodes(old: Chain, new: Chain) -> set[str]:
    """The nodes of the new chain that are not in the old one, or are otherwise, or stand elsewhere."""
    return {name for name in new.nodes if _kind(old, new, name) is not None}


def count(old: Chain, new: Chain) -> int:
    """How many changes there are."""
    gone = sum(name not in new.nodes for name in old.nodes)
    return len(changed_nodes(old, new)) + gone + (old.once != new.once)


def differences(old: Chain, new: Chain, old_context: Context, new_context: Context) -> list[Difference]:
    """Every change in sentences: what is new, what is otherwise, what is gone."""
    return [*_new(old, new, old_context, new_context), *_gone(old, new, old_context), *_once(old, new)]


def _new(old: Chain, new: Chain, old_context: Context, new_context: Context) -> Iterator[Difference]:
    for name, node in new.nodes.items():
        kind = _kind(old, new, name)
        if kind is None:
            continue
        says = whole(new, name, new_context)
        before = whole(old, name, old_context) if name in old.nodes else Markup("")
        yield Difference("changed" if kind == "changed" and before == says and node != old.nodes[name] else kind, name, says, before)


def _gone(old: Chain, new: Chain, context: Context) -> Iterator[Difference]:
    for name in old.nodes:
        if name not in new.nodes:
            yield Difference("removed", name, whole(old, name, context))


def _once(old: Chain, new: Chain) -> Iterator[Difference]:
    if old.once != new.once:
        yield Difference("once", "", Markup("y") if new.once else Markup(""))


def whole(chain: Chain, name: str, context: Context) -> Markup:
    """A node in one sentence with its time and its condition."""
    node = chain.nodes[name]
    parts = [sentences.sentence(node, context), sentences.when(node, context), sentences.condition(node, context)]
    return Markup(", ").join(part for part in parts if part)


def _kind(old: Chain, new: Chain, name: str) -> Kind | None:
    if name not in old.nodes:
        return "added"
    if old.nodes[name] != new.nodes[name]:
        return "changed"
    into, was = new.into(name), old.into(name)
    elsewhere = (into and (into.source, into.exit)) != (was and (was.source, was.exit))
    # A rule behind one that was put in or taken out has not been moved itself.
    follows_change = into is not None and was is not None and (into.source not in old.nodes or was.source not in new.nodes)
    return "moved" if elsewhere and not follows_change else None
