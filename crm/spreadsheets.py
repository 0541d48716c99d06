"""Lines that people open in a spreadsheet: nothing in them may be taken for a formula, and all of them can be read back."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What makes a spreadsheet calculate, at the beginning of a cell; the last four are their full-width twins.
_CALCULATES = "=+\\-@\t\r＝＋－＠"
_CELL = re.compile(rf"(^|[;,\t\"])(\s*)('*[{_CALCULATES}])")
_GUARDED = re.compile(rf"(^|[;,\t\"])(\s*)'('*[{_CALCULATES}])")
# A phone in its one form and a whole domain are never a formula, and are told apart from one by looking.
_HARMLESS = re.compile(r"\+[0-9]{2,15}|@[a-z0-9.-]+")


def guarded(text: str) -> str:
    """A text with an apostrophe before whatever a spreadsheet would calculate, wherever it might begin a cell."""
    return _CELL.sub(r"\1\2'\3", text)


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return _GUARDED.sub(r"\1\2\3", text)


def line(value: str, comment: str | None) -> str:
    """``value;comment`` on one line; a phone keeps its ``+`` and a domain its ``@``, since neither can be a formula."""
    shown = value if _HARMLESS.fullmatch(value) else guarded(value)
    told = guarded(" ".join((comment or "").split()))
    return f"{shown};{told}" if told else shown


def lines(text: str) -> Iterator[str]:
    """The lines of a text as they were before they were guarded."""
    for each in text.splitlines():
        value, separator, comment = each.partition(";")
        yield f"{unguarded(value.strip())}{separator}{unguarded(comment)}"


def decoded(raw: bytes) -> str:
    """The text of an uploaded file, as editors and spreadsheets save it."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
