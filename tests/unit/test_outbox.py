"""What leaves the house: after the commit, once, and the rules behind it wait for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crm.database import Database
from crm.words import phrase
from runtime.catalog import use_also
from runtime.engine import switches, undoing, waking
from runtime.maildir import maildir
from runtime.outbox import Answer, Channel, Sender
from tests.makers import World, comment, says

LETTER = {"rule": "post_letter", "settings": {"subject": "About {{ record.title }}"}}


@pytest.fixture(autouse=True)
def rules_of_tests() -> Iterator[None]:
    use_also("tests.extra_rules")
    yield
    use_also()


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.rules("sales/talks", {"p": LETTER, "c": comment("It was posted")})
    return world


def sender(world: World, channel: Channel) -> Sender:
    return Sender(world.database, {"maildir": channel}, lambda: world.now, "tests")


def channel(*answers: Answer, repeatable: bool = False) -> tuple[Channel, list[bytes]]:
    """A way out that answers so, one after the other, and notes what it was given."""
    left, given = list(answers), []

    def deliver(key: bytes, request: object) -> Answer:
        given.append(key)
        return left.pop(0)

    return Channel(deliver, repeatable), given


SENT = Answer("sent", phrase("Sent."))
LATER = Answer("later", phrase("The line is busy."))
REFUSED = Answer("refused", phrase("Nobody of this name lives here."))


def test_the_rules_behind_wait_until_the_letter_is_in_the_maildir(world: World, tmp_path: Path) -> None:
    deal = world.deal("Roof repair")
    world.move(deal, "sales/talks")
    assert world.steps(world.runs(deal)[0]) == {"p": "holding"}
    out = sender(world, maildir(tmp_path))
    assert out.send_next()
    world.run()
    assert world.comments(deal) == ["It was posted"]
    [letter] = (tmp_path / "new").iterdir()
    assert b"Subject: About Roof repair" in letter.read_bytes()
    assert not out.send_next()


def test_what_fails_for_now_is_sent_again_later_as_the_same(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    way, given = channel(LATER, SENT)
    out = sender(world, way)
    out.send_next()
    assert not out.send_next()
    world.now += timedelta(minutes=1)
    out.send_next()
    assert len(given) == 2
    assert len(set(given)) == 1
    assert world.steps(world.runs(deal)[0])["p"] == "done"


def test_what_is_refused_for_good_fails_with_the_reason(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    way, _ = channel(REFUSED)
    sender(world, way).send_next()
    [step, _] = world.step_rows(world.runs(deal)[0])
    assert (step["state"], says(step)) == ("failed", "Nobody of this name lives here.")


class Died(Exception):
    """The sender died while it sent."""


def dying(repeatable: bool) -> Channel:
    def deliver(key: bytes, request: object) -> Answer:
        raise Died

    return Channel(deliver, repeatable)


@pytest.mark.parametrize(("repeatable", "state"), [(False, "unknown"), (True, "done")])
def test_after_a_sender_died_only_what_may_be_repeated_is_sent_again(world: World, repeatable: bool, state: str) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    with pytest.raises(Died):
        sender(world, dying(repeatable)).send_next()
    world.now += timedelta(minutes=5)
    way, given = channel(SENT, repeatable=repeatable)
    sender(world, way).send_next()
    assert world.steps(world.runs(deal)[0])["p"] == state
    assert len(given) == int(repeatable)


def test_undo_takes_an_unsent_letter_out_of_the_outbox(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    run = world.runs(deal)[0].id
    undone = world.act(lambda desk: undoing.undo_run(desk, run))
    assert undone.left == [phrase("The rule {node} was still to come; it stays cancelled.", node="p")]
    way, given = channel(SENT)
    assert not sender(world, way).send_next()
    assert given == []


def test_undo_tells_that_a_sent_letter_cannot_be_called_back(world: World) -> None:
    deal = world.deal()
    world.move(deal, "sales/talks")
    way, _ = channel(SENT)
    sender(world, way).send_next()
    world.run()
    run = world.runs(deal)[0].id
    undone = world.act(lambda desk: undoing.undo_run(desk, run))
    assert phrase("A message that has left the house cannot be called back.") in undone.left
    assert world.comments(deal) == []


def test_an_emergency_switch_on_sending_keeps_letters_in_the_house(world: World) -> None:
    deal = world.deal()
    world.act(lambda desk: switches.hold(desk, "effect", "outgoing"))
    world.move(deal, "sales/talks")
    way, _ = channel(SENT)
    assert not sender(world, way).send_next()
    world.act(lambda desk: switches.let_go(desk, "effect", "outgoing"))
    world.run()
    assert sender(world, way).send_next()


def test_no_cause_sends_more_than_a_hundred_letters(world: World) -> None:
    nodes = {f"p{number}": LETTER for number in range(103)}
    world.rules("sales/won", nodes, [["start", name] for name in nodes])
    deal = world.deal()
    world.move(deal, "sales/won")
    [run] = world.runs(deal)
    assert run["state"] == "stopped"
    assert list(world.steps(run).values()).count("holding") == 100
    world.act(lambda desk: waking.release_run(desk, run.id))
    world.run()
    assert list(world.steps(run).values()).count("holding") == 103
