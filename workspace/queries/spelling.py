"""Finds what people type however they spell it: without caring for capitals and accents, each word wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

LONGEST = 80
MOST_WORDS = 6
# Letters that Unicode does not take apart into a letter and an accent.
_ALIKE = {"đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "a", "œ": "o", "ß": "s"}
_RANGES = (range(0x41, 0x5B), range(0x61, 0x7B), range(0xC0, 0x250), range(0x1E00, 0x1F00))


def words_of(text: str) -> list[str]:
    """The words to look for; more than anybody means are left out."""
    return text[:LONGEST].split()[:MOST_WORDS]


def contains(text: str, *columns: Any, sqlite: bool) -> ColumnElement[bool]:
    """Each word of ``text`` stands in one of the columns."""
    return and_(*(or_(*(_has(column, word, sqlite=sqlite, at_start=False) for column in columns)) for word in words_of(text)))


def begins(text: str, column: Any, *, sqlite: bool) -> ColumnElement[bool]:
    """The column begins with the text."""
    return _has(column, text[:LONGEST].strip(), sqlite=sqlite, at_start=True)


def _has(column: Any, word: str, *, sqlite: bool, at_start: bool) -> ColumnElement[bool]:
    pattern = "".join(_spellings(character, sqlite=sqlite) for character in word)
    if sqlite:
        found: ColumnElement[bool] = column.op("GLOB", is_comparison=True)(f"{pattern}*" if at_start else f"*{pattern}*")
        return found
    matched: ColumnElement[bool] = column.op("~", is_comparison=True)(f"^{pattern}" if at_start else pattern)
    return matched


@lru_cache(maxsize=2000)
def _spellings(character: str, *, sqlite: bool) -> str:
    alike = _families().get(_plain(character), "")
    if alike:
        return f"[{alike}]"
    if sqlite:
        return f"[{character}]" if character in "*?[" else character
    return re.escape(character)


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    """Every plain letter with all letters that are it but for accents and capitals."""
    families: dict[str, list[str]] = defaultdict(list)
    for code in (code for codes in _RANGES for code in codes):
        families[_plain(chr(code))].append(chr(code))
    return {plain: "".join(found) for plain, found in families.items() if plain.isalpha()}


def _plain(character: str) -> str:
    taken_apart = unicodedata.normalize("NFD", character.lower())[:1]
    return _ALIKE.get(taken_apart, taken_apart)
