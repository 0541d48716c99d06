"""How long it takes from a person's move of one deal until its rules have run, through the real web server and the real worker."""

from __future__ import annotations

import http.client
import random
import secrets
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks import company
from benchmarks.report import at_most, percentile, spread
from benchmarks.stack import Stack, running_stack
from benchmarks.visitor import Visitor
from crm.database import Database
from tests.processes import children_of

MOVES, PAIRS = 100, 25
P50, P95 = 100, 300


def measure() -> dict[str, Any]:
    """The figures, all in milliseconds."""
    with running_stack() as stack:
        admin = company.found(stack.database, "bench/talks", "bench/offer")
        mover = Mover(stack, Visitor(stack.port, stack.database, admin), company.make_deals(stack.database, 1 + MOVES + PAIRS, admin))
        first = mover.move("talks")
        single = [mover.move("talks") for _ in range(MOVES) if mover.pause()]
        second = [mover.move_twice() for _ in range(PAIRS) if mover.pause()]
    return {
        "moves": MOVES,
        "milliseconds_until_the_rules_have_run": figures([took.effects for took in single]),
        "second_move_within_a_second": {"moves": PAIRS, **figures([took.effects for took in second])},
        "first_move_while_the_worker_still_starts": round(first.effects),
        "milliseconds_until_the_page_answers": spread([took.answer for took in single + second]),
        "reference": {"bare_commit": spread(mover.commits), "healthz": spread(mover.glances)},
        "rules_to_healthz": round(median([took.effects for took in single]) / median(mover.glances), 1),
    }


def figures(values: list[float]) -> dict[str, Any]:
    return {"p50": at_most(P50, median(values)), "p95": at_most(P95, percentile(values, 0.95)), **spread(values)}


class Took:
    """Milliseconds from the click until the page answered, and until the effects of the rules were committed."""

    def __init__(self, answer: float, effects: float) -> None:
        self.answer, self.effects = answer, effects


class Mover:
    """Moves one deal after the other, and takes the bare references in between."""

    def __init__(self, stack: Stack, visitor: Visitor, deals: list[int]) -> None:
        self.stack, self.visitor, self.deals = stack, visitor, deals
        self.commits: list[float] = []
        self.glances: list[float] = []
        self._stages = stages_of(stack.database)
        self._watching = sqlite3.connect(f"file:{stack.configuration.data / 'rulewright.db'}?mode=ro", uri=True, isolation_level=None)
        self._chance = random.Random(1)
        page, _ = visitor.get("/pipelines/bench")
        self._since = page.partition('name="since" value="')[2].partition('"')[0]

    def pause(self) -> bool:
        """Wait until the worker has stopped looking for more, as it has when people move a card now and then; measure the references."""
        worker = self.stack.parts()["worker"]
        while children_of(worker):
            time.sleep(0.02)
        time.sleep(self._chance.uniform(0.05, 0.3))
        self.commits.append(bare_commit(self.stack.configuration.data))
        self.glances.append(glance(self.stack.port))
        return True

    def move(self, stage: str, deal: int | None = None) -> Took:
        """Move the next deal, or this one."""
        deal = self.deals.pop() if deal is None else deal
        form = {"moved": deal, "list": self._stages[stage], "position": 0, "before": "", "since": self._since}
        began = time.perf_counter()
        with ThreadPoolExecutor(1) as asking:
            answer = asking.submit(self._post, {**form, "request_id": secrets.token_hex(8)})
            while not self._has_run(deal, stage):
                if answer.done():
                    answer.result()
                if time.perf_counter() - began > 30:
                    raise SystemExit("the rules never ran")
                time.sleep(0.001)
            effects = time.perf_counter() - began
            answered = answer.result() - began
        return Took(answered * 1000, effects * 1000)

    def move_twice(self) -> Took:
        """Two moves of one deal within a second; returns what the second took."""
        deal = self.deals.pop()
        self.move("talks", deal)
        time.sleep(self._chance.uniform(0.1, 0.6))
        return self.move("offer", deal)

    def _post(self, form: dict[str, object]) -> float:
        self.visitor.post("/pipelines/bench/moves", **form)
        return time.perf_counter()

    def _has_run(self, deal: int, stage: str) -> bool:
        question = "SELECT 1 FROM run JOIN chain ON chain.id = chain_id WHERE record_id = ? AND stage_id = ? AND run.state = 'finished'"
        return self._watching.execute(question, (deal, self._stages[stage])).fetchone() is not None


def stages_of(database: Database) -> dict[str, int]:
    """The stages of the pipeline by key."""
    question = "SELECT stage.key, stage.id FROM stage JOIN pipeline ON pipeline.id = pipeline_id WHERE pipeline.key = 'bench'"
    with database.reading() as connection:
        return dict(connection.execute(text(question)).tuples().all())


def bare_commit(folder: Path) -> float:
    """One row, durably, with nothing around it."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, said TEXT)")
        began = time.perf_counter()
        connection.execute("INSERT INTO row (said) VALUES ('Hello')")
        return (time.perf_counter() - began) * 1000


def glance(port: int) -> float:
    """The simplest page of the web server, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    began = time.perf_counter()
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    took = time.perf_counter() - began
    connection.close()
    return took * 1000
