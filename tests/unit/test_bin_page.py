"""The recycle bin: what lies there together, who may take it out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.sales import HTMX, Sales, counted_queries, make_sales


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


def restore_url(client: FlaskClient) -> str | None:
    found = re.search(r'action="(/bin/\d+/restorations)"', client.get("/bin").text)
    return found[1] if found else None


def test_an_empty_bin_says_what_it_is_for(sales: Sales) -> None:
    assert "The recycle bin is empty" in sales.client(sales.anna).get("/bin").text


def test_what_a_rule_removed_together_comes_back_together_and_starts_no_rules(sales: Sales) -> None:
    sales.rules("sales/spam", {"n1": {"rule": "add_to_exceptions"}})
    spammer = sales.do(lambda desk: desk.create_contact({"last_name": "Rank Now", "emails": ["offer@rank.example"]}))
    deal = sales.deal("First on every page", "sales/spam", contacts=[spammer.id])
    sales.run_rules()
    anna = sales.client(sales.anna)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", anna.get("/bin").text))
    assert "deal First on every page, contact Rank Now" in page
    assert "The rules of Spam" in page
    url = restore_url(anna)
    assert url is not None
    told = anna.post(url, headers=HTMX)
    assert sales.row(deal)["deleted_at"] is None
    assert "The recycle bin is empty" in anna.get("/bin").text
    sales.run_rules()
    assert sales.row(deal)["deleted_at"] is None
    assert told.status_code in (200, 204)


def test_the_days_that_are_left_are_counted(sales: Sales) -> None:
    deal = sales.deal()
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.anna, datetime.now(UTC) - timedelta(days=10, hours=1))
    page = sales.client(sales.anna).get("/bin").text
    assert '<td class="number">19</td>' in page
    assert "Anna Nowak" in page


def test_employees_see_their_own_and_restore_what_they_may(sales: Sales) -> None:
    theirs = sales.deal("Camilles roof", responsible=sales.camille.id)
    secret = sales.deal("Zofias roof", responsible=sales.zofia.id)
    sales.do(lambda desk: [desk.delete_records([desk.record(each)]) for each in (theirs, secret)], sales.anna)
    page = sales.client(sales.camille).get("/bin").text
    assert "Camilles roof" in page
    assert "Zofias roof" not in page
    assert "Zofias roof" in sales.client(sales.elodie).get("/bin").text
    zofias = sales.row(secret)["bin_id"]
    assert sales.client(sales.camille).post(f"/bin/{zofias}/restorations").status_code == 403
    assert sales.row(secret)["deleted_at"] is not None
    sales.client(sales.camille).post(f"/bin/{sales.row(theirs)['bin_id']}/restorations")
    assert sales.row(theirs)["deleted_at"] is None


def test_a_long_bin_comes_in_pages_and_as_many_queries(sales: Sales) -> None:
    anna = sales.client(sales.anna)
    deals = [sales.deal(f"Deal {number:02}") for number in range(35)]
    sales.do(lambda desk: desk.delete_records([desk.record(deals[0])]), sales.anna)
    anna.get("/bin")
    with counted_queries(sales.database) as few:
        anna.get("/bin")
    for deal in deals[1:]:
        sales.do(lambda desk, deal=deal: desk.delete_records([desk.record(deal)]), sales.anna)
    with counted_queries(sales.database) as many:
        first = anna.get("/bin").text
    assert len(many) == len(few)
    more = re.search(r'href="(/bin\?before=\d+)"', first)
    assert more is not None
    titles = re.findall(r"<b data-user-text>(Deal \d\d)</b>", first + anna.get(more[1]).text)
    assert sorted(titles) == [f"Deal {number:02}" for number in range(35)]


def test_what_is_gone_cannot_be_restored_twice(sales: Sales) -> None:
    deal = sales.deal()
    entry = sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.anna).id
    anna = sales.client(sales.anna)
    assert [anna.post(f"/bin/{entry}/restorations").status_code for _ in range(2)] == [303, 404]


def test_the_page_is_in_the_readers_language(sales: Sales, app: Flask) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    anna = sales.client(sales.anna)
    anna.set_cookie("language", "pseudo")
    assert sales.foreign_words(anna.get("/bin").text) == []
    deal = sales.deal()
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]), sales.anna)
    assert sales.foreign_words(anna.get("/bin").text) == []
    assert sales.foreign_words(anna.get(f"/records/{deal}").text) == []
