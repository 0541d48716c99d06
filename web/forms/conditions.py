"""The control of a condition: groups of clauses, as deep as they go; each clause a field, an operator, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm.words import phrase
from runtime.language.conditions import OPERATORS, Arity
from web.forms import clauses
from web.forms.control import LEFT_OUT, Control, Sent
from web.words import say

GROUPS = ("all", "any", "none")
FIRST = {"field": "record.title", "op": "not_empty"}


@dataclass(frozen=True)
class Part:
    """A group with its parts, or a clause, at a place such as ``0-2`` below the root."""

    name: str
    raw: Mapping[str, Any]
    join: str = ""
    parts: tuple[Part, ...] = ()


class ConditionControl(Control):
    """All, any or none of some clauses and groups."""

    form = "condition"
    whole = True

    @classmethod
    def shows(cls, raw: Any) -> bool:
        if not isinstance(raw, Mapping):
            return False
        group = next((group for group in GROUPS if group in raw), None)
        if group is None:
            plain = isinstance(raw.get("field"), str) and isinstance(raw.get("op"), str) and set(raw) <= {"field", "op", "value"}
            return plain and (raw["op"] not in OPERATORS or OPERATORS[raw["op"]].arity is not Arity.NOTHING or "value" not in raw)
        return set(raw) == {group} and isinstance(raw[group], list) and all(cls.shows(part) for part in raw[group])

    def read(self, sent: Sent) -> Any:
        if f"{self.name}.join" not in sent:
            return {"all": [dict(FIRST)]} if self.acts(sent, "add") else LEFT_OUT
        found = self._read(sent, self.name)
        if found is None or found[1] == {"all": []}:
            return LEFT_OUT
        condition = found[1]
        parts = condition.get("all", [])
        if f"{self.name}.bare" in sent and len(parts) == 1 and "field" in parts[0]:
            return parts[0]
        return condition

    def sends(self) -> Iterator[tuple[str, str]]:
        if self.root is not None:
            if self.is_bare:
                yield f"{self.name}.bare", "y"
            yield from self._sends(self.root)

    @property
    def is_bare(self) -> bool:
        """Whether a single clause is stored without a group around it."""
        return isinstance(self.data, Mapping) and "field" in self.data

    @property
    def root(self) -> Part | None:
        """The outermost group; none where there is no condition."""
        if not isinstance(self.data, Mapping):
            return None
        return _part(self.name, {"all": [self.data]} if self.is_bare else self.data)

    @property
    def fields(self) -> dict[str, list[tuple[str, str]]]:
        """The fields that can be asked for, in groups."""
        return clauses.fields(self.context)

    @property
    def joins(self) -> list[tuple[str, str]]:
        """How the parts of a group are joined."""
        offered = {"all": phrase("all of these hold"), "any": phrase("any of these holds"), "none": phrase("none of these holds")}
        return [(key, say(text)) for key, text in offered.items()]

    def clause(self, part: Part) -> clauses.Clause:
        """A clause as it is drawn."""
        return clauses.Clause(part.name, part.raw, self.context)

    @property
    def shape(self) -> str:
        return "condition" if self.root is None else f"condition {self._shape(self.root)}"

    def _shape(self, part: Part) -> str:
        if part.join:
            return f"({' '.join(self._shape(each) for each in part.parts)})"
        return self.clause(part).shape

    def _sends(self, part: Part) -> Iterator[tuple[str, str]]:
        if not part.join:
            yield from self.clause(part).sends()
            return
        yield f"{part.name}.join", part.join
        for each in part.parts:
            yield from self._sends(each)

    def _read(self, sent: Sent, name: str) -> tuple[str, dict[str, Any]] | None:
        """The part at a place; ``None`` where it was taken away."""
        if f"remove:{name}:" in sent.getlist("act"):
            return None
        if f"{name}.join" not in sent:
            return name, clauses.read(sent, name, self.context)
        parts, place = [], 0
        while f"{name}-{place}.join" in sent or f"{name}-{place}.field" in sent:
            part = self._read(sent, f"{name}-{place}")
            if part is not None:
                parts.append(part[1])
            place += 1
        if f"add:{name}:" in sent.getlist("act"):
            parts.append(dict(FIRST))
        if f"add:{name}:group" in sent.getlist("act"):
            parts.append({"any": [dict(FIRST)]})
        join = sent[f"{name}.join"]
        return name, {join if join in GROUPS else "all": parts}


def _part(name: str, raw: Mapping[str, Any]) -> Part:
    join = next((group for group in GROUPS if group in raw), "")
    parts = tuple(_part(f"{name}-{place}", part) for place, part in enumerate(raw[join])) if join else ()
    return Part(name, raw, join, parts)
