"""Texts with placeholders: ``Contract for {{ record.title | upper }}``.

The grammar has paths and filters and nothing else; what a value contains is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm.errors import Problem, RulewrightError
from crm.fields import Kind
from crm.words import phrase
from runtime.language.filters import FILTERS, Filter, Shown
from runtime.language.paths import Getter, Paths, getter, is_path, normal
from runtime.language.values import looks_like

if TYPE_CHECKING:
    from runtime.language.scope import Scope

MOST_BYTES_IN = 64 * 1024
MOST_PLACEHOLDERS = 200
MOST_BYTES_OUT = 256 * 1024

_FILTER = re.compile(r"\s*([a-z_]{1,20})\s*(?::(.*))?", re.DOTALL)


class TooLong(RulewrightError):
    """The text has become longer than 256 KB."""


@dataclass(frozen=True)
class Hole:
    """One placeholder: its path, its filters with their arguments, and how it was written."""

    path: str
    filters: tuple[tuple[Filter, str | None], ...]
    source: str
    get: Getter

    def render(self, scope: Scope) -> str:
        """What stands there for this scope."""
        value = self.get(scope)
        shown = _shown(value, self.path, scope)
        for row, argument in self.filters:
            shown = row.apply(shown, argument, scope)
        return shown.text(scope)


@dataclass(frozen=True)
class Template:
    """A text that has been read: its pieces, and the paths that it uses."""

    pieces: tuple[str | Hole, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the placeholders, each once, in the order in which they stand."""
        return tuple(dict.fromkeys(piece.path for piece in self.pieces if isinstance(piece, Hole)))

    def render(self, scope: Scope, escape: Callable[[str], str] | None = None) -> str:
        """The text with its values; ``escape`` is applied to each value. Raises ``TooLong``."""
        parts: list[str] = []
        left = MOST_BYTES_OUT
        for piece in self.pieces:
            text = piece.render(scope) if isinstance(piece, Hole) else piece
            if escape and isinstance(piece, Hole) and len(text) <= left:
                text = escape(text)
            left -= _bytes(text)
            if left < 0:
                raise TooLong
            parts.append(text)
        return "".join(parts)


def compile_text(text: str) -> Template:
    """Read a text; what is not a well-formed placeholder stays as it is written. Raises ``TooLong``."""
    if _bytes(text) > MOST_BYTES_IN:
        raise TooLong(phrase("The text is longer than 64 KB."))
    pieces = tuple(_pieces(text))
    if sum(isinstance(piece, Hole) for piece in pieces) > MOST_PLACEHOLDERS:
        raise TooLong(phrase("The text has more than 200 placeholders."))
    return Template(pieces)


def check(text: object, paths: Paths, where: str) -> list[Problem]:
    """Everything that is wrong with a text."""
    if not isinstance(text, str):
        return [Problem(where, phrase("A text must stand here."), kind="type_mismatch")]
    try:
        template = compile_text(text)
    except TooLong as too_long:
        return [Problem(where, too_long.says, phrase("Make it shorter."), kind="type_mismatch")]
    return [problem for piece in template.pieces for problem in _problems(piece, paths, where)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a text with placeholders: any text of the permitted length."""
    return {"type": "string", "maxLength": MOST_BYTES_IN}


def _pieces(text: str) -> Iterator[str | Hole]:
    """The text cut at its placeholders; each turn goes past one ``}}``, so that the time stays in proportion."""
    start = 0
    while (end := text.find("}}", start)) >= 0:
        # Of several openings before a close the last one counts, the others are text.
        opening = text.rfind("{{", start, end)
        hole = _hole(text[opening : end + 2]) if opening >= 0 else None
        if hole is None:
            yield text[start : end + 2]
        else:
            if opening > start:
                yield text[start:opening]
            yield hole
        start = end + 2
    if start < len(text):
        yield text[start:]


def _hole(source: str) -> Hole | None:
    path, *calls = source[2:-2].split("|")
    path = normal(path.strip())
    filters = [_filter(call) for call in calls]
    if not is_path(path) or None in filters:
        return None
    return Hole(path, tuple(each for each in filters if each is not None), source, getter(path))


def _filter(call: str) -> tuple[Filter, str | None] | None:
    match = _FILTER.fullmatch(call)
    row = FILTERS.get(match[1]) if match else None
    if match is None or row is None:
        return None
    argument = match[2].strip() if match[2] is not None else None
    return (row, argument) if row.fits(argument) else None


def _shown(value: Any, path: str, scope: Scope) -> Shown:
    paths = scope.paths
    known = (paths or _STANDARD).find(path)
    return Shown(value, known.kind, known.options) if known else Shown(value, looks_like(value))


def _problems(piece: str | Hole, paths: Paths, where: str) -> Iterator[Problem]:
    if isinstance(piece, str):
        if "{{" in piece:
            yield _unreadable(piece, where)
        return
    unknown = paths.problems(piece.path, where)
    yield from unknown
    if not unknown:
        yield from _mismatches(piece, paths.kind(piece.path), where)


def _mismatches(hole: Hole, kind: Kind | None, where: str) -> Iterator[Problem]:
    for row, _ in hole.filters:
        if row.takes is not None and kind not in row.takes:
            says = phrase("“{filter}” does not fit {path}.", filter=row.key, path=hole.path)
            yield Problem(where, says, phrase("Leave the filter out."), kind="type_mismatch")
            return
        kind = kind if row.key == "default" else row.makes


def _unreadable(piece: str, where: str) -> Problem:
    written = piece[piece.index("{{") :]
    written = written if len(written) <= 60 else written[:60] + "…"
    for call in written[2:].removesuffix("}}").split("|")[1:]:
        if _filter(call) is None:
            says = phrase("“{filter}” is not a filter that can stand in {written}.", filter=call.strip(), written=written)
            return Problem(where, says, phrase("Filters: {names}.", names=", ".join(FILTERS)), kind="unknown_path")
    says = phrase("{written} is not a placeholder.", written=written)
    return Problem(where, says, phrase("Write it as {example}.", example="{{ record.title }}"), kind="unknown_path")


def _bytes(text: str) -> int:
    # Most texts are far below any limit; only the long ones are worth encoding to be measured.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


# What is known without knowing the chain: a scope that names no paths still shows people and stages by name.
_STANDARD = Paths("lead")
