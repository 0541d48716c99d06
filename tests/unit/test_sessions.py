"""Signing in and out: whose browser it is, for how long, and what a stranger learns of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import passwords, sessions
from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.models import Session, User
from crm.transaction import Row
from tests.signing import make_person, posting, secret_for, sign_in
from web.access import COOKIE, is_own_path

PASSWORD = "four words that fit"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def anna(sqlite: Database, password_hash: str) -> Row:
    return make_person(sqlite, "Anna Nowak", password_hash=password_hash)


def try_to_sign_in(client: FlaskClient, password: str = PASSWORD, email: str = "anna@roofs.example", **more: str) -> tuple[int, str]:
    answer = client.post("/sessions", data={"email": email, "password": password, **more}, headers=posting(client))
    return answer.status_code, answer.headers.get("Location", "")


def test_a_signed_in_browser_is_known_for_fourteen_days_after_its_last_use(database: Database) -> None:
    anna = make_person(database, "Anna Nowak")
    secret = database.writing(lambda transaction: sessions.start(transaction, anna.id, NOW))
    database.writing(lambda transaction: sessions.renew(transaction, sessions.hash_of(secret), NOW + timedelta(days=10)))
    with database.reading() as connection:
        assert sessions.find(connection, secret, NOW + timedelta(days=23)) is not None
        assert sessions.find(connection, secret, NOW + timedelta(days=25)) is None


def test_what_has_ended_is_cleared_away_when_somebody_signs_in(database: Database) -> None:
    anna = make_person(database, "Anna Nowak")
    for day in (0, 30):
        database.writing(lambda transaction, day=day: sessions.start(transaction, anna.id, NOW + timedelta(days=day)))
    with database.reading() as connection:
        assert len(connection.execute(select(Session.token_hash)).all()) == 1


def test_the_table_holds_nothing_with_which_one_could_sign_in(database: Database) -> None:
    secret = secret_for(database, make_person(database, "Anna Nowak"))
    with database.reading() as connection:
        assert secret not in str(connection.execute(select(*Session.__table__.c)).all())
        assert sessions.find(connection, sessions.hash_of(secret), datetime.now(UTC)) is None


def test_use_is_noted_at_most_every_five_minutes(app: Flask, client: FlaskClient, sqlite: Database, anna: Row) -> None:
    clock = {"now": datetime.now(UTC)}
    app.config["CLOCK"] = lambda: clock["now"]
    sign_in(client, sqlite, anna)

    def seen() -> datetime:
        with sqlite.reading() as connection:
            found = connection.execute(select(Session.seen_at)).scalar()
            assert found
            return found

    first = seen()
    clock["now"] += timedelta(minutes=3)
    assert "Set-Cookie" not in str(client.get("/me").headers).replace("Set-Cookie: rulewright=", "")
    assert seen() == first
    clock["now"] += timedelta(minutes=3)
    assert COOKIE in str(client.get("/me").headers.getlist("Set-Cookie"))
    assert seen() > first


def test_a_stranger_is_sent_to_sign_in_and_then_back(client: FlaskClient, anna: Row) -> None:
    answer = client.get("/me?tab=browsers")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/me?tab%3Dbrowsers")
    assert try_to_sign_in(client, next="/me?tab=browsers") == (303, "/me?tab=browsers")
    assert client.get("/me").status_code == 200


def test_a_program_without_a_sign_in_is_told_so_in_its_own_language(client: FlaskClient) -> None:
    answer = client.get("/me", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Please sign in first."})


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(client: FlaskClient, anna: Row) -> None:
    answer = client.post("/sessions", data={"email": "anna@roofs.example", "password": PASSWORD}, headers=posting(client))
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_the_cookie_only_travels_over_tls(client: FlaskClient, anna: Row) -> None:
    headers = posting(client)
    answer = client.post(
        "/sessions", base_url="https://localhost", data={"email": "anna@roofs.example", "password": PASSWORD}, headers=headers
    )
    token = client.get("/sign-in", base_url="https://localhost")
    assert token.status_code in (200, 303)
    made = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE)]
    assert all("Secure" in each for each in made)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: FlaskClient, anna: Row) -> None:
    headers = posting(client)
    wrong = client.post("/sessions", data={"email": "anna@roofs.example", "password": "nope"}, headers=headers)
    unknown = client.post("/sessions", data={"email": "nobody@roofs.example", "password": "nope"}, headers=headers)
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "That did not match" in wrong.text
    assert "That did not match" in unknown.text


def test_the_time_does_not_tell_whether_somebody_of_that_address_exists(password_hash: str) -> None:
    passwords.matches(None, "warm")

    def quickest(stored: str | None) -> float:
        tries = []
        for _ in range(3):
            begun = time.perf_counter()
            passwords.matches(stored, "wrong")
            tries.append(time.perf_counter() - begun)
        return min(tries)

    assert quickest(None) > quickest(password_hash) / 3


def test_somebody_who_was_dismissed_signs_in_no_more(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    make_person(sqlite, "Boris Keller", "admin")
    sign_in(client, sqlite, anna)
    sqlite.writing(lambda transaction: (desk := Desk(transaction, SYSTEM, NOW)).dismiss(desk.user("anna_nowak")))
    assert client.get("/me").status_code == 303
    assert try_to_sign_in(client)[0] == 422


def test_ten_wrong_passwords_are_enough_for_a_while(app: Flask, client: FlaskClient, anna: Row) -> None:
    codes = [try_to_sign_in(client, "wrong")[0] for _ in range(11)]
    assert codes == [*[422] * 10, 429]
    blocked = client.post("/sessions", data={"email": "anna@roofs.example", "password": PASSWORD}, headers=posting(client))
    assert "Too many tries" in blocked.text
    assert blocked.headers["Retry-After"]


def test_who_signs_in_correctly_is_never_slowed_down(app: Flask, anna: Row) -> None:
    assert [try_to_sign_in(app.test_client())[0] for _ in range(12)] == [303] * 12


def test_signing_out_ends_it_on_the_server_too(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    secret = secret_for(sqlite, anna)
    client.set_cookie(COOKIE, secret)
    assert client.post("/sessions/current/deletion", headers=posting(client, "/me")).status_code == 303
    client.set_cookie(COOKIE, secret)
    assert client.get("/me").status_code == 303


def test_one_signs_out_ones_own_browsers_and_nobody_elses(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    boris = make_person(sqlite, "Boris Keller", "employee")
    phone, other = secret_for(sqlite, anna), secret_for(sqlite, boris)
    sign_in(client, sqlite, anna)
    headers = posting(client, "/me")
    assert client.post(f"/sessions/{sessions.hash_of(phone)}/deletion", headers=headers).status_code == 303
    assert client.post(f"/sessions/{sessions.hash_of(other)}/deletion", headers=headers).status_code == 404
    with sqlite.reading() as connection:
        assert sessions.find(connection, phone, datetime.now(UTC)) is None
        assert sessions.find(connection, other, datetime.now(UTC)) is not None


def test_a_new_password_needs_the_present_one(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    sign_in(client, sqlite, anna)
    headers = posting(client, "/me")
    fresh = {"password": "quite another one", "again": "quite another one"}
    refused = client.post("/me/passwords", data={"current": "wrong", **fresh}, headers=headers)
    assert (refused.status_code, "This is not your present password." in refused.text) == (422, True)
    assert client.post("/me/passwords", data={"current": PASSWORD, **fresh}, headers=headers).status_code == 303
    with sqlite.reading() as connection:
        assert passwords.matches(connection.execute(select(User.password_hash)).scalar(), "quite another one")


def test_what_one_picks_in_the_bar_is_kept_for_ones_other_browsers(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    sign_in(client, sqlite, anna)
    client.post("/preferences", data={"language": "pl", "theme": "dark"}, headers=posting(client, "/me"))
    with sqlite.reading() as connection:
        assert connection.execute(select(User.language, User.theme)).one() == ("pl", "dark")


@pytest.mark.parametrize(
    "wish",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%0d%0a\r\nSet-Cookie: x",
        " /me",
        "me",
        "",
        "/\u200b/evil.example\u0085",
        "/" + "x" * 3000,
        "data:text/html,x",
        "//user@evil.example",
        "/..\\..\\evil",
    ],
)
def test_no_link_leads_from_signing_in_to_another_site(wish: str) -> None:
    assert not is_own_path(wish)


@pytest.mark.parametrize("wish", ["/", "/me", "/deals/7?tab=history#x", "/pipelines/sales/board"])
def test_every_page_of_our_own_can_be_come_back_to(wish: str) -> None:
    assert is_own_path(wish)
