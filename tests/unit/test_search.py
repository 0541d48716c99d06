"""Search: in any spelling, for everybody what they may see, fast enough to follow somebody who types."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, MetaData, Table, Text, select

from crm.database import Database
from crm.desk import Desk
from tests.sales import Sales, counted_queries, make_sales
from workspace.queries.spelling import begins, contains


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def found(client: FlaskClient, words: str) -> list[str]:
    """The names on the page, in their order."""
    return re.findall(r"<b data-user-text>([^<]*)</b>", client.get("/search", query_string={"q": words}).text)


@pytest.mark.parametrize(
    "words",
    [
        "Kowalska",
        "kowal",
        "ewa kow",
        "KOWALSKA EWA",
        "ewa.kowalska@post.example",
        "EWA.K",
        "+48 601 220 145",
        "601220145",
        "0048601220145",
        "220 145",
    ],
)
def test_a_client_is_found_by_name_e_mail_and_phone_in_any_spelling(sales: Sales, anna: FlaskClient, words: str) -> None:
    known = {"first_name": "Ewa", "last_name": "Kowalska", "emails": ["Ewa.Kowalska@Post.example"], "phones": ["+48 601 220 145"]}
    sales.do(lambda desk: desk.create_contact(known))
    sales.do(lambda desk: desk.create_contact({"last_name": "Dubois", "phones": ["+33612345678"]}))
    assert found(anna, words) == ["Ewa Kowalska"]


@pytest.mark.parametrize(
    ("name", "words"), [("Élodie", "elodie"), ("Łukasz", "lukasz"), ("Đỗ Quang", "do quang"), ("ñandú", "ÑANDU"), ("strasse", "STRASSE")]
)
def test_accents_and_capitals_do_not_matter(sales: Sales, anna: FlaskClient, name: str, words: str) -> None:
    sales.deal(name)
    assert found(anna, words) == [name]


@pytest.mark.parametrize("words", ["100%", "[x]", "a*b", "what?", "it's", '"quoted"', "back\\slash", "100% [x] a*b what? it's"])
def test_signs_are_taken_as_they_are(sales: Sales, anna: FlaskClient, words: str) -> None:
    title = '100% [x] a*b what? it\'s "quoted" back\\slash'
    sales.deal(title)
    sales.deal("100 x ab what its quoted backslash")
    assert len(found(anna, words)) == 1


@pytest.mark.parametrize("which", ["sqlite", "postgresql"])
@pytest.mark.parametrize("words", ["elo", "LODIE", "^.$", "a*", "(b", "[c", "\\d", "{2}", "|", "100%"])
def test_both_databases_find_the_same(request: pytest.FixtureRequest, which: str, words: str) -> None:
    database: Database = request.getfixturevalue(which)
    table = Table("spelled", MetaData(), Column("name", Text))
    names = ["Élodie", "^.$ a* (b [c \\d {2} | 100%", "nothing of that"]
    with database.engine.connect() as connection, connection.begin():
        table.create(connection)
        connection.execute(table.insert(), [{"name": name} for name in names])
        inside = connection.execute(select(table.c.name).where(contains(words, table.c.name, sqlite=database.is_sqlite))).scalars().all()
        at_start = connection.execute(select(table.c.name).where(begins(words, table.c.name, sqlite=database.is_sqlite))).scalars().all()
    assert inside == [names[0] if "lo" in words.lower() else names[1]]
    assert at_start == ([names[0]] if words == "elo" else [names[1]] if words == "^.$" else [])


def test_deals_are_found_by_their_clients_too_and_what_begins_so_comes_first(sales: Sales, anna: FlaskClient) -> None:
    ewa = sales.do(lambda desk: desk.create_contact({"last_name": "Roofer"})).id
    sales.deal("Gutter", contacts=[ewa])
    sales.deal("Old roof")
    sales.deal("Roof repair")
    deals = found(anna, "roof")
    assert deals[0] == "Roof repair"
    assert {"Gutter", "Old roof"} <= set(deals)


def test_employees_find_only_what_they_see(sales: Sales) -> None:
    sales.deal("Secret roof", responsible=sales.camille.id)
    seen = {role: found(sales.client(getattr(sales, role)), "secret") for role in ("anna", "elodie", "camille", "zofia")}
    assert seen == {"anna": ["Secret roof"], "elodie": ["Secret roof"], "camille": ["Secret roof"], "zofia": []}


def test_what_is_deleted_is_not_found(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    sales.do(lambda desk: desk.delete_records([desk.record(deal)]))
    assert found(anna, "roof") == []


def test_among_ten_thousand_it_takes_as_many_queries(sales: Sales, anna: FlaskClient) -> None:
    sales.deal("Needle")
    anna.get("/search?q=needle")
    with counted_queries(sales.database) as few:
        anna.get("/search?q=needle")

    def work(desk: Desk) -> None:
        for number in range(3000):
            desk.create_record("deal", {"title": f"Straw {number}"}, stage="sales/new")

    sales.do(work)
    with counted_queries(sales.database) as many:
        assert found(anna, "needle") == ["Needle"]
    assert len(many) == len(few)


def test_nothing_asked_and_nothing_found_say_what_to_do(sales: Sales, anna: FlaskClient, app: Flask) -> None:
    assert "Find anything by its name" in anna.get("/search").text
    assert "Nothing is called that" in anna.get("/search?q=zzz").text
    app.config["PSEUDO_LANGUAGE"] = True
    anna.set_cookie("language", "pseudo")
    sales.deal()
    for path in ("/search", "/search?q=zzz", "/search?q=roof"):
        assert sales.foreign_words(anna.get(path).text) == [], path
