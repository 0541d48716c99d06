"""The web server as it runs in the house: what a person notices when it is stopped."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from pathlib import Path

from tests.processes import free_port, wait_until

PROGRAM = """
import pathlib, sys, time
from flask import Flask
from crm.configuration import Configuration
from web.server import serve

app = Flask("slow")

@app.get("/")
def slow():
    pathlib.Path(sys.argv[1], "asked").touch()
    while not pathlib.Path(sys.argv[1], "stopping").exists():
        time.sleep(0.01)
    return "the answer"

@app.get("/healthz")
def health():
    return ""

app.config["CONFIGURATION"] = Configuration.from_environment({"RULEWRIGHT_DATA": sys.argv[1], "PORT": sys.argv[2]})
serve(app)
"""


def test_who_asked_before_the_server_was_stopped_is_still_answered(tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), str(port)], cwd=Path(__file__).parents[2])
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        wait_until(lambda: is_up(port), within=20)
        asking.request("GET", "/")
        wait_until((tmp_path / "asked").exists, within=20)
        server.send_signal(signal.SIGTERM)
        (tmp_path / "stopping").touch()
        assert asking.getresponse().read() == b"the answer"
        assert server.wait(20) == 0
    finally:
        asking.close()
        server.kill()
        server.wait()


def is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
