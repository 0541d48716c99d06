"""Before anything starts: the tables are brought up to date, and an empty installation gets a company to look at."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import structlog
from sqlalchemy import select

from crm.configuration import Configuration
from crm.database import Database, sqlite_is_safe
from crm.migrating import upgrade
from crm.models import User


def prepare(configuration: Configuration) -> str:
    """Migrate the database, and fill it on the first start; returns how to sign in then, else an empty text."""
    warn_of_sqlite(configuration)
    upgrade(configuration, datetime.now(UTC))
    database = Database(configuration.database_url)
    try:
        return "" if has_people(database) else begin(database, configuration)
    finally:
        database.dispose()


def begin(database: Database, configuration: Configuration) -> str:
    """The demo company or, without it, one admin and two empty pipelines; returns how to sign in, as a small table."""
    from crm import demo  # only the first start needs it, and every start waits for it

    sign_ins = (demo.load if configuration.demo else demo.start_empty)(database, datetime.now(UTC))
    kept_in = demo.keep_sign_ins(sign_ins, configuration.data)
    return f"\nHow to sign in (also kept in {kept_in}; delete it when you do not need it):\n{demo.as_table(sign_ins)}\n"


def warn_of_sqlite(configuration: Configuration) -> None:
    """Say once a start that this SQLite has a known fault; it is too rare to refuse."""
    if configuration.database_url.startswith("sqlite") and not sqlite_is_safe():
        structlog.get_logger().warning(
            "SQLite before 3.51.3 can, very rarely, lose a committed write; where power may fail, prefer PostgreSQL (DATABASE_URL)",
            version=sqlite3.sqlite_version,
        )


def has_people(database: Database) -> bool:
    with database.reading() as connection:
        return connection.execute(select(User.id).limit(1)).first() is not None
