"""The exceptions list in a real browser: within everybody's reach, by hand and by keyboard, with a way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from tests.seeing import THEMES, WIDTHS, everybody_can_use, look_at, signed_in
from tests.signing import make_person

pytestmark = pytest.mark.browser

LINES = [*(f"offer{number}@spam.example;never asked for" for number in range(60)), "@agency.example", "+33612345678;calls every day"]


@pytest.fixture
def screen(context: BrowserContext, app: Flask, sqlite: Database, live_server: str) -> Iterator[Page]:
    """Elena, a manager, looks at the list."""
    elena = make_person(sqlite, "Elena Roy", "manager")
    sqlite.writing(lambda transaction: Desk(transaction, SYSTEM, datetime.now(UTC)).import_exceptions(LINES))
    with signed_in(context, app, elena, live_server) as page:
        page.goto(f"{live_server}/exceptions")
        yield page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/exceptions", "/exceptions/imports"])
def test_everybody_can_use_the_page(screen: Page, live_server: str, path: str, width: int, theme: str) -> None:
    look_at(screen, live_server + path, theme, width)


def test_somebody_is_added_and_taken_off_again_by_keyboard(screen: Page) -> None:
    screen.get_by_label("E-mail, domain or phone").focus()
    screen.keyboard.type("New@Spam.example")
    screen.keyboard.press("Tab")
    screen.keyboard.type("by hand")
    screen.keyboard.press("Enter")
    row = screen.get_by_role("row", name="new@spam.example")
    expect(row).to_contain_text("by hand")
    expect(screen.get_by_label("E-mail, domain or phone")).to_have_value("")
    toast = screen.get_by_text("new@spam.example is on the exceptions list now")
    expect(toast).to_be_visible()
    everybody_can_use(screen)
    screen.locator("[data-toast]").get_by_role("button", name="Undo").press("Enter")
    expect(row).to_have_count(0)


def test_what_is_nothing_of_the_kind_is_said_beside_the_field(screen: Page) -> None:
    screen.get_by_label("E-mail, domain or phone").fill("nobody")
    screen.get_by_role("button", name="Add to the list").click()
    field = screen.get_by_label("E-mail, domain or phone")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("nobody")
    expect(screen.get_by_text("Write an address")).to_be_visible()
    everybody_can_use(screen)


def test_an_entry_is_taken_off_and_comes_back(screen: Page) -> None:
    row = screen.get_by_role("row", name="@agency.example")
    row.get_by_role("button", name="Take @agency.example off the list").click()
    expect(row).to_have_count(0)
    screen.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)


def test_the_list_is_searched_while_one_types(screen: Page) -> None:
    screen.keyboard.press("/")
    screen.keyboard.type("06 12")
    rows = screen.locator("#exceptions-list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("+33 6 12 34 56 78")
    screen.get_by_role("searchbox").fill("nobody at all")
    expect(rows).to_have_count(0)
    expect(screen.get_by_text("Nothing was found")).to_be_visible()
    screen.get_by_role("searchbox").fill("calls")
    expect(rows).to_have_count(1)
    expect(screen).to_have_url(re.compile("q=calls"))
    screen.get_by_role("searchbox").fill("")
    screen.get_by_label("Kind").select_option("domain")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("@agency.example")


def test_bad_lines_are_mended_on_the_spot(screen: Page) -> None:
    screen.get_by_role("link", name="Import").click()
    screen.get_by_label("Lines", exact=True).fill("one@new.example;x\ntwo at new.example;y\n")
    screen.get_by_role("button", name="Import").click()
    expect(screen.get_by_text("1 entry added")).to_be_visible()
    expect(screen.get_by_role("row", name="two at new.example")).to_contain_text("2")
    everybody_can_use(screen)
    screen.get_by_label("Mend these lines").fill("two@new.example;y")
    screen.get_by_role("button", name="Import").click()
    expect(screen.get_by_text("1 line could not be read")).to_have_count(0)
    screen.get_by_role("link", name="To the list").click()
    expect(screen.get_by_text("two@new.example")).to_be_visible()


def test_an_export_is_saved_as_a_file(screen: Page) -> None:
    with screen.expect_download() as download:
        screen.get_by_role("link", name="Export").click()
    text = download.value.path().read_text("utf-8-sig")
    assert download.value.suggested_filename == "exceptions.csv"
    assert "+33612345678;calls every day" in text.splitlines()


def test_without_javascript_the_list_is_searched_and_added_to(context: BrowserContext, screen: Page, live_server: str) -> None:
    browser = context.browser
    assert browser is not None
    with browser.new_context(java_script_enabled=False) as plain:
        plain.add_cookies(context.cookies())  # type: ignore[arg-type]
        page = plain.new_page()
        page.goto(f"{live_server}/exceptions?q=agency")
        expect(page.locator("#exceptions-list tbody tr")).to_have_count(1)
        page.get_by_label("E-mail, domain or phone").fill("plain@new.example")
        page.get_by_role("button", name="Add to the list").click()
        expect(page.get_by_role("row", name="plain@new.example")).to_have_count(1)
