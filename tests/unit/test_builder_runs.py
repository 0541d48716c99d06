"""Runs in pages: the list, one run on its chain, what a person can do about it, errors, preview, and the part of a record's page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.database import Database
from crm.entities import TABLES
from tests.makers import World, after, comment, to_stage
from tests.signing import make_person, posting, sign_in

SALES = "/automation/sales"


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite, datetime.now(UTC))


@pytest.fixture
def anna(world: World, app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, world.database, world.look(lambda transaction: transaction.load(TABLES["user"], [world.anna])[world.anna]))
    return client


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    return client.post(path, data=form, headers=posting(client, "/me"))


def run_of(world: World, deal: int) -> str:
    return str(world.runs(deal)[-1].id.hex())


def step_of(world: World, deal: int, node: str) -> str:
    return str(next(step.id.hex() for step in world.step_rows(world.runs(deal)[-1]) if step["node"] == node))


FORK = {
    "b": {"rule": "branch", "condition": {"field": "record.amount", "op": "gt", "value": 100}},
    "y": comment("Large"),
    "n": comment("Small"),
}
FORKED = [["start", "b"], ["b", "y", "yes"], ["b", "n", "no"]]


def test_a_run_is_drawn_with_the_way_taken_and_the_other(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", FORK, FORKED)
    deal = world.deal("Roof repair", "sales/talks", amount="50.00")
    page = anna.get(f"/runs/{run_of(world, deal)}").text
    assert 'aria-label="No, taken"' in page
    assert 'aria-label="Yes, not taken"' in page
    assert "2 rules ran for Roof repair." in page
    assert "Small" in page


def test_runs_are_listed_and_narrowed(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello", **after(1, "days"))})
    world.rules("sales/won", {"n1": comment("Bye")})
    world.deal("Waiting one", "sales/talks")
    done = world.deal("Done one", "sales/won")
    everything = anna.get(f"{SALES}/runs").text
    assert "Waiting one" in everything
    assert "Done one" in everything
    for query in ("stage=won", "state=finished", f"record={done}"):
        page = anna.get(f"{SALES}/runs?{query}").text
        assert "Done one" in page
        assert "Waiting one" not in page
    assert "Done one" not in anna.get(f"{SALES}/runs?trouble=y&page=x").text


def test_a_waiting_rule_runs_now_or_never(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello", **after(1, "days"))})
    first, second = world.deal(stage="sales/talks"), world.deal(stage="sales/talks")
    assert "Run now" in anna.get(f"/runs/{run_of(world, first)}").text
    assert post(anna, f"/steps/{step_of(world, first, 'n1')}/now", back="/me").location == "/me"
    assert post(anna, f"/steps/{step_of(world, second, 'n1')}/cancellation", back="https://elsewhere.example").location == "/automation"
    world.pass_time(days=3)
    assert (world.comments(first), world.comments(second)) == (["Hello"], [])


def test_what_undo_would_do_is_told_before_and_changes_nothing(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello"), "n2": to_stage("sales/won")})
    deal = world.deal(stage="sales/talks")
    assert "2 effects are taken back" in anna.get(f"/runs/{run_of(world, deal)}/undo", headers={"HX-Request": "true"}).text
    assert (world.stage_of(deal), world.comments(deal)) == ("sales/won", ["Hello"])


def test_a_run_is_undone_and_the_undo_is_taken_back(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello"), "n2": to_stage("sales/won")})
    deal = world.deal(stage="sales/talks")
    run = run_of(world, deal)
    post(anna, f"/runs/{run}/undo")
    assert (world.stage_of(deal), world.comments(deal)) == ("sales/talks", [])
    page = anna.get(f"/runs/{run}").text
    assert "This run was undone" in page
    undo = page.split("/undos/")[1].split("/")[0]
    post(anna, f"/undos/{undo}/undo")
    assert (world.stage_of(deal), world.comments(deal)) == ("sales/won", ["Hello"])


def test_a_failure_waits_until_somebody_has_seen_to_it(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("{{ record.source }}")})
    deal = world.deal("Roof repair", "sales/talks")
    page = anna.get(f"{SALES}/errors").text
    assert "One rule needs somebody" in page
    assert "The comment is empty" in page
    assert '<span class="count">1</span>' in page
    world.act(lambda desk: desk.edit_record(desk.record(deal), {"source": "Phone"}))
    post(anna, f"/steps/{step_of(world, deal, 'n1')}/retry")
    world.pass_time(minutes=1)
    assert world.comments(deal) == ["Phone"]
    assert "Nothing waits for you" in anna.get(f"{SALES}/errors").text


def test_a_failure_can_be_taken_off_the_list(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("{{ record.source }}")})
    deal = world.deal(stage="sales/talks")
    post(anna, f"{SALES}/errors/seen", step=step_of(world, deal, "n1"))
    assert "Nothing waits for you" in anna.get(f"{SALES}/errors").text
    assert "failed for" in anna.get(f"/runs/{run_of(world, deal)}").text


def test_the_preview_plays_the_draft_and_touches_nothing(anna: FlaskClient, world: World) -> None:
    deal = world.deal("Roof repair")
    world.rules("sales/spam", {"n1": comment("Bye"), "n2": {"rule": "add_to_exceptions", **after(1, "days")}})
    page = anna.get(f"{SALES}/preview?stage=spam&record={deal}").text
    assert "1 thing would be deleted. 2 rules would run for Roof repair." in page
    assert "recycle bin" in page
    assert "Nothing real was changed and nothing was sent." in page
    assert (world.stage_of(deal), world.comments(deal)) == ("sales/new", [])
    assert anna.get(f"{SALES}/preview?stage=nowhere").status_code == 404


def test_everybody_sees_what_the_rules_do_with_a_record_of_theirs(world: World, client: FlaskClient) -> None:
    world.rules("sales/talks", {"n1": comment("Hello"), "n2": comment("Later", **after(1, "days"))})
    camille = make_person(world.database, "Camille Lefèvre", "employee")
    sign_in(client, world.database, camille)
    mine, other = world.deal("Mine", "sales/talks", responsible=camille.id), world.deal("Not mine", "sales/talks")
    part = client.get(f"/records/{mine}/automation", headers={"HX-Request": "true"}).text
    assert "One rule is waiting." in part
    assert "<html" not in part
    assert "Run now" not in part
    assert client.get(f"/records/{other}/automation").status_code == 403
    assert client.get(f"/runs/{run_of(world, mine)}").status_code == 403


def test_a_record_tells_why_no_rule_ran_for_it(anna: FlaskClient, world: World) -> None:
    deal = world.deal(stage="sales/talks")
    part = f"/records/{deal}/automation"
    assert "No rules are published for Talks." in anna.get(part).text
    world.pass_time(minutes=1)
    world.rules("sales/talks", {"n1": comment("Hello")})
    assert "were published after it came here" in anna.get(part).text
    world.move(deal, "sales/new")
    world.move(deal, "sales/talks")
    assert "published" not in anna.get(part).text


@pytest.mark.parametrize(
    "path", ["/runs/zz", "/runs/00", f"/runs/{'0' * 32}", "/automation/nowhere", "/automation/sales/new/n9", "/automation/sales/x/n1"]
)
def test_what_is_not_there_is_said_so(path: str, anna: FlaskClient) -> None:
    assert anna.get(path).status_code == 404
