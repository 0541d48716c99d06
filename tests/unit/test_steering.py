"""How people steer the rules: publish over running runs, switch off and on, hold back, try again, and how limits stop them."""

from __future__ import annotations

import pytest

from crm.database import Database
from crm.desk import Desk
from crm.entities import table_of
from crm.words import phrase
from runtime.engine import publishing, switches, waking
from runtime.engine.known import known_names
from runtime.engine.models import Run
from tests.makers import World, after, comment, says, to_stage


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_rules_that_are_off_start_nothing_and_what_fell_due_meanwhile_runs_when_they_are_on_again(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Late", **after(1, "days"))})
    waiting, missed = world.deal(), world.deal()
    world.move(waiting, "sales/talks")
    world.act(lambda desk: publishing.switch(desk, publishing.chain_of(desk, desk.stage("sales/talks")), on=False))
    world.move(missed, "sales/talks")
    world.pass_time(days=3)
    assert world.comments(waiting) == []
    world.act(lambda desk: publishing.switch(desk, publishing.chain_of(desk, desk.stage("sales/talks")), on=True))
    world.run()
    assert (world.comments(waiting), world.comments(missed)) == (["Late"], [])


@pytest.mark.parametrize(
    ("running", "told", "state"),
    [("finish", ["Old"], "finished"), ("stop", [], "cancelled"), ("move", ["New", "Added"], "finished")],
)
def test_publishing_asks_what_becomes_of_runs_in_flight(world: World, running: str, told: list[str], state: str) -> None:
    wait = comment("Waited", **after(1, "days"), enabled=False)
    world.rules("sales/talks", {"w": comment("Old", **after(1, "days"))})
    deal = world.deal()
    world.move(deal, "sales/talks")
    new = {"w": comment("New", **after(1, "days")), "x": comment("Added"), "z": wait}

    def publish(desk: Desk) -> None:
        chain = publishing.chain_of(desk, desk.stage("sales/talks"))
        draft = {"format": "rulewright.chain/1", "nodes": new, "edges": [["start", "w"], ["w", "x"], ["x", "z"]]}
        publishing.save_draft(desk, chain, draft, number=chain["draft_number"], says=chain_words)
        publishing.publish(desk, chain, known_names(desk), running=running)  # type: ignore[arg-type]

    chain_words = phrase("Changed the rules")
    world.act(publish)
    world.pass_time(days=1)
    world.pass_time(days=1)
    assert world.comments(deal) == told
    assert world.runs(deal)[0]["state"] == state


def test_rules_that_go_round_in_a_circle_are_stopped_and_say_so(world: World) -> None:
    world.rules("sales/talks", {"a": to_stage("sales/new")})
    world.rules("sales/new", {"a": to_stage("sales/talks")})
    deal = world.deal(stage="sales/won")
    world.move(deal, "sales/talks")
    states = [run["state"] for run in world.runs(deal)]
    assert states.count("stopped") == 1
    assert len(states) == 10


def test_a_step_that_failed_can_be_tried_again_from_there(world: World) -> None:
    world.rules("sales/talks", {"a": comment("{{ record.comment }}", on_error="stop"), "b": comment("After it")})
    deal = world.deal()
    world.move(deal, "sales/talks")
    [step] = world.step_rows(world.runs(deal)[0])
    world.act(lambda desk: desk.edit_record(desk.record(deal), {"comment": "Now there is one"}))
    world.act(lambda desk: waking.retry(desk, step.id))
    world.run()
    assert world.comments(deal) == ["Now there is one", "After it"]
    assert world.runs(deal)[0]["state"] == "finished"


def test_a_waiting_rule_can_be_run_now_or_cancelled(world: World) -> None:
    nodes = {"a": comment("Now", **after(9, "days")), "b": comment("Never", **after(9, "days"))}
    world.rules("sales/talks", nodes, [["start", "a"], ["start", "b"]])
    deal = world.deal()
    world.move(deal, "sales/talks")
    by_node = {step["node"]: step.id for step in world.step_rows(world.runs(deal)[0])}
    world.act(lambda desk: waking.run_now(desk, by_node["a"]))
    world.act(lambda desk: waking.cancel_step(desk, by_node["b"]))
    world.run()
    assert world.comments(deal) == ["Now"]
    assert world.runs(deal)[0]["state"] == "finished"


def test_moving_many_deals_at_once_is_never_limited_nor_is_what_their_rules_do_next(world: World) -> None:
    world.rules("sales/talks", {"a": to_stage("sales/won")})
    world.rules("sales/won", {"a": comment("Won")})
    ids = world.act(lambda desk: [desk.create_record("deal", {"title": str(n), "responsible": world.anna}).id for n in range(300)])
    world.act(lambda desk: desk.move_many(ids, "sales/talks"))
    world.run()
    assert {world.comments(deal)[0] for deal in ids} == {"Won"}


def test_a_run_that_a_limit_stopped_can_be_released(world: World) -> None:
    world.rules("sales/talks", {"a": to_stage("sales/new")})
    world.rules("sales/new", {"a": to_stage("sales/talks")})
    deal = world.deal(stage="sales/won")
    world.move(deal, "sales/talks")
    stopped = next(run for run in world.runs(deal) if run["state"] == "stopped")
    world.act(lambda desk: waking.release_run(desk, stopped.id))
    world.run()
    assert world.look(lambda transaction: transaction.get(table_of(Run), stopped.id))["state"] == "finished"


@pytest.mark.parametrize(("kind", "key"), [("all", ""), ("pipeline", "sales"), ("effect", "forever")])
def test_an_emergency_switch_holds_rules_back_until_it_is_let_go(world: World, kind: switches.Kind, key: str) -> None:
    world.rules("sales/spam", {"a": {"rule": "add_to_exceptions"}})
    deal = world.deal()
    world.act(lambda desk: switches.hold(desk, kind, key))
    world.move(deal, "sales/spam")
    assert world.record(deal)["deleted_at"] is None
    world.act(lambda desk: switches.let_go(desk, kind, key))
    world.run()
    assert world.record(deal)["deleted_at"] is not None


def test_removing_a_stage_moves_its_deals_and_ends_its_rules(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Late", **after(1, "days"))})
    world.rules("sales/won", {"a": comment("Won")})
    deal = world.deal()
    world.move(deal, "sales/talks")
    world.act(lambda desk: desk.delete_stage(desk.stage("sales/talks"), target="sales/won"))
    world.pass_time(days=2)
    assert world.comments(deal) == ["Won"]
    assert [run["state"] for run in world.runs(deal)] == ["cancelled", "finished"]


def test_a_rule_that_names_a_stage_that_is_gone_fails_in_words_and_the_rest_goes_on(world: World) -> None:
    world.rules("sales/talks", {"a": to_stage("sales/spam"), "b": comment("After it")})
    world.act(lambda desk: desk.delete_stage(desk.stage("sales/spam")))
    deal = world.deal()
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["After it"]
    assert says(world.step_rows(world.runs(deal)[0])[0]) == "The stage “sales/spam” does not exist any more."
