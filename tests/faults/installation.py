"""An installation whose parts a test starts, kills, freezes and starts again by itself, and what is found in its database."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from crm.actor import SYSTEM, Actor
from crm.configuration import HOUSE, Configuration
from crm.database import Database
from crm.desk import Desk
from crm.words import phrase
from runtime import bulk, valkey
from runtime.engine import publishing, starting, waking
from runtime.engine.known import known_names
from runtime.processes import dying_with
from runtime.queue import Kicker
from tests.processes import children_of, free_port, is_alive, wait_until

T = TypeVar("T")
PARTS = ("valkey", "web", "worker", "second worker", "sender", "clock")
# What a supervisor's growing pauses are good for is tested elsewhere; here everything is back at once, to be killed again.
LEASE = 1


class Installation:
    """The real program on a folder of its own, without the supervisor: a killed part comes back when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        given = {"RULEWRIGHT_DATA": str(folder), "PORT": str(self.port), "RULEWRIGHT_LEASE": str(LEASE)}
        self.environment = {**os.environ, **given, "RULEWRIGHT_DEMO": "0", "RULEWRIGHT_RULES": "tests.extra_rules"}
        self.configuration = Configuration.from_environment(self.environment)
        self.output = folder / "output.txt"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._run("prepare").wait(60)
        starting.listen()
        self.database = Database(self.configuration.database_url)
        self.database.after_commit = Kicker(self.configuration.redis_url)
        self.admin = Actor("person", self.act(lambda desk: next(iter(desk.people()))), "admin")

    def start(self, *names: str) -> None:
        """Start parts that do not run."""
        for name in names:
            if name not in self.running or self.running[name].poll() is not None:
                self.running[name] = self._run(name)
        if "valkey" in names:
            assert valkey.wait_until_it_answers(self.configuration.redis_socket)

    def pid(self, name: str) -> int:
        """The process of a part; ``worker's horse`` is the child of the worker in which the rules run, 0 where there is none."""
        part, _, horse = name.partition("'s ")
        if not horse:
            return self.running[part].pid
        return next(iter(children_of(self.running[part].pid)), 0)

    def kill(self, name: str) -> bool:
        """Kill a part, or its horse, as a machine without memory would; False where it does not run."""
        pid = self.pid(name)
        if not pid or not is_alive(pid):
            return False
        os.kill(pid, signal.SIGKILL)
        if name in self.running:
            self.running[name].wait()
        return True

    def forget_the_queue(self) -> None:
        """Throw away everything that Valkey knows."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.configuration.redis_socket))
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(16)

    def stop(self) -> None:
        """Kill whatever runs."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()
        self.database.dispose()

    def act(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Do something at a desk."""
        return self.database.writing(lambda transaction: work(Desk(transaction, actor, datetime.now(UTC))))

    def rules(self, stage: str, nodes: Mapping[str, Any]) -> None:
        """Publish rules for a stage, one after the other."""
        names = ["start", *nodes]
        edges = [list(pair) for pair in pairwise(names)]
        draft = {"format": "rulewright.chain/1", "nodes": dict(nodes), "edges": edges}

        def publish(desk: Desk) -> None:
            chain = publishing.chain_of(desk, desk.stage(stage))
            publishing.save_draft(desk, chain, draft, number=0, says=phrase("Changed the rules"))
            publishing.publish(desk, chain, known_names(desk))

        self.act(publish)

    def deals(self, count: int, amount: Callable[[int], int] = lambda number: 1) -> list[int]:
        """Deals on the first stage, ``Deal 0`` and so on."""

        def make(desk: Desk, number: int) -> int:
            fields = {"title": f"Deal {number}", "amount": str(amount(number)), "responsible": self.admin.user_id}
            return int(desk.create_record("deal", fields, stage="sales/new").id)

        return self.act(lambda desk: [make(desk, number) for number in range(count)])

    def move(self, deals: list[int]) -> None:
        """Have many deals moved to the stage with the rules; a worker does it in pieces."""
        self.act(lambda desk: bulk.move_in_bulk(desk, deals, "sales/talks"))

    def found(self, question: str) -> list[Any]:
        """The rows that an SQL question finds."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    def is_done(self) -> bool:
        """Whether nothing is pending anywhere."""
        return not self.found(
            "SELECT 1 FROM bulk WHERE state = 'working' UNION SELECT 1 FROM run WHERE state IN ('ready', 'running', 'parked')"
            " UNION SELECT 1 FROM outgoing WHERE state IN ('prepared', 'sending')"
        )

    def retry_the_dead(self) -> int:
        """What a person does with steps that saw their worker die three times; returns how many there were."""
        dead = [step for (step,) in self.found("SELECT id FROM step WHERE state = 'dead'")]
        for step in dead:
            self.act(lambda desk, step=step: waking.retry(desk, step))  # type: ignore[misc]
        return len(dead)

    def letters(self) -> list[str]:
        """The subjects of the letters in the maildir."""
        posted = (self.configuration.data / "maildir" / "new").glob("*")
        return [line[9:] for letter in posted for line in letter.read_text().splitlines() if line.startswith("Subject: ")]

    def is_sound(self) -> bool:
        """Whether the file of the database is intact."""
        return self.found("PRAGMA integrity_check") == [("ok",)]

    @contextmanager
    def write_lock(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock, so that every process that works stands between two of its transactions."""
        path = self.configuration.data / "rulewright.db"
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
            wait_until(lambda: _locks(connection), within=30, glance=0.0002)  # SQLite's own waiting would come too late each time
            yield connection
            connection.execute("ROLLBACK")

    def _run(self, name: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, str(HOUSE / "app.py"), name.removeprefix("second ")]
        if name == "valkey":
            words = valkey.command(valkey.program(), self.configuration.data / "redis", self.configuration.redis_socket)
        with self.output.open("ab") as output:
            return subprocess.Popen(
                words,
                env=self.environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=dying_with(os.getpid()),  # noqa: PLW1509
            )


def _locks(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def assert_each_once(found: list[Any], wanted: list[Any]) -> None:
    """Nothing of what was wanted is missing, nothing is there twice, and there is nothing else."""
    counted = Counter(found)
    assert not set(wanted) - set(counted), "something was lost"
    assert not {each: count for each, count in counted.items() if count > 1}, "something was done twice"
    assert not set(counted) - set(wanted), "something was done that nobody wanted"
