"""Everything under one roof: starts the parts in order, starts again what dies, and stops all of it cleanly."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from crm.configuration import Configuration
from crm.errors import RulewrightError
from crm.words import phrase
from runtime import valkey
from runtime.part import Part

GLANCE = 0.1
PATIENCE_WITH_STOPPING = 12.0
PATIENCE_WITH_STARTING = 60.0


class CannotStart(RulewrightError):
    """The program cannot start."""


class StoppedWhileStarting(Exception):
    """Somebody asked to stop before everything ran."""


def run(configuration: Configuration, program: Path) -> None:
    """Run every part until somebody stops us. ``program`` is the script whose commands are the parts.

    Raises ``CannotStart`` when another one runs on the same data or the port is taken.
    """
    with only_one(configuration.data):
        check_port(configuration)
        Supervisor(configuration, program).run()


class Supervisor:
    """The parts, in the order in which they are started; they stop in the reverse order."""

    def __init__(self, configuration: Configuration, program: Path) -> None:
        self.configuration = configuration
        self.command = [sys.executable, str(program)]
        self.parts: list[Part] = []
        self.asked_to_stop = 0

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            sign_ins = self._start()
            print(f"\nRulewright is ready: {self.configuration.address}\n{sign_ins}Ctrl-C stops it.\n", flush=True)
            while not self.asked_to_stop:
                self._mend()
                time.sleep(GLANCE)
        except StoppedWhileStarting:
            pass
        finally:
            self._stop()

    def _start(self) -> str:
        """Start everything; returns what to tell about the demo sign-ins, which exist only once."""
        if self.configuration.embedded_redis:
            self._launch("valkey", self._valkey_command())
        sign_ins = self._prepare()
        if self.configuration.embedded_redis:
            self._await_valkey()
        # The pages first and alone: on a small machine all at once would keep whoever waits for them waiting longer.
        self._launch("web", [*self.command, "web"])
        self._await_pages()
        for number in range(1, self.configuration.workers + 1):
            self._launch("worker" if number == 1 else f"worker {number}", [*self.command, "worker"])
        self._launch("sender", [*self.command, "sender"])
        self._launch("clock", [*self.command, "clock"])
        return sign_ins

    def _launch(self, name: str, command: Sequence[str]) -> None:
        part = Part(name, command)
        self.parts.append(part)
        part.start()

    def _valkey_command(self) -> list[str]:
        folder, path = self.configuration.data / "redis", self.configuration.redis_socket
        try:
            return valkey.command(valkey.program(), folder, path)
        except OSError as error:
            raise CannotStart(
                phrase("{folder} cannot be written ({reason}).", folder=str(folder), reason=error.strerror or str(error))
            ) from error

    def _prepare(self) -> str:
        """Bring the database up to date, in a process of its own that gives its memory back. A migration once begun is finished."""
        command = [*self.command, "prepare"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as preparing:
            words = preparing.communicate()[0]
        if self.asked_to_stop:
            raise StoppedWhileStarting
        if preparing.returncode:
            raise CannotStart(phrase("The database could not be prepared; the lines above say why."))
        return words

    def _await_valkey(self) -> None:
        """Wait for the queue server. Files that it cannot read are set aside: nothing is in them that the database does not know."""
        part, path = self.parts[0], self.configuration.redis_socket
        deadline = time.monotonic() + valkey.PATIENCE
        was_set_aside = False
        while not valkey.answers(path):
            if self.asked_to_stop:
                raise StoppedWhileStarting
            if not part.is_running() and not was_set_aside:
                was_set_aside = True
                folder = self.configuration.data / "redis"
                aside = folder.with_name(f"redis-damaged-{int(time.time())}")
                folder.rename(aside)
                tell(f"valkey {part.end()}; its files are now in {aside}, and it begins anew. Nothing is lost: the database knows.")
                part.command = tuple(self._valkey_command())
                part.start()
            if time.monotonic() > deadline:
                raise CannotStart(phrase("The embedded Valkey server does not answer. REDIS_URL can name another server."))
            time.sleep(0.02)

    def _await_pages(self) -> None:
        deadline = time.monotonic() + PATIENCE_WITH_STARTING
        while not pages_answer(self.configuration):
            if self.asked_to_stop:
                raise StoppedWhileStarting
            self._mend()
            if time.monotonic() > deadline:
                raise CannotStart(phrase("The pages do not answer at {address}.", address=self.configuration.address))
            time.sleep(0.05)

    def _mend(self) -> None:
        """Start again what has died, after a pause that grows when it dies again and again."""
        for part in self.parts:
            ended = part.end()
            if ended is not None and part.due is None:
                tell(f"{part.name} {ended}; starting it again in {part.plan_restart():.1f} s")
            elif part.is_due():
                part.start()

    def _stop(self) -> None:
        """Ask everything to finish its step; the queue server goes last, when nobody needs it any more."""
        keeping = [part for part in self.parts if part.name == "valkey"]
        others = [part for part in reversed(self.parts) if part not in keeping]
        if any(part.is_running() for part in self.parts):
            tell("stopping …")
        for group in (others, keeping):
            for part in group:
                part.ask_to_stop()
            self._await_end(group)

    def _await_end(self, parts: Sequence[Part]) -> None:
        before, deadline = self.asked_to_stop, time.monotonic() + PATIENCE_WITH_STOPPING
        while any(part.is_running() for part in parts):
            if time.monotonic() > deadline or self.asked_to_stop > max(before, 1):
                for part in parts:
                    part.stop_at_once()
            time.sleep(0.02)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock on the data folder; the kernel lets it go when we die."""
    try:
        handle = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            phrase("The data folder {folder} cannot be written ({reason}).", folder=str(folder), reason=error.strerror or str(error))
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    except BlockingIOError:
        holder = os.read(handle, 20).decode() or "?"
        raise CannotStart(
            phrase("Rulewright already runs on the data in {folder} (process {process}).", folder=str(folder), process=holder)
        ) from None
    finally:
        os.close(handle)


def check_port(configuration: Configuration) -> None:
    """Notice before anything is started that the address is not to be had."""
    host, port = configuration.host, configuration.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStart(
            phrase(
                "Port {port} on {host} cannot be used ({reason}). PORT={other} would use another one.",
                port=port,
                host=host,
                reason=error.strerror or str(error),
                other=port + 1 if port < 65535 else 8000,
            )
        ) from error


def pages_answer(configuration: Configuration) -> bool:
    """Whether the web part answers a request, with whatever."""
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  asked, not bound
    connection = http.client.HTTPConnection(anywhere.get(configuration.host, configuration.host), configuration.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def tell(words: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S} supervisor: {words}", file=sys.stderr, flush=True)
