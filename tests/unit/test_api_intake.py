"""What other programs bring in over the API: once, with a token, and refused in words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api import command
from api.door import LIMIT_OF_STRANGERS
from api.openapi import document
from crm.actor import SYSTEM, Actor
from crm.configuration import Configuration
from crm.database import Database
from crm.desk import Desk
from crm.mail import LONGEST
from crm.models import Call, Exception_, Message, Record, Submission, Token
from tests.outside import LEADS
from tests.signing import make_person, sign_in
from web.access import now

EMAIL = b"From: Jean <jean@client.example>\nTo: office@roofs.example\nSubject: A roof\nMessage-ID: <1@client.example>\n\nHello"
CALL = {"id": "c1", "from": "+33 6 12 34 56 78"}
FORM = {"id": "f1", "form": "contact", "title": "Ask us", "name": "Eva Lind", "email": "eva@new.example", "Roof": "slate"}


@pytest.fixture
def bearer(app: Flask, sqlite: Database) -> dict[str, str]:
    """The header of a program that acts as the admin."""
    return token_of(app, sqlite, make_person(sqlite, "Anna Nowak", "admin"))


@pytest.fixture(autouse=True)
def pipeline(sqlite: Database, bearer: dict[str, str], app: Flask) -> None:
    at_desk(app, sqlite, lambda desk: desk.create_pipeline("lead", "Leads", stages=LEADS))


@pytest.mark.parametrize(
    ("path", "body", "table"),
    [
        ("/emails", {"data": EMAIL, "content_type": "message/rfc822"}, Message),
        ("/calls", {"json": CALL}, Call),
        ("/forms", {"json": FORM}, Submission),
        ("/forms", {"data": FORM}, Submission),
        ("/calls", {"json": {"from": "+33612345678"}, "headers": {"Idempotency-Key": "c1"}}, Call),
    ],
    ids=["email", "call", "form", "posted form", "key in the header"],
)
def test_what_is_sent_twice_is_taken_in_once(
    client: FlaskClient, sqlite: Database, bearer: dict[str, str], path: str, body: dict[str, Any], table: Any
) -> None:
    body = {**body, "headers": {**bearer, **body.get("headers", {})}}
    first, again = (client.post(f"/api/v1/intake{path}", **body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json | {"repeated": True} == again.json
    assert first.json["outcome"] == "new_lead"
    assert (count(sqlite, table), count(sqlite, Record)) == (1, 1)
    jsonschema.validate(first.json, described("taken"))


def test_a_form_becomes_a_lead_with_its_fields(client: FlaskClient, sqlite: Database, bearer: dict[str, str]) -> None:
    answer = client.post("/api/v1/intake/forms", json=FORM, headers=bearer)
    with sqlite.reading() as connection:
        lead = connection.execute(select(Record.title, Record.first_name, Record.emails, Record.comment)).one()
    assert answer.json is not None
    assert answer.json["record"]["title"] == "Ask us"
    assert tuple(lead) == ("Ask us", "Eva", ["eva@new.example"], "Roof: slate")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}])
def test_without_a_valid_token_nothing_is_taken_in(client: FlaskClient, sqlite: Database, header: dict[str, str]) -> None:
    answer = client.post("/api/v1/intake/calls", json=CALL, headers=header)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert_refused(answer, 401)
    assert count(sqlite, Call) == 0


def test_a_signed_in_browser_is_not_enough(client: FlaskClient, sqlite: Database) -> None:
    sign_in(client, sqlite, make_person(sqlite, "Boris Le", "admin"))
    assert_refused(client.post("/api/v1/intake/calls", json=CALL), 401)


def test_a_revoked_token_opens_no_door(client: FlaskClient, app: Flask, sqlite: Database, bearer: dict[str, str]) -> None:
    with sqlite.reading() as connection:
        token_id = connection.execute(select(Token.id)).scalar_one()
    at_desk(app, sqlite, lambda desk: desk.revoke_token(token_id))
    assert_refused(client.post("/api/v1/intake/calls", json=CALL, headers=bearer), 401)


def test_the_token_of_somebody_who_left_opens_no_door(client: FlaskClient, app: Flask, sqlite: Database) -> None:
    olga = make_person(sqlite, "Olga Ek", "admin")
    header = token_of(app, sqlite, olga)
    at_desk(app, sqlite, lambda desk: desk.dismiss(desk.row("user", olga.id)))
    assert_refused(client.post("/api/v1/intake/calls", json=CALL, headers=header), 401)


def test_it_is_noted_when_a_token_was_used(client: FlaskClient, sqlite: Database, bearer: dict[str, str]) -> None:
    client.post("/api/v1/intake/calls", json=CALL, headers=bearer)
    with sqlite.reading() as connection:
        assert connection.execute(select(Token.used_at)).scalar_one() is not None


def test_who_guesses_tokens_is_slowed_down(client: FlaskClient) -> None:
    tries = int(LIMIT_OF_STRANGERS.split()[0])
    guesses = [client.get("/api/v1/exceptions", headers={"Authorization": f"Bearer {number}"}) for number in range(tries + 1)]
    assert {guess.status_code for guess in guesses[:-1]} == {401}
    assert_refused(guesses[-1], 429)
    assert guesses[-1].headers["Retry-After"]


@pytest.mark.parametrize(
    ("path", "body", "status", "where"),
    [
        ("/emails", {"data": EMAIL, "content_type": "text/plain"}, 415, ""),
        ("/emails", {"data": b"Subject: Who am I\n\nHello", "content_type": "message/rfc822"}, 422, "From"),
        ("/emails", {"data": b"", "content_type": "message/rfc822"}, 422, "message"),
        ("/emails", {"data": EMAIL + b"x" * LONGEST, "content_type": "message/rfc822"}, 413, ""),
        ("/calls", {"data": "{", "content_type": "application/json"}, 422, "line 1, column 2"),
        ("/calls", {"json": []}, 422, ""),
        ("/calls", {"json": {"id": "1"}}, 422, "from"),
        ("/calls", {"json": {"from": "+33612345678"}}, 422, "id"),
        ("/calls", {"json": {**CALL, "answered": "yes"}}, 422, "answered"),
        ("/calls", {"json": {**CALL, "seconds": True}}, 422, "seconds"),
        ("/calls", {"json": {**CALL, "seconds": -1}}, 422, "seconds"),
        ("/calls", {"json": {**CALL, "at": "soon"}}, 422, "at"),
        ("/calls", {"json": {**CALL, "id": "x" * 201}}, 422, "id"),
        ("/calls", {"json": {**CALL, "colour": "red"}}, 422, "colour"),
        ("/forms", {"json": {"id": "1", "name": "Eva"}}, 422, "email"),
        ("/forms", {"json": {**FORM, "Roof": {"a": 1}}}, 422, "Roof"),
        ("/forms", {"json": {**FORM, "title": 7}}, 422, "title"),
        ("/nowhere", {"json": {}}, 404, ""),
    ],
)  # fmt: skip
def test_a_refusal_names_what_is_wrong_and_changes_nothing(
    client: FlaskClient, sqlite: Database, bearer: dict[str, str], path: str, body: dict[str, Any], status: int, where: str
) -> None:
    answer = client.post(f"/api/v1/intake{path}", headers=bearer, **body)
    assert_refused(answer, status, where)
    assert sum(count(sqlite, table) for table in (Message, Call, Submission, Record)) == 0


def test_an_exception_is_added_once_and_found_again(client: FlaskClient, bearer: dict[str, str]) -> None:
    first, again = (
        client.post("/api/v1/exceptions", json={"value": "Offer@Spam.example", "comment": "spam"}, headers=bearer) for _ in "12"
    )
    found = client.get("/api/v1/exceptions?q=SPAM&kind=email", headers=bearer).json
    assert (first.status_code, again.status_code) == (201, 200)
    assert found is not None
    (entry,) = found["exceptions"]
    assert (entry["value"], entry["comment"], entry["added_by"]) == ("offer@spam.example", "spam", "Anna Nowak")
    jsonschema.validate(entry, described("exception"))


def test_many_exceptions_come_as_lines_and_are_read_in_pages(client: FlaskClient, bearer: dict[str, str]) -> None:
    lines = "a@spam.example;one\n?;bad\n@agency.example\n'=1+1@spam.example;'=2\na@spam.example\n"
    answer = client.post("/api/v1/exceptions", data=lines, content_type="text/csv", headers=bearer).json
    assert answer is not None
    assert (answer["added"], answer["repeated"], [bad["where"] for bad in answer["bad"]]) == (3, 1, ["line 2"])
    jsonschema.validate(answer, described("imported"))
    pages, before = [], ""
    while before is not None:
        page = client.get(f"/api/v1/exceptions?limit=2{before and f'&before={before}'}", headers=bearer).json
        assert page is not None
        pages.append([(entry["value"], entry["comment"]) for entry in page["exceptions"]])
        before = page["next"]
    assert pages == [[("=1+1@spam.example", "=2"), ("@agency.example", None)], [("a@spam.example", "one")]]


def test_an_employee_reads_the_list_and_does_not_add_to_it(client: FlaskClient, app: Flask, sqlite: Database) -> None:
    eva = make_person(sqlite, "Eva Lind", "employee")
    header = token_of(app, sqlite, make_person(sqlite, "Zoe Roy", "admin"))
    with sqlite.reading() as connection:
        token_id = connection.execute(select(func.max(Token.id))).scalar_one()
    sqlite.writing(lambda transaction: transaction.update_by_id(Token.__table__, token_id, {"user_id": eva.id}))  # type: ignore[arg-type]
    assert client.get("/api/v1/exceptions", headers=header).status_code == 200
    assert_refused(client.post("/api/v1/exceptions", json={"value": "a@spam.example"}, headers=header), 403)
    assert count(sqlite, Exception_) == 0


@pytest.mark.parametrize("query", ["kind=name", "limit=0", "limit=x", "limit=501", "before=-1"])
def test_an_impossible_page_is_refused(client: FlaskClient, bearer: dict[str, str], query: str) -> None:
    assert_refused(client.get(f"/api/v1/exceptions?{query}", headers=bearer), 422, query.partition("=")[0])


def test_the_description_and_the_routes_agree(app: Flask) -> None:
    routes = {
        (rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and "path:" not in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, methods in document()["paths"].items() for method in methods}


def test_the_description_is_served_to_everybody(client: FlaskClient) -> None:
    assert client.get("/api/v1/openapi.json").json == document()


def test_the_schema_of_chains_is_served(client: FlaskClient) -> None:
    schema = client.get("/api/v1/schema/chain").json
    jsonschema.Draft202012Validator.check_schema(schema)
    assert_refused(client.get("/api/v1/schema/nothing"), 404)


def test_a_mail_server_on_this_machine_delivers_a_message(
    configuration: Configuration, sqlite: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "message").write_bytes(EMAIL)
    assert [command.main(tmp_path / "message", configuration) for _ in "12"] == [0, 0]
    assert capsys.readouterr().out == "New lead: A roof\n" * 2
    assert count(sqlite, Record) == 1


def test_a_mail_server_is_told_not_to_try_a_broken_message_again(
    configuration: Configuration, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Subject: Who am I\n\nHello")))
    assert command.main(command.STDIN, configuration) == 65
    assert "From: The message has no sender." in capsys.readouterr().err


def test_a_mail_server_is_told_to_try_again_while_the_database_is_away(
    configuration: Configuration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "message").write_bytes(EMAIL)
    away = Configuration(data=tmp_path, database_url=f"sqlite:///{tmp_path}/away.db", redis_url="", embedded_redis=False, secret_key="x")
    assert command.main(tmp_path / "message", Configuration(**{**vars(away), "redis_url": configuration.redis_url})) == 75
    assert "SELECT" not in capsys.readouterr().err


def assert_refused(answer: TestResponse, status: int, where: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    jsonschema.validate(answer.json, described("error"))
    assert answer.json["error"]["says"]
    assert where is None or answer.json["error"]["where"] == where


def described(name: str) -> dict[str, Any]:
    whole = document()
    return {"$ref": f"#/components/schemas/{name}", "components": whole["components"]}


def token_of(app: Flask, database: Database, person: Any) -> dict[str, str]:
    _, secret = at_desk(app, database, lambda desk: desk.create_token("Telephone exchange"), Actor("person", person.id, "admin"))
    return {"Authorization": f"Bearer {secret}"}


def at_desk(app: Flask, database: Database, work: Any, actor: Actor = SYSTEM) -> Any:
    with app.test_request_context():
        moment = now()
    return database.writing(lambda transaction: work(Desk(transaction, actor, moment)))


def count(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
