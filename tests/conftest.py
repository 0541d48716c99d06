"""What tests are given: a database of each kind, a Valkey, the application, a client, a live server and a browser."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

import runtime.engine.models  # noqa: F401  its tables belong to the schema
from app import create_app
from crm.configuration import Configuration
from crm.database import Database, create_schema
from runtime import valkey as embedded
from tests import machine, postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """An empty SQLite database in a file of its own."""
    path = tmp_path / "rulewright.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql(postgresql_server: postgres.Server) -> Iterator[Database]:
    """An empty PostgreSQL database of its own."""
    with postgresql_server.database() as database:
        yield database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "rulewright.db"
    database = Database(f"sqlite:///{path}")
    create_schema(database)
    with database.engine.connect() as connection:  # what is still in the log beside the file would not be copied
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgres.Server]:
    with postgres.running_server() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: Path) -> str:
    """The address of a real, empty Valkey."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(valkey_server))
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(16).startswith(b"+OK")
    return f"unix://{valkey_server}"


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rulewright-valkey-"))
    path = folder / "valkey.sock"
    keeping_nothing = ["--appendonly", "no", "--save", ""]
    process = subprocess.Popen([*embedded.command(embedded.program(), folder, path), *keeping_nothing])
    try:
        assert embedded.wait_until_it_answers(path), (folder / "valkey.log").read_text()
        yield path
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


@pytest.fixture
def configuration(tmp_path: Path, sqlite: Database, valkey: str) -> Configuration:
    """An installation of its own, on SQLite."""
    return Configuration(data=tmp_path, database_url=sqlite.url, redis_url=valkey, embedded_redis=False, secret_key="of tests", demo=False)


@pytest.fixture
def app(configuration: Configuration) -> Flask:
    """The application with every page."""
    made = create_app(configuration)
    made.testing = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who asks the application for pages, without a browser."""
    return app.test_client()


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address at which a browser finds the application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live server")
    with ExitStack() as stack:
        stack.callback(server.server_close)
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of the machine; without one the test fails, since a page that nobody looked at is not tested."""
    found = machine.browser()
    if found is None:
        pytest.fail("No browser was found: apt-get install chromium, or name one in CHROMIUM", pytrace=False)
    # Containers often have a /dev/shm too small for a browser.
    return {**browser_type_launch_args, "executable_path": found, "args": ["--disable-dev-shm-usage"]}
