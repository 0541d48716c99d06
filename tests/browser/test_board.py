"""The board in a real browser: by hand and by keyboard, with a record beside it, with many cards at once."""

from __future__ import annotations

from collections.abc import Iterator

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


def lane(screen: Page, sales: Sales, stage: str) -> str:
    return f"#lane-{sales.stage(stage)}"


def drag(screen: Page, what: str, to: str) -> None:
    expect(screen.locator("[data-sortable]:not([data-sortable-ready])")).to_have_count(0)
    screen.locator(what).hover()
    screen.mouse.down()
    box = screen.locator(to).bounding_box()
    assert box
    screen.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=12)
    screen.mouse.move(box["x"] + box["width"] / 2, box["y"] + 43, steps=3)
    screen.mouse.up()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_everybody_can_use_the_board_and_the_record_beside_it(screen: Page, sales: Sales, live_server: str, width: int, theme: str) -> None:
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", "phones": ["+48601220145"]}))
    deal = sales.deal("A very long title " * 15 + "x" * 200, amount="12345678", contacts=[contact.id], responsible=sales.camille.id)
    sales.do(lambda desk: desk.add_comment(desk.record(deal), "Hello", author=sales.camille.id))
    sales.deal("Won already", "sales/won")
    look_at(screen, f"{live_server}/pipelines/sales", theme, width)
    look_at(screen, f"{live_server}/pipelines/sales?record={deal}", theme, width)


