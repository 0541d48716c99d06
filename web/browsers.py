"""What a browser is called when people speak of it."""

from __future__ import annotations

import re

from crm.words import Phrase, phrase

# The order matters: every browser claims to be several others.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str | None) -> Phrase:
    """``Firefox on Windows``, from what a browser says of itself."""
    browser = _first(_BROWSERS, agent or "")
    system = _first(_SYSTEMS, agent or "")
    if browser and system:
        return phrase("{browser} on {system}", browser=browser, system=system)
    return phrase("{browser}", browser=browser or system) if browser or system else phrase("An unknown browser")


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for mark, name in known if re.search(rf"\b{mark}\b", agent)), None)
