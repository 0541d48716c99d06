"""Where everything is and how much of it there is, read once from the environment."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from crm.errors import RulewrightError
from crm.words import phrase

HOUSE = Path(__file__).resolve().parent.parent
# The kernel takes 107 bytes for the path of a socket on Linux and 103 on a Mac.
LONGEST_SOCKET_PATH = 100


class Misconfigured(RulewrightError):
    """A setting in the environment is not valid."""


@dataclass(frozen=True)
class Configuration:
    """One installation: its data folder, its database, its Redis, and what the processes may use.

    ``redis_url`` names the embedded server unless ``REDIS_URL`` names another; ``embedded_redis`` tells which.
    ``rule_packages`` are Python packages with rules of one's own.
    After ``lease`` what a process had taken on and not finished is taken over by others.
    ``trusted_proxy`` is the address of a proxy in front whose word about the caller is taken.
    """

    data: Path
    database_url: str
    redis_url: str
    embedded_redis: bool
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 32
    workers: int = 1
    lease: timedelta = timedelta(seconds=60)
    maildir: Path | None = None
    base_url: str | None = None
    trusted_proxy: str | None = None
    log_as_json: bool = False
    demo: bool = True
    rule_packages: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Configuration:
        """Read the environment; makes the data folder, and on the first run the secret key in it."""
        given = os.environ if environment is None else environment
        folder = Path(given.get("RULEWRIGHT_DATA") or HOUSE / "instance").absolute()
        make_private(folder)
        redis_url = given.get("REDIS_URL")
        maildir = given.get("RULEWRIGHT_MAILDIR")
        return cls(
            data=folder,
            database_url=with_driver(given.get("DATABASE_URL") or f"sqlite:///{folder / 'rulewright.db'}"),
            redis_url=redis_url or f"unix://{socket_in(folder)}",
            embedded_redis=not redis_url,
            secret_key=given.get("RULEWRIGHT_SECRET_KEY") or secret_in(folder),
            host=given.get("RULEWRIGHT_HOST") or cls.host,
            port=number(given, "PORT", cls.port, 1, 65535),
            threads=number(given, "RULEWRIGHT_THREADS", cls.threads, 2, 512),
            workers=number(given, "RULEWRIGHT_WORKERS", cls.workers, 1, 64),
            lease=timedelta(seconds=number(given, "RULEWRIGHT_LEASE", 60, 1, 3600)),
            maildir=Path(maildir).absolute() if maildir else None,
            base_url=(given.get("RULEWRIGHT_BASE_URL") or "").rstrip("/") or None,
            trusted_proxy=given.get("RULEWRIGHT_TRUSTED_PROXY") or None,
            log_as_json=given.get("RULEWRIGHT_LOG") == "json",
            demo=given.get("RULEWRIGHT_DEMO", "1") not in ("0", "no", "false"),
            rule_packages=tuple(filter(None, given.get("RULEWRIGHT_RULES", "").replace(" ", "").split(","))),
        )

    @property
    def address(self) -> str:
        """The address under which people reach the pages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def redis_socket(self) -> Path:
        """The socket of the embedded server."""
        return socket_in(self.data)

    @property
    def files(self) -> Path:
        """Where uploaded files and documents are kept."""
        return self.data / "files"

    @property
    def backups(self) -> Path:
        """Where copies of the database are put before it is migrated."""
        return self.data / "backups"


def with_driver(url: str) -> str:
    """The address of a database as SQLAlchemy wants it; providers write ``postgres://``, and mean psycopg 3 here."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def socket_in(folder: Path) -> Path:
    """Beside the data, or, where that path is too long for a socket, under a name made from it in a private temporary folder."""
    near = folder / "redis" / "valkey.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"rulewright-{os.getuid()}-{name}" / "valkey.sock"


def secret_in(folder: Path) -> str:
    """The key that signs cookies; made on the first run. Two processes that start at once agree on one."""
    path = folder / "secret-key"
    if not path.exists():
        draft = path.with_name(f"secret-key.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError as error:
            raise cannot_write(folder, error) from error
        finally:
            draft.unlink(missing_ok=True)
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Misconfigured(phrase("{path} cannot be read ({reason}).", path=str(path), reason=error.strerror or str(error))) from error


def make_private(folder: Path) -> None:
    """Make the folder for our eyes only; one that exists keeps its rights."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def cannot_write(folder: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        phrase(
            "The data folder {folder} cannot be written ({reason}). RULEWRIGHT_DATA can name another one.",
            folder=str(folder),
            reason=error.strerror or str(error),
        )
    )


def number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise Misconfigured(phrase("{name} has to be a number from {least} to {most}.", name=name, least=least, most=most))
    return int(text)
