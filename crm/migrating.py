"""Brings the tables of a database up to date, after a copy was put aside."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from crm.configuration import HOUSE, Configuration
from crm.database import Database

log = logging.getLogger(__name__)
KEPT_COPIES = 5


def upgrade(configuration: Configuration, now: datetime) -> bool:
    """Run the migrations that are missing; True where there were any. An SQLite database that holds something is copied first."""
    database = Database(configuration.database_url)
    settings = alembic_settings()
    try:
        with database.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
            is_new = not inspect(connection).has_table("user")
        newest = ScriptDirectory.from_config(settings).get_current_head()
        if present == newest:
            return False
        if database.is_sqlite and not is_new:
            log.info("the database was copied before it is changed", extra={"copy": str(put_aside(configuration, now))})
        with database.engine.connect() as connection, connection.begin():
            _run(settings, connection)
    finally:
        database.dispose()
    return True


def alembic_settings() -> Config:
    """The settings of Alembic, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(HOUSE / "migrations"))
    return settings


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


def _run(settings: Config, connection: Connection) -> None:
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
