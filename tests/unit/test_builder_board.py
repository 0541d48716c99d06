"""The board of a pipeline: rules are put under stages, moved, copied, pasted and taken out again, by those who may."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from crm.database import Database
from crm.entities import TABLES
from runtime.engine import publishing
from tests.makers import World, comment
from tests.signing import make_person, posting, sign_in

HTMX = {"HX-Request": "true"}
BOARD = "/automation/sales"


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite)


@pytest.fixture
def anna(world: World, client: FlaskClient) -> FlaskClient:
    """The browser of an admin."""
    sign_in(client, world.database, world.look(lambda transaction: transaction.load(TABLES["user"], [world.anna])[world.anna]))
    return client


@pytest.fixture
def headers(anna: FlaskClient) -> dict[str, str]:
    return posting(anna, "/me")


def draft(world: World, stage: str) -> dict[str, Any]:
    """Nodes and edges of a stage's draft, with its number."""
    chain = world.act(lambda desk: publishing.chain_of(desk, desk.stage(stage)))
    return {**chain["draft"], "number": chain["draft_number"]}


def add(client: FlaskClient, headers: dict[str, str], rule: str, place: str, number: int = 0, **more: Any) -> TestResponse:
    stage = place.partition("~")[0]
    form = {"moved": rule, "list": place, f"number:sales/{stage}": number, **more}
    return client.post(f"{BOARD}/rules", data=form, headers={**headers, **HTMX})


def move(client: FlaskClient, headers: dict[str, str], node: str, place: str, **numbers: int) -> TestResponse:
    form = {"moved": node, "list": place, **{f"number:sales/{stage}": number for stage, number in numbers.items()}}
    return client.post(f"{BOARD}/positions", data=form, headers={**headers, **HTMX})


