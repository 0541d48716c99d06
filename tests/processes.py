"""Looks at the processes of the machine: who is whose child, who is alive; and waits for what they do."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path


def wait_until(happens: Callable[[], bool], within: float, glance: float = 0.02) -> None:
    """Look again and again until it happens; fails where it does not."""
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(glance)  # the look at another process, not a wait for luck


def answers(port: int) -> bool:
    """Whether a web server answers there, with whatever."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except OSError as error:
        return hasattr(error, "code")


def children_of(pid: int) -> list[int]:
    """The children of a process; none where it has ended."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def command_of(pid: int) -> list[str]:
    """The words of the command line with which a process was started."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    return []


def is_alive(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])
