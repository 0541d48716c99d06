"""Field paths: what ``record.amount`` or ``n1.lead_id`` names, of which kind it is, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from crm.errors import Problem, RulewrightError
from crm.fields import Field, Kind, fields_of
from crm.words import Phrase, phrase
from runtime.language.instants import on_wall

if TYPE_CHECKING:
    from runtime.language.scope import Scope

Getter = Callable[["Scope"], Any]

ROOT_WORDS = frozenset(
    ["record", "deal", "lead", "contact", "company", "responsible", "supervisor", "creator", "trigger", "var", "const", "now", "today"]
)
PATH_PATTERN = r"(now|today|[a-z][a-z0-9_]{0,31}(\.[A-Za-z0-9_]{1,64}){1,8})"

_PATH = re.compile(PATH_PATTERN)
_RELATED = {
    "contact": ("contact", phrase("Contact: {field}")),
    "company": ("company", phrase("Company: {field}")),
    "responsible": ("user", phrase("Responsible: {field}")),
    "supervisor": ("user", phrase("Supervisor: {field}")),
    "creator": ("user", phrase("Created by: {field}")),
}
_CLOCK = (("now", phrase("Now"), Kind.DATETIME), ("today", phrase("Today"), Kind.DATE))


class UnknownPath(RulewrightError):
    """There is no field {path}."""

    def __init__(self, path: str, mend: Phrase | None = None) -> None:
        self.path, self.mend = path, mend
        super().__init__(path=path)

    def problem(self, where: str) -> Problem:
        """The same as a finding at a place."""
        return Problem(where, self.says, self.mend, kind="unknown_path")


@dataclass(frozen=True)
class Known:
    """A path that can be read: its label, its kind, and what the keys of a choice are called."""

    path: str
    label: Phrase
    kind: Kind
    options: Mapping[str, str] | None = None


class Paths:
    """Every path that can be read in one chain.

    ``custom`` are the custom fields of the record, or a mapping from entity (``deal contact company``) to its fields.
    In ``trigger`` and ``outputs`` the name ``*`` stands for any name, ``json.*`` for any below ``json``.
    """

    def __init__(
        self,
        entity: str,
        custom: Sequence[Field] | Mapping[str, Sequence[Field]] = (),
        outputs: Mapping[str, Mapping[str, Kind]] | None = None,
        trigger: Mapping[str, Kind] | None = None,
        variables: Mapping[str, Kind] | None = None,
        constants: Mapping[str, Kind] | None = None,
    ) -> None:
        fields = custom if isinstance(custom, Mapping) else {entity: custom}
        self.entity = entity
        self._known = {known.path: known for known in _standing(entity, fields)}
        self._open: dict[str, Known] = {}
        handed = {"trigger": trigger, "var": variables, "const": constants, **(outputs or {})}
        for root, kinds in handed.items():
            for known in _handed(root, kinds or {}):
                (self._open if known.path.endswith("*") else self._known)[known.path] = known

    def normal(self, path: str) -> str:
        """The path as it is stored."""
        return normal(path)

    def kind(self, path: str) -> Kind:
        """The kind of what a path names; raises ``UnknownPath``."""
        return self.known(path).kind

    def known(self, path: str) -> Known:
        """All about what a path names; raises ``UnknownPath``."""
        found = self.find(path)
        if found is None:
            raise UnknownPath(path, self._mend(path))
        return found

    def find(self, path: str) -> Known | None:
        """All about what a path names; ``None`` where it names nothing."""
        path = normal(path)
        return self._known.get(path) or self._find_open(path)

    def all(self) -> tuple[Known, ...]:
        """Every path by name, for pickers."""
        return tuple(self._known.values())

    def problems(self, path: object, where: str) -> list[Problem]:
        """What is wrong with a path that stands at a place."""
        if not isinstance(path, str):
            return [Problem(where, phrase("The name of a field must stand here."), kind="type_mismatch")]
        try:
            self.known(path)
        except UnknownPath as unknown:
            return [unknown.problem(where)]
        return []

    def _find_open(self, path: str) -> Known | None:
        if not self._open or not _PATH.fullmatch(path):
            return None
        root, *rest = path.split(".")
        if len(rest) == 1:
            star = self._open.get(f"{root}.*")
        else:
            star = self._open.get(f"{root}.{rest[0]}.*")
        return Known(path, phrase("{name} of {source}", name=".".join(rest), source=root), star.kind) if star else None

    def _mend(self, path: str) -> Phrase | None:
        near = get_close_matches(normal(path)[:120], self._known, n=1)
        return phrase("Did you mean {path}?", path=near[0]) if near else None


def normal(path: str) -> str:
    """The path as it is stored: ``deal.x`` and ``lead.x`` are ``record.x``."""
    root, dot, rest = path.partition(".")
    return f"record.{rest}" if dot and root in ("deal", "lead") else path


def is_path(text: str) -> bool:
    """Whether a text has the shape of a path."""
    return len(text) <= 300 and _PATH.fullmatch(text) is not None


def getter(path: str) -> Getter:
    """The function that reads a path from a scope: ``None`` where anything on the way is missing."""
    path = normal(path)
    if path == "now":
        return lambda scope: scope.now
    if path == "today":
        return lambda scope: on_wall(scope.now, scope.zone).date()
    place = two_parts(path)
    if place is None:
        root, *keys = path.split(".")
        return _deep_getter(root, keys)
    root, key = place

    def get(scope: Scope) -> Any:
        values = scope[root]
        return values.get(key) if values is not None else None

    return get


def two_parts(path: str) -> tuple[str, str] | None:
    """The root and the key of a path that has no more than these."""
    root, *keys = normal(path).split(".")
    return (root, keys[0]) if len(keys) == 1 else None


def _deep_getter(root: str, keys: Sequence[str]) -> Getter:
    def get(scope: Scope) -> Any:
        value: Any = scope[root]
        for key in keys:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    return get


def _standing(entity: str, custom: Mapping[str, Sequence[Field]]) -> Iterator[Known]:
    for field in fields_of(entity, custom.get(entity, ())).values():
        yield from _of_field("record", field, field.label)
    for root, (what, label) in _RELATED.items():
        for field in fields_of(what, custom.get(what, ())).values():
            yield from _of_field(root, field, Phrase(label.text, {"field": field.label}))
    for word, label, kind in _CLOCK:
        yield Known(word, label, kind)


def _of_field(root: str, field: Field, label: Phrase) -> Iterator[Known]:
    path = f"{root}.{field.key}"
    yield Known(path, label, field.kind, field.options)
    if field.kind is Kind.BOOKING:
        yield Known(f"{path}.starts", phrase("{field}: begins", field=label), Kind.DATETIME)
        yield Known(f"{path}.ends", phrase("{field}: ends", field=label), Kind.DATETIME)


def _handed(root: str, kinds: Mapping[str, Kind]) -> Iterator[Known]:
    labels = {
        "trigger": phrase("Trigger: {name}"),
        "var": phrase("Variable {name}"),
        "const": phrase("Constant {name}"),
    }
    label = labels.get(root, phrase("{name} of {source}"))
    for name, kind in kinds.items():
        yield Known(f"{root}.{name}", Phrase(label.text, {"name": name, "source": root}), kind)
