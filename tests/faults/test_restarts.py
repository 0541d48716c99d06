"""How often something that dies at once is started again, and what is left of something that will not stop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from runtime.part import LONGEST_PAUSE, Part

DEAF = """
import pathlib, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
pathlib.Path(sys.argv[1] + ".draft").write_text(str(child.pid))
pathlib.Path(sys.argv[1] + ".draft").rename(sys.argv[1])
child.wait()
"""


def test_a_part_that_keeps_dying_is_started_less_and_less_often_but_never_given_up() -> None:
    part = Part("web", [sys.executable, "-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(8):
        part.start()
        assert part.process
        part.process.wait(30)
        assert part.end() == "ended with code 3"
        pauses.append(part.plan_restart())
    assert pauses[0] < 0.5
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE == 10


def test_a_part_that_does_not_listen_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "child"
    part = Part("worker", [sys.executable, "-c", DEAF, str(note)])
    part.start()
    wait_for(note.exists)
    part.ask_to_stop()
    assert part.is_running()
    part.stop_at_once()
    assert part.end() == "was ended by SIGKILL"
    wait_for(lambda: is_gone(int(note.read_text())))


def wait_for(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        os.sched_yield()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
