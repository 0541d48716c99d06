"""Publishing in pages: the difference in sentences, what becomes of runs in flight, versions, off and on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.database import Database
from crm.entities import TABLES
from runtime.chain_edit import set_settings
from runtime.engine import publishing
from tests.makers import World, after, comment, to_stage
from tests.signing import make_person, posting, sign_in

SALES = "/automation/sales"


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite, datetime.now(UTC))


@pytest.fixture
def anna(world: World, client: FlaskClient) -> FlaskClient:
    sign_in(client, world.database, world.look(lambda transaction: transaction.load(TABLES["user"], [world.anna])[world.anna]))
    return client


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    given = {name.replace("__", ":"): value for name, value in form.items()}
    return client.post(path, data=given, headers=posting(client, "/me"))


def edit(world: World, stage: str, node: str, **settings: object) -> int:
    """Change the settings of a rule in the draft; returns the number of the draft."""

    def work(desk: object) -> int:
        chain = publishing.chain_of(desk, desk.stage(stage))  # type: ignore[arg-type, attr-defined]  # a desk
        return publishing.save_draft(
            desk,  # type: ignore[arg-type]  # a desk
            chain,
            set_settings(chain["draft"], node, settings),
            number=chain["draft_number"],
            says=publishing.SWITCHED_OFF,
        )

    return world.act(work)


def test_the_page_tells_what_would_change_and_from_what(anna: FlaskClient, world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    edit(world, "sales/new", "n1", text="Good day")
    page = anna.get(f"{SALES}/publication").text
    assert "1 change on one stage" in page
    assert "Good day" in page.split("Before:")[0]
    assert "Hello" in page.split("Before:")[1]
    assert "Publish 1 change" in anna.get(SALES).text


def test_publishing_makes_the_draft_what_runs(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello")})
    number = edit(world, "sales/talks", "n1", text="Good day")
    assert post(anna, f"{SALES}/publication", stage="talks", number__talks=number).location == SALES
    deal = world.deal(stage="sales/talks")
    assert world.comments(deal) == ["Good day"]
    assert "Publish " not in anna.get(SALES).text.replace("Published", "")


def test_what_was_changed_since_the_page_was_read_is_not_published(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello")})
    number = edit(world, "sales/talks", "n1", text="Good day")
    edit(world, "sales/talks", "n1", text="Something that nobody has read")
    refused = post(anna, f"{SALES}/publication", stage="talks", number__talks=number)
    assert refused.status_code == 422
    assert "Look at it once more" in refused.text
    deal = world.deal(stage="sales/talks")
    assert world.comments(deal) == ["Hello"]


def test_what_is_not_ready_cannot_be_published(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello")})
    number = edit(world, "sales/talks", "n1", text="{{ record.nonsense }}")
    page = anna.get(f"{SALES}/publication").text
    assert "keeps it from being published" in page
    assert f'href="{SALES}/talks/n1"' in page
    assert post(anna, f"{SALES}/publication", stage="talks", number__talks=number).status_code == 422


@pytest.mark.parametrize(("running", "said"), [("finish", "Old"), ("move", "New"), ("stop", None)])
def test_the_publisher_says_what_becomes_of_runs_in_flight(running: str, said: str | None, anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Old", **after(1, "days"))})
    deal = world.deal(stage="sales/talks")
    number = edit(world, "sales/talks", "n1", text="New")
    assert "1 run is under way" in anna.get(f"{SALES}/publication").text
    post(anna, f"{SALES}/publication", stage="talks", number__talks=number, running=running)
    world.pass_time(days=2)
    assert world.comments(deal) == ([said] if said else [])


def test_an_old_version_becomes_the_draft_again(anna: FlaskClient, world: World) -> None:
    world.rules("sales/talks", {"n1": comment("First")})
    world.rules("sales/talks", {"n1": comment("Second")})
    assert anna.get(f"{SALES}/talks/versions").text.count("list__row") == 2
    post(anna, f"{SALES}/talks/versions/1/draft")
    chain = world.act(lambda desk: publishing.chain_of(desk, desk.stage("sales/talks")))
    assert chain["draft"]["nodes"]["n1"]["settings"]["text"] == "First"
    assert post(anna, f"{SALES}/talks/versions/9/draft").status_code == 404


def test_a_manager_switches_rules_off_and_on_and_the_board_says_so(world: World, client: FlaskClient) -> None:
    world.rules("sales/talks", {"n1": to_stage("sales/won")})
    sign_in(client, world.database, make_person(world.database, "Boris Le", "manager"))
    post(client, f"{SALES}/talks/state", on="")
    assert "These rules start nothing" in client.get(SALES).text
    deal = world.deal(stage="sales/talks")
    assert world.stage_of(deal) == "sales/talks"
    post(client, f"{SALES}/talks/state", on="y")
    assert "These rules start nothing" not in client.get(SALES).text


def test_an_employee_does_not(world: World, client: FlaskClient) -> None:
    sign_in(client, world.database, make_person(world.database, "Camille Lefèvre", "employee"))
    assert post(client, f"{SALES}/talks/state", on="").status_code == 403
    assert client.get(f"{SALES}/publication").status_code == 403
