"""The main story, on the whole program as it is started by hand: a deal moved to Spam is listed, removed, and can be brought back."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.processes import free_port, wait_until
from tests.program import Running

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(180)]

DEAL = "Page 1 of all search engines in 48 h!!!"
SPAMMER = "Rank Now"
PATIENCE = 15_000


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "data", free_port())
    try:
        wait_until(lambda: running.is_ready() or running.process.poll() is not None, within=60)
        assert running.is_ready(), running.says()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture
def home(page: Page, program: Running) -> Page:
    """The first page, after the admin of the demo company has signed in with what the program said."""
    sign_ins = (program.folder / "demo-sign-ins.txt").read_text().splitlines()
    email, password = next(line.split()[:2] for line in sign_ins if line.rstrip().endswith("admin"))
    page.set_viewport_size({"width": 1760, "height": 900})
    page.goto(f"http://127.0.0.1:{program.port}/")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New", exact=True)).to_be_visible()
    return page


def column(page: Page, kind: str, name: str) -> Locator:
    return page.locator(kind).filter(has=page.get_by_role("heading", name=name, exact=True))


def put_the_rule_under_spam(page: Page) -> None:
    page.get_by_role("link", name="Automation rules").click()
    page.locator("#tool-add_to_exceptions").drag_to(column(page, ".stage", "Spam").locator(".chain__step--add"))
    expect(column(page, ".stage", "Spam").locator(".rule")).to_contain_text("exceptions list and delete")


def preview(page: Page, base: str) -> None:
    page.goto(f"{base}/automation/sales/preview")
    expect(page.locator("main")).to_contain_text("would run for")
    expect(page.locator("main")).to_contain_text("Nothing real was changed")
    expect(page.locator("main")).to_contain_text("deleted the deal")


def publish(page: Page, base: str) -> None:
    page.goto(f"{base}/automation/sales/publication")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#toasts")).to_contain_text("ublished")


def drag_to_spam(page: Page, base: str) -> None:
    page.goto(f"{base}/pipelines/sales")
    card = page.locator(".deal").filter(has_text=DEAL)
    expect(page.locator("[data-sortable-ready]").first).to_be_attached()
    card.drag_to(column(page, ".lane", "Spam").locator("ol"))
    expect(page.locator("#toasts")).to_contain_text("moved to Spam")
    expect(page.locator(".deal").filter(has_text=DEAL)).to_have_count(0, timeout=PATIENCE)


def token(page: Page, base: str) -> str:
    page.goto(f"{base}/settings/tokens")
    page.get_by_label("What it is for").fill("Mail server")
    page.get_by_role("button", name="Make it").click()
    return page.locator(".secret code").inner_text()


def post_mail(base: str, secret: str, sender: str, subject: str) -> None:
    letter = (
        f"From: {sender}\r\nTo: office@nowak-roofing.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x.example>\r\n\r\nBuy now.\r\n"
    )
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}
    urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/intake/emails", letter.encode(), headers), timeout=10).close()


def test_a_deal_moved_to_spam_is_listed_removed_and_can_be_brought_back(home: Page, program: Running) -> None:
    page, base = home, f"http://127.0.0.1:{program.port}"
    put_the_rule_under_spam(page)
    preview(page, base)
    publish(page, base)
    drag_to_spam(page, base)

    page.goto(f"{base}/exceptions")
    listed = page.locator("tbody tr").first
    expect(listed).to_contain_text("by a rule")
    address = next(word for word in page.locator("tbody").inner_text().split() if "@" in word)

    page.goto(f"{base}/history")
    expect(page.locator("main")).to_contain_text(f"The rule Add to exceptions deleted the deal “{DEAL}”")
    expect(page.locator("main")).to_contain_text(f"The rule Add to exceptions deleted the contact “{SPAMMER}”")
    page.goto(f"{base}/bin")
    expect(page.locator("main")).to_contain_text(DEAL)

    secret = token(page, base)
    post_mail(base, secret, address, "Once-more")
    post_mail(base, secret, "jean@client.example", "A-question")
    page.goto(f"{base}/mailbox")
    expect(page.get_by_role("listitem").filter(has_text="Once-more")).to_contain_text("on the exceptions list")
    expect(page.get_by_role("listitem").filter(has_text="A-question")).to_contain_text("New lead")

    page.goto(f"{base}/automation/sales/runs")
    page.get_by_role("link", name=DEAL).first.click()
    page.get_by_role("link", name="See what can be taken back").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("undone")
    page.goto(f"{base}/exceptions")
    expect(page.locator("main")).not_to_contain_text(address)
    page.goto(f"{base}/pipelines/sales")
    expect(column(page, ".lane", "Spam")).to_contain_text(DEAL)
    expect(column(page, ".lane", "Spam")).to_contain_text(SPAMMER)
