"""A part of the program that runs as a child process, and when it is started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from runtime.processes import dying_with

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
# A part that ran this long had nothing wrong from the start: its next restart is quick again.
STEADY_AFTER = 15.0


class Part:
    """One child process: started, watched, and started again after a pause that grows while it dies at once."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = tuple(command)
        self.process: subprocess.Popen[bytes] | None = None
        self.due: float | None = None
        self._pause = FIRST_PAUSE
        self._started = 0.0

    def start(self) -> None:
        """Start the process, in a group of its own: Ctrl-C in the terminal must reach the supervisor only."""
        # The supervisor has one thread, so that preexec_fn is safe.
        self.process = subprocess.Popen(
            self.command,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid()),  # noqa: PLW1509
            stdin=subprocess.DEVNULL,
        )
        self._started = time.monotonic()
        self.due = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self) -> str | None:
        """How the process ended, in words; None while it runs or when it was never started."""
        code = self.process.poll() if self.process else None
        if code is None:
            return None
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def plan_restart(self) -> float:
        """Set when it is started again, and return in how many seconds."""
        if time.monotonic() - self._started > STEADY_AFTER:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self.due = time.monotonic() + pause
        return pause

    def is_due(self) -> bool:
        return self.due is not None and time.monotonic() >= self.due

    def ask_to_stop(self) -> None:
        self.due = None
        if self.process and self.is_running():
            self.process.terminate()

    def stop_at_once(self) -> None:
        """Kill the process and whatever it started in its group."""
        self.due = None
        if self.process and self.is_running():
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
