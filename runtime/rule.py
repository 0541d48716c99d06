"""What a rule is: the facts in its class line, and the step in which it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from crm.errors import Problem
from crm.fields import Kind
from crm.words import Phrase, phrase
from runtime import declaration
from runtime.outcomes import Done, Fail, Hold, Outcome, Permanent, Skip, Stop, Temporary
from runtime.settings.base import Context, Setting

if TYPE_CHECKING:
    from crm.desk import Desk
    from crm.transaction import Row

__all__ = ["Done", "Fail", "Hold", "Kind", "Outcome", "Permanent", "Rule", "Skip", "Step", "Stop", "Temporary"]

Exit = str | None


@dataclass(frozen=True)
class Step:
    """One node of one run: what a rule gets in order to act.

    ``record`` is the lead or deal that the run is about, ``now`` an aware datetime, ``seed`` feeds whatever is left to
    chance, ``settings`` are the stored ones of the node.
    """

    desk: Desk
    record: Row
    now: datetime
    seed: int
    node: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything that a declaration says about its rule, for whoever shows, checks or runs it."""

    key: str
    group: str
    title: Phrase
    summary: Phrase
    doc: str
    example: Mapping[str, Any]
    applies_to: tuple[str, ...]
    outputs: Mapping[str, Kind]
    icon: str
    means: Literal["forever", "outgoing"] | None
    ends_run: bool
    outside: bool
    exits: tuple[Exit, ...]
    exits_if: Mapping[str, tuple[str, ...]]
    aliases: tuple[str, ...]
    settings: Mapping[str, Setting[Any]]

    @property
    def branches(self) -> bool:
        """Whether the node's condition chooses the exit; the rule itself then never runs."""
        return self.exits == ("yes", "no")

    def exits_of(self, settings: Mapping[str, Any]) -> tuple[Exit, ...]:
        """The exits of a node with these stored settings."""
        return next((exits for key, exits in self.exits_if.items() if settings.get(key) is True), self.exits)

    def check(self, settings: Mapping[str, Any], context: Context, where: str) -> list[Problem]:
        """Everything that is wrong with stored settings; ``where`` is the place of the settings themselves."""
        problems = [self._unknown(key, where) for key in settings if key not in self.settings]
        for key, setting in self.settings.items():
            if key in settings:
                problems += setting.check(settings[key], context, f"{where}.{key}")
            elif setting.required and not setting.has_default:
                problems.append(setting.missing(f"{where}.{key}"))
        return problems

    def _unknown(self, key: str, where: str) -> Problem:
        says = phrase("“{rule}” has no setting “{key}”.", rule=self.title, key=key[:60])
        known = ", ".join(self.settings)
        mend = phrase("Leave it out; there are: {keys}.", keys=known) if known else phrase("Leave it out; there are none.")
        return Problem(f"{where}.{key[:60]}", says, mend)

    def said(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Stored settings without those that only repeat the default, in the order of the declaration; unknown ones last."""
        known = {key: settings[key] for key, setting in self.settings.items() if key in settings and settings[key] != setting.default}
        return {**known, **{key: raw for key, raw in settings.items() if key not in self.settings}}

    def with_defaults(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Stored settings, with the defaults for those that were left out."""
        return {key: settings.get(key, setting.default) for key, setting in self.settings.items()}


class Rule:
    """An action that can be put under a stage; subclasses are files in ``runtime/rules``."""

    facts: ClassVar[Facts]

    def __init_subclass__(
        cls,
        *,
        key: str,
        title: str,
        summary: str,
        example: Mapping[str, Any] | None = None,
        applies_to: Iterable[str] = ("lead", "deal"),
        outputs: Mapping[str, Kind] | None = None,
        icon: str = "bolt",
        means: Literal["forever", "outgoing"] | None = None,
        ends_run: bool = False,
        outside: bool = False,
        exits: Iterable[Exit] = (None,),
        exits_if: Mapping[str, tuple[str, ...]] | None = None,
        aliases: Iterable[str] = (),
    ) -> None:
        """Read the declaration; ``exits_if`` gives other exits while a switch of the rule is on.

        Raises ``declaration.BadDeclaration`` naming the file.
        """
        cls.facts = Facts(
            key=key,
            group=cls.__module__.split(".")[-2] if "." in cls.__module__ else "",
            title=Phrase(title),
            summary=Phrase(summary),
            doc=declaration.docstring(cls),
            example=dict(example or {}),
            applies_to=tuple(applies_to),
            outputs=dict(outputs or {}),
            icon=icon,
            means=means,
            ends_run=ends_run,
            outside=outside,
            exits=tuple(exits),
            exits_if=dict(exits_if or {}),
            aliases=tuple(aliases),
            settings={name: value for name, value in vars(cls).items() if isinstance(value, Setting)},
        )
        declaration.check(cls)

    @classmethod
    def with_values(cls, values: Mapping[str, Any]) -> Self:
        """The rule with its settings resolved, ready to run."""
        rule = cls.__new__(cls)
        rule.__dict__.update(values)
        return rule

    def run(self, step: Step) -> Outcome:
        """Act on the record of the step through its desk."""
        raise NotImplementedError(f"{type(self).__name__} chooses an exit and does nothing itself")
