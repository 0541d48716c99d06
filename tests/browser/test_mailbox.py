"""The mailbox and the call log in a real browser: what came in, what became of it, and keeping a sender out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from crm.actor import CLIENT, SYSTEM, Actor
from crm.database import Database
from crm.desk import Desk
from crm.incoming import IncomingCall, IncomingEmail
from tests.outside import LEADS
from tests.seeing import THEMES, WIDTHS, everybody_can_use, look_at, signed_in
from tests.signing import make_person

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(context: BrowserContext, app: Flask, sqlite: Database, live_server: str) -> Iterator[Page]:
    """Elena, a manager, looks at a mailbox with a stranger, a listed sender, and a missed call."""

    def at_desk(work: Callable[[Desk], Any], actor: Actor) -> None:
        sqlite.writing(lambda transaction: work(Desk(transaction, actor, datetime.now(UTC))))

    elena = make_person(sqlite, "Elena Roy", "manager")
    at_desk(lambda desk: desk.create_pipeline("lead", "Leads", stages=LEADS), SYSTEM)
    at_desk(lambda desk: desk.add_exception("offer@spam.example"), SYSTEM)
    at_desk(lambda desk: desk.take_in_email(IncomingEmail("jean@client.example", "A roof", "Hello,\n\nthe barn.")), CLIENT)
    at_desk(lambda desk: desk.take_in_email(IncomingEmail("offer@spam.example", "Cheap ads", "word " * 2000)), CLIENT)
    at_desk(lambda desk: desk.take_in_call(IncomingCall("+33612345678", answered=False, line="front desk")), CLIENT)
    with signed_in(context, app, elena, live_server) as page:
        page.goto(f"{live_server}/mailbox")
        yield page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/mailbox", "/mailbox?place=out&q=none", "/mailbox/calls"])
def test_everybody_can_use_the_page(screen: Page, live_server: str, path: str, width: int, theme: str) -> None:
    look_at(screen, live_server + path, theme, width)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_read_a_message(screen: Page, theme: str, width: int) -> None:
    screen.get_by_role("link", name="Cheap ads").click()
    expect(screen.get_by_role("heading", name="Cheap ads")).to_be_visible()
    look_at(screen, screen.url, theme, width)


def test_a_sender_is_kept_out_and_let_in_again_by_keyboard(screen: Page) -> None:
    screen.get_by_role("link", name="A roof").first.press("Enter")
    expect(screen.get_by_text("the barn.")).to_be_visible()
    screen.get_by_role("button", name="Put the sender on the exceptions list").press("Enter")
    expect(screen.get_by_text("The sender is on the exceptions list")).to_be_visible()
    everybody_can_use(screen)
    screen.get_by_role("button", name="Undo").press("Enter")
    expect(screen.get_by_role("button", name="Put the sender on the exceptions list")).to_be_visible()


def test_what_was_kept_out_is_found_apart(screen: Page) -> None:
    screen.get_by_label("Which").select_option("out")
    rows = screen.locator("#mailbox-list li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Kept out: on the exceptions list")


def test_messages_are_searched_while_one_types(screen: Page) -> None:
    screen.keyboard.press("/")
    screen.keyboard.type("jean")
    rows = screen.locator("#mailbox-list li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("A roof")
    expect(screen.get_by_role("searchbox")).to_be_focused()


def test_the_call_log_is_beside_the_messages(screen: Page) -> None:
    screen.get_by_role("link", name="Calls").click()
    row = screen.locator("#mailbox-list li")
    expect(row).to_contain_text("Missed")
    expect(row).to_contain_text("New lead")
    row.get_by_role("button", name="on the exceptions list").click()
    expect(screen.get_by_text("is on the exceptions list now")).to_be_visible()
