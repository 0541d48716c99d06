"""Controls that choose from what exists: one, or several as chips that can be taken away again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crm.fields import Kind
from crm.words import Phrase, phrase
from runtime.settings.base import Context
from runtime.settings.people import ROLES, describe_reference
from web.forms.control import LEFT_OUT, Control, Sent
from web.words import say

Pairs = Sequence[tuple[str, str]]
Choices = Pairs | Mapping[str, Pairs]


class ChoiceControl(Control):
    """One of several."""

    form = "choice"

    def __init__(self, says: Phrase | str, context: Context, choices: Choices, **others: Any) -> None:
        super().__init__(says, context, **others)
        self.offered = choices

    def read(self, sent: Sent) -> Any:
        return sent.get(self.name, "") or LEFT_OUT

    @property
    def segmented(self) -> bool:
        """Whether all choices stand in sight beside each other."""
        texts = [text for _, text in flat(self.offered)]
        return self.must and 2 <= len(texts) <= 4 and sum(map(len, texts)) <= 34 and self.text in {key for key, _ in flat(self.offered)}

    @property
    def choices(self) -> Choices:
        """What can be chosen, and what is chosen even where it does not exist (any more)."""
        return with_chosen(self.offered, self.text, empty=not self.must or not self.text)


class SeveralControl(Control):
    """Several of many, in the order in which they were chosen: hidden inputs behind chips, and a select that adds one."""

    form = "several"
    whole = True

    def __init__(self, says: Phrase | str, context: Context, choices: Choices, **others: Any) -> None:
        super().__init__(says, context, **others)
        self.offered = choices

    @classmethod
    def shows(cls, raw: Any) -> bool:
        return isinstance(raw, list) and all(isinstance(each, str) and each for each in raw) and len(set(raw)) == len(raw)

    def read(self, sent: Sent) -> Any:
        chosen = [value for value in sent.getlist(self.name) if value]
        gone = {int(place) for place in self.acts(sent, "remove") if place.isdecimal()}
        chosen = [value for place, value in enumerate(chosen) if place not in gone]
        added = [value for value in sent.getlist(f"{self.name}.add") if value]
        return list(dict.fromkeys([*chosen, *added]))

    def sends(self) -> Iterator[tuple[str, str]]:
        for value in self.chosen:
            yield self.name, value
        yield f"{self.name}.add", ""

    @property
    def chosen(self) -> list[str]:
        """What is chosen, in order."""
        return [] if self.data is LEFT_OUT else list(self.data)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What is chosen, with what it is called."""
        called = dict(flat(self.offered))
        return [(value, called.get(value) or self.called(value)) for value in self.chosen]

    def called(self, value: str) -> str:
        """What something is called that is not offered."""
        return value

    @property
    def choices(self) -> Choices:
        """What can be added."""
        taken = set(self.chosen)
        if isinstance(self.offered, Mapping):
            left = {group: [pair for pair in pairs if pair[0] not in taken] for group, pairs in self.offered.items()}
            return {group: pairs for group, pairs in left.items() if pairs}
        return [pair for pair in self.offered if pair[0] not in taken]

    @property
    def shape(self) -> str:
        return f"several {self.chosen}"


class PeopleControl(SeveralControl):
    """People, by their role towards the record, by name, by department, or through a field."""

    def called(self, value: str) -> str:
        text = describe_reference(value, self.context).text
        return say(text) if isinstance(text, Phrase) else text


def people_choices(context: Context, *, fields: bool = True, several: bool = True) -> dict[str, Pairs]:
    """Whom one can choose, in groups."""
    single = ("responsible", "supervisor", "creator")
    roles = [(key, say(text)) for key, text in ROLES.items() if several or key in single]
    groups: dict[str, Pairs] = {say(phrase("By role")): roles}
    groups[say(phrase("By name"))] = [(f"user:{key}", name) for key, name in by_name(context.names.users)]
    if several:
        groups[say(phrase("Departments"))] = [(f"department:{key}", name) for key, name in by_name(context.names.departments)]
    if fields:
        known = [known for known in context.paths.all() if known.kind in (Kind.USER, Kind.PEOPLE) and known.path.count(".") == 1]
        held = [each for each in known if each.path not in ("record.responsible", "record.creator", "record.observers")]
        groups[say(phrase("From a field"))] = [(f"field:{each.path}", say(each.label)) for each in held]
    return {group: pairs for group, pairs in groups.items() if pairs}


def stage_choices(context: Context, *, pipeline: str | None = None, entity: str | None = None) -> Choices:
    """The stages of one pipeline, or of all for an entity, in groups."""
    every = context.names.pipelines.values()
    fitting = [each for each in every if entity in (None, each.entity) and pipeline in (None, each.key)]
    groups = {each.name: [(f"{each.key}/{stage.key}", stage.name) for stage in each.stages] for each in fitting}
    return next(iter(groups.values())) if len(groups) == 1 else groups


def pipeline_choices(context: Context, entity: str | None = None) -> Pairs:
    """The pipelines of leads or of deals."""
    return [(each.key, each.name) for each in context.names.pipelines.values() if entity in (None, each.entity)]


def with_chosen(choices: Choices, chosen: str, *, empty: bool) -> Choices:
    """Choices with an empty one before them, and what is chosen though it is not offered."""
    extra = [] if not chosen or chosen in {key for key, _ in flat(choices)} else [(chosen, chosen)]
    if isinstance(choices, Mapping):
        first = [*([("", "…")] if empty else []), *extra]
        return {**({"—": first} if first else {}), **choices}
    return [*([("", "…")] if empty else []), *choices, *extra]


def flat(choices: Choices) -> list[tuple[str, str]]:
    """Choices without their groups."""
    return [pair for pairs in choices.values() for pair in pairs] if isinstance(choices, Mapping) else list(choices)


def by_name(named: Mapping[str, str]) -> list[tuple[str, str]]:
    """Keys and names in the order of the names."""
    return sorted(named.items(), key=lambda pair: pair[1].casefold())
