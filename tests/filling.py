"""Forms as a browser would send them: every control of a page with what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.datastructures import MultiDict


def as_sent(html: str, form_id: str | None = None) -> MultiDict[str, str]:
    """What a browser sends of the controls in a piece of a page, or of one form, when nobody has touched anything."""
    page = html5lib.parse(html, namespaceHTMLElements=False)
    root = page if form_id is None else next(each for each in page.iter("form") if each.get("id") == form_id)
    return MultiDict(list(_controls(root)))


def _controls(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        name = element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        if element.tag == "textarea":
            # A browser sends line breaks as the network writes them.
            yield name, (element.text or "").replace("\n", "\r\n")
        elif element.tag == "select":
            yield from ((name, value) for value in _selected(element))
        elif element.tag == "input":
            kind = element.get("type", "text")
            if kind in ("checkbox", "radio") and element.get("checked") is None:
                continue
            if kind not in ("submit", "file"):
                yield name, element.get("value", "on" if kind in ("checkbox", "radio") else "")


def _selected(select: Element) -> list[str]:
    options = list(select.iter("option"))
    chosen = [_value(option) for option in options if option.get("selected") is not None]
    if select.get("multiple") is not None:
        return chosen
    return chosen[-1:] or [_value(option) for option in options[:1]]


def _value(option: Element) -> str:
    return option.get("value", option.text or "")
