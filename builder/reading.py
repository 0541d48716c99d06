"""A desk that only reads, for pages: it knows people, stages and names, and cannot change anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crm.desk import Desk
from crm.transaction import Transaction
from web.access import current_actor, database, now


@contextmanager
def reading_desk() -> Iterator[Desk]:
    """The signed-in person's desk over one state of the database."""
    with database().reading() as connection:
        yield Desk(Transaction(connection), current_actor(), now())
