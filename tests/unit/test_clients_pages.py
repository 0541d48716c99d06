"""Contacts and companies: their lists, their pages, their forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.desk import Desk
from tests.sales import Sales, counted_queries, make_sales


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def contact(sales: Sales, **fields: object) -> int:
    return sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", **fields})).id


def people(sales: Sales, count: int) -> None:
    def work(desk: Desk) -> None:
        for number in range(count):
            firm = desk.create_company({"title": f"Firm {number}"})
            made = desk.create_contact({"last_name": f"Person {number:03}", "company": firm.id})
            desk.create_record("deal", {"title": "Roof", "contacts": [made.id]}, stage="sales/new")

    sales.do(work)


def test_contacts_are_listed_by_name_in_pages_and_as_many_queries_for_many(sales: Sales, anna: FlaskClient) -> None:
    people(sales, 2)
    anna.get("/contacts")
    with counted_queries(sales.database) as few:
        anna.get("/contacts")
    people(sales, 100)
    with counted_queries(sales.database) as many:
        first = anna.get("/contacts").text
    assert len(many) == len(few)
    assert "102 contacts" in first
    assert "Person 000" in first
    assert "Person 099" not in first
    assert "Person 099" in anna.get("/contacts?page=3").text


@pytest.mark.parametrize("words", ["kowal", "KOWALSKA ewa", "ewa@post", "601 220 145", "lewa"])
def test_a_contact_is_found_by_part_of_a_name_an_address_or_a_number(sales: Sales, anna: FlaskClient, words: str) -> None:
    contact(sales, first_name="Ewa", emails=["Ewa@post.example"], phones=["+48 601 220 145"])
    found = anna.get("/contacts", query_string={"q": words}).text
    assert ("Kowalska" in found) is (words != "lewa")
    assert ("Nobody is called that" in found) is (words == "lewa")


def test_a_client_shows_only_the_deals_that_the_reader_may_see(sales: Sales) -> None:
    ewa = contact(sales)
    sales.deal("Open roof", contacts=[ewa])
    sales.deal("Secret roof", contacts=[ewa], responsible=sales.camille.id)
    seen = {role: sales.client(getattr(sales, role)).get(f"/contacts/{ewa}").text for role in ("anna", "elodie", "camille", "zofia")}
    assert {role: "Secret roof" in page for role, page in seen.items()} == {"anna": True, "elodie": True, "camille": True, "zofia": False}
    assert all("Open roof" in page for page in seen.values())
    counts = {
        role: re.findall(r'<td class="number">(\d*)</td>', sales.client(getattr(sales, role)).get("/contacts").text)
        for role in ("anna", "zofia")
    }
    assert counts == {"anna": ["2"], "zofia": ["1"]}


def test_a_contact_is_made_changed_and_deleted_with_a_way_back(sales: Sales, anna: FlaskClient) -> None:
    firm = sales.do(lambda desk: desk.create_company({"title": "Hotel Bristol"})).id
    form = {"has": ["last_name", "emails"], "last_name": "Kowalska", "emails": "ewa@post.example\r\nkowalska@work.example", "company": firm}
    address = anna.post("/contacts", data=form).headers["Location"]
    page = anna.get(address).text
    for words in ("Kowalska", "ewa@post.example", "kowalska@work.example", "Hotel Bristol"):
        assert words in page
    stamp = re.search(r'name="updated_at" value="([^"]+)"', anna.get(f"{address}/edit").text)
    assert stamp is not None
    anna.post(address, data={"has": "position", "position": "Owner", "updated_at": stamp[1], "company": ""})
    page = anna.get(address).text
    assert "Owner" in page
    assert "Hotel Bristol" not in page
    anna.post(f"{address}/deletion")
    assert anna.get(address).status_code == 404
    undo = re.search(r'action="(/bin/\d+/restorations)"', anna.get("/bin").text)
    assert undo is not None
    anna.post(undo[1])
    assert anna.get(address).status_code == 200


@pytest.mark.parametrize(
    ("plural", "form", "field"),
    [("contacts", {}, "last_name"), ("companies", {}, "title"), ("companies", {"has": "title", "title": "x" * 100_000}, "title")],
)
def test_a_client_without_a_name_is_refused_at_the_field(anna: FlaskClient, plural: str, form: dict[str, str], field: str) -> None:
    answer = anna.post(f"/{plural}", data=form)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_two_who_edit_a_client_at_once_do_not_overwrite_each_other(sales: Sales, anna: FlaskClient) -> None:
    ewa = contact(sales)
    stamp = re.search(r'name="updated_at" value="([^"]+)"', anna.get(f"/contacts/{ewa}/edit").text)
    assert stamp is not None
    later = datetime.now(UTC) + timedelta(seconds=5)
    sales.do(lambda desk: desk.edit_client(desk.row("contact", ewa), {"position": "Owner"}), sales.camille, later)
    answer = anna.post(f"/contacts/{ewa}", data={"has": "position", "position": "Boss", "updated_at": stamp[1]})
    assert answer.status_code == 409
    assert "Boss" in answer.text
    assert "Now: Owner" in answer.text


def test_the_pages_are_in_the_readers_language(sales: Sales, anna: FlaskClient, app: Flask) -> None:
    app.config["PSEUDO_LANGUAGE"] = True
    anna.set_cookie("language", "pseudo")
    firm = sales.do(lambda desk: desk.create_company({"title": "Bristol", "address": "Rue 1"})).id
    ewa = contact(sales, company=firm, position="Owner")
    sales.deal(contacts=[ewa], amount="3")
    paths = (
        "/contacts",
        "/companies",
        "/contacts?q=zzz",
        f"/contacts/{ewa}",
        f"/companies/{firm}",
        f"/contacts/{ewa}/edit",
        "/companies/new",
    )
    for path in paths:
        assert sales.foreign_words(anna.get(path).text) == [], path


def test_empty_lists_say_what_comes_there(anna: FlaskClient) -> None:
    assert "No contacts yet" in anna.get("/contacts").text
    assert "No companies yet" in anna.get("/companies").text
