"""The whole program, started as people start it, on a folder that is thrown away; seen from outside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.configuration import HOUSE, Configuration
from crm.database import Database
from runtime.queue import Kicker
from tests.processes import children_of, command_of, free_port

PARTS = ("web", "worker", "sender", "clock")


class Stack:
    """Started and stopped by hand; ``database`` writes into the same data and kicks the workers as pages do."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.environment = {**os.environ, "RULEWRIGHT_DATA": str(folder), "PORT": str(self.port), "RULEWRIGHT_DEMO": "0"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            self.environment.pop(name, None)
        self.configuration = Configuration.from_environment(self.environment)
        self.output = folder / "output.txt"
        self.start()
        self.database = Database(self.configuration.database_url)
        self.database.after_commit = Kicker(self.configuration.redis_url)

    def start(self) -> float:
        """Start everything; returns after how many seconds it said that it was ready."""
        self.output.write_bytes(b"")
        began = time.monotonic()
        with self.output.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, str(HOUSE / "app.py")], env=self.environment, stdout=output, stderr=output)
        while "is ready" not in self.output.read_text():
            if self.process.poll() is not None or time.monotonic() - began > 120:
                raise SystemExit(self.output.read_text())
            time.sleep(0.005)
        took = time.monotonic() - began
        while len(self.parts()) < len(PARTS) + 1:
            time.sleep(0.01)
        return took

    def stop(self) -> None:
        """Stop everything politely."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def parts(self) -> dict[str, int]:
        """The process of each part."""
        found = {}
        for pid in children_of(self.process.pid):
            words = command_of(pid)
            name = "valkey" if words and "valkey" in Path(words[0]).name else words[-1] if words else ""
            if name in (*PARTS, "valkey"):
                found[name] = pid
        return found

    def memory(self) -> dict[str, float]:
        """The memory of each part with its children in megabytes, shared pages counted by their share (PSS)."""
        return {name: sum(map(_pss, [pid, *children_of(pid)])) / 1024 for name, pid in self.parts().items()}


@contextmanager
def running_stack() -> Iterator[Stack]:
    """A fresh installation without the demo company, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rulewright-bench-"))
    stack = None
    try:
        stack = Stack(folder)
        yield stack
    except Exception:
        if stack is not None:
            sys.stderr.write(stack.output.read_text()[-4000:])
        raise
    finally:
        if stack is not None:
            stack.database.dispose()
            stack.stop()
        shutil.rmtree(folder)


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
