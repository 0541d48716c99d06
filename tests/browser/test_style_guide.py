"""The parts of every page in a real browser: within everybody's reach, by hand, by keyboard, without a mouse or a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template_string, request
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from crm.words import phrase
from tests.pages import make_pages
from web.access import public
from web.respond import nothing, toast

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a browser says of a page that is not there, and htmx of a server that is not.
EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
BOARD = (Path(__file__).parent / "board.html").read_text("utf-8")
Told = list[tuple[str, dict[str, str]]]


@pytest.fixture(scope="module")
def said() -> Told:
    """What the server was told, in order."""
    return []


@pytest.fixture(scope="module")
def address(said: Told) -> Iterator[str]:
    app = _application(said)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    with ExitStack() as stack:
        stack.callback(server.server_close)
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"


def _application(said: Told) -> Flask:
    app = make_pages()

    @app.get("/board")
    @public
    def board() -> str:
        return render_template_string(BOARD, lists={"new": ["Copy", "Call", "Note"], "won": ["Bill"]})

    @app.post("/board/<what>")
    @public
    def change(what: str) -> Response:
        said.append((what, request.form.to_dict()))
        toast(phrase("Done: {what}", what=what), undo_url="/board/undo" if what == "moves" else None)
        return nothing()

    return app


@pytest.fixture
def told(said: Told) -> Told:
    said.clear()
    return said


@pytest.fixture
def screen(page: Page) -> Iterator[Page]:
    """A page on which every complaint of the browser, such as a broken policy, is a failure."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [text for text in complaints if not any(part in text for part in EXPECTED)] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/style-guide", "/nowhere", "/board"])
