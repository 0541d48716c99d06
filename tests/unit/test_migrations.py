"""An installation that is updated gets the tables that a new one has, and keeps a copy of what it had."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crm.configuration import Configuration
from crm.database import Database
from crm.migrating import KEPT_COPIES, MIGRATIONS, newest_revision, upgrade
from crm.models import Base
from tests import postgres
from tests.makers import MONDAY


def configuration(folder: Path, url: str) -> Configuration:
    return Configuration(data=folder, database_url=url, redis_url="", embedded_redis=False, secret_key="of tests", demo=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Configuration:
    """An installation whose database has no tables yet."""
    if request.param == "sqlite":
        return configuration(tmp_path, f"sqlite:///{tmp_path / 'rulewright.db'}")
    server: postgres.Server = request.getfixturevalue("postgresql_server")
    made = request.getfixturevalue("postgresql")
    with made.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    assert server.answers()
    return configuration(tmp_path, made.url)


def test_the_migrations_make_the_tables_that_the_program_works_with(empty: Configuration) -> None:
    assert upgrade(empty, MONDAY)
    database = Database(empty.database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": is_ours})
        differences = compare_metadata(context, Base.metadata)
    database.dispose()
    assert differences == []


def test_a_row_can_be_numbered_after_the_migrations(empty: Configuration) -> None:
    upgrade(empty, MONDAY)
    database = Database(empty.database_url)
    assert database.writing(lambda transaction: transaction.next_id()) > 0
    database.dispose()


def test_the_files_of_the_migrations_are_numbered_in_their_order() -> None:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    known = [script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()]
    assert known == sorted(known, reverse=True)
    assert newest_revision() == known[0]


def test_a_second_start_changes_nothing(empty: Configuration) -> None:
    assert upgrade(empty, MONDAY)
    assert not upgrade(empty, MONDAY)


def test_a_database_that_holds_something_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    old = configuration(tmp_path, f"sqlite:///{tmp_path / 'rulewright.db'}")
    upgrade(old, MONDAY)
    with sqlite3.connect(tmp_path / "rulewright.db") as connection:
        connection.execute("INSERT INTO setting (key, value) VALUES ('name', '{\"value\": \"Kept\"}')")
        connection.execute("DELETE FROM alembic_version")
    connection.close()
    with pytest.raises(Exception, match="already exists"):
        upgrade(old, MONDAY)
    [copy] = (tmp_path / "backups").iterdir()
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT value FROM setting").fetchone() == ('{"value": "Kept"}',)
    kept.close()
    assert KEPT_COPIES == 5


def is_ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether alembic should look at it: everything but its own table."""
    return not (kind == "table" and name == "alembic_version")
