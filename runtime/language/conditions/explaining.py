"""Why a condition holds or does not, leaf by leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from runtime.language.conditions.compiling import JOINED, Holds, compile_leaf, group_of
from runtime.language.paths import getter, normal

if TYPE_CHECKING:
    from runtime.language.scope import Scope


@dataclass(frozen=True)
class Explained:
    """Whether a condition held: a group with its parts, or a leaf with the value seen and the value wanted."""

    held: bool
    group: str | None = None
    parts: tuple[Explained, ...] = ()
    field: str = ""
    op: str = ""
    seen: Any = None
    wanted: Any = None

    def as_json(self) -> dict[str, Any]:
        """The same for a JSON column: amounts as texts, dates in ISO."""
        if self.group:
            return {"held": self.held, self.group: [part.as_json() for part in self.parts]}
        return {"held": self.held, "field": self.field, "op": self.op, "seen": _plain(self.seen), "wanted": _plain(self.wanted)}


def explain(condition: Mapping[str, Any], scope: Scope) -> Explained:
    """Why a condition holds or does not: every leaf is asked, whatever the ones before it answered."""
    group, parts = group_of(condition)
    if group is not None:
        explained = tuple(explain(part, scope) for part in parts)
        return Explained(JOINED[group](tuple(_constantly(part.held) for part in explained))(scope), group, explained)
    return Explained(
        held=compile_leaf(condition)(scope),
        field=normal(condition["field"]),
        op=condition["op"],
        seen=getter(condition["field"])(scope),
        wanted=_resolved(condition.get("value"), scope),
    )


def _resolved(value: Any, scope: Scope) -> Any:
    if isinstance(value, Mapping):
        return getter(value["field"])(scope)
    return [_resolved(each, scope) for each in value] if isinstance(value, list) else value


def _constantly(held: bool) -> Holds:
    return lambda scope: held


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
