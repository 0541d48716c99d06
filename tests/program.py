"""The whole program, started as people start it, and seen from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.processes import children_of, command_of

APP = Path(__file__).resolve().parents[1] / "app.py"
PARTS = ("valkey", "web", "worker", "sender", "clock")


class Running:
    """A started program, seen from outside."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.environment = {**os.environ, "RULEWRIGHT_DATA": str(folder), "PORT": str(port)}
        self.output = folder.parent / "output.txt"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("ab") as output:
            return subprocess.Popen([sys.executable, str(APP)], env=self.environment, stdout=output, stderr=output)

    def says(self) -> str:
        return self.output.read_text()

    def is_ready(self) -> bool:
        return f"http://127.0.0.1:{self.port}" in self.says()

    def parts(self) -> dict[str, int]:
        """The process of each part, found among the children of the supervisor."""
        found = {}
        for pid in children_of(self.process.pid):
            words = command_of(pid)
            name = "valkey" if words and "valkey" in Path(words[0]).name else words[-1] if words else ""
            if name in PARTS:
                found[name] = pid
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)
