"""What tests in a real browser look at: complaints of the browser, and whether everybody can use a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from crm.transaction import Row
from tests.signing import browser_cookie

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a browser and htmx say of an answer that refuses something.
EXPECTED = ("status of 4", "Status Error Code 4")
THEMES = ("light", "dark")
WIDTHS = (1440, 390)


@contextmanager
def signed_in(context: BrowserContext, app: Flask, person: Row, address: str) -> Iterator[Page]:
    """A page in which somebody is signed in; every complaint of the browser, such as a broken policy, is a failure."""
    context.add_cookies([browser_cookie(app.extensions["database"], person, address)])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [text for text in complaints if not any(part in text for part in EXPECTED)] == []


def look_at(page: Page, address: str, theme: str, width: int) -> None:
    """Open a page in a theme and a width; it must not scroll sideways, and everybody must be able to use it."""
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    everybody_can_use(page)


def everybody_can_use(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
