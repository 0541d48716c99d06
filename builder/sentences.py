"""Sentences about rules as pages show them: translated, values bold, holes tinted."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from crm.words import Phrase
from runtime.chains.model import Node
from runtime.pieces import Piece
from runtime.sentences import condition_line, node_sentence, when_line
from runtime.settings.base import Context
from web.words import say

LONGEST_VALUE = 240


def marked(pieces: Iterable[Piece]) -> Markup:
    """Pieces of a sentence as HTML."""
    return Markup("").join(_piece(piece) for piece in pieces)


def sentence(node: Node, context: Context) -> Markup:
    """What a node does; its own title where it has one."""
    return marked(node_sentence(node, context).pieces(say))


def when(node: Node, context: Context) -> Markup:
    """When a node runs; nothing where it is at once."""
    return marked(when_line(node, context))


def condition(node: Node, context: Context) -> Markup:
    """On which condition a node runs; nothing where there is none."""
    line = condition_line(node, context)
    return marked(line.pieces(say)) if line is not None else Markup("")


def plainly(node: Node, context: Context) -> str:
    """What a node does, as plain text for labels."""
    return "".join(say(piece.text) for piece in node_sentence(node, context).pieces(say))


def _piece(piece: Piece) -> Markup:
    text = say(piece.text)
    shown = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE].rstrip()}…"
    own = "" if isinstance(piece.text, Phrase) else " data-user-text"
    if piece.kind == "words":
        # A piece of a translated sentence arrives as text, and is nobody's own words.
        return escape(shown)
    tag = "b" if piece.kind == "value" else "span"
    kind = "value" if piece.kind == "value" else "hole"
    return Markup(f'<{tag} class="{kind}"{own}>{escape(shown)}</{tag}>')  # noqa: S704  escaped just before
