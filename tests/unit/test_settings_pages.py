"""The settings pages: who sees them, what a form keeps when it was not right, and what is shown only once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from crm import demo, passwords
from crm.actor import SYSTEM
from crm.database import Database
from crm.demo.start import make_pipelines
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.models import Audit, Owner, Pipeline, Record, Setting, Stage, Token, User
from crm.settings import Settings
from crm.transaction import Row
from tests.signing import make_person, posting, sign_in
from web.access import COOKIE
from workspace.settings.rooms import PAGES

NOW = datetime.now(UTC)
FOR_MANAGERS = {"settings.first", "settings.owners", "settings.set_owner", "settings.audit"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(sqlite: Database, client: FlaskClient) -> Row:
    """An admin who is signed in, in a company with two pipelines."""
    sqlite.writing(lambda transaction: make_pipelines(Desk(transaction, SYSTEM, NOW)))
    person = make_person(sqlite, "Anna Nowak", password_hash="hash")
    sign_in(client, sqlite, person)
    return person


def post(client: FlaskClient, path: str, headers: dict[str, str] | None = None, **form: object) -> TestResponse:
    return client.post(path, data=form, headers={**posting(client, "/me"), **(headers or {})})


def stage_keys(database: Database, pipeline: str = "sales") -> list[str]:
    statement = select(Stage.key).join(Pipeline, Pipeline.id == Stage.pipeline_id).where(Pipeline.key == pipeline).order_by(Stage.position)
    with database.reading() as connection:
        return list(connection.execute(statement).scalars())


def every_settings_request(app: Flask) -> list[tuple[str, str, str]]:
    """Method, address and endpoint of all that the settings can be asked."""
    known = {"key": "sales", "stage_key": "new", "department_id": "1", "field_id": "1", "token_id": "1", "absence_id": "1"}
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("settings."):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known[name[1]], rule.rule)
            found += [(method, path, rule.endpoint) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


@pytest.mark.parametrize("role", ["employee", "manager"])
def test_whoever_may_not_is_told_so_on_every_settings_page(app: Flask, client: FlaskClient, sqlite: Database, role: str) -> None:
    person = make_person(sqlite, "Camille Lefèvre", role)
    sign_in(client, sqlite, person)
    headers = posting(client, "/me")
    asked = every_settings_request(app)
    assert len(asked) > 35
    for method, path, endpoint in asked:
        if role == "manager" and endpoint in FOR_MANAGERS:
            continue
        answer = client.open(path, method=method, headers=headers)
        assert answer.status_code == 403, (method, path)
        assert re.search(r"not allowed|for admins and managers", answer.text), path


def test_every_settings_page_is_in_the_list_on_its_left(client: FlaskClient, anna: Row) -> None:
    for page in PAGES:
        answer = client.get(f"/settings/{page.name}")
        assert answer.status_code == 200
        assert f'<a href="/settings/{page.name}" aria-current="page">' in answer.text


def test_a_manager_finds_only_what_managers_may_see(client: FlaskClient, sqlite: Database) -> None:
    sign_in(client, sqlite, make_person(sqlite, "Élodie Martin", "manager"))
    assert client.get("/settings").headers["Location"] == "/settings/owners"
    listed = re.search(r'<nav class="settings__list".*?</nav>', client.get("/settings/audit").text, re.DOTALL)
    assert listed
    assert re.findall(r'href="/settings/(\w+)"', listed[0]) == ["owners", "audit"]


def test_an_invited_person_signs_in_with_the_password_that_was_shown_once(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    answer = post(client, "/settings/people", name="Minh Trần", email="minh@roofs.example", role="employee")
    shown = re.search(r'<code translate="no">([a-z0-9-]+)</code>', answer.text)
    assert shown
    assert answer.headers["Cache-Control"] == "no-store"
    assert shown[1] not in client.get("/settings/people/minh_tran").text
    with sqlite.reading() as connection:
        stored = connection.execute(select(User.password_hash).where(User.email == "minh@roofs.example")).scalar()
    assert passwords.matches(stored, shown[1])


def test_a_form_that_was_not_right_keeps_what_was_written(client: FlaskClient, anna: Row) -> None:
    answer = post(client, "/settings/people", name="Minh Trần", email="not an address", role="manager", position="Roofer")
    assert answer.status_code == 422
    for kept in (
        'value="Minh Trần"',
        'value="not an address"',
        'value="Roofer"',
        'value="manager" checked',
        "This is not an e-mail address.",
    ):
        assert kept in answer.text


def test_dismissing_can_be_taken_back_from_the_toast(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    make_person(sqlite, "Boris Keller", "manager")
    post(client, "/settings/people/boris_keller/dismissal")
    page = client.get("/settings/people").text
    assert "Not here any more" in page
    assert 'hx-post="/settings/people/boris_keller/readmission"' in page
    post(client, "/settings/people/boris_keller/readmission")
    assert "Not here any more" not in client.get("/settings/people").text


def test_departments_show_as_a_tree_in_which_none_can_be_put_below_itself(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    post(client, "/settings/departments", name="Office")
    with sqlite.reading() as connection:
        office = connection.execute(select(TABLES["department"].c.id)).scalar()
    post(client, "/settings/departments", name="Sales", parent_id=office)
    assert re.findall(r'data-depth="(\d)"', client.get("/settings/departments").text) == ["0", "1"]
    choices = re.search(r'name="parent_id".*?</select>', client.get(f"/settings/departments/{office}").text, re.DOTALL)
    assert choices
    assert "Sales" not in choices[0]


def test_a_stage_moves_and_the_list_alone_comes_back(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    answer = post(client, "/settings/pipelines/sales/positions", HTMX, moved="won", position="0")
    assert stage_keys(sqlite) == ["won", "new", "talks", "lost"]
    assert answer.text.lstrip().startswith("<ol")
    assert post(client, "/settings/pipelines/sales/positions", moved="won", position="9").status_code == 303
    assert stage_keys(sqlite) == ["new", "talks", "lost", "won"]


def test_a_stage_that_nobody_knows_moves_nothing(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    assert post(client, "/settings/pipelines/sales/positions", moved="gone", position="0").status_code == 404
    assert stage_keys(sqlite) == ["new", "talks", "won", "lost"]


def test_a_stage_gets_name_colour_and_kind(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    post(client, "/settings/pipelines/sales/stages/talks", name="Negotiation", colour="brick", kind="failure")
    with sqlite.reading() as connection:
        found = connection.execute(select(Stage.name, Stage.colour, Stage.kind).where(Stage.key == "talks")).one()
    assert tuple(found) == ("Negotiation", "brick", "failure")
    refused = post(client, "/settings/pipelines/sales/stages/talks", name="", colour="brick", kind="failure")
    assert (refused.status_code, "A name is missing." in refused.text) == (422, True)


def test_a_stage_with_records_asks_where_they_shall_go(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    deal = sqlite.writing(lambda transaction: Desk(transaction, SYSTEM, NOW).create_record("deal", {"title": "Roof"}, stage="sales/talks"))
    address = "/settings/pipelines/sales/stages/talks/deletion"
    assert "One record stands on it" in client.get(address).text
    refused = post(client, address, target="")
    assert (refused.status_code, "Choose the stage to which they shall move." in refused.text) == (422, True)
    assert post(client, address, target="new").status_code == 303
    with sqlite.reading() as connection:
        key = connection.execute(select(Stage.key).join(Record, Record.stage_id == Stage.id).where(Record.id == deal.id)).scalar()
    assert (key, stage_keys(sqlite)) == ("new", ["new", "won", "lost"])


def test_a_stage_of_another_pipeline_is_no_target(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    sqlite.writing(lambda transaction: Desk(transaction, SYSTEM, NOW).create_record("deal", {"title": "Roof"}, stage="sales/talks"))
    assert post(client, "/settings/pipelines/sales/stages/talks/deletion", target="contacted").status_code == 422


def test_a_pipeline_comes_with_stages_and_goes_when_it_is_empty(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    answer = post(client, "/settings/pipelines", name="Repairs", entity="deal")
    assert answer.headers["Location"] == "/settings/pipelines/repairs"
    assert len(stage_keys(sqlite, "repairs")) == 4
    sqlite.writing(lambda transaction: Desk(transaction, SYSTEM, NOW).create_record("deal", {"title": "Roof"}, stage="sales/talks"))
    assert post(client, "/settings/pipelines/sales/deletion").status_code == 422
    assert post(client, "/settings/pipelines/repairs/deletion").status_code == 303
    assert stage_keys(sqlite, "repairs") == []


def test_people_who_take_turns_are_kept_with_the_pipeline(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    post(client, "/settings/pipelines/sales/people", people=[anna.id, 999])
    with sqlite.reading() as connection:
        assert connection.execute(select(Pipeline.people).where(Pipeline.key == "sales")).scalar() == [anna.id]


def test_company_settings_are_saved_and_what_is_wrong_stands_at_its_field(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    form = {"name": "Nowak", "time_zone": "Europe/Warsaw", "region": "PL", "language": "pl", "currency": "PLN", "days": ["1", "2"]}
    hours = {"from": "08:00", "to": "16:30", "holidays": "2026-12-25\n2026-12-26", "own_addresses": "@nowak.example"}
    assert post(client, "/settings/company", **form, **hours).status_code == 303
    with sqlite.reading() as connection:
        rows = {row.key: row.value for row in connection.execute(select(Setting.key, Setting.value))}
    saved = Settings.from_rows(rows)
    assert (saved.time_zone, saved.working_hours.days, len(saved.working_hours.holidays)) == ("Europe/Warsaw", (1, 2), 2)
    wrong = post(client, "/settings/company", **form, **{**hours, "to": "07:00", "holidays": "Christmas"})
    assert wrong.status_code == 422
    assert "Work has to end after it begins." in wrong.text
    assert "“Christmas” is not a date." in wrong.text
    assert ">Christmas</textarea>" in wrong.text


def test_a_choice_without_options_is_not_made(client: FlaskClient, anna: Row) -> None:
    refused = post(client, "/settings/fields", entity="deal", label="Roof", kind="choice", options="")
    assert (refused.status_code, "A choice needs at least one option." in refused.text) == (422, True)
    assert post(client, "/settings/fields", entity="deal", label="Roof", kind="choice", options="Tiles\nSlate").status_code == 303
    assert "Tiles, Slate" in client.get("/settings/fields").text


def test_a_token_is_shown_once_with_an_example_and_can_be_revoked(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    answer = post(client, "/settings/tokens", name="Web shop")
    secret = re.search(r"rw_[\w-]+", answer.text)
    assert secret
    assert "curl http://localhost/api/" in answer.text
    assert secret[0] not in client.get("/settings/tokens").text
    with sqlite.reading() as connection:
        token = connection.execute(select(Token.id)).scalar()
    post(client, f"/settings/tokens/{token}/revocation")
    with sqlite.reading() as connection:
        assert connection.execute(select(Token.revoked_at)).scalar() is not None


def test_a_mailbox_gets_its_owner(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    post(client, "/settings/owners", kind="mailbox", key="office@roofs.example", user_id=anna.id)
    with sqlite.reading() as connection:
        assert connection.execute(select(Owner.key, Owner.user_id)).one() == ("office@roofs.example", anna.id)
    assert "office@roofs.example" in client.get("/settings/owners").text


def test_the_demo_company_is_loaded_and_removed_from_its_page(app: Flask, client: FlaskClient, sqlite: Database, anna: Row) -> None:
    data = app.config["CONFIGURATION"].data
    loaded = post(client, "/settings/demo")
    password = re.search(r"<code translate=\"no\">(\w{4}-\w{4}-\w{4}-\w{4})</code>", loaded.text)
    assert password
    assert password[1] in (data / "demo-sign-ins.txt").read_text()
    assert post(client, "/settings/demo").status_code == 422
    assert post(client, "/settings/demo/deletion").headers["Location"] == "/settings/demo"
    assert not (data / "demo-sign-ins.txt").exists()
    with sqlite.reading() as connection:
        assert list(connection.execute(select(User.key)).scalars()) == ["anna_nowak"]


def test_a_demo_admin_is_asked_to_invite_an_own_one_first(client: FlaskClient, sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    with sqlite.reading() as connection:
        anna = Row(table_of(User), dict(connection.execute(select(table_of(User)).where(User.key == "anna")).mappings().one()))
    sign_in(client, sqlite, anna)
    assert "Invite yourself as an admin" in client.get("/settings/demo").text
    assert post(client, "/settings/demo/deletion").status_code == 422
    make_person(sqlite, "Own Admin", "admin", password_hash="hash")
    assert post(client, "/settings/demo/deletion").headers["Location"] == "/sign-in"
    assert client.get("/settings/demo").headers["Location"].startswith("/sign-in")


def test_the_audit_trail_says_what_was_done_and_whether_anybody_touched_it(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    post(client, "/settings/pipelines/sales", name="Big sales")
    page = client.get("/settings/audit").text
    assert "Renamed a pipeline to" in page
    assert "Big sales" in page
    assert "The chain of seals is intact" in page
    with sqlite.engine.connect() as connection, connection.begin():
        connection.execute(update(table_of(Audit)).where(Audit.verb == "user.created").values(details={"name": "Somebody Else"}))
    assert "The chain of seals is broken" in client.get("/settings/audit").text


def test_a_long_audit_trail_is_read_page_by_page(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    def much(transaction: object) -> None:
        desk = Desk(transaction, SYSTEM, NOW)  # type: ignore[arg-type]
        for number in range(60):
            desk.audit("field.created", "field:deal/x", {"label": f"Field {number}"})

    sqlite.writing(much)
    first, second = client.get("/settings/audit").text, client.get("/settings/audit?page=2").text
    assert ("Field 59" in first, "Field 2<" in first) == (True, False)
    assert ("Field 59" in second, "Field 2<" in second) == (False, True)


def test_a_page_without_the_token_of_its_form_changes_nothing(client: FlaskClient, sqlite: Database, anna: Row) -> None:
    assert client.post("/settings/company", data={"name": "Forged"}).status_code == 400


def test_the_menu_shows_the_settings_to_those_who_have_any(app: Flask, sqlite: Database) -> None:
    seen = {}
    for role in ("admin", "manager", "employee"):
        client = app.test_client()
        sign_in(client, sqlite, make_person(sqlite, f"{role.title()} Person", role))
        seen[role] = 'href="/settings"' in client.get("/me").text
        assert client.get_cookie(COOKIE)
    assert seen == {"admin": True, "manager": True, "employee": False}
