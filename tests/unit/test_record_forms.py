"""The forms of a record: every field, two who edit at once, its client, and a new one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.sales import HTMX, Sales, edit, make_sales

LONG = "x" * 100_000


@pytest.fixture
def sales(app: Flask) -> Sales:
    return make_sales(app)


@pytest.fixture
def anna(sales: Sales) -> FlaskClient:
    return sales.client(sales.anna)


def test_every_field_can_be_edited_and_is_read_back(sales: Sales, anna: FlaskClient) -> None:
    sales.do(lambda desk: [desk.create_field("deal", label, kind, key=key) for key, label, kind in CUSTOM])
    sales.do(lambda desk: desk.create_field("deal", "Roof", "choice", key="roof", options=("Tiles", "Slate")))
    deal = sales.deal()
    given = {
        "title": "New title",
        "amount": "1200.50",
        "close_date": "2026-03-31",
        "comment": "Two\nlines",
        "area": "75.5",
        "deposit": "300",
        "begun": "2026-03-01",
        "met": "2026-03-01T14:00",
        "insured": "yes",
        "drawing": "https://files.example/plan.pdf",
        "roof": "slate",
    }
    edit(anna, deal, **given)
    page = anna.get(f"/records/{deal}").text
    for words in (
        "New title",
        "€1,200.50",
        "31 Mar",
        "Two\nlines",
        "75.5",
        "€300",
        "1 Mar",
        "14:00",
        "yes",
        "Slate",
        'href="https://files.example/plan.pdf"',
    ):
        assert words in page, words
    again = anna.get(f"/records/{deal}/edit").text
    for typed in ("1200.5", "2026-03-31", "75.5", "2026-03-01T14:00"):
        assert f'value="{typed}"' in again


CUSTOM = (
    ("area", "Area", "number"),
    ("deposit", "Deposit", "money"),
    ("begun", "Begun", "date"),
    ("met", "Met", "datetime"),
    ("insured", "Insured", "yes_no"),
    ("drawing", "Drawing", "link"),
)


@pytest.mark.parametrize(
    ("field", "given", "says"),
    [
        ("title", LONG, "This is too long: 100,000 characters."),
        ("title", "", "A title is missing."),
        ("amount", "a lot", "This must be a number."),
        ("close_date", "soon", "This must be a date."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept_in_the_form(
    sales: Sales, anna: FlaskClient, field: str, given: str, says: str
) -> None:
    deal = sales.deal()
    answer = edit(anna, deal, **{field: given})
    assert answer.status_code == 422  # type: ignore[attr-defined]  # a response
    text = answer.text  # type: ignore[attr-defined]
    error = re.search(rf'id="field-{field}-error">(.*?)</span></span>', text, re.DOTALL)
    assert error is not None
    assert says in error[1]
    assert given in text
    assert sales.row(deal)["title"] == "Roof repair"


def test_two_who_edit_at_once_do_not_overwrite_each_other(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    stamp = re.search(r'name="updated_at" value="([^"]+)"', anna.get(f"/records/{deal}/edit").text)
    assert stamp is not None
    later = datetime.now(UTC) + timedelta(seconds=5)
    sales.do(lambda desk: desk.edit_record(desk.record(deal), {"title": "Camilles title"}), sales.camille, later)
    mine = {"has": "title", "title": "Annas title", "updated_at": stamp[1]}
    answer = anna.post(f"/records/{deal}", data=mine, headers=HTMX)
    assert answer.status_code == 409
    assert "Annas title" in answer.text
    assert "Now: Camilles title" in answer.text
    newer = re.search(r'name="updated_at" value="([^"]+)"', answer.text)
    assert newer is not None
    assert anna.post(f"/records/{deal}", data={**mine, "updated_at": newer[1]}, headers=HTMX).status_code == 200
    assert sales.row(deal)["title"] == "Annas title"


def test_a_client_is_found_linked_and_taken_off(sales: Sales, anna: FlaskClient) -> None:
    contact = sales.do(lambda desk: desk.create_contact({"first_name": "Hélène", "last_name": "Dubois", "phones": ["+33612345678"]}))
    deal = sales.deal()
    assert "Hélène Dubois" in anna.get(f"/records/{deal}/clients?q=helene", headers=HTMX).text
    anna.post(f"/records/{deal}/clients", data={"entity": "contact", "client": contact.id}, headers=HTMX)
    assert "Hélène Dubois" in anna.get(f"/records/{deal}").text
    told = anna.post(f"/records/{deal}/clients/{contact.id}/removal", headers=HTMX).headers["HX-Trigger"]
    assert sales.row(deal)["contact_ids"] == []
    anna.post(re.search(r'"undo": "([^"]+)"', told)[1], headers=HTMX)  # type: ignore[index]  # the toast has one
    assert sales.row(deal)["contact_ids"] == [contact.id]


def test_a_contact_is_made_in_place(sales: Sales, anna: FlaskClient) -> None:
    deal = sales.deal()
    assert anna.post(f"/records/{deal}/clients/new", data={}, headers=HTMX).status_code == 422
    anna.post(f"/records/{deal}/clients/new", data={"last_name": "Garnier", "email": "julien@garnier.example"}, headers=HTMX)
    assert "julien@garnier.example" in anna.get(f"/records/{deal}").text


def test_a_new_deal_finds_a_client_who_is_known_by_another_spelling_of_the_phone(sales: Sales, anna: FlaskClient) -> None:
    known = sales.do(lambda desk: desk.create_contact({"last_name": "Kowalska", "phones": ["+1 202 555 0143"]}))
    form = {"has": ["title"], "title": "Gutter", "client_name": "Ewa", "client_phone": "(202) 555-0143"}
    answer = anna.post("/pipelines/sales/records", data=form)
    record_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert sales.row(record_id)["contact_ids"] == [known.id]


def test_a_new_deal_that_is_sent_twice_is_made_once(sales: Sales, anna: FlaskClient) -> None:
    form = {"has": ["title"], "title": "Gutter", "client_name": "Ewa Kowalska", "request_id": "once"}
    addresses = {anna.post("/pipelines/sales/records", data=form).headers["Location"] for _ in range(2)}
    assert len(addresses) == 1
    assert sales.do(lambda desk: len(desk.transaction.rows(desk.table("contact").select(), desk.table("contact")))) == 1


@pytest.mark.parametrize(("field", "given"), [("title", ""), ("amount", "much"), ("client_email", "nowhere"), ("client_phone", "12")])
def test_a_new_deal_that_cannot_be_is_refused_at_its_field(sales: Sales, anna: FlaskClient, field: str, given: str) -> None:
    form = {"has": ["title", "amount"], "title": "Gutter", "client_name": "Ewa", field: given}
    answer = anna.post("/pipelines/sales/records", data=form, headers=HTMX)
    assert answer.status_code == 422
    assert f'id="field-{field.replace("_", "-")}-error"' in answer.text
