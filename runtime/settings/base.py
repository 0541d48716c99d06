"""What all kinds of settings have in common: how one is declared, checked, described, and read while a rule runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, overload
from zoneinfo import ZoneInfo

from crm.errors import Problem
from crm.words import Phrase, phrase
from runtime.language.calendar import WorkingTime
from runtime.language.paths import Paths
from runtime.language.scope import Scope
from runtime.names import Names
from runtime.pieces import Piece

if TYPE_CHECKING:
    from runtime.rule import Rule

T = TypeVar("T")


class StepScope(Scope, Protocol):
    """What settings are resolved from while a rule runs: a scope that also knows the time as people live it."""

    @property
    def working_time(self) -> WorkingTime:
        """The company's working days and hours."""

    def zone_of(self, person: int | None, /) -> ZoneInfo:
        """The time zone of a user; the company's where there is nobody."""


Resolver = Callable[[StepScope], T]
ChangePath = Callable[[str], str]


@dataclass(frozen=True)
class Context:
    """What a setting is checked and described against.

    ``stage`` is the one on which the chain stands, where that is known; ``locale`` is the reader's.
    """

    names: Names
    paths: Paths
    entity: str
    stage: str | None = None
    locale: str = "en"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pipeline(self) -> str | None:
        """The key of the pipeline on which the chain stands."""
        return self.stage.partition("/")[0] if self.stage else None

    def label(self, path: str) -> Phrase | str:
        """What people call a field path; the path itself where it names nothing."""
        known = self.paths.find(path)
        return known.label if known else path


class Setting(Generic[T]):
    """One typed setting of a rule; in a rule that runs, the attribute is the value.

    It must be set unless it has a default or says ``required=False``; ``required=True`` with a default means that it must not be
    emptied. ``when_empty`` stands on the card while nothing is set.
    """

    form: ClassVar[str]
    wants: ClassVar[Phrase]
    empty: ClassVar[Any] = ""  # what is stored, and what a rule sees, where nothing is set
    unset: ClassVar[Any] = ""

    def __init__(self, label: str, *, required: bool | None = None, default: Any = None, help: str = "", when_empty: str = "…") -> None:
        self.key = ""
        self.label = Phrase(label)
        self.help = Phrase(help)
        self.when_empty = Phrase(when_empty)
        self.has_default = default is not None
        self.default = default if self.has_default else self.empty
        self.required = required if required is not None else not self.has_default

    def __set_name__(self, owner: type[Rule], name: str) -> None:
        self.key = name
        self.owner = owner

    @overload
    def __get__(self, rule: None, owner: type[Rule]) -> Self: ...
    @overload
    def __get__(self, rule: Rule, owner: type[Rule]) -> T: ...
    def __get__(self, rule: Rule | None, owner: type[Rule]) -> Self | T:
        # A rule that runs has the value in its own dictionary, which goes before this; so nobody but the class gets here.
        if rule is None:
            return self
        raise AttributeError(f"{owner.__name__}.{self.key} has not been resolved")

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of what may be stored, with title, description and default."""
        schema: dict[str, Any] = {"title": self.label.text, **self.shape()}
        if self.help.text:
            schema["description"] = self.help.text
        if self.has_default:
            schema["default"] = self.default
        return schema

    def check(self, raw: Any, context: Context, where: str) -> list[Problem]:
        """Everything that is wrong with a stored value."""
        if not self.fits(raw):
            says = phrase("“{label}” must be {wants}.", label=self.label, wants=self.wants)
            return [Problem(where, says, self.mend(), "type_mismatch")]
        if not self.is_empty(raw):
            return self.inspect(raw, context, where)
        return [self.missing(where)] if self.required else []

    def missing(self, where: str) -> Problem:
        """What is said where the setting must be set and is not."""
        says = phrase("“{label}” is not filled in.", label=self.label)
        return Problem(where, says, phrase("Fill in “{label}”.", label=self.label), "missing_setting")

    def paths(self, raw: Any) -> list[str]:
        """The field paths that a stored value reads."""
        found: list[str] = []

        def note(path: str) -> str:
            found.append(path)
            return path

        self.map_paths(raw, note)
        return found

    def is_empty(self, raw: Any) -> bool:
        """Whether a value of the right type says nothing."""
        return bool(raw == self.empty)

    # What a kind says about itself.

    def shape(self) -> dict[str, Any]:
        """JSON Schema of the value alone."""
        raise NotImplementedError

    def fits(self, raw: Any) -> bool:
        """Whether a stored value is of the right type at all."""
        raise NotImplementedError

    def mend(self) -> Phrase:
        """How to put a value of the wrong type right."""
        return phrase("Write {wants} there, or leave the setting out.", wants=self.wants)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        """What is wrong with a value that has the right type and is not empty."""
        return []

    def resolver(self, raw: Any, beside: Mapping[str, Any]) -> Callable[[StepScope], Any]:
        """As ``compile``, also for a setting that is not set: that is ``unset``."""
        return (lambda scope: self.unset) if self.is_empty(raw) else self.compile(raw, beside)

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[T]:
        """A function that gives the value while a rule runs; ``beside`` are all stored settings of the node."""
        raise NotImplementedError

    def show(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        """The value as it stands in the sentence on the card."""
        return (Piece("words", self.when_empty),) if self.is_empty(raw) else self.describe(raw, context)

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        """A value that is not empty, in pieces."""
        raise NotImplementedError

    def map_paths(self, raw: Any, change: ChangePath) -> Any:
        """The stored value with every field path in it changed; a value of the wrong type is left as it is."""
        return raw
