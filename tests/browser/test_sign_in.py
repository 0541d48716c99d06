"""Signing in and out in a real browser: by keyboard, by everybody, and back to where one wanted to go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from crm import passwords
from crm.database import Database
from crm.transaction import Row
from tests.signing import browser_cookie, make_person

pytestmark = pytest.mark.browser

PASSWORD = "four words that fit"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture
def anna(sqlite: Database) -> Row:
    return make_person(sqlite, "Anna Nowak", password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def screen(page: Page) -> Iterator[Page]:
    """A page that forgives no fault of a script."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" and "status of 4" not in said.text else None)
    yield page
    assert faults == []


def test_one_signs_in_by_keyboard_and_lands_where_one_wanted_to_go(screen: Page, live_server: str, anna: Row) -> None:
    screen.goto(f"{live_server}/settings/audit")
    expect(screen).to_have_url(f"{live_server}/sign-in?next=/settings/audit")
    expect(screen.get_by_label("E-mail")).to_be_focused()
    screen.keyboard.type("anna@roofs.example")
    screen.keyboard.press("Tab")
    screen.keyboard.type("wrong")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("alert")).to_contain_text("That did not match")
    expect(screen.get_by_label("E-mail")).to_have_value("anna@roofs.example")
    expect(screen.get_by_label("Password")).to_be_focused()
    screen.keyboard.type(PASSWORD)
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", name="Audit trail")).to_be_visible()


def test_one_signs_out_from_the_menu_of_the_bar(
    screen: Page, context: BrowserContext, live_server: str, sqlite: Database, anna: Row
) -> None:
    context.add_cookies([browser_cookie(sqlite, anna, live_server)])
    screen.goto(f"{live_server}/me")
    screen.get_by_label("You: Anna Nowak").click()
    screen.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(screen.get_by_role("heading", name="Sign in")).to_be_visible()
    screen.goto(f"{live_server}/me")
    expect(screen.get_by_role("heading", name="Sign in")).to_be_visible()


def test_another_browser_is_signed_out_from_here(
    screen: Page, context: BrowserContext, live_server: str, sqlite: Database, anna: Row
) -> None:
    context.add_cookies([browser_cookie(sqlite, anna, live_server), {**browser_cookie(sqlite, anna, live_server), "name": "elsewhere"}])
    context.add_cookies([browser_cookie(sqlite, anna, live_server)])
    screen.goto(f"{live_server}/me")
    expect(screen.get_by_text("Chrome on Linux")).to_have_count(3)
    screen.get_by_role("button", name="Sign out everywhere else").click()
    expect(screen.get_by_text("Chrome on Linux")).to_have_count(1)
    expect(screen.get_by_text("This browser")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_sign_in_and_see_to_their_account(
    screen: Page, context: BrowserContext, live_server: str, sqlite: Database, anna: Row, width: int, theme: str
) -> None:
    screen.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
    screen.set_viewport_size({"width": width, "height": 900})
    for path in ("/sign-in", "/me"):
        screen.goto(live_server + path)
        found = Axe().run(screen, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert screen.evaluate("document.documentElement.scrollWidth") <= width
        context.add_cookies([browser_cookie(sqlite, anna, live_server)])
