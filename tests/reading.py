"""Reading pages as a user or a browser would: the token in them, and the words that nobody translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

UNSEEN = frozenset({"script", "style", "template", "code", "kbd", "time", "title", "svg"})
SHOWN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "data-confirm", "hx-confirm")
_PSEUDO = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")


def token_of(client: FlaskClient, page: str = "/style-guide") -> str:
    """The token against forged requests, as a page of the client's session carries it."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(page).text)
    assert found, f"{page} carries no token"
    return found[1]


def untranslated(html: str) -> list[str]:
    """The texts of a page in the language that marks which did not come out of the catalogues.

    What people wrote themselves stands in an element with ``data-user-text`` or ``translate="no"`` and is left out.
    """
    page = html5lib.parse(html, namespaceHTMLElements=False)
    return [text for text in _texts(page) if _WORD.search(_without_marked(text))]


def _texts(element: Element) -> Iterator[str]:
    if element.tag in UNSEEN or element.get("translate") == "no" or element.get("data-user-text") is not None:
        return
    yield from (element.attrib[name] for name in SHOWN_ATTRIBUTES if element.get(name))
    if element.text:
        yield element.text.strip()
    for child in element:
        if isinstance(child.tag, str):
            yield from _texts(child)
        if child.tail:
            yield child.tail.strip()


def _without_marked(text: str) -> str:
    """The text without what is between the marks; a text in a text leaves the outer one to be taken next."""
    shorter = _PSEUDO.sub("", text)
    return shorter if shorter == text else _without_marked(shorter)
