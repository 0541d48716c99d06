"""History of the whole CRM: who sees what of it, how it is filtered, how what was deleted is found and brought back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.sales import Sales, counted_queries, make_sales


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def told(client: FlaskClient, **asked: str) -> str:
    """The sentences of a page as plain text."""
    text = client.get("/history", query_string=asked).text
    lines = re.findall(r'<li class="told__line.*?</li>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", " | ".join(lines))


def test_it_tells_who_did_what_the_newest_first(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    sales.do(lambda desk: desk.move(desk.record(deal), "sales/won"), sales.camille)
    page = told(anna)
    assert page.index("Camille Lefèvre moved the deal “Roof repair” from New to Won") < page.index("created the deal “Roof repair”")


def test_it_is_filtered_by_who_what_and_when(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal("Annas roof")
    last_week = datetime.now(UTC) - timedelta(days=7)
    sales.do(lambda desk: desk.add_comment(desk.record(deal), "Old words"), sales.camille, last_week)
    sales.do(lambda desk: desk.edit_record(desk.record(deal), {"amount": "5"}), sales.anna)
    assert "Old words" in told(anna, who=str(sales.camille.id))
    assert "Amount" not in told(anna, who=str(sales.camille.id))
    assert "Amount" in told(anna, kind="changed")
    assert "Old words" not in told(anna, kind="changed")
    assert "Old words" in told(anna, day=last_week.date().isoformat())
    assert "Amount" not in told(anna, day=last_week.date().isoformat())
    assert told(anna, day="1999-01-01") == ""


def test_what_rules_did_is_found_by_itself(sales: Sales, anna: FlaskClient) -> None:
    sales.rules("sales/talks", {"n1": {"rule": "write_to_log", "settings": {"text": "A rule was here"}}})
    deal = sales.deal()
    sales.do(lambda desk: desk.move(desk.record(deal), "sales/talks"), sales.anna)
    sales.run_rules()
    assert "A rule was here" in told(anna, who="rules")
    assert "moved the deal" not in told(anna, who="rules")


def test_what_was_deleted_is_found_by_its_title_and_can_be_restored_here(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal("Élodies gutter")
    sales.deal("Another")
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.camille)
    page = anna.get("/history?q=elodie").text
    assert "Camille Lefèvre" in page
    assert "Another" not in told(anna, q="elodie")
    restore = re.search(r'action="(/bin/\d+/restorations)"', page)
    assert restore is not None
    anna.post(restore[1])
    assert sales.row(deal)["deleted_at"] is None
    assert "/restorations" not in anna.get("/history?q=elodie").text


def test_what_was_deleted_for_good_is_still_found_by_its_title(sales: Sales, anna: FlaskClient) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    deal = sales.do(lambda desk: desk.create_record("deal", {"title": "Forgotten roof"}, stage="sales/new"), None, long_ago).id
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.camille, long_ago)
    sales.do(lambda desk: desk.empty_bin())
    assert "Camille Lefèvre deleted the deal “Forgotten roof”" in told(anna, q="forgotten")
    assert "/restorations" not in anna.get("/history?q=forgotten").text


def test_employees_see_only_what_happened_to_what_they_see_deleted_or_not(sales: Sales) -> None:
    mine, theirs = sales.deal("Camilles roof", responsible=sales.camille.id), sales.deal("Zofias roof", responsible=sales.zofia.id)
    sales.do(lambda desk: [desk.delete_records([desk.record(each)]) for each in (mine, theirs)], sales.anna)
    seen = told(sales.client(sales.camille))
    assert "Camilles roof" in seen
    assert "Zofias roof" not in seen
    assert "pipeline" not in seen
    assert "Zofias roof" in told(sales.client(sales.elodie))


def test_it_comes_page_by_page_with_as_many_queries_for_many(sales: Sales, anna: FlaskClient) -> None:
    for number in range(120):
        sales.deal(f"Deal {number:03}")
    anna.get("/history")
    with counted_queries(sales.database) as asked:
        page = anna.get("/history").text
    assert len(asked) <= 20
    seen: list[str] = []
    while True:
        seen += re.findall(r"created the deal “<b[^>]*>(Deal \d{3})</b>", page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            break
        page = anna.get(more[1].replace("&amp;", "&")).text
    assert seen == [f"Deal {number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize("asked", ["who=x", "kind=x", "day=x", "who=99999999999999999999", "q=%25[*?'\""])
def test_nonsense_in_the_address_does_no_harm(sales: Sales, anna: FlaskClient, asked: str) -> None:
    sales.deal()
    assert anna.get(f"/history?{asked}").status_code == 200


def test_the_page_is_in_the_readers_language(sales: Sales, anna: FlaskClient, app: Flask) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    anna.set_cookie("language", "pseudo")
    deal = sales.deal()
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.anna)
    for path in ("/history?kind=deleted", "/history?q=zzz"):
        assert sales.foreign_words(anna.get(path).text) == [], path
