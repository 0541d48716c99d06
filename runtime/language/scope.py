"""What conditions, placeholders and moments read from while a rule runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from crm.fields import Kind
from runtime.language.paths import Paths, getter


class Scope(Protocol):
    """The values that a run can see.

    ``scope[root]`` gives the values of ``record contact company responsible supervisor creator trigger var const`` or of
    a node by its id, and ``None`` for whatever is not there; it never raises.
    """

    @property
    def now(self) -> datetime:
        """The present instant, aware."""

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""

    @property
    def locale(self) -> str:
        """The company's language: ``en``, ``pl``, ``fr_FR``."""

    @property
    def paths(self) -> Paths | None:
        """What the paths name; without it values are shown by what they look like."""

    def __getitem__(self, root: str, /) -> Mapping[str, Any] | None: ...

    def expand(self, refs: Sequence[str]) -> frozenset[int]:
        """The ids of the users whom people references mean."""

    def show(self, value: Any, kind: Kind) -> str:
        """The name of one user, contact, company (ids), stage or pipeline (references), for a reader."""


@dataclass(frozen=True)
class PlainScope:
    """A scope over plain dicts.

    ``people`` maps references (``user:anna``, ``department:sales``, ``supervisor``) to ids of users, ``names`` maps ids
    and references to what they are called.
    """

    values: Mapping[str, Mapping[str, Any] | None]
    now: datetime
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    locale: str = "en"
    people: Mapping[str, Collection[int]] = field(default_factory=dict)
    names: Mapping[Any, str] = field(default_factory=dict)
    paths: Paths | None = None

    def __getitem__(self, root: str, /) -> Mapping[str, Any] | None:
        return self.values.get(root)

    def expand(self, refs: Sequence[str]) -> frozenset[int]:
        """The ids of the users whom people references mean; of nobody for what is unknown."""
        return frozenset().union(*(self._expand(ref) for ref in refs))

    def show(self, value: Any, kind: Kind) -> str:
        """What the value is called, or the value itself where it has no name."""
        return self.names.get(value, str(value))

    def _expand(self, ref: str) -> Collection[int]:
        if ref in self.people:
            return self.people[ref]
        if ref in ("responsible", "creator", "observers"):
            return _ids(getter(f"record.{ref}")(self))
        return _ids(getter(ref.removeprefix("field:"))(self)) if ref.startswith("field:") else ()


def _ids(value: Any) -> Collection[int]:
    if isinstance(value, int):
        return (value,)
    return value if isinstance(value, (tuple, list, frozenset)) else ()
