"""The readable text of an HTML message: no markup, no scripts, and lines where a browser would begin new ones.

It is read in one pass of our own, because the parser of the standard library takes minutes over some broken tags, and
strangers choose what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

# Nobody reads further.
ENOUGH = 250_000
_SILENT = frozenset({"script", "style", "title", "template", "noscript", "textarea"})
_PARAGRAPHS = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul"})
_LINES = frozenset({"address", "article", "br", "dd", "div", "dl", "dt", "footer", "form", "header", "hr", "li", "pre", "section", "tr"})
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,20})")
_IN_TAG = re.compile(r"[\"'>]")


def text_of(html: str) -> str:
    """The text of some HTML, as plain text."""
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(_enough(_pieces(html))).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _enough(pieces: Iterator[str]) -> Iterator[str]:
    seen = 0
    while seen < ENOUGH and (piece := next(pieces, None)) is not None:
        seen += len(piece)
        yield piece


def _pieces(html: str) -> Iterator[str]:
    scan = _Scan(html)
    while (text := scan.text()) is not None:
        yield unescape(re.sub(r"\s+", " ", text))
        tag = scan.tag()
        if tag == "<":
            yield tag
        elif tag in _SILENT:
            scan.skip_to_end_of(tag)
        elif tag in _PARAGRAPHS:
            yield "\n\n"
        elif tag in _LINES:
            yield "\n• " if tag == "li" and scan.opens else "\n"
        elif tag in ("td", "th"):
            yield " "


class _Scan:
    """A place in some HTML that only goes forward."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._at = 0
        self._trusts_quotes = True
        self.opens = False

    def text(self) -> str | None:
        """What stands before the next tag; None at the end."""
        if self._at >= len(self._html):
            return None
        start, end = self._at, self._html.find("<", self._at)
        self._at = end if end >= 0 else len(self._html)
        return self._html[start : self._at]

    def tag(self) -> str:
        """Go past a tag or comment; returns its name, an empty text for what has none, ``<`` for what is no tag."""
        start = self._at + 1
        if start > len(self._html):
            return ""
        if self._html.startswith("!--", start):
            self._go_past("-->", start + 3)
            return ""
        named = _NAME.match(self._html, start)
        if named is None and self._html[start : start + 1] not in ("!", "?", "/"):
            self._at = start
            return "<"  # no tag, as in 1 < 2
        self.opens = not self._html.startswith("/", start)
        self._at = self._end_of_tag(start)
        name = named[1].lower() if named else ""
        return name if self.opens or name not in _SILENT else ""

    def skip_to_end_of(self, tag: str) -> None:
        """Go past an element whose content is not for reading."""
        found = re.compile(rf"</{tag}", re.IGNORECASE).search(self._html, self._at)
        self._at = self._end_of_tag(found.end()) if found else len(self._html)

    def _end_of_tag(self, start: int) -> int:
        """Behind the ``>`` that stands in no quotes; where quotes are never closed, behind the first one, from then on."""
        quote = ""
        for mark in _IN_TAG.finditer(self._html, start) if self._trusts_quotes else ():
            if mark[0] == ">" and not quote:
                return mark.end()
            if mark[0] != ">" and quote in ("", mark[0]):
                quote = "" if quote else mark[0]
        self._trusts_quotes = False
        end = self._html.find(">", start)
        return end + 1 if end >= 0 else len(self._html)

    def _go_past(self, mark: str, start: int) -> None:
        end = self._html.find(mark, start)
        self._at = end + len(mark) if end >= 0 else len(self._html)
