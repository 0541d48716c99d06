"""The company on which everything is measured: one admin, one pipeline, three comments on the second stage, and many deals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.transaction import Transaction
from crm.words import phrase
from runtime import bulk
from runtime.engine import publishing, starting
from runtime.engine.known import known_names

STAGES = ("New", "Called", "Talks", "Offer", "Contract", "Delivery", "Won")
NODES = {name: {"rule": "add_comment", "settings": {"text": "Hello {{ record.title }}"}} for name in ("n1", "n2", "n3")}
AT_ONCE = 1000


def found(database: Database, *rules_on: str) -> int:
    """Found the company, with the rules on these stages; returns the admin's id."""
    starting.listen()

    def work(transaction: Transaction) -> int:
        desk = Desk(transaction, SYSTEM, datetime.now(UTC))
        admin = int(desk.create_user("Anna Nowak", "anna@bench.example", "admin").id)
        desk.create_pipeline("deal", "Bench", key="bench", stages=[{"name": name, "key": name.lower()} for name in STAGES])
        edges = [list(pair) for pair in pairwise(["start", *NODES])]
        draft = {"format": "rulewright.chain/1", "nodes": NODES, "edges": edges}
        for stage in rules_on:
            chain = publishing.chain_of(desk, desk.stage(stage))
            publishing.save_draft(desk, chain, draft, number=0, says=phrase("Changed the rules"))
            publishing.publish(desk, chain, known_names(desk))
        return admin

    return database.writing(work)


def make_deals(database: Database, count: int, admin: int, *, spread: bool = False) -> list[int]:
    """Deals with clients on the first stage, or spread over all stages with something planned for every third."""
    made: list[int] = []
    for start in range(0, count, AT_ONCE):

        def work(transaction: Transaction, start: int = start) -> list[int]:
            desk = Desk(transaction, SYSTEM, datetime.now(UTC))
            return [_make(desk, number, admin, spread=spread) for number in range(start, min(count, start + AT_ONCE))]

        made += database.writing(work)
    return made


def move_all(database: Database, deals: list[int], stage: str = "bench/talks") -> None:
    """Ask for many deals to be moved; the workers do it."""
    database.writing(lambda transaction: bulk.move_in_bulk(Desk(transaction, SYSTEM, datetime.now(UTC)), deals, stage))


def _make(desk: Desk, number: int, admin: int, *, spread: bool) -> int:
    client = desk.create_contact({"first_name": "Jean", "last_name": f"Martin {number}", "emails": [f"jean{number}@client.example"]})
    fields = {"title": f"Deal {number}", "amount": str(100 + number % 900), "responsible": admin, "contacts": [client.id]}
    stage = STAGES[number % len(STAGES) if spread else 0].lower()
    deal = desk.create_record("deal", fields, stage=f"bench/{stage}")
    if spread and number % 3 == 0:
        desk.log_activity(deal, "call", {"subject": "Call back", "open": True, "due_at": desk.now + timedelta(days=number % 5)})
    return int(deal.id)
