"""Everything that the side panel of one rule shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from builder import sentences
from builder.board.drawing import by_node
from builder.board.view import Board, StageView
from builder.inspector.sample import Sample, choose
from crm.desk import Desk
from crm.errors import NotFound, Problem
from crm.words import Phrase
from runtime.catalog import catalog
from runtime.chains.model import Node
from runtime.chains.references import called
from runtime.language import conditions
from runtime.language.conditions import Explained
from runtime.rule import Facts
from runtime.settings.base import Context
from web.extraction import paragraphs
from web.forms import Control, SettingsForm, node_controls, settings_form
from web.forms.conditions import Part
from web.forms.control import LEFT_OUT, Sent
from web.words import say


@dataclass(frozen=True)
class Told:
    """A clause in words, with what the sample holds there and whether that fits."""

    says: Markup
    seen: str | None
    held: bool | None


@dataclass
class Inspector:
    """One rule of a draft, opened. ``typed`` is what was sent and could not be kept."""

    stage: StageView
    id: str
    node: Node
    facts: Facts | None
    form: SettingsForm | None
    at: Control
    condition: Control
    context: Context
    sample: Sample | None
    problems: Sequence[Problem]
    typed: Sent | None = None

    @property
    def says(self) -> Markup:
        """The sentence, with its time and its condition."""
        parts = [sentences.sentence(self.node, self.context), sentences.when(self.node, self.context)]
        return Markup(", ").join(part for part in (*parts, sentences.condition(self.node, self.context)) if part)

    @property
    def title(self) -> Phrase | str:
        """What kind of rule it is."""
        return self.facts.title if self.facts else self.node.rule

    @property
    def doc(self) -> list[Phrase]:
        """What users read about the rule, paragraph by paragraph."""
        return [Phrase(paragraph) for paragraph in paragraphs(self.facts.doc)] if self.facts else []

    @property
    def shape(self) -> str:
        """What decides which inputs the panel draws."""
        settings = self.form.shape if self.form else ""
        return f"{settings} {self.at.shape} {self.condition.shape} {self.condition.data is LEFT_OUT}"

    @property
    def outcome(self) -> Phrase | None:
        """When the rule would run for the sample."""
        if self.sample is None or self.node.run_at is None:
            return None
        return self.sample.outcome(self.node.run_at, as_run_time=True)

    @property
    def explained(self) -> Explained | None:
        """Whether its condition holds for the sample."""
        if self.sample is None or self.node.condition is None:
            return None
        return self.sample.explain(self.node.condition)

    @property
    def clauses(self) -> dict[str, Told]:
        """The clauses of the condition in words, by their place in the form."""
        root = getattr(self.condition, "root", None)
        if root is None:
            return {}
        explained = self.explained
        if explained is not None and self.condition.is_bare:  # type: ignore[attr-defined]  # a control with a root has it
            explained = Explained(explained.held, "all", (explained,))
        return dict(self._told(root, explained))

    def moment_outcome(self, control: Control) -> Phrase | None:
        """What a date setting means for the sample."""
        if self.sample is None or not isinstance(control.data, Mapping):
            return None
        return self.sample.outcome(control.data, as_run_time=False)

    def _told(self, part: Part, explained: Explained | None) -> Iterator[tuple[str, Told]]:
        for place, each in enumerate(part.parts):
            found = explained.parts[place] if explained is not None else None
            if each.join:
                yield from self._told(each, found)
            else:
                seen = self.sample.seen(found) if self.sample is not None and found is not None else None
                yield each.name, Told(self._clause(each.raw), seen, found.held if found is not None else None)

    def _clause(self, raw: Mapping[str, Any]) -> Markup:
        if conditions.check(raw, self.context.paths, ""):
            known = self.context.paths.find(str(raw.get("field")))
            return Markup(f"{_escaped(say(known.label) if known else str(raw.get('field')))} …")  # noqa: S704  escaped just before
        told = conditions.sentence(raw, self.context.paths, lambda value, kind: called(value, kind, self.context))
        return Markup(" ").join(Markup(say(each, marked=True)) for each in told)  # noqa: S704  say escapes what it marks


def open_node(desk: Desk, board: Board, stage_key: str, node_id: str, sent: Sent | None = None) -> Inspector:
    """The panel of a node; with ``sent`` its controls hold what was sent instead of what is stored."""
    stage = next((each for each in board.stages if each.of.stage["key"] == stage_key), None)
    chain = stage.of.chain if stage is not None else None
    if stage is None or chain is None or node_id not in chain.nodes:
        raise NotFound
    node = chain.nodes[node_id]
    context = replace(stage.of.context(chain), settings=node.settings)
    rule = catalog().find(node.rule)
    form = settings_form(rule.facts, node.settings, context, desk.zone, sent) if rule else None
    at, condition = node_controls(node, context, desk.zone, sent)
    problems = by_node(stage.problems).get(node_id, [])
    if form is not None:
        form.tell(problems, f"nodes.{node_id}.settings")
    at.problems += [each for each in problems if each.where.startswith(f"nodes.{node_id}.run_at")]
    condition.problems += [each for each in problems if each.where.startswith(f"nodes.{node_id}.condition")]
    sample = choose(desk, [each.of.stage for each in board.stages], stage.of.stage, context)
    return Inspector(stage, node_id, node, rule.facts if rule else None, form, at, condition, context, sample, problems)


def _escaped(text: str) -> Markup:
    return Markup.escape(text)
