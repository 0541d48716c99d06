"""The board in a real browser: rules put under stages by hand and by keyboard, changed, tried, published, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from crm.database import Database
from crm.entities import TABLES
from runtime.engine import publishing
from tests.makers import World, after, comment
from tests.processes import wait_until
from tests.signing import browser_cookie

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def world(sqlite: Database) -> World:
    made = World(sqlite)
    made.deal("Roof repair, Kowalska", amount="4850.00", currency="EUR")
    made.rules("sales/talks", {"n1": comment("Hello {{ contact.name }}"), "n2": comment("Good day", **after(2, "days"))})
    return made


@pytest.fixture
def board(page: Page, live_server: str, world: World) -> Iterator[Page]:
    """The board of an admin, on which every complaint of the browser is a failure."""
    anna = world.look(lambda transaction: transaction.load(TABLES["user"], [world.anna])[world.anna])
    page.context.add_cookies([browser_cookie(world.database, anna, live_server)])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server}/automation/sales")
    yield page
    assert [text for text in complaints if "status of 4" not in text] == []


def nodes(world: World, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = world.act(lambda desk: publishing.chain_of(desk, desk.stage(stage)))["draft"]["nodes"]
    return found


def column(page: Page, name: str) -> Any:
    return page.locator(".stage").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_a_rule_is_dragged_from_the_palette_under_a_stage(board: Page, world: World) -> None:
    board.locator("#tool-write_to_log").drag_to(column(board, "Talks").locator(".chain__step--add"))
    expect(column(board, "Talks").locator(".rule")).to_have_count(3)
    expect(board.locator("#inspector-name")).to_have_text("Write to log")
    assert [node["rule"] for node in nodes(world, "sales/talks").values()].count("write_to_log") == 1


def test_a_card_is_dragged_to_another_stage(board: Page, world: World) -> None:
    board.get_by_role("link", name="Add a rule at the end of New").hover()
    column(board, "Talks").locator(".rule").first.drag_to(column(board, "New").locator(".chain__step--add"))
    expect(column(board, "New").locator(".rule")).to_have_count(1)
    expect(column(board, "Talks").locator(".rule")).to_have_count(1)
    wait_until(lambda: len(nodes(world, "sales/new")) == 1, within=5)


def test_everything_can_be_done_with_the_keys_alone(board: Page, world: World) -> None:
    board.get_by_role("link", name="Add a rule at the end of New").focus()
    board.keyboard.press("Enter")
    expect(board.get_by_role("dialog")).to_be_visible()
    board.keyboard.type("comment")
    board.keyboard.press("Enter")
    expect(board.locator("#s-text")).to_be_visible()
    board.locator("#s-text").focus()
    board.keyboard.type("Please call them")
    expect(board.locator("#rule-says")).to_contain_text("Please call them")
    board.keyboard.press("Escape")
    expect(board.locator("#inspector")).to_be_hidden()
    card = column(board, "New").locator(".rule__sentence a").first
    expect(card).to_be_focused()
    board.keyboard.press("m")
    expect(board.get_by_role("dialog")).to_be_visible()
    board.keyboard.type("before good day")
    board.keyboard.press("Enter")
    expect(column(board, "Talks").locator(".rule")).to_have_count(3)
    assert nodes(world, "sales/new") == {}


def test_cards_change_places_with_the_arrow_keys(board: Page, world: World) -> None:
    card = column(board, "Talks").locator(".rule__sentence a").first
    card.focus()
    board.keyboard.press("Control+ArrowDown")
    expect(column(board, "Talks").locator(".rule").last).to_contain_text("Hello")
    expect(column(board, "Talks").locator(".rule__sentence a").last).to_be_focused()
    board.keyboard.press("Control+ArrowUp")
    expect(column(board, "Talks").locator(".rule").first).to_contain_text("Hello")


def test_a_search_narrows_the_palette(board: Page) -> None:
    board.keyboard.press("/")
    board.keyboard.type("excep")
    expect(board.locator("#palette li:visible")).to_have_count(1)
    board.keyboard.press("Enter")
    expect(board.get_by_role("dialog")).to_contain_text("Where shall")


def test_a_field_is_inserted_where_the_caret_stands(board: Page, world: World) -> None:
    column(board, "Talks").locator(".rule__sentence a").first.click()
    board.locator("#s-text").fill("Dear , hello")
    board.locator("#s-text").evaluate("field => field.setSelectionRange(5, 5)")
    board.get_by_role("button", name="Insert a field").click()
    board.keyboard.type("contact first name")
    board.keyboard.press("Enter")
    expect(board.locator("#s-text")).to_have_value("Dear {{ contact.first_name }}, hello")
    expect(board.locator("#rule-says .hole")).to_have_text("Contact: First name")


def test_a_condition_is_built_and_tried_on_a_real_record(board: Page, world: World) -> None:
    column(board, "Talks").locator(".rule__sentence a").first.click()
    board.get_by_role("button", name="Add a condition").click()
    board.get_by_label("Field", exact=True).select_option("record.amount")
    board.get_by_label("How it is compared").select_option("gt")
    board.locator("#c-0\\.value").fill("1000")
    expect(board.locator("#rule-foot")).to_contain_text("holds for Roof repair, Kowalska")
    board.locator("#c-0\\.value").fill("9000")
    expect(board.locator("#rule-foot")).to_contain_text("does not hold")
    assert nodes(world, "sales/talks")["n1"]["condition"] == {"all": [{"field": "record.amount", "op": "gt", "value": 9000}]}


def test_the_run_time_says_what_it_means(board: Page) -> None:
    column(board, "Talks").locator(".rule__sentence a").first.click()
    board.locator("#at").get_by_text("After", exact=True).click()
    board.get_by_label("How many").fill("3")
    board.get_by_label("Unit").select_option("weeks")
    expect(board.locator("#at-outcome")).to_contain_text("For Roof repair, Kowalska:")
    expect(column(board, "Talks").locator(".delay").first).to_contain_text("after 3 weeks")


def test_undo_and_redo_reach_over_a_reload(board: Page, world: World) -> None:
    column(board, "Talks").locator(".rule__sentence a").first.click()
    board.locator("#s-text").fill("Something else")
    expect(column(board, "Talks")).to_contain_text("Something else")
    board.reload()
    board.locator("#stages").focus()
    board.keyboard.press("Control+z")
    expect(column(board, "Talks")).not_to_contain_text("Something else")
    board.keyboard.press("Control+Shift+z")
    expect(column(board, "Talks")).to_contain_text("Something else")


def test_a_draft_is_tried_and_published(board: Page, world: World) -> None:
    column(board, "Talks").locator(".rule__sentence a").first.click()
    board.locator("#s-text").fill("Good morning")
    expect(board.locator("#publish-button")).to_have_text("Publish 1 change")
    board.get_by_role("link", name="Preview P").click()
    expect(board.locator("h1")).to_contain_text("2 rules would run for Roof repair, Kowalska")
    expect(board.locator(".trace")).to_contain_text("Good morning")
    board.get_by_role("link", name="To publishing").click()
    expect(board.locator(".publish__changes")).to_contain_text("Before:")
    board.get_by_role("button", name="Publish").click()
    expect(board.get_by_text("Published: Talks")).to_be_visible()
    deal = world.deal("Gutter")
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["Good morning"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["", "/talks/n2", "/rules?at=new~~~", "/preview", "/publication", "/runs", "/errors"])
def test_everybody_can_use_the_pages(board: Page, live_server: str, world: World, path: str, width: int, theme: str) -> None:
    world.move(world.deal("Gutter"), "sales/talks")
    board.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    board.set_viewport_size({"width": width, "height": 900})
    board.goto(f"{live_server}/automation/sales{path}")
    found = Axe().run(board, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    assert board.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_run_is_followed_and_undone(board: Page, live_server: str, world: World, theme: str) -> None:
    deal = world.deal("Gutter")
    world.move(deal, "sales/talks")
    board.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    board.goto(f"{live_server}/runs/{world.runs(deal)[0].id.hex()}")
    expect(board.locator("h1")).to_have_text("1 rule ran for Gutter. One is still waiting.")
    found = Axe().run(board, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    board.get_by_role("link", name="See what can be taken back").click()
    board.get_by_role("button", name="Undo 1 effect").click()
    expect(board.get_by_text("This run was undone")).to_be_visible()
    assert world.comments(deal) == []
    board.get_by_role("button", name="Take the undo back").click()
    expect(board.get_by_role("heading", name="Undo this run")).to_be_visible()
    assert world.comments(deal) == ["Hello"]
