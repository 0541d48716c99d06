"""What the engine does with the rules of a stage when a record enters it, stays, and leaves."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.database import Database
from crm.entities import table_of
from crm.models import Effect, StageEntry
from runtime.engine.models import Run
from tests.makers import World, after, comment, says, to_stage


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_a_deal_that_enters_a_stage_gets_its_rules_in_order(world: World) -> None:
    world.rules("sales/talks", {"a": comment("First for {{ record.title }}"), "b": comment("Second")})
    deal = world.deal("Roof repair")
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["First for Roof repair", "Second"]
    assert [run["state"] for run in world.runs(deal)] == ["finished"]


def test_a_deal_that_is_made_on_a_stage_gets_its_rules_too(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Welcome")})
    assert world.comments(world.deal(stage="sales/talks")) == ["Welcome"]


def test_leaving_a_stage_cancels_what_was_still_to_come(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Late", **after(3, "days"))})
    deal = world.deal()
    world.move(deal, "sales/talks")
    world.pass_time(days=1)
    world.move(deal, "sales/new")
    world.pass_time(days=10)
    [run] = world.runs(deal)
    assert world.comments(deal) == []
    assert run["state"] == "cancelled"
    assert world.steps(run) == {"a": "cancelled"}


def test_a_delayed_rule_runs_at_its_time_and_not_before(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Late", **after(3, "days"))})
    deal = world.deal()
    world.move(deal, "sales/talks")
    world.pass_time(days=2, hours=23, minutes=59)
    assert world.comments(deal) == []
    world.pass_time(minutes=1)
    assert world.comments(deal) == ["Late"]


def test_coming_back_to_a_stage_starts_its_rules_anew(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Hello")})
    deal = world.deal()
    for stage in ("sales/talks", "sales/new", "sales/talks"):
        world.move(deal, stage)
    assert world.comments(deal) == ["Hello", "Hello"]


def test_rules_that_run_once_never_run_a_second_time_for_the_same_deal(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Hello")}, once=True)
    deal = world.deal()
    for stage in ("sales/talks", "sales/new", "sales/talks"):
        world.move(deal, stage)
    assert world.comments(deal) == ["Hello"]


def test_the_same_request_twice_moves_once(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Hello")})
    deal = world.deal()
    for _ in range(2):
        world.move(deal, "sales/talks", request_id="a click")
    world.move(deal, "sales/new")
    world.move(deal, "sales/talks", request_id="a click")
    assert world.stage_of(deal) == "sales/new"
    assert len(world.runs(deal)) == 1


def test_a_condition_that_does_not_hold_leaves_out_its_rule_and_the_chain_goes_on(world: World) -> None:
    large = {"field": "record.amount", "op": "gt", "value": 1000}
    world.rules("sales/talks", {"a": comment("Large", condition=large), "b": comment("Any")})
    deal = world.deal(amount="10")
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["Any"]
    assert world.steps(world.runs(deal)[0]) == {"a": "skipped", "b": "done"}


def test_otherwise_stop_ends_the_branch_where_the_condition_does_not_hold(world: World) -> None:
    large = {"field": "record.amount", "op": "gt", "value": 1000}
    nodes = {"a": comment("Large", condition=large, otherwise="stop"), "b": comment("After"), "c": comment("Beside")}
    world.rules("sales/talks", nodes, [["start", "a"], ["a", "b"], ["start", "c"]])
    deal = world.deal(amount="10")
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["Beside"]


@pytest.mark.parametrize(("amount", "told"), [("20000", ["Large"]), ("20", ["Small"])])
def test_a_branch_goes_one_way(world: World, amount: str, told: list[str]) -> None:
    branch = {"rule": "branch", "condition": {"field": "record.amount", "op": "gt", "value": 10000}}
    nodes = {"if": branch, "y": comment("Large"), "n": comment("Small")}
    world.rules("sales/talks", nodes, [["start", "if"], ["if", "y", "yes"], ["if", "n", "no"]])
    deal = world.deal(amount=amount)
    world.move(deal, "sales/talks")
    assert world.comments(deal) == told


def test_parallel_starts_run_in_the_order_of_their_edges(world: World) -> None:
    nodes = {"c": comment("3"), "a": comment("1"), "b": comment("2")}
    world.rules("sales/talks", nodes, [["start", "a"], ["a", "b"], ["start", "c"]])
    deal = world.deal()
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["1", "2", "3"]


def test_a_rule_that_moves_the_deal_ends_its_run_with_all_branches(world: World) -> None:
    nodes = {"m": to_stage("sales/won"), "x": comment("Never"), "y": comment("Never either", **after(1, "days"))}
    world.rules("sales/talks", nodes, [["start", "m"], ["m", "x"], ["start", "y"]])
    world.rules("sales/won", {"a": comment("Won")})
    deal = world.deal()
    world.move(deal, "sales/talks")
    world.pass_time(days=2)
    assert world.comments(deal) == ["Won"]
    assert [run["state"] for run in world.runs(deal)] == ["finished", "finished"]
    assert world.steps(world.runs(deal)[0]) == {"m": "done", "y": "cancelled"}


def test_a_rule_that_fails_half_way_leaves_nothing_behind_and_harms_no_other_deal(world: World) -> None:
    world.rules("sales/talks", {"a": comment("{{ record.comment }}"), "b": comment("After it")})
    empty, full = world.deal(), world.deal(comment="Something")
    world.act(lambda desk: desk.move_many([empty, full], "sales/talks"))
    world.run()
    assert world.comments(empty) == ["After it"]
    assert world.comments(full) == ["Something", "After it"]
    assert world.runs(empty)[0]["state"] == "failed"
    assert "empty" in says(world.step_rows(world.runs(empty)[0])[0])


def test_on_error_stop_ends_the_branch(world: World) -> None:
    world.rules("sales/talks", {"a": comment("{{ record.comment }}", on_error="stop"), "b": comment("After it")})
    deal = world.deal()
    world.move(deal, "sales/talks")
    assert world.comments(deal) == []


def test_a_rule_that_is_switched_off_is_passed_by(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Off", enabled=False), "b": comment("On")})
    deal = world.deal()
    world.move(deal, "sales/talks")
    assert world.comments(deal) == ["On"]


def test_deleting_a_deal_cancels_its_rules_and_restoring_starts_none(world: World) -> None:
    world.rules("sales/talks", {"a": comment("Late", **after(1, "days"))})
    deal = world.deal()
    world.move(deal, "sales/talks")
    entry = world.act(lambda desk: desk.delete_records([desk.record(deal)]).id)
    world.pass_time(days=2)
    world.act(lambda desk: desk.restore(entry))
    world.pass_time(days=2)
    assert world.comments(deal) == []
    assert [run["state"] for run in world.runs(deal)] == ["cancelled"]


def test_every_stay_is_kept_with_its_beginning_and_end(world: World) -> None:
    deal = world.deal()
    world.pass_time(days=1)
    world.move(deal, "sales/talks")
    table = table_of(StageEntry)
    stays = world.look(lambda transaction: transaction.rows(select(table).where(table.c.record_id == deal).order_by(table.c.seq), table))
    assert [(stay["seq"], stay["left_at"] is None) for stay in stays] == [(1, False), (2, True)]
    assert stays[0]["left_at"] == stays[1]["entered_at"] == world.now


def test_a_thousand_deals_moved_at_once_each_get_their_rules_exactly_once(world: World) -> None:
    world.rules("sales/talks", {"a": comment("1"), "b": comment("2")})
    ids = world.act(lambda desk: [desk.create_record("deal", {"title": str(n), "responsible": world.anna}).id for n in range(1000)])
    world.act(lambda desk: desk.move_many(ids, "sales/talks"))
    world.run()
    effects, runs = table_of(Effect), table_of(Run)
    done = world.look(lambda transaction: transaction.execute(select(func.count()).where(effects.c.kind == "comment.added")).scalar())
    ended = world.look(lambda transaction: transaction.execute(select(func.count()).where(runs.c.state == "finished")).scalar())
    assert (done, ended) == (2000, 1000)
