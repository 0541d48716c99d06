"""Sentences for people in pieces, so that a page can set off values and field names from the words around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from crm.words import Phrase

PieceKind = Literal["words", "value", "hole"]
Say = Callable[[Phrase], str]

_HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Piece:
    """Part of a sentence: plain ``words``, a ``value`` that somebody set, or a ``hole`` that a field fills later.

    A ``Phrase`` is to be translated, a ``str`` is what a person wrote or named.
    """

    kind: PieceKind
    text: Phrase | str


@dataclass(frozen=True)
class Sentence:
    """A sentence whose holes are filled with pieces; it is translated as a whole before it is cut up."""

    words: Phrase
    parts: Mapping[str, tuple[Piece, ...]]

    def pieces(self, say: Say = str) -> tuple[Piece, ...]:
        """The pieces in the order of the sentence as ``say`` translates it."""
        found: list[Piece] = []
        for index, text in enumerate(_HOLE.split(say(Phrase(self.words.text)))):
            if index % 2:
                found += self.parts.get(text, (Piece("words", f"{{{text}}}"),))
            elif text:
                found.append(Piece("words", text))
        return tuple(found)

    def __str__(self) -> str:
        return plain(self.pieces())


def spaced(kind: PieceKind, phrases: Iterable[Phrase]) -> tuple[Piece, ...]:
    """Phrases one after the other, with a space between them."""
    pieces: list[Piece] = []
    for words in phrases:
        pieces += [Piece("words", " "), Piece(kind, words)] if pieces else [Piece(kind, words)]
    return tuple(pieces)


def plain(pieces: Iterable[Piece], say: Say = str) -> str:
    """The pieces as one text; a hole stands in square brackets."""
    texts = ((piece.kind, say(piece.text) if isinstance(piece.text, Phrase) else piece.text) for piece in pieces)
    return "".join(f"[{text}]" if kind == "hole" else text for kind, text in texts)


def listed(items: Iterable[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    """Items one after the other, with commas between them."""
    joined: list[Piece] = []
    for item in items:
        joined += [Piece("words", ", "), *item] if joined else item
    return tuple(joined)
