"""A small company at work is broken off at every one of its commits in turn: what comes of it must be what came of it undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import count
from typing import Any, Literal, TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from crm.database import Database, empty_again
from crm.desk import Desk
from crm.transaction import Transaction
from crm.words import phrase
from runtime import bulk
from runtime.catalog import use_also
from runtime.engine import claiming, waking
from runtime.engine.driver import Driver
from runtime.outbox import Answer, Channel, Sender
from tests import postgres
from tests.makers import World, after, comment, to_stage

T = TypeVar("T")
How = Literal["rolled back", "committed", "committed, and told as lost"]

DEALS = ("Roof repair", "Gutters")
LETTER = {"rule": "post_letter", "settings": {"subject": "About {{ record.title }}"}}
# When whatever somebody had taken on can be taken over, and more rounds than it ever takes.
HELD = claiming.LEASE + timedelta(seconds=1)
LONGEST = 300


class Died(BaseException):
    """The process has ended here; nothing in it runs any more."""


class Breaking(Database):
    """A database whose process dies at the commit number ``at`` that had anything to write, before or after it, or loses its answer."""

    def __init__(self, url: str, at: int = 0, how: How = "committed") -> None:
        super().__init__(url)
        if self.is_memory:
            empty_again(self)
        self.at, self.how, self.commits, self.is_counting = at, how, 0, False

    def _once(self, work: Callable[[Transaction], T]) -> T:
        before = self.commits

        def counted(transaction: Transaction) -> T:
            result = work(transaction)
            transaction.flush()
            self.commits += self.is_counting and transaction.writes > 0
            if self.commits == self.at > before and self.how == "rolled back":
                raise Died
            return result

        result = super()._once(counted)
        if self.commits == self.at > before:
            if self.how == "committed":
                raise Died
            raise OperationalError("COMMIT", {}, Exception("the server went away"), connection_invalidated=True)
        return result


Fresh = Callable[..., AbstractContextManager[Breaking]]


class Company:
    """Two deals, rules that comment, wait, write letters and move them, and processes that can be started anew."""

    def __init__(self, database: Breaking) -> None:
        self.world = World(database)
        self.letters: dict[bytes, str] = {}
        won = to_stage("sales/won", **after(1, "days"))
        self.world.rules("sales/talks", {"a": comment("Hello"), "p": LETTER, "b": comment("Posted"), "m": won})
        self.world.rules("sales/won", {"w": comment("Won")})
        deals = [self.world.deal(title) for title in DEALS]
        self.world.act(lambda desk: bulk.move_in_bulk(desk, deals, "sales/talks"))
        self.start()
        database.is_counting = True

    def start(self) -> None:
        """Worker and sender start; they know nothing of those before."""
        self.driver = Driver(self.world.database, lambda: self.world.now)
        self.sender = Sender(self.world.database, {"maildir": Channel(self._deliver, repeatable=True)}, lambda: self.world.now, "sender")

    def work(self) -> bool:
        """One piece of everybody's work; False where nothing was to be done now."""
        now, write = self.world.now, self.world.database.writing
        swept = write(lambda transaction: claiming.sweep(transaction, now))
        released = write(lambda transaction: waking.release_due(transaction, now))
        moved = write(lambda transaction: bulk.work_a_piece(transaction, now))
        return bool(swept + released + moved) | bool(self.driver.drain_once()) | self.sender.send_next()

    def live(self) -> None:
        """Work until nothing is to come; whoever dies is started again when what it held has run out."""
        for _ in range(LONGEST):
            try:
                if self.work():
                    continue
                if self._is_at_rest():
                    return
                due = self.world.database.writing(waking.next_due)
                self.world.now = max(due or self.world.now, self.world.now + HELD)
            except Died:
                self.world.now += HELD
                self.start()
        raise AssertionError("it never came to an end")

    def came_of_it(self) -> Mapping[str, list[Any]]:
        """Everything that a person could see afterwards, without numbers and times."""
        return {
            "deals": self._found("SELECT title, stage.key FROM record JOIN stage ON stage.id = stage_id"),
            "comments": self._found("SELECT title, text FROM comment JOIN record ON record.id = record_id"),
            "runs": self._found(
                "SELECT title, chain.stage, run.state FROM run JOIN record ON record.id = record_id JOIN chain ON chain.id = chain_id"
            ),
            "steps": self._found(
                "SELECT title, node, step.state FROM step JOIN run ON run.id = run_id JOIN record ON record.id = record_id"
            ),
            "effects": self._found("SELECT title, kind FROM effect JOIN record ON record.id = record_id"),
            "outbox": self._found("SELECT title, state FROM outgoing JOIN record ON record.id = record_id"),
            "letters": sorted(self.letters.values()),
        }

    def _found(self, question: str) -> list[Any]:
        with self.world.database.reading() as connection:
            return sorted(tuple(row) for row in connection.execute(text(question)))

    def _is_at_rest(self) -> bool:
        return not self._found(
            "SELECT 1 FROM run WHERE state IN ('ready', 'running', 'parked')"
            " UNION SELECT 1 FROM outgoing WHERE state IN ('prepared', 'sending')"
        )

    def _deliver(self, key: bytes, request: Mapping[str, Any]) -> Answer:
        self.letters[key] = request["subject"]  # the receiver takes the same key twice as once
        return Answer("sent", phrase("Sent."))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", ["rolled back", "committed", "committed, and told as lost"])
def test_wherever_a_process_dies_the_same_comes_of_it(fresh: Fresh, how: How) -> None:
    with fresh() as database:
        undisturbed = lived(database).came_of_it()
    assert len(undisturbed["comments"]) == 2 * 3
    assert {state for _, _, state in undisturbed["runs"]} == {"finished"}
    assert undisturbed["letters"] == ["About Gutters", "About Roof repair"]

    for at in count(1):
        with fresh(at, how) as database:
            company = lived(database)
            if database.commits < at:
                break
            assert company.came_of_it() == undisturbed, f"it was {how} at commit {at}"
    assert at > 15


def test_a_move_whose_answer_was_lost_is_asked_for_again_and_done_once(fresh: Fresh) -> None:
    with fresh(1, "committed") as database:
        world = World(database)
        world.rules("sales/talks", {"a": comment("Hello")})
        deal = world.deal()
        database.is_counting = True

        def drag(desk: Desk) -> object:
            return desk.move(desk.record(deal), "sales/talks", request_id="one drag")

        with pytest.raises(Died):
            world.act(drag)
        world.act(drag)
        world.run()
        assert world.comments(deal) == ["Hello"]
        assert len(world.runs(deal)) == 1


def lived(database: Breaking) -> Company:
    company = Company(database)
    company.live()
    return company


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """An empty database that breaks, another each time: in memory, and on PostgreSQL."""
    if request.param == "sqlite":
        return in_memory
    server: postgres.Server = request.getfixturevalue("postgresql_server")

    @contextmanager
    def on_postgresql(*how: Any) -> Iterator[Breaking]:
        with server.database() as plain:
            yield from broken(plain.url, *how)

    return on_postgresql


@contextmanager
def in_memory(*how: Any) -> Iterator[Breaking]:
    yield from broken("sqlite://", *how)


def broken(url: str, *how: Any) -> Iterator[Breaking]:
    database = Breaking(url, *how)
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture(autouse=True)
def rules_of_tests() -> Iterator[None]:
    use_also("tests.extra_rules")
    yield
    use_also()
