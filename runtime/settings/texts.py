"""Settings that are texts with placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.errors import Problem
from crm.words import Phrase, phrase
from runtime.language import placeholders
from runtime.language.placeholders import Hole, compile_text
from runtime.language.scope import Scope
from runtime.pieces import Piece, listed
from runtime.settings.base import ChangePath, Context, Resolver, Setting


class Long(Setting[str]):
    """A text of several lines."""

    form = "long"
    wants = phrase("a text")

    def shape(self) -> dict[str, Any]:
        return {**placeholders.json_schema(), **({"pattern": r"\S"} if self.required else {})}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, str)

    def is_empty(self, raw: Any) -> bool:
        return isinstance(raw, str) and not raw.strip()

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        return placeholders.check(raw, context.paths, where)

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[str]:
        return compile_text(raw).render

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return text_pieces(raw, context)

    def map_paths(self, raw: Any, change: ChangePath) -> Any:
        return map_text(raw, change) if isinstance(raw, str) else raw


class Text(Long):
    """A text of one line; line breaks that come with a value become spaces."""

    form = "text"
    wants = phrase("a text of one line")

    def shape(self) -> dict[str, Any]:
        return {**super().shape(), "not": {"pattern": r"[\r\n]"}}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, str) and "\n" not in raw and "\r" not in raw

    def mend(self) -> Phrase:
        return phrase("Write it in one line.")

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[str]:
        render = compile_text(raw).render
        return lambda scope: " ".join(render(scope).splitlines())


class Lines(Setting[tuple[str, ...]]):
    """A list of texts of one line; lines that turn out empty are left out."""

    form = "lines"
    wants = phrase("a list of texts")
    empty = []
    unset = ()

    def shape(self) -> dict[str, Any]:
        return {"type": "array", "items": placeholders.json_schema(), "minItems": int(self.required), "maxItems": 100}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, list) and len(raw) <= 100 and all(isinstance(line, str) for line in raw)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        found = (placeholders.check(line, context.paths, f"{where}.{index}") for index, line in enumerate(raw))
        return [problem for problems in found for problem in problems]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[tuple[str, ...]]:
        templates = [compile_text(line) for line in raw]

        def resolve(scope: Scope) -> tuple[str, ...]:
            lines = (" ".join(template.render(scope).split()) for template in templates)
            return tuple(line for line in lines if line)

        return resolve

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return listed(text_pieces(line, context) for line in raw)

    def map_paths(self, raw: Any, change: ChangePath) -> Any:
        return [map_text(line, change) if isinstance(line, str) else line for line in raw] if isinstance(raw, list) else raw


def text_pieces(text: str, context: Context) -> tuple[Piece, ...]:
    """A text with placeholders as it stands on a card: what was written, and the names of the fields in it."""
    try:
        pieces = compile_text(text).pieces
    except placeholders.TooLong:
        return (Piece("value", text),)
    return tuple(Piece("hole", context.label(part.path)) if isinstance(part, Hole) else Piece("value", part) for part in pieces)


def map_text(text: str, change: ChangePath) -> str:
    """A text with the paths of its placeholders changed, and everything else as it was written."""
    try:
        pieces = compile_text(text).pieces
    except placeholders.TooLong:
        return text
    return "".join(_map_hole(part, change) if isinstance(part, Hole) else part for part in pieces)


def _map_hole(hole: Hole, change: ChangePath) -> str:
    written, bar, filters = hole.source[2:-2].partition("|")
    return "{{" + written.replace(written.strip(), change(hole.path)) + bar + filters + "}}"
