"""Before anything starts: the tables are brought up to date, and an empty installation gets a company to look at."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import structlog
from sqlalchemy import select

from crm import demo as demo_company
from crm.configuration import Configuration
from crm.database import Database, sqlite_is_safe, upgrade
from crm.models import User


def prepare(configuration: Configuration) -> str:
    """Migrate the database; returns how to sign in to the demo company when it was loaded, else an empty text."""
    warn_of_sqlite(configuration)
    upgrade(configuration)
    if not configuration.demo:
        return ""
    database = Database(configuration.database_url)
    try:
        return "" if has_people(database) else told(demo_company.load(database))
    finally:
        database.dispose()


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


def told(sign_ins: Sequence[demo_company.SignIn]) -> str:
    """The sign-ins as a small table; the passwords are stored nowhere in this form."""
    width = max((len(each.email) for each in sign_ins), default=0)
    lines = [f"  {each.email:<{width}}  {each.password}  {each.name}, {each.role}\n" for each in sign_ins]
    return "".join(["\nThe demo company; these passwords are shown this once:\n", *lines, "\n"])
