"""Brings the tables of a database up to date, after a copy was put aside. Alembic, which is heavy, is only asked where something is due."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from crm.configuration import HOUSE, Configuration
from crm.database import Database

log = logging.getLogger(__name__)
KEPT_COPIES = 5
MIGRATIONS = HOUSE / "migrations"


def upgrade(configuration: Configuration, now: datetime) -> bool:
    """Run the migrations that are missing; True where there were any. An SQLite database that holds something is copied first."""
    database = Database(configuration.database_url)
    try:
        with database.engine.connect() as connection:
            present = revision_of(connection)
            is_new = not inspect(connection).has_table("user")
        if present == newest_revision():
            return False
        if database.is_sqlite and not is_new:
            log.info("the database was copied before it is changed", extra={"copy": str(put_aside(configuration, now))})
        with database.engine.connect() as connection, connection.begin():
            _run(connection)
    finally:
        database.dispose()
    return True


def revision_of(connection: Connection) -> str | None:
    """Which migration a database has seen last, None where it has seen none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def newest_revision() -> str:
    """The number of the last migration: their files begin with it."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def put_aside(configuration: Configuration, now: datetime) -> Path:
    """A copy of the SQLite database in the data folder's ``backups``; the oldest of more than five go."""
    folder = configuration.data / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"before-migration-{now:%Y%m%d-%H%M%S}.db"
    source = sqlite3.connect(configuration.database_url.removeprefix("sqlite:///"))
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    for old in sorted(folder.glob("before-migration-*.db"))[:-KEPT_COPIES]:
        old.unlink()
    return copy


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
