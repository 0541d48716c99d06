"""The demo company: worth looking at, the same everywhere, and gone without a trace when it is asked to go."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crm import demo, passwords
from crm.actor import SYSTEM
from crm.database import Database, memory_database
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import Invalid
from crm.models import Base, Effect, Setting, StageEntry, User
from crm.transaction import Transaction
from tests.signing import make_person

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
RECORDS, STAGES, PIPELINES = TABLES["deal"], TABLES["stage"], TABLES["pipeline"]


def count(database: Database, name: str, *where: Any) -> int:
    table = Base.metadata.tables[name]
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar() or 0


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, but for what only says that something was done."""
    told = {"audit", "effect", "counter"}
    with database.reading() as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in told
        }


def test_there_is_a_company_to_look_at(database: Database) -> None:
    sign_ins = demo.load(database, NOW)
    assert [each.role for each in sign_ins] == ["admin", "manager", "employee", "employee"]
    counted = {name: count(database, name) for name in ("user", "department", "pipeline")}
    assert counted == {"user": 8, "department": 3, "pipeline": 3}
    assert count(database, "record", RECORDS.c.entity == "deal") == 40
    assert count(database, "record", RECORDS.c.entity == "lead") == 30
    assert min(count(database, name) for name in ("comment", "message", "call")) > 20


