"""The board: what stands where, for whom, in how many queries; moves, once and back; what is new while one looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.desk import Desk
from tests.sales import HTMX, Sales, counted_queries, make_sales
from tests.signing import posting

ROLES = ("anna", "elodie", "camille")


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def many(sales: Sales, count: int, stage: str = "sales/new", **fields: object) -> list[int]:
    def work(desk: Desk) -> list[int]:
        desk.quiet = True
        return [
            desk.create_record("deal", {"title": f"Deal {number}", "amount": "10", **fields}, stage=stage).id for number in range(count)
        ]

    return sales.do(work)


def stop_the_clock(sales: Sales) -> None:
    """Once a minute the whole board is looked at again; a test about what is new must not fall on the edge."""
    moment = datetime.now(UTC)
    sales.app.config["CLOCK"] = lambda: moment


def move(client: FlaskClient, sales: Sales, record_id: int, stage: str, **more: str) -> str:
    form = {"moved": str(record_id), "list": str(sales.stage(stage)), **more}
    return client.post("/pipelines/sales/moves", data=form, headers=HTMX).text


def toasts(client: FlaskClient, record_id: int, sales: Sales, stage: str) -> str:
    form = {"moved": str(record_id), "list": str(sales.stage(stage))}
    return client.post("/pipelines/sales/moves", data=form, headers=HTMX).headers.get("HX-Trigger", "")


def test_the_board_is_where_one_arrives(anna: FlaskClient) -> None:
    assert anna.get("/").headers["Location"] == "/pipelines"
    assert anna.get("/pipelines").headers["Location"] == "/pipelines/sales"


def test_a_card_says_what_it_is_about_who_has_it_and_what_comes_next(sales: Sales, anna: FlaskClient) -> None:
    contact = sales.do(lambda desk: desk.create_contact({"first_name": "Ewa", "last_name": "Kowalska"}))
    sales.deal("Roof repair", amount="4850", currency="EUR", contacts=[contact.id], responsible=sales.camille.id)
    page = anna.get("/pipelines/sales").text
    for words in ("Roof repair", "€4,850", "Ewa Kowalska", "CL", "Nothing planned", "1 deal"):
        assert words in page


def test_the_next_activity_stands_on_the_card_and_says_when_it_is_late(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    due = {"subject": "Ask for the photos", "open": True, "due_at": datetime.now(UTC) - timedelta(days=3)}
    sales.do(lambda desk: desk.log_activity(desk.record(deal), "task", due))
    page = anna.get("/pipelines/sales").text
    assert "Ask for the photos, since" in page
    assert "Nothing planned" not in page


def test_ten_thousand_deals_take_as_many_queries_as_ten(sales: Sales, anna: FlaskClient) -> None:
    many(sales, 10)
    anna.get("/pipelines/sales")
    with counted_queries(sales.database) as few:
        anna.get("/pipelines/sales")
    many(sales, 9_990)
    with counted_queries(sales.database) as all_of_them:
        page = anna.get("/pipelines/sales")
    assert len(all_of_them) == len(few) <= 15
    assert "10,000" in page.text
    assert len(page.data) < 60_000


def test_a_stage_is_shown_page_by_page_and_no_card_twice(sales: Sales, anna: FlaskClient) -> None:
    made = many(sales, 60)
    page, seen = anna.get("/pipelines/sales").text, []
    while True:
        seen += re.findall(r'<li class="deal" id="deal-(\d+)"', page)
        more = re.search(r'hx-get="(/pipelines/sales/stages/[^"]+)"', page)
        if more is None:
            break
        page = anna.get(more[1].replace("&amp;", "&"), headers=HTMX).text
    assert sorted(map(int, seen)) == made


def test_mine_are_those_for_which_i_am_responsible(sales: Sales, anna: FlaskClient) -> None:
    sales.deal("Annas roof", responsible=sales.anna.id)
    sales.deal("Somebody elses roof", responsible=sales.camille.id)
    page = anna.get("/pipelines/sales?whose=mine").text
    assert "Annas roof" in page
    assert "Somebody elses roof" not in page
    assert "1 deal" in page


@pytest.mark.parametrize("words", ["lodie", "ÉLODIE", "elodie gutter", "kowal"])
def test_the_board_is_searched_by_title_and_client_without_caring_for_accents(sales: Sales, anna: FlaskClient, words: str) -> None:
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska"}))
    sales.deal("Gutter of Élodie", contacts=[contact.id])
    sales.deal("Another roof")
    page = anna.get("/pipelines/sales", query_string={"q": words}).text
    assert "Gutter of Élodie" in page
    assert "Another roof" not in page


def test_a_move_updates_both_stages_and_offers_the_way_back(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    stop_the_clock(sales)
    answer = anna.post(
        "/pipelines/sales/moves", data={"moved": deal, "list": sales.stage("sales/talks"), "since": mark(anna)}, headers=HTMX
    )
    told = answer.headers["HX-Trigger"]
    assert sales.stage_of(deal) == "sales/talks"
    assert "Roof repair moved to In talks." in told
    assert f'id="lane-{sales.stage("sales/new")}"' in answer.text
    assert f'id="lane-{sales.stage("sales/talks")}"' in answer.text
    assert f'id="lane-{sales.stage("sales/won")}"' not in answer.text
    anna.post(re.search(r'"undo": "([^"]+)"', told)[1], headers=HTMX)  # type: ignore[index]  # the toast has one
    assert sales.stage_of(deal) == "sales/new"


def test_a_form_that_is_sent_twice_moves_once(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    move(anna, sales, deal, "sales/talks", request_id="once")
    move(anna, sales, deal, "sales/new")
    move(anna, sales, deal, "sales/talks", request_id="once")
    assert sales.stage_of(deal) == "sales/new"


def test_the_toast_is_honest_about_rules_that_the_move_has_started(sales: Sales, anna: FlaskClient) -> None:
    sales.rules("sales/talks", {"n1": {"rule": "write_to_log", "settings": {"text": "Hello"}}})
    told = toasts(anna, sales.deal(), sales, "sales/talks")
    assert "its rules have started" in told


def test_the_way_back_leaves_alone_what_has_moved_on(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    undo = re.search(r'"undo": "([^"]+)"', toasts(anna, deal, sales, "sales/talks"))
    move(anna, sales, deal, "sales/won")
    assert undo is not None
    anna.post(undo[1], headers=HTMX)
    assert sales.stage_of(deal) == "sales/won"


def test_nothing_new_is_said_in_no_words(sales: Sales, anna: FlaskClient) -> None:
    sales.deal()
    stop_the_clock(sales)
    since = mark(anna)
    with counted_queries(sales.database) as asked:
        assert anna.get("/pipelines/sales/news", query_string={"since": since}, headers=HTMX).status_code == 204
    assert len(asked) <= 5


def test_the_board_catches_up_with_what_rules_have_removed(sales: Sales, anna: FlaskClient) -> None:
    sales.rules("sales/spam", {"n1": {"rule": "add_to_exceptions"}})
    contact = sales.do(lambda desk: desk.create_contact({"last_name": "Gold", "emails": ["gold@crypto.example"]})).id
    deal = sales.deal("Cheap crypto", contacts=[contact])
    move(anna, sales, deal, "sales/spam")
    since = mark(anna)
    sales.run_rules()
    news = anna.get("/pipelines/sales/news", query_string={"since": since}, headers=HTMX)
    assert news.headers["HX-Trigger"].count("The rules of Spam removed Cheap crypto.") == 1
    assert f'id="lane-{sales.stage("sales/spam")}"' in news.text
    assert f"deal-{deal}" not in news.text


def test_what_rules_removed_is_told_in_the_next_minute_too(sales: Sales, anna: FlaskClient) -> None:
    sales.rules("sales/spam", {"n1": {"rule": "add_to_exceptions"}})
    move(anna, sales, sales.deal("Cheap crypto"), "sales/spam")
    newest, count, minute, at_work = mark(anna).split(".")
    sales.run_rules()
    since = f"{newest}.{count}.{int(minute) - 1}.{at_work}"
    news = anna.get("/pipelines/sales/news", query_string={"since": since}, headers=HTMX)
    assert "The rules of Spam removed Cheap crypto." in news.headers["HX-Trigger"]
    assert news.text.count('<section class="lane"') == 4


def test_a_card_shows_that_a_rule_waits_or_failed(sales: Sales, anna: FlaskClient) -> None:
    later = {"when": "after", "amount": 2, "unit": "days"}
    sales.rules("sales/talks", {"n1": {"rule": "write_to_log", "settings": {"text": "Hello"}, "run_at": later}})
    move(anna, sales, sales.deal(), "sales/talks")
    sales.run_rules()
    assert 'title="rule waiting"' in anna.get("/pipelines/sales").text


def test_chosen_cards_are_moved_together(sales: Sales, anna: FlaskClient) -> None:
    deals = many(sales, 3)
    form = {"record": [str(deal) for deal in deals[:2]], "to": str(sales.stage("sales/won"))}
    told = anna.post("/pipelines/sales/bulk-moves", data=form, headers=HTMX).headers["HX-Trigger"]
    assert [sales.stage_of(deal) for deal in deals] == ["sales/won", "sales/won", "sales/new"]
    assert "2 moved to Won." in told


def test_a_whole_stage_is_moved_by_the_workers_with_what_is_not_loaded_yet(sales: Sales, anna: FlaskClient) -> None:
    many(sales, 80)
    form = {"stage": str(sales.stage("sales/new")), "to": str(sales.stage("sales/won"))}
    answer = anna.post("/pipelines/sales/bulk-moves", data=form, headers=HTMX)
    assert "0 of 80" in answer.text
    cancel = re.search(r'hx-post="(/bulk-moves/\d+/cancellation)"', answer.text)
    assert cancel is not None
    told = anna.post(cancel[1], headers=HTMX).headers["HX-Trigger"]
    assert "Stopped: 0 have moved to Won" in told


def test_nobody_moves_or_sees_what_is_not_theirs_to_see(sales: Sales) -> None:
    theirs = sales.deal("Secret roof", responsible=sales.camille.id)
    zofia = sales.client(sales.zofia)
    assert "Secret roof" not in zofia.get("/pipelines/sales").text
    form = {"moved": str(theirs), "list": str(sales.stage("sales/won"))}
    assert zofia.post("/pipelines/sales/moves", data=form, headers=HTMX).status_code == 404
    assert zofia.get(f"/records/{theirs}/places").status_code == 404
    assert sales.stage_of(theirs) == "sales/new"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_moves_what_they_see(sales: Sales, role: str) -> None:
    deal = sales.deal(responsible=sales.camille.id)
    client = sales.client(getattr(sales, role))
    assert "Roof repair" in client.get("/pipelines/sales").text
    move(client, sales, deal, "sales/won")
    assert sales.stage_of(deal) == "sales/won"


def test_a_move_needs_the_token_of_our_own_page(sales: Sales, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client, deal = sales.client(sales.anna), sales.deal()
    form = {"moved": str(deal), "list": str(sales.stage("sales/won"))}
    assert client.post("/pipelines/sales/moves", data=form).status_code == 400
    assert client.post("/pipelines/sales/moves", data=form, headers=posting(client, "/pipelines/sales")).status_code == 303


def test_without_a_script_a_move_leads_back_to_the_board(sales: Sales, anna: FlaskClient) -> None:
    answer = anna.post("/pipelines/sales/moves", data={"moved": str(sales.deal()), "list": str(sales.stage("sales/won"))})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pipelines/sales")


@pytest.mark.parametrize(
    "nonsense", ["since=zz", "since=" + "f" * 5000, "shown=1.x&shown=9999999999999999999999.5", "q=" + "%" * 300 + "[*?"]
)
def test_nonsense_in_the_address_does_no_harm(sales: Sales, anna: FlaskClient, nonsense: str) -> None:
    sales.deal()
    assert anna.get(f"/pipelines/sales/news?{nonsense}", headers=HTMX).status_code == 200
    assert anna.get(f"/pipelines/sales?{nonsense}").status_code == 200


@pytest.mark.parametrize("after", ["", "yesterday~5", "2026-01-01T00:00:00~x"])
def test_a_page_of_a_stage_that_never_was_is_not_found(sales: Sales, anna: FlaskClient, after: str) -> None:
    assert anna.get(f"/pipelines/sales/stages/{sales.stage('sales/new')}", query_string={"after": after}).status_code == 404


def test_the_board_is_in_the_readers_language(sales: Sales, anna: FlaskClient, app: Flask) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    anna.set_cookie("language", "pseudo")
    deal = sales.deal(amount="12", responsible=sales.camille.id)
    for path in ("/pipelines/sales", f"/pipelines/sales?record={deal}", "/pipelines/sales?q=nothing", "/pipelines/sales/new"):
        assert sales.foreign_words(anna.get(path).text) == [], path


def mark(client: FlaskClient) -> str:
    found = re.search(r'name="since" value="([^"]+)"', client.get("/pipelines/sales").text)
    assert found is not None
    return found[1]
