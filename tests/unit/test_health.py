"""What supervisors and dashboards are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from crm.actor import Actor
from crm.database import Database
from crm.desk import Desk
from crm.entities import table_of
from runtime.engine.models import StepRow
from tests.signing import make_person

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def test_a_stranger_may_ask_whether_it_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"database": True, "queue": True, "overdue_seconds": 0.0})


def test_a_queue_that_is_away_does_not_keep_the_pages_from_being_served(app: Flask, client: FlaskClient) -> None:
    app.config["QUEUE_IS_THERE"] = lambda: False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["queue"]) == (200, False)


def test_a_database_that_is_away_does(app: Flask, client: FlaskClient) -> None:
    app.extensions["database"] = Database("sqlite:////nowhere/at/all.db")
    assert client.get("/readyz").status_code == 503


def test_it_says_how_late_the_latest_timer_is(app: Flask, client: FlaskClient, sqlite: Database) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    app.config["CLOCK"] = lambda: now
    steps = [("sleeping", 90), ("sleeping", -500), ("done", 4000)]

    def work(transaction: object) -> None:
        for number, (state, late) in enumerate(steps):
            row = {"id": bytes([number] * 16), "run_id": bytes(16), "node": f"n{number}", "place": 0, "reached_at": now}
            transaction.insert(table_of(StepRow), {**row, "state": state, "due_at": now - timedelta(seconds=late)})  # type: ignore[attr-defined]

    sqlite.writing(work)
    assert client.get("/readyz").get_json()["overdue_seconds"] == 90
    assert "rulewright_timer_overdue_seconds 90.0" in client.get("/metrics").text
    assert 'rulewright_steps{state="sleeping"} 2.0' in client.get("/metrics").text


def test_numbers_are_for_this_machine_and_for_the_token_of_an_admin(client: FlaskClient, sqlite: Database) -> None:
    people = {role: make_person(sqlite, f"{role.title()} Person", role) for role in ("admin", "employee")}
    assert client.get("/metrics", environ_overrides=ELSEWHERE).status_code == 403

    def token_of(role: str) -> str:
        person = people[role]
        actor = Actor("person", person.id, "admin")
        return str(sqlite.writing(lambda transaction: Desk(transaction, actor, datetime.now(UTC)).create_token(role))[1])

    def asked(secret: str) -> int:
        return client.get("/metrics", environ_overrides=ELSEWHERE, headers={"Authorization": f"Bearer {secret}"}).status_code

    assert {role: asked(token_of(role)) for role in people} == {"admin": 200, "employee": 403}
    assert asked("rw_guessed") == 403
