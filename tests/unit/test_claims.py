"""Who works on a run: one at a time, for a while, and nobody who came too late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.database import Database
from runtime.engine import claiming
from runtime.engine.driver import Driver
from tests.makers import World, comment

LATER = claiming.LEASE + timedelta(seconds=1)


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.rules("sales/talks", {"a": comment("Hello"), "b": comment("Again")})
    return world


def worker(world: World, name: str) -> Driver:
    return Driver(world.database, lambda: world.now, name)


def sweep(world: World) -> int:
    return world.database.writing(lambda transaction: claiming.sweep(transaction, world.now))


def entered(world: World, *titles: str) -> list[int]:
    """Deals that have entered the stage, and whose rules nobody has run yet."""
    deals = [world.deal(title) for title in titles]
    world.act(lambda desk: desk.move_many(deals, "sales/talks"))
    return deals


def test_what_one_worker_has_taken_on_another_does_not_get(world: World) -> None:
    entered(world, "Roof repair")
    assert len(worker(world, "first").claim()) == 1
    assert worker(world, "second").claim() == []


def test_what_a_dead_worker_had_taken_on_is_given_back_when_its_time_is_over_and_not_before(world: World) -> None:
    entered(world, "Roof repair")
    worker(world, "first").claim()
    assert sweep(world) == 0
    world.now += LATER
    assert sweep(world) == 1
    assert len(worker(world, "second").claim()) == 1


def test_a_worker_that_comes_too_late_changes_nothing_of_what_another_has_taken_over(world: World) -> None:
    [deal] = entered(world, "Roof repair")
    slow, quick = worker(world, "slow"), worker(world, "quick")
    old = slow.claim()
    world.now += LATER
    sweep(world)
    new = quick.claim()
    slow.finish(old)
    [run] = world.runs(deal)
    assert world.comments(deal) == []
    assert (run["state"], run["owner"]) == ("running", "quick")
    quick.finish(new)
    slow.finish(old)
    assert world.comments(deal) == ["Hello", "Again"]


def test_after_a_death_the_runs_that_saw_it_are_taken_on_one_by_one(world: World) -> None:
    late = world.deal("Window")
    deals = entered(world, "Roof repair", "Gutters", "Chimney")
    worker(world, "first").claim()
    world.now += LATER
    sweep(world)
    world.act(lambda desk: desk.move(desk.record(late), "sales/talks"))
    second = worker(world, "second")
    assert sorted(claim.alone for claim in second.claim()) == [False, True]
    world.now += LATER
    sweep(world)
    assert sorted(world.runs(deal)[0]["crashes"] for deal in deals) == [1, 1, 2]


def test_the_third_death_ends_the_step_and_what_stands_beside_it_goes_on(world: World) -> None:
    world.rules("sales/won", {"bad": comment("Bad"), "beside": comment("Beside")}, [["start", "bad"], ["start", "beside"]])
    deal = world.deal("Roof repair")
    world.act(lambda desk: desk.move(desk.record(deal), "sales/won"))
    for _ in range(3):
        worker(world, "dying").claim()
        world.now += LATER
        sweep(world)
    world.run()
    [run] = world.runs(deal)
    assert world.steps(run) == {"bad": "dead", "beside": "done"}
    assert run["state"] == "failed"


def test_a_long_batch_stays_with_the_worker_that_does_it(world: World) -> None:
    deals = entered(world, *(f"Deal {number}" for number in range(60)))
    slow = worker(world, "slow")
    claims = slow.claim()

    def clock_of_a_slow_machine() -> datetime:
        world.now += claiming.LEASE / 5
        sweep(world)  # as the clock process does all the time
        return world.now

    slow.clock = clock_of_a_slow_machine
    slow.finish(claims)
    assert {run["crashes"] for deal in deals for run in world.runs(deal)} == {0}
    assert all(world.comments(deal) == ["Hello", "Again"] for deal in deals)
