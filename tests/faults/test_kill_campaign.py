"""Processes are killed, frozen and robbed of their queue while they work: nothing may be lost, and nothing done twice.

That these tests can fail was tried by breaking the engine on purpose, each time in a copy. What was broken, and who noticed:

- What a rule did is committed before the mark that it did it: the campaign (something was done twice); so did
  ``test_crash_points`` for a process that dies in between.
- The mark is committed before what the rule does: the campaign (it never comes to an end, what is behind is never reached).
- The clock takes nothing back from dead workers: the campaign and the frozen worker (neither comes to an end).
- The clock repeats no kick that got lost: the campaign and the forgetful queue (neither comes to an end).
- All runs that saw a worker die are taken on together: the rule that brings its worker down (52 others were stopped with it).
- Each try of a letter has a key of its own: the sender that dies.
- Nobody asks whether a claim still holds (the fence): the frozen worker, by what it logs, and ``test_claims``. The campaign alone does
  not notice: steps are read and marked in one transaction, so a worker that comes too late finds nothing left to do.

``RULEWRIGHT_SEED`` gives another order of kills.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.catalog import use_also
from tests.faults.installation import PARTS, Installation, assert_each_once
from tests.makers import comment
from tests.processes import answers, is_alive, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(240)]

SEED = int(os.environ.get("RULEWRIGHT_SEED", "1"))
DEALS, LETTERS, FORMS = 2000, 200, 60
LONGEST_CHAOS = 12.0
# How often each is hit. A horse is the child of a worker or sender that does the work.
VICTIMS = {
    "worker's horse": 6,
    "second worker's horse": 6,
    "sender's horse": 4,
    "worker": 1,
    "second worker": 1,
    "sender": 1,
    "clock": 1,
    "web": 1,
    "valkey": 1,
    "queue": 2,
}
OFFER = {"field": "record.amount", "op": "eq", "value": 10}
BAD = {"field": "record.amount", "op": "eq", "value": 666}
LETTER = {"rule": "post_letter", "settings": {"subject": "{{ record.title }}"}}
COMMENTS = ("First for {{ record.title }}", "Second for {{ record.title }}", "Third for {{ record.title }}")


def test_whatever_is_killed_whenever_nothing_is_lost_and_nothing_is_done_twice(house: Installation) -> None:
    first, second, third = COMMENTS
    house.rules("sales/talks", {"a": comment(first), "b": comment(second), "p": {**LETTER, "condition": OFFER}, "c": comment(third)})
    house.rules("leads/new", {"w": comment("Welcome {{ record.title }}")})
    deals = house.deals(DEALS, lambda number: 10 if number % (DEALS // LETTERS) == 0 else 1)
    client = Client(house)
    house.start(*PARTS)
    wait_until(lambda: answers(house.port), within=30)
    house.move(deals)
    client.start()

    hit = rampage(house, random.Random(SEED), lambda: house.is_done() and not client.is_alive())
    house.start(*PARTS)
    client.join(30)
    wait_until(house.is_done, within=40)
    revived = house.retry_the_dead()
    wait_until(house.is_done, within=20)

    print(f"seed {SEED}, killed {dict(hit)}, revived {revived}")
    assert set(hit) == set(VICTIMS)
    titles = [f"Deal {number}" for number in range(DEALS)]
    welcomed = [f"Form {number}" for number in range(FORMS)]
    assert_each_once(client.accepted, welcomed)
    assert_each_once(
        [text for (text,) in house.found("SELECT text FROM comment")],
        [f"{word} for {title}" for word in ("First", "Second", "Third") for title in titles] + [f"Welcome {title}" for title in welcomed],
    )
    assert_each_once(house.letters(), titles[:: DEALS // LETTERS])
    assert_whole(house, deals, nodes=4)


def test_a_queue_that_forgets_everything_again_and_again_loses_nothing(house: Installation) -> None:
    house.rules("sales/talks", {"a": comment("For {{ record.title }}")})
    deals = house.deals(1000)
    house.start("valkey", "worker", "clock")
    house.move(deals)
    chance, forgotten = random.Random(SEED), 0
    while not house.is_done():
        house.forget_the_queue()
        forgotten += 1
        time.sleep(chance.uniform(0, 0.05))
    assert forgotten > 5
    assert_each_once([text for (text,) in house.found("SELECT text FROM comment")], [f"For Deal {number}" for number in range(1000)])
    assert_whole(house, deals, nodes=1)


def test_a_worker_that_was_frozen_while_another_took_over_does_nothing_twice(house: Installation) -> None:
    house.rules("sales/talks", {name: comment(f"{name} for {{{{ record.title }}}}") for name in "abc"})
    deals = house.deals(600)
    house.start("valkey", "worker")
    house.move(deals)
    frozen, held = freeze_at_work(house)
    house.running["frozen"] = house.running.pop("worker")
    house.start("worker", "clock")
    wait_until(house.is_done, within=40)
    taken_over = house.found("SELECT count(*) FROM run WHERE crashes > 0")
    os.kill(frozen, signal.SIGCONT)
    wait_until(lambda: not is_alive(frozen), within=20)

    assert held > 0
    assert taken_over == [(held,)]
    assert "Traceback" not in house.output.read_text()
    wanted = [f"{name} for Deal {number}" for name in "abc" for number in range(600)]
    assert_each_once([text for (text,) in house.found("SELECT text FROM comment")], wanted)
    assert_whole(house, deals, nodes=3)


def test_a_rule_that_brings_its_worker_down_is_stopped_at_the_third_time_and_harms_no_other_deal(house: Installation) -> None:
    house.rules("sales/talks", {"down": {"rule": "bring_down", "condition": BAD}, "a": comment("For {{ record.title }}")})
    deals = house.deals(60, lambda number: 666 if number == 7 else 1)
    house.start("valkey", "worker", "clock")
    house.move(deals)
    wait_until(house.is_done, within=60)

    assert house.found("SELECT record_id, node FROM step JOIN run ON run.id = run_id WHERE step.state = 'dead'") == [(deals[7], "down")]
    assert house.found("SELECT state, count(*) FROM run GROUP BY 1 ORDER BY 1") == [("failed", 1), ("finished", 59)]
    others = [f"For Deal {number}" for number in range(60) if number != 7]
    assert_each_once([text for (text,) in house.found("SELECT text FROM comment")], others)
    [(says,)] = house.found("SELECT says FROM step WHERE state = 'dead'")
    assert "brought its worker down" in says


def test_a_sender_that_dies_between_posting_and_noting_it_posts_nothing_twice(house: Installation) -> None:
    house.rules("sales/talks", {"p": LETTER, "a": comment("Posted for {{ record.title }}")})
    deals = house.deals(60)
    house.start("valkey", "worker", "sender", "clock")
    house.move(deals)
    caught = kill_between_posting_and_noting(house)
    wait_until(house.is_done, within=40)

    assert house.found(f"SELECT state, attempts FROM outgoing WHERE hex(id) = '{caught}'") == [("sent", 2)]
    assert_each_once(house.letters(), [f"Deal {number}" for number in range(60)])
    assert_each_once([text for (text,) in house.found("SELECT text FROM comment")], [f"Posted for Deal {number}" for number in range(60)])
    assert_whole(house, deals, nodes=2)


class Client(threading.Thread):
    """Posts forms to the web server, and each one again until it hears that it was taken in; notes the titles of the leads."""

    def __init__(self, house: Installation) -> None:
        super().__init__(name="client")
        self.port = house.port
        self.accepted: list[str] = []
        house.act(lambda desk: desk.put_settings({"region": "FR"}))
        self.token = house.act(lambda desk: desk.create_token("The site")[1], house.admin)

    def run(self) -> None:
        for number in range(FORMS):
            given = {"id": f"form {number}", "title": f"Form {number}", "email": f"visitor{number}@client.example"}
            while (answer := self._post(given)) is None:
                time.sleep(0.05)
            self.accepted.append(answer["record"]["title"])

    def _post(self, given: dict[str, str]) -> dict[str, Any] | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/intake/forms", json.dumps(given), headers)
            response = connection.getresponse()
            told = response.read()
            return json.loads(told) if response.status in (200, 201) else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def rampage(house: Installation, chance: random.Random, is_over: Any) -> Counter[str]:
    """Kill one after the other at random moments and start it again, until everything is done or it was enough; returns who was hit."""
    hit: Counter[str] = Counter()
    ends = time.monotonic() + LONGEST_CHAOS
    while (time.monotonic() < ends and not is_over()) or (set(+hit) != set(VICTIMS) and time.monotonic() < 2 * LONGEST_CHAOS + ends):
        # Whoever was never hit yet is hit sooner.
        [victim] = chance.choices(list(VICTIMS), [weight if hit[name] else 5 * weight for name, weight in VICTIMS.items()])
        if victim == "queue":
            house.forget_the_queue()
            hit[victim] += 1
        else:
            hit[victim] += house.kill(victim)
        time.sleep(chance.uniform(0, 0.15))
        house.start(*PARTS)
        time.sleep(chance.expovariate(1 / 0.12))
    return +hit


def freeze_at_work(house: Installation) -> tuple[int, int]:
    """Freeze the worker's horse between two transactions while it holds runs; returns its process and how many they are."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        horse = house.pid("worker's horse")
        with house.write_lock() as connection:
            [(held,)] = connection.execute("SELECT count(*) FROM run WHERE state = 'running'")
            if horse and held:
                os.kill(horse, signal.SIGSTOP)
                return horse, held
    raise AssertionError("the worker was never found at work")


