"""The whole program as people start it: what happens when a part of it dies, and what is left when it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import answers, free_port, is_alive, wait_until
from tests.program import APP, PARTS, Running

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def test_one_command_starts_everything_and_says_where(running: Running) -> None:
    assert set(running.parts()) == set(PARTS)
    assert answers(running.port)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_killed_is_back_within_two_seconds(running: Running, name: str) -> None:
    before = running.parts()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: running.parts().get(name, before) != before, within=2)
    wait_until(lambda: answers(running.port), within=10)
    assert f"{name} was ended by SIGKILL" in running.says()


def test_after_ctrl_c_nothing_of_it_is_left(running: Running) -> None:
    family = list(running.parts().values())
    assert running.stop() == 0
    assert not [pid for pid in family if is_alive(pid)]


def test_when_the_supervisor_is_killed_its_parts_do_not_go_on_alone(running: Running) -> None:
    family = list(running.parts().values())
    running.process.kill()
    running.process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in family), within=5)


def test_a_second_one_on_the_same_data_is_refused_in_one_line(running: Running) -> None:
    second = refused(running.environment | {"PORT": str(free_port())})
    assert "already runs on the data in" in second


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        words = refused({**os.environ, "RULEWRIGHT_DATA": str(tmp_path / "data"), "PORT": str(port)})
    assert f"Port {port} on 127.0.0.1 cannot be used" in words


def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert "cannot be written" in refused({**os.environ, "RULEWRIGHT_DATA": str(in_the_way / "data")})


def test_a_setting_that_makes_no_sense_is_told_in_one_line(tmp_path: Path) -> None:
    words = refused({**os.environ, "RULEWRIGHT_DATA": str(tmp_path), "PORT": "eighty"})
    assert words.strip() == "PORT has to be a number from 1 to 65535."


def test_queue_files_that_are_damaged_are_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    appended = folder / "redis" / "appendonlydir"
    appended.mkdir(parents=True)
    (appended / "appendonly.aof.manifest").write_text("nonsense\n")
    program = Running(folder, free_port())
    try:
        wait_until(program.is_ready, within=60)
        assert "Nothing is lost" in program.says()
    finally:
        program.stop()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    program = Running(tmp_path / "data", free_port())
    try:
        wait_until(lambda: program.is_ready() or program.process.poll() is not None, within=60)
        assert program.is_ready(), program.says()
        yield program
    finally:
        if program.process.poll() is None:
            program.stop()


def refused(environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, str(APP)], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr
