"""A draft rehearsed on one real record: it tells what the run would do, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.actor import Actor
from crm.database import Database
from crm.errors import Invalid, NotAllowed, NotFound
from crm.models import Base
from crm.transaction import Row
from crm.words import Phrase
from runtime.engine.known import known_names
from runtime.rehearsal import Rehearsal, rehearse
from tests.makers import World, after, comment, says, to_stage


def draft(nodes: Mapping[str, Any]) -> dict[str, Any]:
    names = ["start", *nodes]
    return {"format": "rulewright.chain/1", "nodes": dict(nodes), "edges": [list(pair) for pair in pairwise(names)]}


def tried(world: World, deal: int, nodes: Mapping[str, Any], stage: str = "sales/talks", **more: Any) -> Rehearsal:
    names = world.act(known_names)
    given = {"actor": Actor("person", world.anna, "admin"), "now": world.now, **more}
    return rehearse(world.database, deal, stage, draft(nodes), names, **given)


def told_of(step: Row) -> tuple[str, str, datetime, str]:
    return step["node"], step["state"], step["ended_at"] or step["due_at"] or step["reached_at"], says(step)


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def world(database: Database) -> World:
    """A company on each kind of database."""
    return World(database)


def test_it_tells_each_step_when_it_comes_and_what_it_does(world: World) -> None:
    told = tried(world, world.deal(), {"n1": comment("Hello"), "n2": to_stage("sales/won", **after(3, "days"))})
    assert [(step.node, step.state, step.at) for step in told.steps] == [
        ("n1", "done", world.now),
        ("n2", "done", world.now + timedelta(days=3)),
    ]
    assert [str(each.says) for each in told.consequences] == [
        "The rule Add comment commented: “Hello”",
        "The rule Change stage moved the deal “Roof repair” from Talks to Won",
    ]
    assert (told.stage, told.next_due, told.is_cut_off) == ("sales/won", None, False)


def test_the_rules_of_the_next_stage_run_too_and_say_what_caused_them(world: World) -> None:
    world.rules("sales/won", {"m1": comment("Thank you")})
    told = tried(world, world.deal(), {"n1": to_stage("sales/won")})
    assert [(run.number, run.caused_by, run.stage) for run in told.runs] == [(1, None, "sales/talks"), (2, 1, "sales/won")]
    assert [(step.run, step.node) for step in told.steps] == [(1, "n1"), (2, "m1")]


def test_what_would_be_deleted_stands_out(world: World) -> None:
    deal = world.deal(contacts=[world.contact(emails=["offer@spam.example"])])
    told = tried(world, deal, {"n1": {"rule": "add_to_exceptions"}})
    assert [(each.entity, each.title) for each in told.forever] == [("deal", "Roof repair"), ("contact", "Martin")]
    assert told.stage is None
    assert not told.outgoing


def test_nothing_real_changes(world: World) -> None:
    deal = world.deal(contacts=[world.contact(emails=["offer@spam.example"])])
    before = counts(world.database), world.record(deal)
    tried(world, deal, {"n1": comment("Hello"), "n2": {"rule": "add_to_exceptions", **after(1, "years")}})
    assert (counts(world.database), world.record(deal)) == before


def test_a_contact_with_another_deal_stays_as_it_would_in_the_run(world: World) -> None:
    jean = world.contact(emails=["offer@spam.example"])
    world.deal(contacts=[jean])
    told = tried(world, world.deal(contacts=[jean]), {"n1": {"rule": "add_to_exceptions"}})
    assert [each.entity for each in told.forever] == ["deal"]


def test_what_lies_beyond_the_horizon_is_only_announced(world: World) -> None:
    told = tried(world, world.deal(), {"n1": comment("Later", **after(2, "months"))}, horizon=timedelta(days=30))
    assert [step.state for step in told.steps] == ["sleeping"]
    assert told.next_due == datetime(2026, 3, 5, 9, tzinfo=UTC)


def test_a_record_that_stands_there_already_enters_anew(world: World) -> None:
    deal = world.deal(stage="sales/talks")
    assert [step.node for step in tried(world, deal, {"n1": comment("Hello")}).steps] == ["n1"]


def test_what_is_pending_on_the_present_stage_is_not_mistaken_for_the_draft(world: World) -> None:
    world.rules("sales/new", {"old": comment("Old", **after(1, "days"))})
    deal = world.deal()
    told = tried(world, deal, {"n1": comment("Hello")})
    assert [step.node for step in told.steps] == ["n1"]


def test_changed_fields_are_told_before_and_after(world: World) -> None:
    told = tried(world, world.deal(), {"n1": to_stage("sales/won")})
    moved = told.by_hand[0]
    assert (moved.before or {})["stage"] == "sales/new"
    assert (moved.after or {})["stage"] == "sales/talks"
    assert str(moved.says) == "Anna Nowak moved the deal “Roof repair” from New to Talks"


def test_rules_that_are_switched_off_can_be_rehearsed(world: World) -> None:
    chain = world.rules("sales/talks", {"n1": comment("Old")})
    world.act(lambda desk: desk.transaction.update_by_id(Base.metadata.tables["chain"], chain, {"enabled": False}))
    assert [step.state for step in tried(world, world.deal(), {"n1": comment("New")}).steps] == ["done"]


SAME: dict[str, dict[str, Any]] = {
    "a delay and a condition": {
        "n1": comment("{{ record.title }}", **after(2, "days")),
        "n2": comment("never", condition={"field": "record.amount", "op": "gt", "value": 5}),
        "n3": to_stage("sales/won", **after(1, "months")),
    },
    "a failure": {"n1": comment("{{ record.source }}"), "n2": comment("goes on")},
    "an end": {"n1": comment("Farewell"), "n2": {"rule": "add_to_exceptions"}, "n3": comment("never")},
    "a circle": {"n1": to_stage("sales/new", **after(1, "hours"))},
}


@pytest.mark.parametrize("name", SAME)
def test_the_run_does_what_its_rehearsal_said(world: World, name: str) -> None:
    world.rules("sales/new", {"back": to_stage("sales/talks", **after(1, "hours"))})
    deal = world.deal(contacts=[world.contact(emails=["jean@client.example"])])
    rehearsed = tried(world, deal, SAME[name], horizon=timedelta(days=90))
    world.rules("sales/talks", SAME[name])
    earlier = len(world.runs(deal))
    world.move(deal, "sales/talks", world.as_person(world.anna, "admin"))
    world.pass_time(days=90)
    runs = world.runs(deal)[earlier:]
    real = [(number, *told_of(step)) for number, run in enumerate(runs, 1) for step in world.step_rows(run)]
    assert sorted((step.run, step.node, step.state, step.at, str(step.says or "")) for step in rehearsed.steps) == sorted(real)
    assert [(run.state, str(run.reason or "")) for run in rehearsed.runs] == [
        (run["state"], str(Phrase.from_json(run["reason"])) if run["reason"] else "") for run in runs
    ]


def test_a_draft_that_cannot_run_is_refused_with_its_places(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        tried(world, world.deal(), {"n1": to_stage("sales/nowhere")})
    assert [problem.where for problem in refused.value.problems] == ["nodes.n1.settings.stage"]


def test_employees_may_not_rehearse(world: World) -> None:
    with pytest.raises(NotAllowed):
        tried(world, world.deal(), {"n1": comment("Hello")}, actor=Actor("person", world.anna, "employee"))


def test_a_record_that_is_gone_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        tried(world, 12345, {"n1": comment("Hello")})
