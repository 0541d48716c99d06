"""How fast the pages of everyday work are with ten thousand deals: time at the server, queries, bytes. Prints JSON.

python3 benchmarks/pages.py
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask.testing import FlaskClient
from sqlalchemy import event

import runtime.engine.models  # noqa: F401  its tables belong to the schema
from app import create_app
from crm import sessions
from crm.actor import SYSTEM
from crm.configuration import Configuration
from crm.database import Database, create_schema
from crm.desk import Desk
from web.access import COOKIE

DEALS, ROUNDS = 10_000, 30
STAGES = [{"name": name} for name in ("New", "In talks", "Contract", "Invoice", "Won", "Lost", "Spam")]
PAGES = {
    "board": "/pipelines/huge",
    "mine": "/pipelines/huge?whose=mine",
    "searched": "/pipelines/huge?q=kowalska",
    "search": "/search?q=roof",
    "history": "/history",
}


def main() -> None:
    """Measure every page for an admin and for an employee, who sees a part."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Configuration(
            Path(folder), f"sqlite:///{folder}/board.db", "redis://127.0.0.1:1", False, "of a benchmark", demo=False
        )
        database = Database(configuration.database_url)
        create_schema(database)
        people = database.writing(lambda transaction: fill(Desk(transaction, SYSTEM, datetime.now(UTC))))
        app = create_app(configuration)
        found = {}
        for role, person in people.items():
            client = app.test_client()
            secret = database.writing(
                lambda transaction, person=person: sessions.start(transaction, person, datetime.now(UTC), browser="none")
            )
            client.set_cookie(COOKIE, secret)
            found[role] = {name: measure(client, app.extensions["database"], path) for name, path in PAGES.items()}
    print(json.dumps({"deals": DEALS, **found}, indent=2))


def fill(desk: Desk) -> dict[str, int]:
    """Ten thousand deals with clients, some of them with something planned; an admin and an employee."""
    chance = random.Random(7)
    desk.quiet = True
    sales, office = desk.create_department("Sales"), desk.create_department("Office")
    admin = desk.create_user("Anna Nowak", "anna@roofs.example", "admin", department=office.id)
    employee = desk.create_user("Camille Lefèvre", "camille@roofs.example", "employee", department=sales.id)
    desk.create_pipeline("deal", "Huge", key="huge", stages=STAGES)
    stages = [f"huge/{stage['key']}" for stage in desk.stages().values()]
    clients = [desk.create_contact({"first_name": "Ewa", "last_name": f"Kowalska {number}"}).id for number in range(DEALS // 5)]
    for number in range(DEALS):
        who = chance.choice((admin.id, employee.id, None))
        fields: dict[str, Any] = {"title": f"Roof repair {number}", "amount": chance.randint(100, 90_000), "responsible": who}
        deal = desk.create_record("deal", {**fields, "contacts": [chance.choice(clients)]}, stage=chance.choice(stages))
        if number % 4 == 0:
            due = desk.now + timedelta(hours=chance.randint(-200, 400))
            desk.log_activity(deal, "call", {"subject": "Call", "open": True, "due_at": due})
    return {"admin": admin.id, "employee": employee.id}


def measure(client: FlaskClient, database: Database, path: str) -> dict[str, Any]:
    """Milliseconds of this process (not of others that share the machine), queries, and bytes plain and compressed."""
    client.get(path)
    with counted(database) as sent:
        page = client.get(path)
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        client.get(path)
        times.append((time.process_time() - begun) * 1000)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    return {
        "milliseconds": round(median(times), 1),
        "queries": len(sent),
        "bytes": len(page.data),
        "compressed": len(packed.data),
    }


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.reader, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