def test_everybody_can_use_the_page(screen: Page, address: str, path: str, width: int, theme: str) -> None:
    screen.emulate_media(color_scheme=theme)
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(address + path)
    found = Axe().run(screen, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_what_opens_and_what_is_told(screen: Page, address: str, theme: str) -> None:
    screen.emulate_media(color_scheme=theme, reduced_motion="reduce")
    screen.goto(f"{address}/board")
    screen.locator("#card-Copy").focus()
    screen.keyboard.press("Control+ArrowDown")
    expect(screen.get_by_text("Done: moves")).to_be_visible()
    screen.get_by_label("Language and theme").click()
    assert Axe().run(screen, options={"runOnly": {"type": "tag", "values": RULES}}).violations_count == 0
    screen.keyboard.press("Escape")
    screen.get_by_role("button", name="Delete").click()
    expect(screen.get_by_role("dialog", name="Delete the rule?")).to_be_visible()
    found = Axe().run(screen, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/style-guide", "/nowhere", "/board"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_page_never_scrolls_sideways(screen: Page, address: str, path: str, width: int) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(address + path)
    assert screen.evaluate("document.documentElement.scrollWidth") <= width


def test_what_can_be_pressed_on_a_phone_is_large_enough_for_a_thumb(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto(f"{address}/style-guide")
        small = page.evaluate(
            """() => [...document.querySelectorAll('.button:not(.button--small), .input:not(.input--rich), select, .tabs a')]
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < 36).map(e => e.outerHTML.slice(0, 120))"""
        )
    assert small == []


def test_a_theme_is_seen_at_once_and_kept(screen: Page, address: str) -> None:
    screen.goto(f"{address}/style-guide")
    screen.get_by_label("Language and theme").click()
    screen.get_by_text("Dark", exact=True).click()
    expect(screen.locator("html")).to_have_attribute("data-theme", "dark")
    screen.reload()
    expect(screen.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_menu_is_opened_gone_through_and_closed_by_keyboard(screen: Page, address: str) -> None:
    screen.goto(f"{address}/style-guide")
    opener = screen.get_by_label("More for this rule")
    opener.focus()
    screen.keyboard.press("ArrowDown")
    expect(screen.get_by_role("link", name="Duplicate")).to_be_focused()
    screen.keyboard.press("End")
    expect(screen.get_by_role("button", name="Delete Del")).to_be_focused()
    screen.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(screen.get_by_role("link", name="Duplicate")).to_be_hidden()


def test_a_dialog_opens_closes_on_escape_and_gives_the_focus_back(screen: Page, address: str) -> None:
    screen.goto(f"{address}/style-guide")
    opener = screen.get_by_role("button", name="Open the dialog")
    opener.click()
    expect(screen.get_by_role("dialog", name="Delete this rule?")).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_card_dragged_to_another_stage_is_moved_by_a_real_form(screen: Page, address: str, told: Told) -> None:
    screen.goto(f"{address}/board")
    drag(screen, "#card-Call", "#card-Bill")
    expect(screen.get_by_text("Done: moves")).to_be_visible()
    what, form = told[0]
    assert (what, form["moved"], form["list"]) == ("moves", "Call", "won")
    assert {"position": form["position"], "before": form["before"]} in (
        {"position": "0", "before": "Bill"},
        {"position": "1", "before": ""},
    )


def test_a_rule_dragged_from_the_palette_is_added_and_the_palette_keeps_it(screen: Page, address: str, told: Told) -> None:
    screen.goto(f"{address}/board")
    drag(screen, "text=Wait", "#card-Call")
    expect(screen.get_by_text("Done: rules")).to_be_visible()
    assert told[0][0] == "rules"
    assert (told[0][1]["moved"], told[0][1]["list"]) == ("Wait", "new")
    expect(screen.locator("#palette li")).to_have_count(3)
    expect(screen.locator("#new > li")).to_have_count(3)


def test_a_card_goes_back_when_the_server_cannot_be_reached_and_the_page_says_so(
    screen: Page, context: BrowserContext, address: str, told: Told
) -> None:
    screen.goto(f"{address}/board")
    drag(screen, "#card-Call", "#card-Note")
    expect(screen.get_by_text("Done: moves")).to_be_visible()
    context.set_offline(True)
    drag(screen, "#card-Copy", "#card-Bill")
    expect(screen.get_by_text("The server cannot be reached", exact=False)).to_be_visible()
    expect(screen.locator("#new > li")).to_have_count(3)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("card", "keys", "expected"),
    [
        ("Call", "Control+ArrowUp", {"moved": "Call", "list": "new", "position": "0", "before": "Copy"}),
        ("Call", "Control+ArrowDown", {"moved": "Call", "list": "new", "position": "2", "before": ""}),
        ("Copy", "Control+ArrowRight", {"moved": "Copy", "list": "won", "position": "0", "before": "Bill"}),
    ],
)
def test_what_can_be_dragged_can_be_moved_with_the_keys(
    screen: Page, address: str, told: Told, card: str, keys: str, expected: dict[str, str]
) -> None:
    screen.goto(f"{address}/board")
    screen.locator(f"#card-{card}").focus()
    screen.keyboard.press(keys)
    expect(screen.get_by_text("Done: moves")).to_be_visible()
    form = told[0][1]
    assert {name: form[name] for name in expected} == expected


def test_m_opens_the_menu_of_places(screen: Page, address: str) -> None:
    screen.goto(f"{address}/board")
    screen.locator("#card-Call").focus()
    screen.keyboard.press("m")
    expect(screen.locator("#card-Call").get_by_text("To Won")).to_be_visible()


def test_single_keys_can_be_switched_off(screen: Page, address: str) -> None:
    screen.goto(f"{address}/board")
    screen.get_by_label("Language and theme").click()
    screen.get_by_text("Off", exact=True).click()
    expect(screen.locator("html")).to_have_attribute("data-shortcuts", "off")
    screen.keyboard.press("Escape")
    screen.keyboard.press("/")
    expect(screen.get_by_label("Find a rule")).not_to_be_focused()


def test_the_palette_is_searched_without_caring_for_accents(screen: Page, address: str) -> None:
    screen.goto(f"{address}/board")
    screen.keyboard.press("/")
    screen.keyboard.type("tran")
    expect(screen.get_by_role("button", name="Trần’s text")).to_be_visible()
    expect(screen.get_by_role("button", name="Wait")).to_be_hidden()
    screen.keyboard.type("zzz")
    expect(screen.get_by_text("No rule is called that")).to_be_visible()
    screen.keyboard.press("Escape")
    expect(screen.get_by_role("button", name="Wait")).to_be_visible()


def test_settings_are_saved_as_one_types_and_the_page_says_so(screen: Page, address: str, told: Told) -> None:
    screen.goto(f"{address}/board")
    screen.get_by_label("Name").fill("Roof check")
    expect(screen.get_by_text("Saved", exact=True)).to_be_visible()
    assert told[-1][1]["name"] == "Roof check"


def test_what_could_not_be_saved_says_so_and_stays_in_the_form(screen: Page, context: BrowserContext, address: str) -> None:
    screen.goto(f"{address}/board")
    context.set_offline(True)
    screen.get_by_label("Name").fill("Roof check")
    expect(screen.get_by_text("Not saved", exact=True)).to_be_visible()
    expect(screen.get_by_label("Name")).to_have_value("Roof check")
    context.set_offline(False)


def test_a_grave_act_is_asked_about_first(screen: Page, address: str, told: Told) -> None:
    screen.goto(f"{address}/board")
    screen.get_by_role("button", name="Delete").click()
    screen.get_by_role("dialog", name="Delete the rule?").get_by_role("button", name="Not now").click()
    assert told == []
    screen.get_by_role("button", name="Delete").click()
    screen.get_by_role("button", name="Yes, do it").click()
    expect(screen.get_by_text("Done: deletions")).to_be_visible()


def test_a_toast_with_a_way_back_takes_it(screen: Page, address: str, told: Told) -> None:
    screen.goto(f"{address}/board")
    screen.locator("#card-Copy").focus()
    screen.keyboard.press("Control+ArrowDown")
    screen.get_by_role("button", name="Undo").click()
    expect(screen.get_by_text("Done: undo")).to_be_visible()
    assert [what for what, _ in told] == ["moves", "undo"]


def test_without_javascript_the_page_reads_and_its_menus_open(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/style-guide")
        page.get_by_label("Language and theme").click()
        page.get_by_label("Language", exact=True).select_option("pl")
        page.locator("form", has=page.get_by_label("Language", exact=True)).get_by_role("button").click()
        expect(page.locator("html")).to_have_attribute("lang", "pl")


def drag(page: Page, what: str, to: str) -> None:
    """Drag by hand: SortableJS looks at every step of the way."""
    expect(page.locator("[data-sortable]:not([data-sortable-ready])")).to_have_count(0)
    page.locator(what).first.hover()
    page.mouse.down()
    box = page.locator(to).first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=12)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 3, steps=3)
    page.mouse.up()
