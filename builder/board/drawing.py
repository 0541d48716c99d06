"""A chain as it is drawn: lines of cards, and where a line forks, the lanes it goes on in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from builder import sentences
from builder.pipelines import StageChain
from builder.publishing.differences import changed_nodes
from crm.errors import Problem
from crm.words import Phrase, phrase
from runtime.catalog import catalog
from runtime.chains.model import START, Chain, Edge, Node
from runtime.rule import Facts
from runtime.sentences import exit_words
from runtime.settings.base import Context

Numbers = Mapping[str, int]


@dataclass(frozen=True)
class Card:
    """One rule as a card. ``numbers`` count its steps by what became of them."""

    id: str
    node: Node
    facts: Facts | None
    says: Markup
    label: str
    delay: Markup
    condition: Markup
    numbers: Numbers
    problems: Sequence[Problem]
    changed: bool
    into: Edge

    @property
    def icon(self) -> str:
        """The picture of its rule."""
        return self.facts.icon if self.facts else "alert-triangle"

    @property
    def means(self) -> str | None:
        """Whether it deletes for ever or leaves the house."""
        return self.facts.means if self.facts else None

    @property
    def asks(self) -> bool:
        """Whether its condition chooses the way."""
        return bool(self.facts and self.facts.branches)

    @property
    def is_whole(self) -> bool:
        """Whether it takes what follows along when it is moved, since rules follow its exits."""
        return bool(self.facts and self.facts.exits_of(self.node.settings) != (None,))


@dataclass(frozen=True)
class Line:
    """Cards one after the other, then perhaps lanes. ``first`` is its first node where it runs beside others."""

    after: str
    exit: str | None
    first: str
    cards: tuple[Card, ...]
    lanes: tuple[Line, ...] = ()
    label: Phrase | None = None
    count: int = 0

    @property
    def is_open(self) -> bool:
        """Whether a rule can be put at its end."""
        return not self.lanes

    @property
    def end(self) -> tuple[str, str | None]:
        """What a rule at its end comes after, and at which exit."""
        return (self.cards[-1].id, None) if self.cards else (self.after, self.exit)

    @property
    def key(self) -> str:
        """Names the line on its board."""
        return f"{self.after}~{self.exit or ''}~{self.first}"

    @property
    def width(self) -> int:
        """How many lanes stand side by side at its widest."""
        return max(1, sum(lane.width for lane in self.lanes))


@dataclass(frozen=True)
class Drawing:
    """What is needed to draw one chain."""

    chain: Chain
    context: Context
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def line(self, after: str = START, exit: str | None = None, label: Phrase | None = None) -> Line:
        """The line behind a node or the start, at one of its exits."""
        targets = self._targets(after, exit)
        count = self.numbers.get(after, {}).get(f"exit:{exit}", 0) if exit else 0
        if len(targets) > 1:
            return Line(after, exit, "", (), tuple(self._from(after, exit, target) for target in targets), label, count)
        if not targets:
            return Line(after, exit, "", (), (), label, count)
        found = self._from(after, exit, targets[0])
        return Line(after, exit, "", found.cards, found.lanes, label, count)

    def card(self, node_id: str) -> Card:
        """One node as a card."""
        node = self.chain.nodes[node_id]
        rule = catalog().find(node.rule)
        return Card(
            id=node_id,
            node=node,
            facts=rule.facts if rule else None,
            says=sentences.sentence(node, self.context),
            label=sentences.plainly(node, self.context),
            delay=sentences.when(node, self.context),
            condition=sentences.condition(node, self.context),
            numbers=self.numbers.get(node_id, {}),
            problems=self.problems.get(node_id, ()),
            changed=node_id in self.changed,
            into=self.chain.into(node_id) or Edge(START, node_id),
        )

    def _from(self, after: str, exit: str | None, first: str) -> Line:
        cards, at = [self.card(first)], first
        while not cards[-1].is_whole and len(targets := self._targets(at, None)) == 1:
            at = targets[0]
            cards.append(self.card(at))
        return Line(after, exit, first, tuple(cards), self._lanes(cards[-1]))

    def _lanes(self, card: Card) -> tuple[Line, ...]:
        if card.is_whole and card.facts:
            exits = [exit for exit in card.facts.exits_of(card.node.settings) if exit]
            told = [exit for exit in dict.fromkeys(edge.exit for edge in self.chain.after(card.id)) if exit not in exits]
            return tuple(self.line(card.id, exit, exit_words(exit) if exit else phrase("Without an exit")) for exit in (*exits, *told))
        return tuple(self._from(card.id, None, target) for target in self._targets(card.id, None))

    def _targets(self, after: str, exit: str | None) -> list[str]:
        return [edge.target for edge in self.chain.after(after) if edge.exit == exit]


def draw(stage: StageChain, numbers: Mapping[str, Numbers], problems: Sequence[Problem]) -> Line:
    """The draft of a stage's chain as its first line."""
    chain = stage.chain
    changed = frozenset(changed_nodes(stage.published, chain)) if stage.version is not None or chain.nodes else frozenset()
    return Drawing(chain, stage.context(chain), numbers, by_node(problems), changed).line()


def by_node(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Problems by the node at which they stand; those of no node under an empty name."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        parts = problem.where.split(".")
        found.setdefault(parts[1] if parts[0] == "nodes" and len(parts) > 1 else "", []).append(problem)
    return found