def test_a_rule_is_put_under_a_stage_and_opened(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    response = add(anna, headers, "add_comment", "new~start~~")
    assert response.status_code == 200
    assert draft(world, "sales/new")["nodes"] == {"n1": {"rule": "add_comment"}}
    assert 'id="inspector"' in response.text
    assert response.headers["HX-Push-Url"] == "/automation/sales/new/n1"
    assert anna.get(BOARD).text.count("New in this draft") == 1


def test_rules_stand_one_after_the_other_before_another_and_side_by_side(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "add_comment", "new~start~~", 0)
    add(anna, headers, "write_to_log", "new~start~~", 1)
    add(anna, headers, "write_to_log", "new~start~~", 2, before="new~n2")
    add(anna, headers, "add_comment", "new~start~~*", 3)
    edges = {tuple(edge) for edge in draft(world, "sales/new")["edges"]}
    assert edges == {("start", "n1"), ("n1", "n3"), ("n3", "n2"), ("start", "n4")}


def test_a_branch_has_a_lane_for_either_answer(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "branch", "new~start~~", 0)
    add(anna, headers, "add_comment", "new~n1~no~", 1)
    assert ["n1", "n2", "no"] in draft(world, "sales/new")["edges"]
    refused = add(anna, headers, "add_comment", "new~start~~", 2)
    assert refused.status_code == 422
    assert "under one of its exits" in json.loads(refused.headers["HX-Trigger"])["toast"]["toasts"][0]["says"]
    page = anna.get(BOARD).text
    assert 'aria-label="Yes"' in page
    assert 'aria-label="No"' in page


def test_a_rule_moves_within_its_stage_and_to_another(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    for number, rule in enumerate(["add_comment", "write_to_log"]):
        add(anna, headers, rule, "new~start~~", number)
    assert move(anna, headers, "new~n2", "new~start~~~n1", new=2).status_code == 200
    assert sorted(draft(world, "sales/new")["edges"]) == [["n2", "n1"], ["start", "n2"]]
    assert move(anna, headers, "new~n2", "talks~start~~", new=3, talks=0).status_code == 200
    assert list(draft(world, "sales/new")["nodes"]) == ["n1"]
    assert [node["rule"] for node in draft(world, "sales/talks")["nodes"].values()] == ["write_to_log"]


def test_a_branch_takes_along_what_stands_under_it(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "branch", "new~start~~", 0)
    add(anna, headers, "add_comment", "new~n1~yes~", 1)
    move(anna, headers, "new~n1", "talks~start~~", new=2, talks=0)
    assert draft(world, "sales/new")["nodes"] == {}
    assert len(draft(world, "sales/talks")["nodes"]) == 2


def test_who_comes_too_late_sees_how_it_stands_now(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "add_comment", "new~start~~", 0)
    late = add(anna, headers, "write_to_log", "new~start~~", 0)
    assert late.status_code == 409
    assert 'id="rule-' in late.text
    assert list(draft(world, "sales/new")["nodes"]) == ["n1"]


def test_edits_are_undone_and_redone_over_all_stages_the_last_one_first(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "add_comment", "new~start~~", 0)
    add(anna, headers, "write_to_log", "talks~start~~", 0)

    def step(by: str) -> None:
        page = anna.get(BOARD).text
        form = dict(re.findall(r'name="(by|chain|number)" value="([^"]*)"', page[page.index(f'value="{by}"') - 40 :])[:3])
        assert anna.post(f"{BOARD}/steps", data=form, headers=headers).status_code == 303

    step("undo")
    assert (draft(world, "sales/talks")["nodes"], len(draft(world, "sales/new")["nodes"])) == ({}, 1)
    step("undo")
    assert draft(world, "sales/new")["nodes"] == {}
    step("redo")
    step("redo")
    assert (len(draft(world, "sales/talks")["nodes"]), len(draft(world, "sales/new")["nodes"])) == (1, 1)


def test_a_rule_is_duplicated_switched_off_and_removed(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    add(anna, headers, "add_comment", "new~start~~", 0)
    for number, act in enumerate(["n1/copies", "n2/switch", "n1/removal"], 1):
        anna.post(f"{BOARD}/new/{act}", data={"number:sales/new": number}, headers=headers)
    assert draft(world, "sales/new")["nodes"] == {"n2": {"rule": "add_comment", "enabled": False}}


def test_the_rules_of_a_stage_are_copied_as_json_and_pasted_into_another(anna: FlaskClient, headers: dict[str, str], world: World) -> None:
    world.rules("sales/new", {"n1": comment("Hello"), "n2": comment("Good day")})
    copied = anna.get(f"{BOARD}/new/json?download=y")
    assert "attachment" in copied.headers["Content-Disposition"]
    response = anna.post(f"{BOARD}/talks/pasting", data={"json": copied.text, "number:sales/talks": 0}, headers=headers)
    assert response.status_code == 303
    assert [node["settings"]["text"] for node in draft(world, "sales/talks")["nodes"].values()] == ["Hello", "Good day"]


HOSTILE = {
    "": "There are no rules",
    "{": "line 1",
    "[]": "A chain must be an object",
    '{"nodes": {}}': "There are no rules in it",
    '{"nodes": {"n1": {"rule": "a"}, "n1": {"rule": "b"}}, "edges": []}': "n1",
    '{"nodes": {"n1": {"rule": "add_comment", "settings": NaN}}, "edges": [["start", "n1"]]}': "NaN",
    '{"nodes": {"n1": {"rule": 7}}, "edges": [["start", "n1"]]}': "nodes.n1.rule",
    '{"nodes": {"n1": {"rule": "x"}, "n2": {"rule": "x"}}, "edges": [["n1", "n2"], ["n2", "n1"]]}': "nodes",
    '{"nodes": {"<script>": {"rule": "x"}}, "edges": []}': "&lt;script&gt;",
    '{"format": "something/2", "nodes": {}, "edges": []}': "format",
}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_json_that_is_broken_or_hostile_changes_nothing_and_says_where(
    text: str, anna: FlaskClient, headers: dict[str, str], world: World
) -> None:
    before = draft(world, "sales/talks")
    response = anna.post(f"{BOARD}/talks/pasting", data={"json": text, "number:sales/talks": 0}, headers={**headers, **HTMX})
    assert response.status_code == 422
    assert "Nothing was changed." in response.text
    assert HOSTILE[text] in response.text
    assert "<script>" not in response.text
    assert draft(world, "sales/talks") == before


@pytest.mark.parametrize(
    "path", ["", "/rules?at=new~~~", "/tools/add_comment/places", "/new/n1/places", "/records?back=/me", "/new/json", "/new/pasting"]
)
def test_every_dialog_opens_by_itself_and_as_a_page(path: str, anna: FlaskClient, world: World) -> None:
    world.rules(
        "sales/new",
        {"n1": comment("Hello"), "b": {"rule": "branch"}, "n2": comment("Yes")},
        [["start", "n1"], ["n1", "b"], ["b", "n2", "yes"]],
    )
    world.deal()
    assert anna.get(BOARD + path, headers=HTMX).status_code == 200
    assert "<title>" in anna.get(BOARD + path).text


@pytest.mark.parametrize(("role", "sees", "edits"), [("manager", 200, 403), ("employee", 403, 403)])
def test_managers_look_and_employees_do_not(role: str, sees: int, edits: int, world: World, client: FlaskClient) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    sign_in(client, world.database, make_person(world.database, "Boris Le", role))
    headers = posting(client, "/me")
    assert client.get(BOARD).status_code == sees
    assert client.get(f"{BOARD}/new/n1").status_code == sees
    assert add(client, headers, "add_comment", "new~start~~", 1).status_code == edits
    assert client.post(f"{BOARD}/new/n1", data={"number": 1}, headers=headers).status_code == edits
    assert client.post(f"{BOARD}/publication", data={"stage": "new"}, headers=headers).status_code == edits
    if sees == 200:
        page = client.get(BOARD).text
        assert "data-sortable" not in page
        assert "Publish" not in page.replace("Published", "")


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends to its database."""
    said: list[str] = []
    engine = app.extensions["database"]._reader

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    yield said
    event.remove(engine, "before_cursor_execute", listen)


def test_a_long_board_takes_no_more_queries_than_a_short_one(anna: FlaskClient, world: World, queries: list[str]) -> None:
    world.rules("sales/new", {"n1": comment("Hello")})
    anna.get(BOARD)
    queries.clear()
    anna.get(BOARD)
    short = len(queries)
    for stage in ("sales/new", "sales/talks", "sales/won", "sales/spam"):
        world.rules(stage, {f"n{number}": comment(f"Hello {number}") for number in range(1, 31)})
    queries.clear()
    assert anna.get(BOARD).text.count("data-movable") == 120
    assert len(queries) == short