def test_a_card_that_is_dragged_stands_on_the_other_stage_and_can_go_back(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/pipelines/sales")
    talks = lane(screen, sales, "sales/talks")
    drag(screen, f"#deal-{deal} .deal__name a", f"{talks} ol")
    expect(screen.get_by_text("Roof repair moved to In talks.")).to_be_visible()
    expect(screen.locator(f"{talks} .lane__count")).to_have_text("1")
    expect(screen.locator(f"{lane(screen, sales, 'sales/new')} .lane__count")).to_have_text("0")
    screen.get_by_role("button", name="Undo").click()
    expect(screen.locator(f"{lane(screen, sales, 'sales/new')} .deal")).to_have_count(1)
    expect(screen.get_by_text("Roof repair moved back to New.")).to_be_visible()


def test_a_card_is_moved_by_the_keys_and_keeps_the_focus(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/pipelines/sales")
    screen.locator(f"#open-{deal}").focus()
    screen.keyboard.press("Control+ArrowRight")
    expect(screen.locator(f"{lane(screen, sales, 'sales/talks')} #deal-{deal}")).to_be_visible()
    expect(screen.locator(f"#open-{deal}")).to_be_focused()
    screen.keyboard.press("Control+ArrowRight")
    expect(screen.locator(f"{lane(screen, sales, 'sales/won')} #deal-{deal}")).to_be_visible()


def test_m_asks_where_to_and_the_keys_choose(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/pipelines/sales")
    screen.locator(f"#open-{deal}").focus()
    screen.keyboard.press("m")
    expect(screen.get_by_role("dialog", name="Move Roof repair")).to_be_visible()
    everybody_can_use(screen)
    screen.get_by_role("button", name="Won").press("Enter")
    expect(screen.locator(f"{lane(screen, sales, 'sales/won')} #deal-{deal}")).to_be_visible()
    expect(screen.get_by_role("dialog")).to_have_count(0)


def test_a_record_opens_beside_the_board_and_escape_gives_the_focus_back(screen: Page, sales: Sales, live_server: str) -> None:
    first, second = sales.deal("First roof"), sales.deal("Second roof")
    screen.goto(f"{live_server}/pipelines/sales")
    screen.get_by_role("link", name="Second roof").first.click()
    expect(screen.get_by_role("heading", name="Second roof", level=2)).to_be_visible()
    expect(screen).to_have_url(f"{live_server}/pipelines/sales?record={second}")
    screen.keyboard.press("j")
    expect(screen.get_by_role("heading", name="First roof", level=2)).to_be_visible()
    expect(screen.locator(f"#deal-{first}")).to_have_attribute("aria-current", "true")
    screen.keyboard.press("Escape")
    expect(screen.locator("article.record")).to_have_count(0)
    expect(screen.locator(f"#open-{first}")).to_be_focused()
    expect(screen).to_have_url(f"{live_server}/pipelines/sales")


def test_a_move_in_the_panel_moves_the_card(screen: Page, sales: Sales, live_server: str) -> None:
    deal = sales.deal()
    screen.goto(f"{live_server}/pipelines/sales?record={deal}")
    screen.get_by_role("button", name="Move to In talks").last.click()
    expect(screen.locator(f"{lane(screen, sales, 'sales/talks')} #deal-{deal}")).to_be_visible()
    expect(screen.locator(".stepper__now")).to_contain_text("In talks")


def test_the_card_leaves_when_the_rules_of_its_stage_remove_it(screen: Page, sales: Sales, live_server: str) -> None:
    sales.rules("sales/spam", {"n1": {"rule": "add_to_exceptions"}})
    deal = sales.deal("Cheap crypto")
    screen.goto(f"{live_server}/pipelines/sales")
    drag(screen, f"#deal-{deal} .deal__name a", f"{lane(screen, sales, 'sales/spam')} ol")
    expect(screen.get_by_text("Cheap crypto moved to Spam, and its rules have started", exact=False)).to_be_visible()
    sales.run_rules()
    expect(screen.get_by_text("The rules of Spam removed Cheap crypto.")).to_be_visible(timeout=10_000)
    expect(screen.locator(f"#deal-{deal}")).to_have_count(0)


def test_many_cards_are_chosen_and_moved_together(screen: Page, sales: Sales, live_server: str) -> None:
    deals = [sales.deal(f"Deal {number}") for number in range(4)]
    screen.goto(f"{live_server}/pipelines/sales")
    screen.locator(f"#choose-{deals[3]}").check()
    screen.locator(f"#choose-{deals[1]}").click(modifiers=["Shift"])
    expect(screen.locator("[data-selection-count]")).to_have_text("3")
    everybody_can_use(screen)
    screen.get_by_label("Move to", exact=True).select_option(label="Won")
    screen.locator("#selection").get_by_role("button", name="Move").click()
    expect(screen.locator(f"{lane(screen, sales, 'sales/won')} .deal")).to_have_count(3)
    expect(screen.locator("#selection")).to_be_hidden()
    screen.get_by_role("button", name="Undo").click()
    expect(screen.locator(f"{lane(screen, sales, 'sales/new')} .deal")).to_have_count(4)


def test_a_whole_stage_is_moved_with_what_is_not_loaded_and_can_be_stopped(screen: Page, sales: Sales, live_server: str) -> None:
    def work(desk: Desk) -> None:
        for number in range(70):
            desk.create_record("deal", {"title": f"Deal {number}"}, stage="sales/new")

    sales.do(work)
    screen.goto(f"{live_server}/pipelines/sales")
    screen.locator(f"{lane(screen, sales, 'sales/new')} .lane__head").hover()
    screen.get_by_label("Choose all of this stage").first.check()
    expect(screen.locator("[data-selection-count]")).to_have_text("70")
    screen.get_by_label("Move to", exact=True).select_option(label="Won")
    screen.locator("#selection").get_by_role("button", name="Move").click()
    expect(screen.get_by_role("progressbar")).to_be_visible()
    screen.get_by_role("button", name="Stop").click()
    expect(screen.get_by_text("Stopped: 0 have moved to Won", exact=False)).to_be_visible()
    expect(screen.get_by_role("progressbar")).to_have_count(0)


def test_more_cards_are_shown_and_stay_when_something_changes(screen: Page, sales: Sales, live_server: str) -> None:
    deals = [sales.deal(f"Deal {number:02}") for number in range(30)]
    screen.goto(f"{live_server}/pipelines/sales")
    screen.get_by_role("link", name="Show 10 more").click()
    expect(screen.locator(".deal")).to_have_count(30)
    screen.locator(f"#open-{deals[0]}").focus()
    screen.keyboard.press("Control+ArrowRight")
    expect(screen.locator(f"{lane(screen, sales, 'sales/talks')} .deal")).to_have_count(1)
    expect(screen.locator(f"{lane(screen, sales, 'sales/new')} .deal")).to_have_count(29)


def test_the_board_is_searched_as_one_types(screen: Page, sales: Sales, live_server: str) -> None:
    sales.deal("Élodies gutter")
    sales.deal("Another roof")
    screen.goto(f"{live_server}/pipelines/sales")
    screen.keyboard.press("/")
    screen.keyboard.type("elodie")
    expect(screen.get_by_role("link", name="Another roof").first).to_be_hidden()
    expect(screen.locator(".deal")).to_have_count(1)
    expect(screen.locator("#tally")).to_have_text("1 deal")


def test_a_new_deal_is_made_in_a_dialog_and_stands_on_the_board(screen: Page, sales: Sales, live_server: str) -> None:
    screen.goto(f"{live_server}/pipelines/sales")
    screen.get_by_role("link", name="New deal").click()
    dialog = screen.get_by_role("dialog", name="New deal")
    dialog.get_by_role("button", name="Make this deal").click()
    expect(dialog.get_by_text("A title is missing.", exact=False).first).to_be_visible()
    everybody_can_use(screen)
    dialog.get_by_label("Title").fill("Chimney")
    dialog.get_by_label("Client").fill("Ewa Kowalska")
    dialog.get_by_role("button", name="Make this deal").click()
    expect(screen.locator(".deal", has_text="Chimney")).to_contain_text("Ewa Kowalska")
    expect(screen.get_by_role("dialog")).to_have_count(0)
