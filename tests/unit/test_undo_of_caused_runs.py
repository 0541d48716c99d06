"""Undoing a run whose rule caused another one that somebody has dealt with already."""

from __future__ import annotations

import pytest

from runtime.engine import undoing
from tests.makers import World, comment, to_stage


@pytest.fixture
def world() -> World:
    """A deal whose rules in talks move it to won, where rules comment."""
    made = World()
    made.rules("sales/talks", {"n1": comment("In talks"), "n2": to_stage("sales/won")})
    made.rules("sales/won", {"m1": comment("Thank you")})
    return made


def undo(world: World, run_id: bytes) -> undoing.UndoneRun:
    return world.act(lambda desk: undoing.undo_run(desk, run_id), world.as_person(world.anna, "admin"))


def test_one_that_was_undone_by_itself_before_is_not_in_the_way(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    first, caused = world.runs(deal)
    undo(world, caused.id)
    assert undo(world, first.id).left == []
    assert (world.comments(deal), world.stage_of(deal)) == ([], "sales/talks")


def test_one_whose_undo_was_taken_back_is_undone_with_the_run(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    first, caused = world.runs(deal)
    undone = undo(world, caused.id)
    world.act(lambda desk: undoing.undo_again(desk, undone.effect_id), world.as_person(world.anna, "admin"))
    assert world.comments(deal) == ["In talks", "Thank you"]
    assert undo(world, first.id).left == []
    assert world.comments(deal) == []


def test_one_on_which_a_person_has_worked_stays(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    anna = world.as_person(world.anna, "admin")
    made = world.act(lambda desk: desk.transaction.rows(desk.table("comment").select(), desk.table("comment"))[-1].id)
    world.act(lambda desk: desk.edit_comment(desk.row("comment", made), "Thank you very much"), anna)
    left = undo(world, world.runs(deal)[0].id).left
    assert [str(each) for each in left] == ["A run that this one caused stays: somebody has worked on what it made."]
    assert world.comments(deal) == ["Thank you very much"]
