"""The exceptions list as pages: adding, importing, exporting, removing, and the way back."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from crm import spreadsheets
from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.models import Exception_
from crm.transaction import Row
from tests.signing import make_person, sign_in
from web.access import now

LINES = "Offer@Spam.example;never asked for\n@agency.example\n+33 6 12 34 56 78;calls every day\n"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "'=1+1", " =1+1")
DANGEROUS = re.compile(r"(?:^|[;,\t])\s*[=+\-@\t\r＝＋－＠]")


@pytest.fixture
def anna(app: Flask, sqlite: Database, client: FlaskClient) -> Row:
    """The manager, signed in; forms need no token here."""
    app.config["WTF_CSRF_ENABLED"] = False
    person = make_person(sqlite, "Anna Nowak", "manager")
    sign_in(client, sqlite, person)
    return person


def test_somebody_is_added_by_hand_and_shown_with_who_when_and_why(client: FlaskClient, anna: Row) -> None:
    client.post("/exceptions", data={"value": " Offer@Spam.example ", "comment": "never asked for"})
    page = client.get("/exceptions").text
    assert "offer@spam.example" in page
    assert "never asked for" in page
    assert "Anna Nowak" in page
    assert "today" in page


@pytest.mark.parametrize("value", ["", "nothing like it", "12", "jean@", "=cmd"])
def test_what_is_neither_address_nor_domain_nor_phone_is_refused_with_words(
    client: FlaskClient, sqlite: Database, anna: Row, value: str
) -> None:
    answer = client.post("/exceptions", data={"value": value}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Write an address" in answer.text
    assert entries(sqlite) == []


def test_adding_somebody_again_changes_nothing(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    for _ in range(2):
        client.post("/exceptions", data={"value": "06 12 34 56 78" if _ else "+33612345678"})
    client.post("/exceptions", data={"value": "+33 (0)6 12 34 56 78"})
    assert entries(sqlite).count("+33612345678") == 1


def test_an_entry_that_was_removed_comes_back_as_it_was(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    client.post("/exceptions", data={"value": "offer@spam.example", "comment": "never asked for"})
    before = row(sqlite)
    client.post(f"/exceptions/{before.id}/removals")
    assert entries(sqlite) == []
    client.post(f"/exceptions/{before.id}/returns")
    assert row(sqlite) == before


def test_an_entry_does_not_come_back_twice(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    client.post("/exceptions", data={"value": "offer@spam.example"})
    before = row(sqlite)
    client.post(f"/exceptions/{before.id}/removals")
    client.post("/exceptions", data={"value": "offer@spam.example", "comment": "anew"})
    assert client.post(f"/exceptions/{before.id}/returns").status_code == 303
    assert entries(sqlite) == ["offer@spam.example"]


@pytest.mark.parametrize("path", ["/exceptions/1/removals", "/exceptions/1/returns"])
def test_what_never_was_there_is_not_found(client: FlaskClient, anna: Row, path: str) -> None:
    assert client.post(path).status_code == 404


def test_an_undo_leads_back_to_a_page_of_this_site_only(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    client.post("/exceptions", data={"value": "offer@spam.example"})
    answer = client.post(f"/exceptions/{row(sqlite).id}/removals?back=https://elsewhere.example/")
    assert answer.headers["Location"] == "/exceptions"


@pytest.mark.parametrize("act", [
    lambda client: client.post("/exceptions", data={"value": "a@spam.example"}),
    lambda client: client.post("/exceptions/1/removals"),
    lambda client: client.post("/exceptions/1/returns"),
    lambda client: client.get("/exceptions/imports"),
    lambda client: client.post("/exceptions/imports", data={"lines": LINES}),
    lambda client: client.get("/exceptions.csv"),
])  # fmt: skip
def test_an_employee_sees_the_list_and_changes_nothing(
    client: FlaskClient, app: Flask, sqlite: Database, act: Callable[[FlaskClient], Any]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, sqlite, make_person(sqlite, "Eva Lind", "employee"))
    at_desk(app, sqlite, lambda desk: desk.add_exception("offer@spam.example"))
    assert act(client).status_code == 403
    page = client.get("/exceptions").text
    assert "offer@spam.example" in page
    assert "/removals" not in page
    assert "Add to the list" not in page
    assert entries(sqlite) == ["offer@spam.example"]


def test_lines_are_imported_and_the_bad_ones_told_by_number(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    page = client.post("/exceptions/imports", data={"lines": f"{LINES}\nnothing\n{LINES}12;x\n"}).text
    assert "3 entries added" in page
    assert "3 were there already" in page
    assert "2 lines could not be read" in page
    assert re.findall(r'<td class="number">(\d+)</td><td class="value-cell" data-user-text>([^<]*)</td>', page) == [
        ("5", "nothing"),
        ("9", "12;x"),
    ]
    assert ">nothing\n12;x</textarea>" in page
    assert sorted(entries(sqlite)) == ["+33612345678", "@agency.example", "offer@spam.example"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_imported_however_it_was_saved(client: FlaskClient, sqlite: Database, anna: Row, encoding: str) -> None:
    raw = LINES.replace("never", "j’amais à").replace("\n", "\r\n").encode(encoding)
    client.post("/exceptions/imports", data={"file": (io.BytesIO(raw), "list.csv"), "lines": ""})
    assert sorted(entries(sqlite)) == ["+33612345678", "@agency.example", "offer@spam.example"]


def test_nothing_to_import_is_said_so(client: FlaskClient, anna: Row) -> None:
    answer = client.post("/exceptions/imports", data={"lines": " \n ; \n"})
    assert answer.status_code == 422
    assert "nothing to import" in answer.text


def test_many_pasted_lines_are_taken_as_those_of_a_file(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    assert client.post("/exceptions/imports", data={"lines": "offer@spam.example;again and again\n" * 30_000}).status_code == 200
    assert entries(sqlite) == ["offer@spam.example"]


def test_an_import_that_is_too_large_is_refused(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    assert client.post("/exceptions/imports", data={"lines": "a@spam.example\n" * 400_000}).status_code == 413
    assert entries(sqlite) == []


def test_ten_thousand_lines_with_37_bad_ones_take_less_than_two_seconds(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    lines = [f"offer{number}@spam{number % 700}.example;spam" if number % 3 else f"+336{number:08d};calls" for number in range(9_963)]
    for number in range(37):
        lines.insert(number * 269, f"no address {number}")
    begun = time.process_time()
    page = client.post("/exceptions/imports", data={"lines": "\n".join(lines)}).text
    assert time.process_time() - begun < 2
    assert "9,963 entries added" in page
    assert "37 lines could not be read" in page


def test_a_long_list_is_shown_with_as_few_queries_as_a_short_one(client: FlaskClient, sqlite: Database, app: Flask, anna: Row) -> None:
    at_desk(app, sqlite, lambda desk: desk.import_exceptions(["first@spam.example"]))
    short = queries(app, lambda: client.get("/exceptions"))
    at_desk(app, sqlite, lambda desk: desk.import_exceptions(f"offer{number}@spam.example" for number in range(10_000)))
    long = queries(app, lambda: client.get("/exceptions?page=150&q=offer"))
    assert long <= short
    assert client.get("/exceptions").text.count('<tr id="exception-') == 50


@pytest.mark.parametrize(("words", "found"), [("SPAM", 1), ("never", 1), ("06 12 34", 1), ("+33 6", 1), ("%", 0), ("_", 0), ("example", 2)])
def test_an_entry_is_found_by_its_value_or_comment(client: FlaskClient, anna: Row, words: str, found: int) -> None:
    client.post("/exceptions/imports", data={"lines": LINES})
    page = client.get("/exceptions", query_string={"q": words}, headers={"HX-Request": "true"}).text
    assert page.count('<tr id="exception-') == found


def test_entries_are_shown_by_kind(client: FlaskClient, anna: Row) -> None:
    client.post("/exceptions/imports", data={"lines": LINES})
    page = client.get("/exceptions?kind=domain").text
    assert "@agency.example" in page
    assert "offer@spam.example" not in page


def test_what_was_exported_can_be_imported_again(client: FlaskClient, app: Flask, sqlite: Database, anna: Row) -> None:
    at_desk(app, sqlite, lambda desk: desk.import_exceptions(LINES.splitlines()))
    for number, formula in enumerate(FORMULAS):
        at_desk(app, sqlite, lambda desk, n=number, text=formula: desk.add_exception(f"a{n}@spam.example", f"{text};{text},{text}"))
    at_desk(app, sqlite, lambda desk: desk.add_exception("=1+1@spam.example"))
    before, exported = everything(sqlite), client.get("/exceptions.csv")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    assert exported.mimetype == "text/csv"
    at_desk(app, sqlite, lambda desk: [desk.remove_exception(each) for each in ids(sqlite)])
    client.post("/exceptions/imports", data={"file": (io.BytesIO(exported.data), "exceptions.csv")})
    assert everything(sqlite) == before


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_spreadsheet_finds_no_formula_in_an_export(formula: str) -> None:
    for comment in (formula, f"harmless;{formula}", f"a,{formula}"):
        line = spreadsheets.line("offer@spam.example", comment)
        assert not DANGEROUS.search(line.replace("+33", "")), line
    assert not DANGEROUS.search(spreadsheets.line("=cmd|'/c'!a0@spam.example", None))


def test_a_phone_keeps_its_plus_and_a_domain_its_at() -> None:
    assert spreadsheets.line("+33612345678", None) == "+33612345678"
    assert spreadsheets.line("@agency.example", "x") == "@agency.example;x"


@given(st.text(alphabet="=+-@'\";, a＝＠", max_size=12))
def test_guarding_loses_nothing(text: str) -> None:
    guarded = spreadsheets.guarded(text)
    assert spreadsheets.unguarded(guarded) == text
    assert not DANGEROUS.search(guarded)


def at_desk(app: Flask, database: Database, work: Callable[[Desk], Any], actor: Any = SYSTEM) -> Any:
    with app.test_request_context():
        moment = now()

    def region(desk: Desk) -> Any:
        desk.put_settings({"region": "FR"})
        return work(desk)

    return database.writing(lambda transaction: region(Desk(transaction, actor, moment)))


def queries(app: Flask, act: Callable[[], Any]) -> int:
    """How many statements the pages need for an act."""
    seen: list[str] = []
    engine = app.extensions["database"]._reader

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def entries(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(Exception_.value)).scalars())


def ids(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(select(Exception_.id)).scalars())


def everything(database: Database) -> set[tuple[str, str, str | None]]:
    with database.reading() as connection:
        return {tuple(found) for found in connection.execute(select(Exception_.kind, Exception_.value, Exception_.comment))}


def row(database: Database) -> Any:
    with database.reading() as connection:
        return connection.execute(select(*Exception_.__table__.c)).one()
