"""What the product says: templates with values, so that each reader can be told in their own language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Phrase:
    """A sentence with holes and the values that fill them.

    ``str(phrase)`` is the English text. Values are filled in as they are and never parsed again, whatever they contain.
    Where the sentence depends on ``count``, ``one`` is how it reads for a single thing.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    one: str | None = None

    def __str__(self) -> str:
        return fill(self.one if self.one is not None and self.values.get("count") == 1 else self.text, self.values)

    def as_json(self) -> dict[str, Any]:
        """The phrase as ``{"text": …, "values": {…}}``, for a JSON column."""
        one = {} if self.one is None else {"one": self.one}
        return {"text": self.text, **one, "values": {key: _plain(value) for key, value in self.values.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Phrase:
        """The phrase that ``as_json`` stored."""
        values = stored.get("values", {})
        return cls(stored["text"], {key: _phrase_or_value(value) for key, value in values.items()}, stored.get("one"))


def phrase(text: str, /, **values: Any) -> Phrase:
    """Mark a text as something a person reads; the translation catalogues are made from these calls."""
    return Phrase(text, values)


def counted(one: str, many: str, /, *, count: int, **values: Any) -> Phrase:
    """A text that reads differently for one thing than for many; every language has its own forms."""
    return Phrase(many, {"count": count, **values}, one)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put values into the ``{holes}`` of a text; a hole without a value stays as it is written."""
    return _HOLE.sub(lambda hole: str(values[hole[1]]) if hole[1] in values else hole[0], text)


def holes(text: str) -> tuple[str, ...]:
    """The names of the holes of a text, in the order in which they stand."""
    return tuple(_HOLE.findall(text))


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.as_json()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _phrase_or_value(value: Any) -> Any:
    return Phrase.from_json(value) if isinstance(value, dict) and "text" in value else value
