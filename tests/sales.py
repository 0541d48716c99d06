"""A small company for tests of the pages: three people, a pipeline of deals and one of leads, and deals as they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from crm.actor import SYSTEM, Actor
from crm.database import Database
from crm.desk import Desk
from crm.transaction import Row
from crm.words import phrase
from runtime.engine import publishing
from runtime.engine.driver import Driver
from runtime.engine.known import known_names
from tests.reading import untranslated
from tests.signing import sign_in

T = TypeVar("T")
STAGES = ({"name": "New"}, {"name": "In talks", "key": "talks"}, {"name": "Won", "kind": "success"}, {"name": "Spam", "kind": "failure"})
_VALUE = re.compile(r'<b class="value" data-user-text>.*?</b>', re.DOTALL)
HTMX = {"HX-Request": "true"}


@dataclass
class Sales:
    """The company: ``anna`` is admin, ``elodie`` manager, ``camille`` and ``zofia`` are employees of different departments."""

    app: Flask
    database: Database
    anna: Row
    elodie: Row
    camille: Row
    zofia: Row

    def do(self, work: Callable[[Desk], T], who: Row | None = None, now: datetime | None = None) -> T:
        """Something at the desk of the system, or of somebody."""
        actor = SYSTEM if who is None else Actor("person", who.id, who["role"], who["department_id"])
        return self.database.writing(lambda transaction: work(Desk(transaction, actor, now or datetime.now(UTC))))

    def deal(self, title: str = "Roof repair", stage: str = "sales/new", **fields: Any) -> int:
        """A deal; returns its id."""
        return self.do(lambda desk: desk.create_record("deal", {"title": title, **fields}, stage=stage)).id

    def lead(self, title: str = "Leaking roof", **fields: Any) -> int:
        """A lead; returns its id."""
        return self.do(lambda desk: desk.create_record("lead", {"title": title, **fields}, stage="leads/new")).id

    def row(self, record_id: int) -> Row:
        """A record as it is now, deleted or not."""
        return self.do(lambda desk: desk.transaction.load(desk.table("deal"), [record_id])[record_id])

    def stage(self, reference: str) -> int:
        """The id of a stage."""
        return self.do(lambda desk: desk.stage(reference)).id

    def stage_of(self, record_id: int) -> str:
        """Where a record stands."""
        return self.do(lambda desk: desk.stage_reference(desk.transaction.load(desk.table("deal"), [record_id])[record_id]["stage_id"]))

    def rules(self, stage: str, nodes: dict[str, Any]) -> None:
        """Publish rules, one after the other, on a stage."""
        keys = ["start", *nodes]
        graph = {"format": "rulewright.chain/1", "nodes": nodes, "edges": [[*pair] for pair in pairwise(keys)]}

        def work(desk: Desk) -> None:
            chain = publishing.chain_of(desk, desk.stage(stage))
            publishing.save_draft(desk, chain, graph, number=0, says=phrase("A test"))
            publishing.publish(desk, chain, known_names(desk))

        self.do(work)

    def run_rules(self) -> None:
        """Let the rules do what there is to do."""
        Driver(self.database, lambda: datetime.now(UTC), "tests").drain()

    def foreign_words(self, html: str) -> list[str]:
        """What a page in the language that marks says without having been translated; the values in its sentences are left out."""
        names = {row["name"] for row in (self.anna, self.elodie, self.camille, self.zofia)}
        return [text for text in untranslated(_VALUE.sub("", html)) if text not in names]

    def client(self, who: Row | None) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = self.app.test_client()
        if who is not None:
            sign_in(client, self.database, who)
        return client


def make_sales(app: Flask) -> Sales:
    """The company in an empty database. Its forms carry no token, but for those that try that."""
    app.config["WTF_CSRF_ENABLED"] = False
    database: Database = app.extensions["database"]

    def work(desk: Desk) -> list[Row]:
        sales, roofs = desk.create_department("Sales"), desk.create_department("Roofs")
        people = [
            desk.create_user("Anna Nowak", "anna@roofs.example", "admin"),
            desk.create_user("Élodie Martin", "elodie@roofs.example", "manager", department=sales.id),
            desk.create_user("Camille Lefèvre", "camille@roofs.example", "employee", department=sales.id),
            desk.create_user("Zofia Wójcik", "zofia@roofs.example", "employee", department=roofs.id),
        ]
        desk.create_pipeline("deal", "Sales", key="sales", stages=STAGES)
        desk.create_pipeline("lead", "Leads", key="leads", stages=({"name": "New"}, {"name": "Converted", "kind": "success"}))
        return people

    people = database.writing(lambda transaction: work(Desk(transaction, SYSTEM, datetime.now(UTC))))
    return Sales(app, database, *people)


def edit(client: FlaskClient, record_id: int, **fields: str) -> object:
    """Send the form with everything that it holds, but for what somebody typed."""
    form = dict(re.findall(r'name="([\w.]+)" type="\w+(?:-\w+)?" value="([^"]*)"', client.get(f"/records/{record_id}/edit").text))
    stamp = re.search(r'name="updated_at" value="([^"]+)"', client.get(f"/records/{record_id}/edit").text)
    assert stamp is not None
    return client.post(f"/records/{record_id}", data={**form, "updated_at": stamp[1], "has": list(fields), **fields}, headers=HTMX)


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.reader, "before_cursor_execute", note)
