"""The kick, and what becomes of work when Redis forgets, hangs, is away, or is written to by somebody with bad intentions."""

from __future__ import annotations

import json
import pickle
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from app import create_app
from crm.configuration import Configuration
from crm.desk import Desk
from runtime.clock import Clock
from runtime.office import Office
from runtime.queue import INSIDE, Kicker, Kicks, hasty_connection
from tests.makers import World, comment
from tests.signing import make_person

ANY_JOB = "import sys, rq; from redis import Redis; from rq.serializers import JSONSerializer\n"
ANY_JOB += "rq.Worker(['inside'], connection=Redis.from_url(sys.argv[1]), serializer=JSONSerializer).work(burst=True)"
OUR_JOB = (
    "import sys; from redis import Redis; from runtime.worker import hire\nhire(Redis.from_url(sys.argv[1]), 'inside').work(burst=True)"
)


class Malice:
    """Somebody who can write to Redis and wants a file made, or a web page asked for."""

    def __init__(self, redis_url: str, folder: Path, site: str) -> None:
        self.connection, self.folder, self.site = Redis.from_url(redis_url), folder, site

    def put_everything(self) -> None:
        """Every kind of job that would do something in a worker that trusts Redis."""
        mark = [str(self.folder / "mark")]
        run = "tests.unit.test_queue.leave_a_mark"
        self._put("function", data=["os.system", None, [f"touch {self.folder}/system"], {}])
        self._put("pickle", raw=pickle.dumps(Bomb(self.folder / "pickle")))
        self._put("keywords", data=["runtime.worker.drain", None, [], {"queue": "inside"}], failure_callback_name=run, description=mark[0])
        self._put("failing", data=[run, None, [None], {}], failure_callback_name=run, success_callback_name=run, description=mark[0])
        self._put("webhook", data=["os.getpid", None, [], {}], webhooks=json.dumps([{"url": self.site, "job_status": "finished"}]))
        self._put("webhook-too", data=["math.sqrt", None, [-1], {}], webhooks=json.dumps([{"url": self.site, "job_status": "failed"}]))

    def marks(self) -> set[str]:
        return {mark.name for mark in self.folder.iterdir()}

    def _put(self, name: str, data: object = None, raw: bytes = b"", **more: str) -> None:
        fields: dict[str, Any] = {"data": raw or zlib.compress(json.dumps(data).encode()), "origin": "inside", "status": "queued", **more}
        self.connection.hset(f"rq:job:{name}", mapping={"created_at": "2026-01-05T09:00:00.000000Z", "timeout": "30", **fields})
        self.connection.rpush("rq:queue:inside", name)
        self.connection.sadd("rq:queues", "rq:queue:inside")


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def leave_a_mark(job: Any, *_: object) -> None:
    """What a callback of the malice does: it makes the file that the job's description names."""
    if job is not None:
        Path(job.description).touch()


def test_whoever_writes_into_redis_makes_no_worker_of_ours_run_anything(valkey: str, tmp_path: Path, site: Site) -> None:
    malice = Malice(valkey, tmp_path, site.address)
    malice.put_everything()
    run_all_jobs(ANY_JOB, valkey)
    assert {"system", "mark"} <= malice.marks(), "the malice is not what it should be"
    assert (asked := site.asked) == 2

    for mark in tmp_path.iterdir():
        mark.unlink()
    malice.put_everything()
    said = run_all_jobs(OUR_JOB, valkey)
    assert malice.connection.llen("rq:queue:inside") == 0
    assert said.count("PermissionError: refused to run") >= 4
    assert malice.marks() == set()
    assert site.asked == asked


def test_kicks_are_one_until_a_worker_has_begun_to_look(valkey: str) -> None:
    kicks = Kicks(hasty_connection(valkey), INSIDE)
    assert all(kicks.kick() for _ in range(5))
    assert kicks.queue.count == 1
    kicks.begin()
    kicks.kick()
    assert kicks.queue.count == 2


@pytest.mark.parametrize("where", ["away", "hanging"])
def test_without_redis_a_kick_is_given_up_within_half_a_second(where: str, nowhere: dict[str, str]) -> None:
    kicker = Kicker(nowhere[where])
    began = time.monotonic()
    assert not kicker.kick(INSIDE)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("where", ["away", "hanging"])
def test_without_redis_the_pages_take_in_what_they_are_given(configuration: Configuration, where: str, nowhere: dict[str, str]) -> None:
    app = create_app(replace(configuration, redis_url=nowhere[where]))
    database = app.extensions["database"]
    world = World(database, datetime.now(UTC))
    world.rules("leads/new", {"a": comment("Welcome")})
    anna = world.as_person(make_person(database, "Eva Berg").id, "admin")
    _, secret = world.act(lambda desk: desk.create_token("The site"), anna)
    form = {"id": "1", "title": "A roof", "email": "jean@client.example"}
    began = time.monotonic()
    answer = app.test_client().post("/api/v1/intake/forms", json=form, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 201
    assert time.monotonic() - began < 3
    world.now = datetime.now(UTC)
    world.run()
    assert world.comments(answer.json["record"]["id"]) == ["Welcome"]


def test_where_redis_is_away_the_clock_does_the_work_itself(configuration: Configuration, nowhere: dict[str, str]) -> None:
    now = [datetime.now(UTC)]
    office = Office(replace(configuration, redis_url=nowhere["away"]), lambda: now[0])
    world = World(office.database, now[0])
    world.rules("sales/talks", {"a": comment("Hello")})
    deal = world.deal()
    world.act(lambda desk: desk.move(desk.record(deal), "sales/talks"))
    now[0] += timedelta(seconds=2)
    Clock(office, Kicker(nowhere["away"])).tick()
    assert world.comments(deal) == ["Hello"]
    office.database.dispose()


def test_a_kick_that_got_lost_is_given_again_by_the_clock(configuration: Configuration) -> None:
    now = [datetime.now(UTC)]
    office = Office(configuration, lambda: now[0])
    world = World(office.database, now[0])
    world.rules("sales/talks", {"a": comment("Hello")})
    deal = world.deal()

    def move(desk: Desk) -> object:
        return desk.move(desk.record(deal), "sales/talks")

    world.act(move)
    queue = Kicks(hasty_connection(configuration.redis_url), INSIDE).queue
    assert queue.count == 0
    now[0] += timedelta(seconds=2)
    Clock(office, Kicker(configuration.redis_url)).tick()
    assert queue.count == 1
    office.database.dispose()


class Site:
    """A web site that counts how often it is asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.address = f"http://127.0.0.1:{server.server_port}/"
        self.asked = 0


@pytest.fixture
def site() -> Iterator[Site]:
    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Counting)
    found = Site(server)
    thread = threading.Thread(target=server.serve_forever)
    with ExitStack() as stack:
        stack.callback(server.server_close)
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        thread.start()
        yield found


@pytest.fixture
def nowhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Addresses of a Redis that is not there, and of one that takes calls and says nothing."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen(100)
        yield {"away": f"unix://{tmp_path}/nobody", "hanging": f"unix://{tmp_path}/silent"}


def run_all_jobs(program: str, redis_url: str) -> str:
    """Have a worker do all jobs there are; returns what it said."""
    done = subprocess.run(
        [sys.executable, "-c", program, redis_url], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=50, check=True
    )
    return done.stdout + done.stderr
