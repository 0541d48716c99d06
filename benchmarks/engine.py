"""How fast rules run when many records move at once, against bare writes of the same rows; and how much memory and time the parts need."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

import runtime.engine.models  # noqa: F401  its tables belong to the schema
from benchmarks import company
from benchmarks.report import at_least, at_most, spread
from benchmarks.stack import running_stack
from benchmarks.visitor import Visitor
from crm.configuration import Configuration
from crm.database import create_schema
from runtime.office import Office
from runtime.worker import drain_until_idle

DEALS, ROUNDS, STEPS = 10_000, 10, 3
MEGABYTES = {"web": 120, "worker": 120, "sender": 120, "clock": 80, "valkey": 20}


def measure() -> dict[str, Any]:
    """The figures."""
    return {**in_one_process(), "real_processes": in_real_processes()}


def in_one_process() -> dict[str, Any]:
    """Engine and bare writes in turns, so that other load on the machine falls on both."""
    with TemporaryDirectory(prefix="rulewright-bench-") as name:
        folder = Path(name)
        office = Office(Configuration(folder, f"sqlite:///{folder}/engine.db", "", embedded_redis=False, secret_key="none"))
        create_schema(office.database)
        deals = company.make_deals(office.database, DEALS, company.found(office.database, "bench/talks"))
        part = DEALS // ROUNDS
        with closing(bare_database(folder / "bare.db")) as bare:
            bare_rates, rates = [bare_runs(bare, part)], []
            for start in range(0, DEALS, part):
                rates.append(engine_runs(office, deals[start : start + part]))
                bare_rates.append(bare_runs(bare, part))
        with office.database.reading() as connection:
            done = connection.execute(text("SELECT count(*) FROM step WHERE state = 'done'")).scalar()
        office.database.dispose()
    if done != DEALS * STEPS:
        raise SystemExit(f"{done} steps are done of {DEALS * STEPS}")
    beside = [(before + after) / 2 for before, after in pairwise(bare_rates)]
    ratios = [rate / bare for rate, bare in zip(rates, beside, strict=True)]
    return {
        "deals": DEALS,
        "steps_of_a_run": STEPS,
        "steps_per_second": spread([rate * STEPS for rate in rates]),
        "bare_runs_per_second": spread(bare_rates),
        "share_of_bare": {**at_least(0.04, median(ratios)), "of_rounds": spread(ratios)},
    }


def engine_runs(office: Office, deals: list[int]) -> float:
    """Runs a second: the deals are moved in bulk and their rules run, as a worker does it."""
    company.move_all(office.database, deals)
    began = time.perf_counter()
    drain_until_idle(office, "inside", longest=600, linger=0)
    return len(deals) / (time.perf_counter() - began)


def bare_database(path: Path) -> sqlite3.Connection:
    """A database for the reference, as safe as ours."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in ("run", "step", "effect", "comment"):
        connection.execute(f"CREATE TABLE {table} (id BLOB PRIMARY KEY, run BLOB, at TEXT, state TEXT, said TEXT, more TEXT)")
    return connection


def bare_runs(connection: sqlite3.Connection, count: int) -> float:
    """Runs a second where a run is nothing but ten inserted rows, a hundred runs a commit."""
    began = time.perf_counter()
    for start in range(0, count, 100):
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(start, min(count, start + 100)):
            run = os.urandom(16)
            _insert(connection, "run", run, run)
            for table in ("step", "effect", "comment"):
                for _ in range(STEPS):
                    _insert(connection, table, os.urandom(16), run)
        connection.execute("COMMIT")
    return count / (time.perf_counter() - began)


def in_real_processes() -> dict[str, Any]:
    """The same bulk move through the real worker, the memory of every part meanwhile, and how long a start takes."""
    with running_stack() as stack:
        admin = company.found(stack.database, "bench/talks")
        deals = company.make_deals(stack.database, DEALS, admin)
        visitor = Visitor(stack.port, stack.database, admin)
        for _ in range(20):
            visitor.get("/pipelines/bench")
        company.move_all(stack.database, deals)
        began, most = time.monotonic(), stack.memory()
        while _pending(stack.database) or time.monotonic() - began < 1:
            most = {name: max(most.get(name, 0), megabytes) for name, megabytes in stack.memory().items()}
            time.sleep(0.2)
        took = time.monotonic() - began
        starts = []
        for _ in range(3):
            stack.stop()
            starts.append(stack.start())
    return {
        "steps_per_second": round(DEALS * STEPS / took),
        "most_megabytes": {name: at_most(goal, most[name]) for name, goal in MEGABYTES.items()},
        "warm_start_seconds": {**at_most(3, median(starts)), "of_starts": spread(starts)},
    }


def _insert(connection: sqlite3.Connection, table: str, key: bytes, run: bytes) -> None:
    values = (key, run, "2026-01-05T09:00:00.000000+00:00", "done", "Commented on the timeline", '{"text": "Hello Deal 17"}')
    connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", values)


def _pending(database: Any) -> bool:
    question = "SELECT 1 FROM bulk WHERE state = 'working' UNION SELECT 1 FROM run WHERE state IN ('ready', 'running')"
    with database.reading() as connection:
        return connection.execute(text(question)).first() is not None
