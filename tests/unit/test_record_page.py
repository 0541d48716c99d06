"""The page of a record: what it shows, what is said on it, whom it concerns, how it goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.desk import Desk
from tests.sales import HTMX, Sales, counted_queries, edit, make_sales

LONG = "x" * 100_000


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def test_a_record_shows_its_client_and_how_to_reach_them(sales: Sales, anna: FlaskClient) -> None:
    contact = sales.do(
        lambda desk: desk.create_contact({"last_name": "Kowalska", "emails": ["ewa@post.example"], "phones": ["+48601220145"]})
    )
    company = sales.do(lambda desk: desk.create_company({"title": "Hotel Bristol"}))
    page = anna.get(f"/records/{sales.deal(contacts=[contact.id], company=company.id, amount='4850')}").text
    for words in ("Roof repair", "€4,850", "Kowalska", "ewa@post.example", "+48601220145", "Hotel Bristol", "Move to In talks"):
        assert words in page


def test_a_record_takes_as_many_queries_with_a_hundred_comments_as_with_one(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    sales.do(lambda desk: desk.add_comment(desk.record(deal), "One", author=sales.anna.id))
    anna.get(f"/records/{deal}")
    with counted_queries(sales.database) as few:
        anna.get(f"/records/{deal}")
    sales.do(lambda desk: [desk.add_comment(desk.record(deal), f"Comment {number}", author=sales.anna.id) for number in range(100)])
    with counted_queries(sales.database) as many:
        anna.get(f"/records/{deal}")
    assert len(many) <= len(few)


def test_a_comment_is_added_changed_deleted_and_brought_back(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    anna.post(f"/records/{deal}/comments", data={"text": "She prefers afternoons"}, headers=HTMX)
    comment = re.search(r"/comments/(\d+)/edit", anna.get(f"/records/{deal}").text)
    assert comment is not None
    anna.post(f"/comments/{comment[1]}", data={"text": "She prefers mornings"}, headers=HTMX)
    assert "She prefers mornings" in anna.get(f"/records/{deal}").text
    undo = anna.post(f"/comments/{comment[1]}/deletion", headers=HTMX).headers["HX-Trigger"]
    assert "She prefers mornings" not in anna.get(f"/records/{deal}").text
    anna.post(re.search(r'"undo": "([^"]+)"', undo)[1], headers=HTMX)  # type: ignore[index]  # the toast has one
    assert "She prefers mornings" in anna.get(f"/records/{deal}").text


@pytest.mark.parametrize("text", ["", "   ", LONG])
def test_a_comment_that_cannot_be_stays_in_its_box_with_the_reason(sales: Sales, anna: FlaskClient, text: str) -> None:
    answer = anna.post(f"/records/{sales.deal()}/comments", data={"text": text}, headers=HTMX)
    assert answer.status_code == 422
    assert "field__error" in answer.text


def test_an_employee_changes_only_their_own_comments(sales: Sales) -> None:
    deal = sales.deal(responsible=sales.camille.id)
    comment = sales.do(lambda desk: desk.add_comment(desk.record(deal), "Annas words", author=sales.anna.id)).id
    camille = sales.client(sales.camille)
    assert f"/comments/{comment}/edit" not in camille.get(f"/records/{deal}").text
    assert camille.post(f"/comments/{comment}", data={"text": "Changed"}, headers=HTMX).status_code == 403
    assert camille.post(f"/comments/{comment}/deletion", headers=HTMX).status_code == 403


def test_what_is_planned_stands_on_top_until_it_is_done(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    planned = {"subject": "Ask for photos", "open": True, "due_at": datetime.now(UTC) + timedelta(days=1)}
    activity = sales.do(lambda desk: desk.log_activity(desk.record(deal), "task", planned)).id
    page = anna.get(f"/records/{deal}").text
    assert page.index("Planned") < page.index("Ask for photos") < page.index("created the deal")
    told = anna.post(f"/activities/{activity}/completion", headers=HTMX).headers["HX-Trigger"]
    assert "entry--planned" not in anna.get(f"/records/{deal}").text
    anna.post(re.search(r'"undo": "([^"]+)"', told)[1], headers=HTMX)  # type: ignore[index]  # the toast has one
    assert "entry--planned" in anna.get(f"/records/{deal}").text


def test_history_tells_what_changed_before_and_after(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal(amount="4200")
    edit(anna, deal, amount="4850")
    page = re.sub(r"<[^>]+>", "", anna.get(f"/records/{deal}?tab=history").text)
    assert "Anna Nowak changed the deal “Roof repair”: Amount: 4,200 → 4,850" in page


def test_a_long_timeline_and_a_long_history_come_page_by_page(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    start = datetime.now(UTC)
    for number in range(70):
        sales.do(
            lambda desk, number=number: desk.add_comment(desk.record(deal), f"Word {number:02}"),
            sales.anna,
            start + timedelta(seconds=number),
        )
    for path, link in (
        (f"/records/{deal}", r'hx-get="(/records/\d+/earlier[^"]+)"'),
        (f"/records/{deal}?tab=history", r'hx-get="(/records/\d+/history[^"]+)"'),
    ):
        page, seen = anna.get(path).text, []
        while True:
            seen += re.findall(r"Word (\d\d)", page)
            more = re.search(link, page)
            if more is None:
                break
            page = anna.get(more[1].replace("&amp;", "&"), headers=HTMX).text
        assert seen == [f"{number:02}" for number in reversed(range(70))]


def test_a_record_is_deleted_and_brought_back_from_the_toast(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    told = anna.post(f"/records/{deal}/deletion", data={"beside_board": "1"}, headers=HTMX).headers["HX-Trigger"]
    assert sales.row(deal)["deleted_at"] is not None
    assert "is deleted" in anna.get(f"/records/{deal}").text
    anna.post(re.search(r'"undo": "([^"]+)"', told)[1], headers=HTMX)  # type: ignore[index]  # the toast has one
    assert sales.row(deal)["deleted_at"] is None


def test_before_a_client_is_kept_out_the_page_says_exactly_what_will_go(sales: Sales, anna: FlaskClient) -> None:
    spammer = sales.do(lambda desk: desk.create_contact({"last_name": "Rank Now", "emails": ["Offer@Rank.example"]}))
    deal = sales.deal("First on every page", contacts=[spammer.id])
    question = anna.get(f"/records/{deal}/exclusion", headers=HTMX).text
    for words in ("offer@rank.example", "First on every page", "Rank Now"):
        assert words in question
    told = anna.post(f"/records/{deal}/exclusion", headers=HTMX)
    assert told.status_code == 200
    listed = sales.do(lambda desk: desk.listed(["offer@rank.example"]))
    assert listed == {("email", "offer@rank.example")}
    assert sales.row(deal)["deleted_at"] is not None


def test_a_contact_with_another_deal_is_not_among_what_will_go(sales: Sales, anna: FlaskClient) -> None:
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", "emails": ["ewa@post.example"]}))
    first, _ = sales.deal(contacts=[contact.id]), sales.deal("Another", contacts=[contact.id])
    going = anna.get(f"/records/{first}/exclusion", headers=HTMX).text.partition("recycle bin, together")[2]
    assert "Kowalska" not in going


def test_the_page_learns_what_others_do_and_is_silent_when_nothing_happens(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    since = re.search(r'id="record-watch".*?name="since" value="([^"]+)"', anna.get(f"/records/{deal}").text, re.DOTALL)
    assert since is not None
    asked = {"since": since[1], "tab": "timeline", "has_facts": "1"}
    assert anna.get(f"/records/{deal}/news", query_string=asked, headers=HTMX).status_code == 204
    sales.do(lambda desk: desk.add_comment(desk.record(deal), "From Camille"), sales.camille)
    assert "From Camille" in anna.get(f"/records/{deal}/news", query_string=asked, headers=HTMX).text
    typing = {**asked, "is_typing": "1"}
    assert "From Camille" not in anna.get(f"/records/{deal}/news", query_string=typing, headers=HTMX).text


ACTS = ("edit", "facts", "places", "clients", "exclusion", "history", "news", "composer", "tabs/history")
POSTS = ("", "/moves", "/comments", "/deletion", "/exclusion", "/clients", "/clients/new")


def test_what_somebody_may_not_see_is_not_there_for_them(sales: Sales) -> None:
    deal = sales.deal("Secret roof", responsible=sales.camille.id)
    comment = sales.do(lambda desk: desk.add_comment(desk.record(deal), "Secret words", author=sales.camille.id)).id
    zofia = sales.client(sales.zofia)
    assert zofia.get(f"/records/{deal}").status_code == 404
    assert {act: zofia.get(f"/records/{deal}/{act}", headers=HTMX).status_code for act in ACTS} == dict.fromkeys(ACTS, 404)
    form = {"list": str(sales.stage("sales/won")), "text": "x", "has": "title", "title": "Mine now", "last_name": "x"}
    assert {act: zofia.post(f"/records/{deal}{act}", data=form, headers=HTMX).status_code for act in POSTS} == dict.fromkeys(POSTS, 404)
    assert zofia.post(f"/comments/{comment}/deletion", headers=HTMX).status_code == 404
    row = sales.row(deal)
    assert (row["title"], row["deleted_at"], sales.stage_of(deal)) == ("Secret roof", None, "sales/new")


@pytest.mark.parametrize("role", ["anna", "elodie", "camille"])
def test_everybody_works_with_what_they_see(sales: Sales, role: str) -> None:
    deal = sales.deal(responsible=sales.camille.id)
    client = sales.client(getattr(sales, role))
    edit(client, deal, title="Another title")
    client.post(f"/records/{deal}/comments", data={"text": "Hello"}, headers=HTMX)
    assert sales.row(deal)["title"] == "Another title"
    assert "Hello" in client.get(f"/records/{deal}").text
    client.post(f"/records/{deal}/deletion", headers=HTMX)
    assert sales.row(deal)["deleted_at"] is not None


def test_the_page_is_in_the_readers_language(sales: Sales, anna: FlaskClient, app: Flask) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    anna.set_cookie("language", "pseudo")
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", "emails": ["ewa@post.example"]}))
    deal = sales.deal(contacts=[contact.id], amount="12", source="Web")

    def live(desk: Desk) -> None:
        desk.add_comment(desk.record(deal), "Words", author=sales.anna.id)
        desk.log_activity(desk.record(deal), "task", {"subject": "Ask", "open": True})
        desk.log_activity(desk.record(deal), "call", {"subject": "Talk", "direction": "in", "details": {"phone": "+331"}})

    sales.do(live)
    for path in ("", "?tab=history", "/edit", "/exclusion", "/places", "/clients?q=kow"):
        assert sales.foreign_words(anna.get(f"/records/{deal}{path}").text) == [], path