def kill_between_posting_and_noting(house: Installation) -> str:
    """Kill the sender's horse when a letter is in the maildir and the database does not know it yet; returns the letter's key."""
    folder = house.configuration.data / "maildir" / "new"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with house.write_lock() as connection:
            found = connection.execute("SELECT hex(id) FROM outgoing WHERE state = 'sending'").fetchone()
            if found:
                wait_until(lambda name=found[0]: (folder / f"{name.lower()}.rulewright").exists(), within=10)  # type: ignore[misc]
                house.kill("sender's horse")
                return str(found[0])
    raise AssertionError("no letter was ever on its way")


def assert_whole(house: Installation, deals: list[int], nodes: int) -> None:
    """Every deal has one run that finished, in which every node was reached once; the effects say the same; the file is intact."""
    runs = house.found("SELECT record_id, state FROM run JOIN record ON record.id = record_id WHERE entity = 'deal'")
    assert_each_once(runs, [(deal, "finished") for deal in deals])
    steps = house.found(
        "SELECT count(*), count(DISTINCT run_id || node) FROM step JOIN run ON run.id = run_id WHERE chain_id = (SELECT min(id) FROM chain)"
    )
    assert steps == [(len(deals) * nodes, len(deals) * nodes)]
    told = house.found("SELECT (SELECT count(*) FROM effect WHERE kind = 'comment.added'), (SELECT count(*) FROM comment)")
    assert told[0][0] == told[0][1]
    assert house.is_sound()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    use_also("tests.extra_rules")
    made = Installation(tmp_path)
    try:
        yield made
    finally:
        made.stop()
        use_also()
