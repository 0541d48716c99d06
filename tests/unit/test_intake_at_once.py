"""Messages that come in at the same moment, on both databases: nobody becomes two leads, and turns are taken in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from crm.actor import CLIENT
from crm.database import Database
from crm.desk import Desk
from crm.incoming import IncomingEmail, TakenIn
from tests.outside import make_company

AT_ONCE = 6


def test_a_stranger_who_writes_twice_at_once_becomes_one_lead(database: Database) -> None:
    company = make_company(database)
    taken = at_once(database, lambda number: IncomingEmail("jean@client.example", f"Message {number}"))
    assert len(company.rows("lead")) == 1
    assert Counter(each.outcome.value for each in taken) == {"new_lead": 1, "activity": AT_ONCE - 1}


def test_a_message_that_is_delivered_twice_at_once_is_taken_in_once(database: Database) -> None:
    company = make_company(database)
    taken = at_once(database, lambda number: IncomingEmail("jean@client.example", "A roof", external_id="1@client.example"))
    assert sorted(each.repeated for each in taken) == [False] + [True] * (AT_ONCE - 1)
    assert (len(company.rows("message")), len(company.rows("lead")), len(company.rows("activity"))) == (1, 1, 1)


def test_turns_are_taken_in_turn_by_strangers_who_come_at_once(database: Database) -> None:
    company = make_company(database)
    people = [row.id for row in company.rows("user")]

    def set_people(desk: Desk) -> None:
        pipeline = next(row for row in desk.pipelines().values() if row["entity"] == "lead")
        desk.transaction.update(pipeline, {"people": people})

    company.at_desk(set_people)
    at_once(database, lambda number: IncomingEmail(f"client{number}@else.example", "A roof"))
    shares = Counter(lead["responsible_id"] for lead in company.rows("lead"))
    assert shares == dict.fromkeys(people, AT_ONCE // len(people))


def at_once(database: Database, make: Callable[[int], IncomingEmail]) -> list[TakenIn]:
    """Take messages in from as many threads, all of which begin at the same moment."""
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    barrier = Barrier(AT_ONCE)

    def take(number: int) -> TakenIn:
        barrier.wait(10)
        return database.writing(lambda transaction: Desk(transaction, CLIENT, now).take_in_email(make(number)))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(take, range(AT_ONCE)))
