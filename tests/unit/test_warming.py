"""What a worker rehearses before its first job leaves no trace."""

from __future__ import annotations

from sqlalchemy import func, select

from crm.database import Database
from crm.models import Base
from runtime.warming import warm
from tests.makers import MONDAY, World, comment


def test_a_rehearsal_leaves_everything_as_it_was_and_touches_no_real_rule(database: Database) -> None:
    world = World(database)
    world.rules("sales/talks", {"a": comment("Hello")})
    deal = world.deal()
    world.act(lambda desk: desk.move(desk.record(deal), "sales/talks"))
    before = counted(database)
    warm(database, MONDAY)
    assert counted(database) == before
    world.run()
    assert world.comments(deal) == ["Hello"]


def counted(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in Base.metadata.tables.items()
        }
