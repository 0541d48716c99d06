"""Settings without placeholders: a whole number, a switch, a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.errors import Problem
from crm.words import Phrase, phrase
from runtime.pieces import Piece
from runtime.settings.base import Context, Resolver, Setting


class Number(Setting[int]):
    """A whole number between two bounds."""

    form = "number"
    wants = phrase("a whole number")
    empty = None
    unset = 0

    def __init__(self, label: str, *, least: int = 0, most: int = 1_000_000, **others: Any) -> None:
        super().__init__(label, **others)
        self.least = least
        self.most = most

    def shape(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def fits(self, raw: Any) -> bool:
        return (isinstance(raw, int) and not isinstance(raw, bool)) or (isinstance(raw, float) and raw.is_integer())

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        if self.least <= raw <= self.most:
            return []
        says = phrase("“{label}” must be between {least} and {most}.", label=self.label, least=self.least, most=self.most)
        return [Problem(where, says, phrase("Choose a number in between."), "type_mismatch")]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[int]:
        number = int(raw)
        return lambda scope: number

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return (Piece("value", str(raw)),)


class Switch(Setting[bool]):
    """On or off; off unless the default says otherwise. On the card it is its label, or nothing."""

    form = "switch"
    wants = phrase("on or off (true or false)")
    empty = False
    unset = False

    def __init__(self, label: str, **others: Any) -> None:
        super().__init__(label, **{"required": False, "when_empty": "", **others})

    def shape(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, bool)

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[bool]:
        on = bool(raw)
        return lambda scope: on

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return (Piece("value", self.label),)


class Choice(Setting[str]):
    """One of a few; ``options`` maps what is stored to what is read."""

    form = "choice"
    wants = phrase("one of the choices")

    def __init__(self, label: str, options: Mapping[str, str], **others: Any) -> None:
        super().__init__(label, **others)
        self.options = {key: Phrase(text) for key, text in options.items()}

    def shape(self) -> dict[str, Any]:
        return {"enum": list(self.options)}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, str) and raw in self.options

    def mend(self) -> Phrase:
        return phrase("Choose one of: {options}.", options=", ".join(self.options))

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[str]:
        chosen = str(raw)
        return lambda scope: chosen

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return (Piece("value", self.options[raw]),)
