"""The settings in a real browser: on every screen, for everybody, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from crm import demo
from crm.database import Database
from crm.entities import table_of
from crm.models import CustomField, Department, Pipeline, Stage, User
from crm.transaction import Row
from tests.signing import browser_cookie

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
STAGES = ["new", "talks", "contract", "invoice", "won", "lost", "spam"]


@pytest.fixture
def screen(page: Page, context: BrowserContext, live_server: str, sqlite: Database) -> Iterator[Page]:
    """The page of Anna, admin of the demo company; it forgives no fault of a script."""
    demo.load(sqlite, datetime.now(UTC))
    with sqlite.reading() as connection:
        anna = connection.execute(select(table_of(User)).where(User.key == "anna")).mappings().one()
    context.add_cookies([browser_cookie(sqlite, Row(table_of(User), dict(anna)), live_server)])
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" and "status of 4" not in said.text else None)
    yield page
    assert faults == []


def stages_now(database: Database) -> list[str]:
    statement = select(Stage.key).join(Pipeline, Pipeline.id == Stage.pipeline_id).where(Pipeline.key == "sales").order_by(Stage.position)
    with database.reading() as connection:
        return list(connection.execute(statement).scalars())


def shown(screen: Page) -> list[str]:
    keys: list[str] = screen.locator("#stages > [data-id]").evaluate_all("rows => rows.map(row => row.dataset.id)")
    return keys


def row(screen: Page, key: str) -> Locator:
    return screen.locator(f"#stage-{key}")


def test_stages_are_put_into_another_order_with_the_keyboard_alone(screen: Page, live_server: str, sqlite: Database) -> None:
    screen.goto(f"{live_server}/settings/pipelines/sales")
    row(screen, "talks").focus()
    screen.keyboard.press("Control+ArrowDown")
    expect(row(screen, "talks")).to_have_attribute("aria-label", "In talks, place 3 of 7")
    expect(row(screen, "talks")).to_be_focused()
    screen.keyboard.press("Control+ArrowDown")
    expect(row(screen, "talks")).to_have_attribute("aria-label", "In talks, place 4 of 7")
    expect(row(screen, "talks")).to_be_focused()
    screen.keyboard.press("Control+ArrowUp")
    expect(row(screen, "talks")).to_have_attribute("aria-label", "In talks, place 3 of 7")
    assert stages_now(sqlite) == shown(screen) == ["new", "contract", "talks", "invoice", "won", "lost", "spam"]


def test_the_arrows_do_the_same_and_keep_the_focus(screen: Page, live_server: str, sqlite: Database) -> None:
    screen.goto(f"{live_server}/settings/pipelines/sales")
    up = screen.get_by_role("button", name="Move Spam up")
    up.focus()
    screen.keyboard.press("Enter")
    expect(row(screen, "spam")).to_have_attribute("aria-label", "Spam, place 6 of 7")
    expect(up).to_be_focused()
    screen.keyboard.press("Enter")
    expect(row(screen, "spam")).to_have_attribute("aria-label", "Spam, place 5 of 7")
    assert stages_now(sqlite) == ["new", "talks", "contract", "invoice", "spam", "won", "lost"]


def test_a_stage_is_dragged_by_its_handle(screen: Page, live_server: str, sqlite: Database) -> None:
    screen.emulate_media(reduced_motion="reduce")
    screen.set_viewport_size({"width": 1280, "height": 1100})
    screen.goto(f"{live_server}/settings/pipelines/sales")
    expect(screen.locator("#stages[data-sortable-ready]")).to_be_visible()
    row(screen, "spam").locator("[data-grip]").hover()
    screen.mouse.down()
    for passed in reversed(STAGES[1:-1]):  # slowly, row by row, as a hand goes
        place = row(screen, passed).bounding_box()
        assert place
        for height in (0.75, 0.5, 0.2):
            screen.mouse.move(place["x"] + 20, place["y"] + place["height"] * height)
            screen.evaluate("new Promise(requestAnimationFrame)")
    screen.mouse.up()
    expect(row(screen, "spam")).to_have_attribute("aria-label", "Spam, place 2 of 7")
    assert stages_now(sqlite) == ["new", "spam", *STAGES[1:-1]]


def test_without_scripts_the_arrows_still_work(browser_without_scripts: Page, live_server: str, sqlite: Database) -> None:
    page = browser_without_scripts
    page.goto(f"{live_server}/settings/pipelines/sales")
    page.get_by_role("button", name="Move New down").click()
    assert stages_now(sqlite)[:2] == ["talks", "new"]
    expect(page.locator("#stages > li").first).to_have_attribute("data-id", "talks")


@pytest.fixture
def browser_without_scripts(screen: Page, context: BrowserContext) -> Iterator[Page]:
    browser = context.browser
    assert browser
    with browser.new_context(java_script_enabled=False, storage_state=context.storage_state()) as plain:
        yield plain.new_page()


def test_removing_a_stage_asks_where_its_records_shall_go(screen: Page, live_server: str, sqlite: Database) -> None:
    screen.goto(f"{live_server}/settings/pipelines/sales")
    screen.get_by_role("link", name="Contract agreement").click()
    screen.get_by_role("link", name="Remove the stage").click()
    expect(screen.get_by_text("5 records stand on it")).to_be_visible()
    screen.get_by_label("Move its records to").select_option("Invoice")
    screen.get_by_role("button", name="Remove the stage").click()
    expect(screen.get_by_text("Contract agreement is removed; 5 records moved.")).to_be_visible()
    assert "contract" not in stages_now(sqlite)


def test_somebody_is_invited_and_their_password_shown_once(screen: Page, live_server: str) -> None:
    screen.goto(f"{live_server}/settings/people")
    screen.get_by_role("link", name="Invite somebody").click()
    screen.get_by_label("Name").fill("Inès Caron")
    screen.get_by_label("E-mail").fill("anna@nowak-roofing.example")
    screen.get_by_role("button", name="Invite").click()
    expect(screen.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(screen.get_by_text("Somebody signs in with this address already.")).to_be_visible()
    expect(screen.get_by_label("Name")).to_have_value("Inès Caron")
    screen.get_by_label("E-mail").fill("ines@nowak-roofing.example")
    screen.get_by_role("button", name="Invite").click()
    expect(screen.get_by_role("heading", name="Inès Caron is invited")).to_be_visible()
    screen.get_by_role("link", name="Done").click()
    expect(screen.get_by_role("link", name="Inès Caron")).to_be_visible()


def test_dismissing_asks_first(screen: Page, live_server: str) -> None:
    screen.goto(f"{live_server}/settings/people/hugo")
    screen.get_by_role("button", name="Dismiss").click()
    expect(screen.get_by_role("dialog")).to_contain_text("Sign them out everywhere")
    screen.get_by_role("button", name="Yes, do it").click()
    expect(screen.get_by_text("Hugo Moreau is dismissed")).to_be_visible()
    screen.get_by_role("button", name="Undo").click()
    expect(screen.get_by_text("Hugo Moreau works here again.")).to_be_visible()


def addresses(database: Database) -> list[str]:
    with database.reading() as connection:
        department = connection.execute(select(Department.id)).scalar()
        field = connection.execute(select(CustomField.id)).scalar()
    plain = ("people", "people/new", "people/camille", "departments", "pipelines", "pipelines/sales", "pipelines/sales/stages/talks")
    more = ("pipelines/sales/stages/talks/deletion", "fields", "company", "owners", "tokens", "demo", "audit")
    return [*(f"/settings/{path}" for path in (*plain, *more)), f"/settings/departments/{department}", f"/settings/fields/{field}"]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_everybody_can_use_every_settings_page(screen: Page, live_server: str, sqlite: Database, width: int, theme: str) -> None:
    screen.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
    screen.set_viewport_size({"width": width, "height": 900})
    for path in addresses(sqlite):
        screen.goto(live_server + path)
        found = Axe().run(screen, options=RULES)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert screen.evaluate("document.documentElement.scrollWidth") <= width, path


def test_nothing_on_the_settings_pages_is_left_untranslated(screen: Page, app: Flask, live_server: str, sqlite: Database) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    screen.context.add_cookies([{"name": "language", "value": "pseudo", "url": live_server}])
    for path in [*addresses(sqlite), "/me"]:
        screen.goto(live_server + path)
        assert left_over(screen) == [], path


def left_over(screen: Page) -> list[str]:
    """The texts of a page that are neither somebody's own words nor went through the catalogues."""
    found: list[str] = screen.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const texts = [];
            while (walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                if (element.closest("[data-user-text], [translate=no], script, template, textarea, option, kbd, time")) continue;
                const text = walker.currentNode.textContent.trim();
                if (/[A-Za-z]{3}/.test(text) && !/[⟦⟧]/.test(text)) texts.push(text);
            }
            return texts;
        }"""
    )
    return found
