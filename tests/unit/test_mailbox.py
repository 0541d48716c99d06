"""The mailbox and the call log as pages: what became of each, and keeping a sender out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm.actor import CLIENT, SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.incoming import IncomingCall, IncomingEmail
from crm.models import Exception_, Message
from crm.transaction import Row
from tests.outside import DEALS, LEADS
from tests.signing import make_person, sign_in
from web.access import now


@pytest.fixture
def anna(app: Flask, sqlite: Database, client: FlaskClient) -> Row:
    """The manager, signed in; forms need no token here."""
    app.config["WTF_CSRF_ENABLED"] = False
    person = make_person(sqlite, "Anna Nowak", "manager")
    sign_in(client, sqlite, person)
    return person


def test_the_mailbox_says_what_became_of_each_message(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    fill_mailbox(app, sqlite)
    everything_, inside, outside = (client.get(f"/mailbox?place={place}").text for place in ("all", "in", "out"))
    assert "New lead: " in everything_
    assert "Kept out: on the exceptions list" in everything_
    assert "A roof" in inside
    assert "Cheap ads" not in inside
    assert "Cheap ads" in outside
    assert "A roof" not in outside


def test_a_message_is_shown_as_plain_text(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    at_desk(app, sqlite, lambda desk: desk.take_in_email(IncomingEmail("a@new.example", "<b>Hi</b>", "<script>alert(1)</script>")), CLIENT)
    page = client.get(f"/mailbox/messages/{message_id(sqlite)}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>Hi</b>" not in page


def test_the_sender_of_a_message_is_listed_and_taken_off_again(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    fill_mailbox(app, sqlite)
    path = f"/mailbox/messages/{message_id(sqlite)}"
    shown = client.post(f"{path}/exceptions", follow_redirects=True).text
    assert "The sender is on the exceptions list" in shown
    assert "jean@client.example" in entries(sqlite)
    undo = re.search(r'hx-post="(/exceptions/\d+/removals\?back=[^"]+)"', shown)
    assert undo
    assert "Put the sender on the exceptions list" in client.post(undo[1].replace("&amp;", "&"), follow_redirects=True).text
    assert "jean@client.example" not in entries(sqlite)


def test_a_caller_is_listed_from_the_call_log(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    fill_mailbox(app, sqlite)
    page = client.get("/mailbox/calls").text
    act = re.search(r'action="(/mailbox/calls/\d+/exceptions)"', page)
    assert act
    assert "Missed" in page
    client.post(act[1])
    assert "+33612345678" in entries(sqlite)


def test_an_employee_reads_no_message_of_a_record_that_is_hidden_from_them(client: FlaskClient, app: Flask, sqlite: Database) -> None:
    anna = make_person(sqlite, "Anna Nowak", "admin")
    fill_mailbox(app, sqlite)
    assert (
        anna.id
        == at_desk(app, sqlite, lambda desk: desk.transaction.rows(select(desk.table("lead")), desk.table("lead")))[0]["responsible_id"]
    )
    sign_in(client, sqlite, make_person(sqlite, "Eva Lind", "employee"))
    assert client.get(f"/mailbox/messages/{message_id(sqlite)}").status_code == 404
    page = client.get("/mailbox").text
    assert "A roof" not in page
    assert "Cheap ads" in page


def fill_mailbox(app: Flask, database: Database) -> None:
    """A stranger's message that became a lead, one of a listed sender, and a missed call."""
    at_desk(app, database, lambda desk: desk.create_pipeline("lead", "Leads", stages=LEADS))
    at_desk(app, database, lambda desk: desk.create_pipeline("deal", "Sales", stages=DEALS))
    at_desk(app, database, lambda desk: desk.add_exception("offer@spam.example"))
    at_desk(app, database, lambda desk: desk.take_in_email(IncomingEmail("jean@client.example", "A roof", "Hello")), CLIENT)
    at_desk(app, database, lambda desk: desk.take_in_email(IncomingEmail("offer@spam.example", "Cheap ads", "Buy")), CLIENT)
    at_desk(app, database, lambda desk: desk.take_in_call(IncomingCall("+33612345678", answered=False)), CLIENT)


def at_desk(app: Flask, database: Database, work: Callable[[Desk], Any], actor: Any = SYSTEM) -> Any:
    with app.test_request_context():
        moment = now()

    def region(desk: Desk) -> Any:
        desk.put_settings({"region": "FR"})
        return work(desk)

    return database.writing(lambda transaction: region(Desk(transaction, actor, moment)))


def entries(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(Exception_.value)).scalars())


def message_id(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.min(Message.id))).scalar_one()
