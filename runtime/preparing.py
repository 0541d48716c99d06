"""Before anything starts: the tables are brought up to date, and an empty installation gets a company to look at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from crm import demo as demo_company
from crm.configuration import Configuration
from crm.database import Database, upgrade
from crm.models import User


def prepare(configuration: Configuration) -> str:
    """Migrate the database; returns how to sign in to the demo company when it was loaded, else an empty text."""
    upgrade(configuration)
    if not configuration.demo:
        return ""
    database = Database(configuration.database_url)
    try:
        return "" if has_people(database) else told(demo_company.load(database))
    finally:
        database.dispose()


def demo(configuration: Configuration, what: str) -> str:
    """``load`` the demo company or ``remove`` it again."""
    upgrade(configuration)
    database = Database(configuration.database_url)
    try:
        if what == "load":
            return told(demo_company.load(database))
        demo_company.remove(database)
        return "The demo company is gone.\n"
    finally:
        database.dispose()


def has_people(database: Database) -> bool:
    with database.reading() as connection:
        return connection.execute(select(User.id).limit(1)).first() is not None


def told(sign_ins: Sequence[demo_company.SignIn]) -> str:
    """The sign-ins as a small table; the passwords are stored nowhere in this form."""
    width = max((len(each.email) for each in sign_ins), default=0)
    lines = [f"  {each.email:<{width}}  {each.password}  {each.name}, {each.role}\n" for each in sign_ins]
    return "".join(["\nThe demo company; these passwords are shown this once:\n", *lines, "\n"])
