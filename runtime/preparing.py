"""Before anything starts: the tables are brought up to date, and an empty installation gets a company to look at."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import select

from crm import demo as demo_company
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
    """The demo company or, without it, one admin and two empty pipelines; returns how to sign in."""
    fill = demo_company.load if configuration.demo else demo_company.start_empty
    sign_ins = fill(database, datetime.now(UTC))
    return told(sign_ins, demo_company.keep_sign_ins(sign_ins, configuration.data))


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


def told(sign_ins: Sequence[demo_company.SignIn], kept_in: Path) -> str:
    """How to sign in, as a small table."""
    return f"\nHow to sign in (also kept in {kept_in}; delete it when you do not need it):\n{demo_company.as_table(sign_ins)}\n"
