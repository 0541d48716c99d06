"""The panel of one rule: saved as one goes, in words for a real record, and never over what somebody else did meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.database import Database
from crm.entities import TABLES
from runtime.engine import publishing
from tests.filling import as_sent
from tests.makers import World, after, comment, to_stage
from tests.signing import posting, sign_in

HTMX = {"HX-Request": "true"}
RULE = "/automation/sales/new/n1"


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite)


@pytest.fixture
def anna(world: World, client: FlaskClient) -> FlaskClient:
    sign_in(client, world.database, world.look(lambda transaction: transaction.load(TABLES["user"], [world.anna])[world.anna]))
    return client


def save(client: FlaskClient, *, htmx: bool = True, page: str | None = None, **typed: str) -> TestResponse:
    """Fill in the panel as it stands (or stood, in ``page``) and send it."""
    sent = as_sent(page or client.get(RULE).text, "rule-form")
    for name, value in typed.items():
        sent.setlist(name.replace("__", ".").replace("_", "-"), [value])
    return client.post(RULE, data=sent, headers={**posting(client, "/me"), **(HTMX if htmx else {})})


def node(world: World, name: str = "n1") -> dict[str, Any]:
    found: dict[str, Any] = world.act(lambda desk: publishing.chain_of(desk, desk.stage("sales/new")))["draft"]["nodes"][name]
    return found


def test_a_panel_that_nobody_touched_changes_nothing(anna: FlaskClient, world: World) -> None:
    condition = {"any": [{"field": "record.amount", "op": "gt", "value": 5}, {"none": [{"field": "contact.email", "op": "empty"}]}]}
    before = comment("Hello {{ record.title }}", condition=condition, title="Welcome", otherwise="stop", note="so", **after(2, "days"))
    world.rules("sales/new", {"n1": before})
    assert save(anna).status_code == 200
    assert node(world) == before


def test_what_is_typed_is_saved_and_told_in_the_sentence(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    response = save(anna, s_text="Good day {{ contact.name }}")
    assert node(world)["settings"]["text"] == "Good day {{ contact.name }}"
    assert 'id="rule-says" hx-swap-oob="true"' in response.text
    assert '<span class="hole">Contact: Name</span>' in response.text
    assert 'id="s-text"' not in response.text  # the field is being typed in, and is left alone


def test_a_choice_that_needs_other_fields_draws_the_panel_anew(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    response = save(anna, at__when="after")
    assert 'name="at.amount"' in response.text
    assert node(world)["run_at"]["when"] == "after"


def test_it_works_without_a_script(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    assert save(anna, htmx=False, s_text="Good day").location == RULE
    assert node(world)["settings"]["text"] == "Good day"


def test_the_run_time_and_the_condition_are_tried_on_a_real_record(anna: FlaskClient, world: World) -> None:
    world.deal("Roof repair, Kowalska", amount="4850.00", currency="EUR")
    world.rules("sales/new", {"n1": comment("Hello", condition={"field": "record.amount", "op": "gt", "value": 10000}, **after(1, "days"))})
    page = anna.get(RULE).text
    assert "Roof repair, Kowalska" in page
    assert "€4,850" in page
    assert "does not hold for" in page
    assert "for <b" in page


def test_who_saves_too_late_is_told_and_loses_nothing(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    before = anna.get(RULE).text
    save(anna, s_text="Faster")
    late = save(anna, page=before, s_text="Slower")
    assert late.status_code == 409
    assert "Nothing of what you typed is lost" in late.text
    assert "Faster" in late.text
    assert 'id="s-text"' not in late.text  # what was typed still stands there
    assert node(world)["settings"]["text"] == "Faster"


def test_what_was_typed_can_be_saved_on_top(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    before = anna.get(RULE).text
    save(anna, s_text="Faster")
    number = str(world.act(lambda desk: publishing.chain_of(desk, desk.stage("sales/new")))["draft_number"])
    assert save(anna, page=before, s_text="Slower", over=number).status_code == 200
    assert node(world)["settings"]["text"] == "Slower"


def test_a_rule_that_does_not_exist_here_is_told_and_kept(anna: FlaskClient, world: World) -> None:
    draft = {"format": "rulewright.chain/1", "nodes": {"n1": {"rule": "from_elsewhere", "settings": {"a": 1}}}, "edges": [["start", "n1"]]}
    world.act(
        lambda desk: publishing.save_draft(
            desk, publishing.chain_of(desk, desk.stage("sales/new")), draft, number=0, says=publishing.SWITCHED_OFF
        )
    )
    assert "There is no such rule here" in anna.get(RULE).text
    save(anna, title="Odd")
    assert node(world) == {"rule": "from_elsewhere", "settings": {"a": 1}, "title": "Odd"}


def test_a_stage_that_is_gone_is_told_beside_its_field(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": to_stage("sales/won")})
    world.act(lambda desk: desk.delete_stage(desk.stage("sales/won")))
    page = anna.get(RULE).text
    assert "There is no stage “sales/won” here." in page
    assert '<option value="sales/won" selected>' in page
