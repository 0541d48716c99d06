"""How fast and how light a board with ten thousand deals is, and whether it asks more of the database than one with ten."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import event
from waitress.server import create_server

import runtime.engine.models  # noqa: F401  its tables belong to the schema
from app import create_app
from benchmarks import company
from benchmarks.asking import ask
from benchmarks.report import at_most, spread
from benchmarks.visitor import Visitor
from crm.configuration import Configuration
from crm.database import Database, create_schema

MANY, FEW, TIMES = 10_000, 10, 50
BOARD = "/pipelines/bench"
FIXED = "x" * 10_000


def measure() -> dict[str, Any]:
    """The figures."""
    with TemporaryDirectory(prefix="rulewright-bench-") as name:
        with open_board(Path(name) / "few", FEW) as few:
            queries_of_few = few.queries()
        with open_board(Path(name) / "many", MANY) as many:
            return {
                "deals": MANY,
                "milliseconds_in_process": timed(many.in_process, 25),
                "milliseconds_through_waitress": {
                    **at_most(25, median(over_the_wire := many.through_waitress(BOARD))),
                    **spread(over_the_wire),
                },
                "reference_milliseconds": {
                    "bare_view_in_process": spread([many.bare_in_process() for _ in range(TIMES)]),
                    "bare_view_through_waitress": spread(many.through_waitress("/bare")),
                },
                "queries": {**at_most(queries_of_few, many.queries()), "with_ten_deals": queries_of_few},
                **many.cold(),
            }


def timed(ask: Callable[[], float], goal: float) -> dict[str, Any]:
    values = [ask() for _ in range(TIMES + 1)][1:]
    return {**at_most(goal, median(values)), **spread(values)}


class Seen:
    """A board with its server, asked for in the same process and over the wire."""

    def __init__(self, app: Flask, port: int, admin: int) -> None:
        self.app, self.port = app, port
        self.database: Database = app.extensions["database"]
        self.visitor = Visitor(port, self.database, admin)
        self.client = app.test_client()
        for name, value in self.visitor.cookies.items():
            self.client.set_cookie(name, value)

    def in_process(self) -> float:
        return self._ask_in_process(BOARD)

    def bare_in_process(self) -> float:
        return self._ask_in_process("/bare")

    def through_waitress(self, path: str) -> list[float]:
        """How long the answers take over the wire, for somebody in another process."""
        return ask(self.port, path, "; ".join(f"{name}={value}" for name, value in self.visitor.cookies.items()), TIMES)

    def queries(self) -> int:
        """How many questions the board asks the database."""
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.append(statement)

        self.in_process()
        event.listen(self.database.reader, "before_cursor_execute", note)
        self.in_process()
        event.remove(self.database.reader, "before_cursor_execute", note)
        return len(asked)

    def cold(self) -> dict[str, Any]:
        """What a browser that has nothing yet fetches for the board; tests bring the browser."""
        try:
            requests = list(self._fetched())
        except ImportError:
            return {"cold": "not measured: install tests/requirements.txt for a browser"}
        return {
            "cold_requests": at_most(14, len(requests)),
            "cold_kilobytes": at_most(120, sum(size for _, size in requests) / 1000),
            "cold_by_file": dict(sorted(requests, key=lambda each: -each[1])),
        }

    def _ask_in_process(self, path: str) -> float:
        began = time.perf_counter()
        response = self.client.get(path, headers={"Accept-Encoding": "gzip"})
        took = (time.perf_counter() - began) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{path} answers {response.status_code}")
        return took

    def _fetched(self) -> Iterator[tuple[str, int]]:
        """Each file that Chromium fetches, with its bytes over the wire, headers and all."""
        from playwright.sync_api import sync_playwright

        from tests import machine

        address = f"http://127.0.0.1:{self.port}"
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=machine.browser(), args=["--disable-dev-shm-usage"])
            page = browser.new_page()
            page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in self.visitor.cookies.items()])
            fetched: list[Any] = []
            page.on("requestfinished", lambda request: fetched.append(request))  # noqa: PLW0108  it marks what it is given
            page.goto(address + BOARD)
            page.wait_for_load_state("networkidle")
            for request in fetched:
                sizes = request.sizes()
                yield request.url.removeprefix(address).partition("?")[0], sizes["responseBodySize"] + sizes["responseHeadersSize"]
            browser.close()


@contextmanager
def open_board(folder: Path, deals: int) -> Iterator[Seen]:
    """A company with so many deals, its application and a server for it."""
    folder.mkdir()
    app = create_app(
        Configuration(folder, f"sqlite:///{folder}/board.db", f"unix://{folder}/none", embedded_redis=False, secret_key="none")
    )
    app.add_url_rule("/bare", view_func=lambda: FIXED)
    database: Database = app.extensions["database"]
    database.after_commit = lambda _: None
    create_schema(database)
    admin = company.found(database)
    company.make_deals(database, deals, admin, spread=True)
    with ExitStack() as stack:
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        stack.callback(shutil.rmtree, folder)
        stack.callback(database.dispose)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        stack.callback(server.close)
        yield Seen(app, server.effective_port, admin)
