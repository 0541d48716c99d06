"""A language that is not real: every text that can be translated comes out as ⟦ţéẋţ⟧, so that one that cannot stands out."""

from __future__ import annotations

import re

from babel.support import NullTranslations

PSEUDO = "pseudo"

# What is not for translators: holes, formats, tags, entities.
_NOT_WORDS = re.compile(r"\{[a-z0-9_]*\}|%\([a-z0-9_]+\)[sd]|%%|<[^>]*>|&[#\w]+;")
_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž",
)


class Pseudo(NullTranslations):
    """Translations into the language that marks."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    ugettext = gettext
    ungettext = ngettext


def pseudo(text: str) -> str:
    """The text with accents and in brackets."""
    pieces, at = [], 0
    for kept in _NOT_WORDS.finditer(text):
        pieces += [text[at : kept.start()].translate(_ACCENTED), kept[0]]
        at = kept.end()
    return f"⟦{''.join(pieces)}{text[at:].translate(_ACCENTED)}⟧"
