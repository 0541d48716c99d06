"""A throwaway PostgreSQL server for a test run: its own files, its own socket, no port, gone with the run."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crm.database import Database, create_schema
from runtime.processes import dying_with
from tests import machine

TEMPLATE = "template_of_tests"
# A test database may forget everything when the power goes, and is faster for it.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


class Server:
    """A running server; each test gets a database of its own, copied from one whose tables were made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A fresh database with all tables, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        database = Database(self.url(name))
        try:
            yield database
        finally:
            database.dispose()
            self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://rulewright@/{name}?host={self._folder}"

    def make_template(self) -> None:
        self._tell(f"CREATE DATABASE {TEMPLATE}")
        database = Database(self.url(TEMPLATE))
        create_schema(database)
        database.dispose()

    def answers(self) -> bool:
        try:
            self._tell("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _tell(self, statement: str) -> None:
        with psycopg.connect(host=str(self._folder), user="rulewright", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[Server]:
    """Make a cluster, start it, and remove it at the end. PostgreSQL refuses to run as root, so root lends it a lesser user."""
    programs = machine.postgres_programs()
    if programs is None:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="rulewright-pg-"))
    lesser = lesser_user(folder)
    cluster = folder / "cluster"
    try:
        make = [programs / "initdb", "-D", cluster, "-U", "rulewright", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **lesser)
        settings = itertools.chain.from_iterable(("-c", setting) for setting in HASTE)
        start = [programs / "postgres", "-D", cluster, "-k", folder, "-c", "listen_addresses=", *settings]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(start, stdout=log, stderr=log, cwd=folder, preexec_fn=dying_with(os.getpid()), **lesser)  # noqa: PLW1509
        try:
            server = Server(folder)
            wait_for(server, process, folder / "log")
            server.make_template()
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lesser_user(folder: Path) -> Mapping[str, Any]:
    """How to run as somebody else when we are root; the folder becomes theirs."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    person = names.get("postgres") or names["nobody"]
    os.chown(folder, person.pw_uid, person.pw_gid)
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL does not start:\n{log.read_text()}", pytrace=False)
        time.sleep(0.02)  # another process is being waited for
