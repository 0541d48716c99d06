"""Takes in one message from a file or from the standard input, for a mail server on the same machine."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from crm.actor import CLIENT
from crm.configuration import Configuration
from crm.database import Database
from crm.desk import Desk
from crm.errors import Busy, Invalid
from crm.mail import LONGEST, read_email
from crm.words import phrase
from runtime.engine import starting
from runtime.queue import Kicker

STDIN = Path("-")


def main(path: Path, configuration: Configuration) -> int:
    """Take in the message and say what became of it.

    Returns what mail servers understand: 65 (never deliver this again), 66 (no such file) or 75 (try again later).
    """
    now = datetime.now(UTC)
    try:
        email = read_email(_read(path), now)
    except OSError as error:
        return _refuse(os.EX_NOINPUT, str(phrase("{path} cannot be read: {reason}", path=str(path), reason=error.strerror or str(error))))
    except Invalid as error:
        return _refuse(os.EX_DATAERR, "\n".join(str(problem) for problem in error.problems))
    starting.listen()
    database = Database(configuration.database_url, person=True)
    database.after_commit = Kicker(configuration.redis_url)
    try:
        taken = database.writing(lambda transaction: Desk(transaction, CLIENT, now).take_in_email(email))
    except Busy as error:
        return _refuse(os.EX_TEMPFAIL, str(error))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error)
        return _refuse(os.EX_TEMPFAIL, str(phrase("The database cannot be used now: {reason}", reason=reason)))
    finally:
        database.dispose()
    reached = f": {taken.record['title']}" if taken.record is not None else ""
    sys.stdout.write(f"{taken.outcome.says}{reached}\n")
    return os.EX_OK


def _read(path: Path) -> bytes:
    """The message, and one byte more than may be, so that one that is too long is seen to be."""
    if path == STDIN:
        return sys.stdin.buffer.read(LONGEST + 1)
    with path.open("rb") as file:
        return file.read(LONGEST + 1)


def _refuse(code: int, says: str) -> int:
    sys.stderr.write(f"{says}\n")
    return code
