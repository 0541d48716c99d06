"""The page of a record and the pages around it in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from crm.desk import Desk
from tests.sales import Sales, make_sales
from tests.seeing import THEMES, WIDTHS, everybody_can_use, look_at, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def sales(app: Flask) -> Sales:
    made = make_sales(app)
    app.config["WTF_CSRF_ENABLED"] = True
    return made


@pytest.fixture
def screen(context: BrowserContext, sales: Sales, live_server: str) -> Iterator[Page]:
    """A page in which Anna is signed in; any complaint of the browser is a failure."""
    with signed_in(context, sales.app, sales.anna, live_server) as page:
        yield page


def lively(sales: Sales) -> int:
    """A deal with a client, something planned, something said, something removed before."""
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", "emails": ["ewa@post.example"]}))
    deal = sales.deal(contacts=[contact.id], amount="4850", responsible=sales.camille.id, source="Web form")
    gone = sales.deal("Removed roof")

    def work(desk: Desk) -> None:
        desk.add_comment(desk.record(deal), "She prefers afternoons", author=sales.anna.id)
        desk.log_activity(
            desk.record(deal), "call", {"subject": "First talk", "text": "Tiles", "direction": "in", "details": {"phone": "+331"}}
        )
        due = datetime.now(UTC) + timedelta(days=1)
        desk.log_activity(desk.record(deal), "task", {"subject": "Ask for photos", "open": True, "due_at": due})
        desk.delete_records([desk.record(gone)])

    sales.do(work)
    return deal


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_use_every_page(screen: Page, sales: Sales, live_server: str, width: int, theme: str) -> None:
    deal = lively(sales)
    contact = sales.row(deal)["contact_ids"][0]
    paths = (f"/records/{deal}", f"/records/{deal}?tab=history", f"/records/{deal}/edit", f"/records/{deal}/exclusion", "/bin", "/history")
    for path in (*paths, "/contacts", f"/contacts/{contact}", "/companies/new", "/search?q=roof", "/pipelines/sales/new"):
        look_at(screen, live_server + path, theme, width)


def test_a_comment_is_said_changed_and_taken_back(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/records/{deal}")
    screen.get_by_role("textbox", name="Comment").fill("Eleven tiles cracked")
    screen.get_by_role("button", name="Send").click()
    said = screen.locator(".entry", has_text="Eleven tiles cracked")
    expect(said).to_be_visible()
    expect(screen.get_by_role("textbox", name="Comment")).to_have_value("")
    said.hover()
    said.get_by_label("More for this comment").click()
    said.get_by_role("link", name="Edit").click()
    screen.locator(".comment textarea").fill("Twelve tiles cracked")
    screen.get_by_role("button", name="Save").click()
    changed = screen.locator(".entry", has_text="Twelve tiles cracked")
    expect(changed).to_be_visible()
    changed.hover()
    changed.get_by_label("More for this comment").click()
    changed.get_by_role("button", name="Delete").click()
    expect(changed).to_have_count(0)
    screen.get_by_role("button", name="Undo").click()
    expect(screen.locator(".entry", has_text="Twelve tiles cracked")).to_be_visible()


def test_fields_are_edited_in_place(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/records/{deal}")
    screen.get_by_role("link", name="Edit", exact=True).click()
    screen.get_by_label("Amount").fill("a lot")
    screen.get_by_role("button", name="Save").click()
    expect(screen.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")
    everybody_can_use(screen)
    screen.get_by_label("Amount").fill("1200,50")
    screen.get_by_label("Source").fill("Radio")
    screen.get_by_role("button", name="Save").click()
    expect(screen.locator(".record__title")).to_contain_text("€1,200.50")
    expect(screen.locator("#record-facts-list")).to_contain_text("Radio")
    expect(screen.get_by_text("Saved.")).to_be_visible()


def test_what_others_do_appears_by_itself_and_disturbs_nobody_who_types(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/records/{deal}")
    screen.get_by_role("textbox", name="Comment").fill("I am just wri")
    sales.do(lambda desk: desk.add_comment(desk.record(deal), "From Camille"), sales.camille)
    expect(screen.locator(".entry", has_text="From Camille")).to_be_visible(timeout=10_000)
    expect(screen.get_by_role("textbox", name="Comment")).to_have_value("I am just wri")


def test_a_client_is_found_and_linked_as_one_types(screen: Page, sales: Sales, live_server: str) -> None:
    sales.do(lambda desk: desk.create_contact({"first_name": "Hélène", "last_name": "Dubois"}))
    screen.goto(f"{live_server}/records/{sales.deal()}")
    screen.get_by_role("link", name="Add a client").click()
    dialog = screen.get_by_role("dialog", name="Add a client")
    dialog.get_by_role("searchbox").press_sequentially("helene d")
    expect(dialog.get_by_role("button", name="Hélène Dubois")).to_be_visible()
    everybody_can_use(screen)
    dialog.get_by_role("button", name="Hélène Dubois").click()
    expect(screen.locator("#record-clients").get_by_role("link", name="Hélène Dubois")).to_be_visible()
    expect(screen.get_by_role("dialog")).to_have_count(0)


def test_before_a_client_is_kept_out_one_is_asked_and_afterwards_it_is_in_the_bin(screen: Page, sales: Sales, live_server: str) -> None:
    deal = lively(sales)
    screen.goto(f"{live_server}/pipelines/sales?record={deal}")
    screen.get_by_label("More for this record").click()
    screen.get_by_role("link", name="Add to exceptions").click()
    dialog = screen.get_by_role("dialog", name="Keep this client out?")
    expect(dialog.get_by_text("ewa@post.example")).to_be_visible()
    everybody_can_use(screen)
    dialog.get_by_role("button", name="Add to exceptions").click()
    expect(screen.locator(f"#deal-{deal}")).to_have_count(0)
    expect(screen.locator("article.record")).to_have_count(0)
    screen.get_by_role("link", name="See the recycle bin").click()
    screen.locator("tr", has_text="Kowalska").get_by_role("button", name="Restore").click()
    expect(screen.locator("tr", has_text="Kowalska")).to_have_count(0)


def test_a_deleted_record_comes_back_from_the_toast(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/pipelines/sales?record={deal}")
    screen.get_by_label("More for this record").click()
    screen.get_by_role("button", name="Delete").click()
    expect(screen.locator(f"#deal-{deal}")).to_have_count(0)
    screen.get_by_role("button", name="Undo").click()
    expect(screen.locator(f"#deal-{deal}")).to_be_visible()


def test_search_follows_the_typing(screen: Page, sales: Sales, live_server: str) -> None:
    sales.deal("Élodies gutter")
    screen.goto(f"{live_server}/search")
    screen.get_by_role("searchbox").press_sequentially("elodie")
    expect(screen.get_by_role("link", name="Élodies gutter")).to_be_visible()
    expect(screen).to_have_url(f"{live_server}/search?q=elodie")