def test_every_stage_but_spam_has_something_on_it(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    with sqlite.reading() as connection:
        empty = select(STAGES.c.key).where(~select(RECORDS.c.id).where(RECORDS.c.stage_id == STAGES.c.id).exists())
        assert list(connection.execute(empty).scalars()) == ["spam"]


def test_its_past_is_sixty_days_long_and_nothing_happens_ahead_of_now(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    with sqlite.reading() as connection:
        first, last = connection.execute(select(func.min(StageEntry.entered_at), func.max(StageEntry.entered_at))).one()
        latest = connection.execute(select(func.max(Effect.at))).scalar()
    assert timedelta(days=50) < NOW - first < timedelta(days=62)
    assert last <= NOW
    assert latest is not None
    assert latest <= NOW


def test_the_history_of_a_deal_is_in_the_order_in_which_it_happened(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    with sqlite.reading() as connection:
        rows = connection.execute(select(Effect.record_id, Effect.at).where(Effect.record_id.is_not(None)).order_by(Effect.id)).all()
    seen: dict[int, datetime] = {}
    for record_id, at in rows:
        assert at >= seen.get(record_id, at)
        seen[record_id] = at


def test_the_same_company_comes_every_time(sqlite: Database) -> None:
    def titles(database: Database) -> list[Any]:
        with database.reading() as connection:
            columns = (RECORDS.c.title, RECORDS.c.amount, RECORDS.c.created_at, RECORDS.c.stage_entered_at)
            return [tuple(row) for row in connection.execute(select(*columns).order_by(RECORDS.c.id))]

    other = memory_database()
    demo.load(sqlite, NOW)
    demo.load(other, NOW)
    assert titles(sqlite) == titles(other)


def test_its_people_sign_in_with_passwords_that_no_other_installation_has(sqlite: Database) -> None:
    here, there = demo.load(sqlite, NOW), demo.load(memory_database(), NOW)
    assert not {each.password for each in here} & {each.password for each in there}
    with sqlite.reading() as connection:
        stored = connection.execute(select(User.password_hash).where(User.email == here[0].email)).scalar()
    assert passwords.matches(stored, here[0].password)


def test_the_sign_ins_are_kept_where_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = demo.keep_sign_ins([demo.SignIn("Anna Nowak", "anna@nowak-roofing.example", "abcd-efgh", "admin")], tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "abcd-efgh" in path.read_text()
    demo.forget_sign_ins(tmp_path)
    assert not path.exists()


def test_it_comes_once(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    with pytest.raises(Invalid):
        demo.load(sqlite, NOW)


def test_it_goes_without_a_trace_and_leaves_what_was_there_before(database: Database) -> None:
    demo.start_empty(database, NOW)
    make_own_work(database)
    before = contents(database)
    demo.load(database, NOW)
    demo.remove(database, NOW)
    assert contents(database) == before


def test_it_can_come_again_after_it_went(sqlite: Database) -> None:
    demo.start_empty(sqlite, NOW)
    for _ in range(2):
        demo.load(sqlite, NOW)
        demo.remove(sqlite, NOW)
    assert count(sqlite, "user") == 1


def test_it_stays_as_long_as_nobody_else_could_sign_in_as_admin(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    make_person(sqlite, "Own Employee", "employee", password_hash="hash")
    make_person(sqlite, "Never Invited", "admin")
    with pytest.raises(Invalid, match="Nobody of your own"):
        demo.remove(sqlite, NOW)
    assert count(sqlite, "record") == 70


def test_a_company_always_has_a_pipeline_for_deals_and_one_for_leads(sqlite: Database) -> None:
    demo.load(sqlite, NOW)
    make_person(sqlite, "Own Admin", "admin", password_hash="hash")
    demo.remove(sqlite, NOW)
    with sqlite.reading() as connection:
        assert set(connection.execute(select(PIPELINES.c.entity)).scalars()) == {"deal", "lead"}
        assert not connection.execute(select(Setting.key)).all()


def test_what_people_made_on_top_of_it_stays_and_is_mended(database: Database) -> None:
    demo.load(database, NOW)
    make_person(database, "Own Admin", "admin", password_hash="hash")

    def build_on_it(transaction: Transaction) -> int:
        desk = Desk(transaction, SYSTEM, NOW)
        camille = desk.user("camille")
        contacts = TABLES["contact"]
        client = transaction.rows(select(contacts).where(contacts.c.last_name == "Kowalska"), contacts)[0]
        fields = {"title": "My own roof", "responsible": camille.id, "contacts": [client.id], "observers": [camille.id], "roof": "slate"}
        own = desk.create_record("deal", fields, stage="sales/talks")
        desk.add_comment(own, "By Camille", author=camille.id)
        return int(own.id)

    own = database.writing(build_on_it)
    demo.remove(database, NOW)
    with database.reading() as connection:
        record = connection.execute(select(RECORDS).where(RECORDS.c.id == own)).mappings().one()
        people = {row.key: row for row in connection.execute(select(table_of(User)))}
        stage = connection.execute(select(STAGES.c.key).where(STAGES.c.id == record["stage_id"])).scalar()
        fields = list(connection.execute(select(Base.metadata.tables["custom_field"].c.key)).scalars())
    assert (count(database, "record"), stage, record["responsible_id"], record["observers"]) == (1, "talks", None, [])
    assert count(database, "contact") == 1
    assert fields == ["roof"]
    assert set(people) == {"own_admin", "camille"}
    assert (people["camille"].active, people["camille"].password_hash) == (False, None)


def test_without_it_one_begins_with_an_admin_and_two_empty_pipelines(sqlite: Database) -> None:
    [sign_in] = demo.start_empty(sqlite, NOW)
    assert sign_in.role == "admin"
    assert (count(sqlite, "user"), count(sqlite, "pipeline"), count(sqlite, "record")) == (1, 2, 0)


def make_own_work(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        desk = Desk(transaction, SYSTEM, NOW)
        desk.create_department("Sales")
        desk.change_settings({"name": "My company"})
        desk.create_field("deal", "Kind of roof", "choice", key="roof", options=["Thatch"])
        contact = desk.create_contact({"last_name": "Own"})
        record = desk.create_record("deal", {"title": "Mine", "contacts": [contact.id], "roof": "thatch"})
        desk.add_comment(record, "Mine, too")
        desk.delete_records([desk.create_record("deal", {"title": "Deleted"})])

    database.writing(work)
