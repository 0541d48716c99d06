"""Makes small worlds for tests: a company with pipelines, people and rules, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from sqlalchemy import select

from crm.actor import SYSTEM, Actor
from crm.database import Database, memory_database
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase
from runtime.engine import publishing, starting, waking
from runtime.engine.driver import Driver
from runtime.engine.known import known_names
from runtime.engine.models import Run, StepRow

T = TypeVar("T")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
STAGES = ("new", "talks", "won", "spam")


class World:
    """A company with the deal pipeline ``sales`` (new, talks, won, spam), the lead pipeline ``leads``, and Anna, an admin."""

    def __init__(self, database: Database | None = None, now: datetime = MONDAY) -> None:
        starting.listen()
        self.database = database or memory_database()
        self.now = now
        self.driver = Driver(self.database, lambda: self.now)
        self.anna = self.act(_make_company)

    def act(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Do something at a desk, in a transaction of its own."""
        return self.database.writing(lambda transaction: work(Desk(transaction, actor, self.now)))

    def as_person(self, user_id: int, role: str = "employee") -> Actor:
        """Somebody who acts with their own hands."""
        return Actor("person", user_id, role)  # type: ignore[arg-type]

    def deal(self, title: str = "Roof repair", stage: str = "sales/new", **fields: Any) -> int:
        """A new deal, whose stage's rules have run."""
        given = {"title": title, "responsible": self.anna, **fields}
        made = self.act(lambda desk: desk.create_record("deal", given, stage=stage).id)
        self.run()
        return int(made)

    def contact(self, **fields: Any) -> int:
        """A new contact."""
        return int(self.act(lambda desk: desk.create_contact({"last_name": "Martin", **fields}).id))

    def rules(self, stage: str, nodes: Mapping[str, Any], edges: Sequence[Sequence[str]] | None = None, **chain: Any) -> int:
        """Publish rules for a stage; without ``edges`` one after the other. Returns the chain's id."""
        names = ["start", *nodes]
        lined_up = [list(pair) for pair in pairwise(names)]
        draft = {
            "format": "rulewright.chain/1",
            "nodes": dict(nodes),
            "edges": lined_up if edges is None else [list(each) for each in edges],
        }

        def publish(desk: Desk) -> int:
            row = publishing.chain_of(desk, desk.stage(stage))
            publishing.save_draft(desk, row, {**draft, **chain}, number=row["draft_number"], says=phrase("Changed the rules"))
            publishing.publish(desk, row, known_names(desk))
            return int(row.id)

        return self.act(publish)

    def move(self, record_id: int, stage: str, actor: Actor = SYSTEM, **more: Any) -> None:
        """Somebody moves a record, and its rules run."""
        self.act(lambda desk: desk.move(desk.record(record_id), stage, **more), actor)
        self.run()

    def run(self) -> None:
        """Do all that is due now."""
        while self.database.writing(lambda transaction: waking.release_due(transaction, self.now)) + self.driver.drain():
            pass

    def pass_time(self, **span: float) -> None:
        """The clock goes on, and everything that falls due on the way runs at its time."""
        until = self.now + timedelta(**span)
        while (due := self.database.writing(waking.next_due)) is not None and due <= until:
            self.now = max(self.now, due)
            self.run()
        self.now = until
        self.run()

    def record(self, record_id: int) -> Row:
        """A record as it is now, deleted or not."""
        return self.look(lambda transaction: transaction.load(TABLES["deal"], [record_id])[record_id])

    def stage_of(self, record_id: int) -> str:
        """Where a record stands."""
        stage_id = self.record(record_id)["stage_id"]
        return self.act(lambda desk: desk.stage_reference(stage_id))

    def comments(self, record_id: int) -> list[str]:
        """What stands on the timeline of a record as comments, oldest first."""
        table = TABLES["comment"]
        statement = select(table.c.text).where(table.c.record_id == record_id, table.c.deleted_at.is_(None)).order_by(table.c.id)
        return self.look(lambda transaction: list(transaction.execute(statement).scalars()))

    def runs(self, record_id: int) -> list[Row]:
        """The runs of a record, oldest first."""
        table = table_of(Run)
        return self.look(
            lambda transaction: transaction.rows(select(table).where(table.c.record_id == record_id).order_by(table.c.id), table)
        )

    def steps(self, run: Row) -> dict[str, str]:
        """Node to state in one run."""
        return {step["node"]: step["state"] for step in self.step_rows(run)}

    def step_rows(self, run: Row) -> list[Row]:
        """The steps of a run in the order in which they were reached."""
        table = table_of(StepRow)
        return self.look(lambda transaction: transaction.rows(select(table).where(table.c.run_id == run.id).order_by(table.c.id), table))

    def look(self, work: Callable[[Transaction], T]) -> T:
        """Read something."""
        return self.database.writing(work)


def says(step: Row) -> str:
    """What a step said, in English."""
    return str(Phrase.from_json(step["says"])) if step["says"] else ""


def comment(text: str, **node: Any) -> dict[str, Any]:
    """A node that adds a comment."""
    return {"rule": "add_comment", "settings": {"text": text}, **node}


def to_stage(stage: str, **node: Any) -> dict[str, Any]:
    """A node that moves the record."""
    return {"rule": "change_stage", "settings": {"stage": stage}, **node}


def after(amount: int, unit: str) -> dict[str, Any]:
    """The run time of a node."""
    return {"run_at": {"when": "after", "amount": amount, "unit": unit}}


def _make_company(desk: Desk) -> int:
    kinds = {"won": "success", "spam": "failure"}
    desk.create_pipeline(
        "deal", "Sales", key="sales", stages=[{"name": key.title(), "key": key, "kind": kinds.get(key, "process")} for key in STAGES]
    )
    desk.create_pipeline(
        "lead", "Leads", key="leads", stages=[{"name": "New", "key": "new"}, {"name": "Junk", "key": "junk", "kind": "failure"}]
    )
    return int(desk.create_user("Anna Nowak", "anna@roofs.example", "admin", key="anna").id)
