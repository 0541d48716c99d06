"""What an installation without the demo company begins with: one admin and two short pipelines."""

from __future__ import annotations

from datetime import datetime

from crm import passwords
from crm.actor import SYSTEM
from crm.database import Database
from crm.demo.sign_ins import SignIn
from crm.desk import Desk
from crm.transaction import Transaction

ADMIN = ("Admin", "admin@company.example")
_DEAL_STAGES = (("new", "New", "process"), ("talks", "In talks", "process"), ("won", "Won", "success"), ("lost", "Lost", "failure"))
_LEAD_STAGES = (
    ("new", "New", "process"),
    ("contacted", "Contacted", "process"),
    ("converted", "Converted", "success"),
    ("junk", "Junk", "failure"),
)


def start_empty(database: Database, now: datetime) -> list[SignIn]:
    """Make the first admin and two pipelines on which nothing stands; returns how to sign in."""
    name, email = ADMIN
    secret = passwords.invented()
    hashed = passwords.hashed(secret)

    def work(transaction: Transaction) -> None:
        desk = Desk(transaction, SYSTEM, now)
        desk.create_user(name, email, "admin", key="admin", password_hash=hashed)
        make_pipelines(desk)

    database.writing(work)
    return [SignIn(name, email, secret, "admin")]


def make_pipelines(desk: Desk) -> None:
    """A pipeline for deals and one for leads, where there is none."""
    wanted = (("deal", "Sales", "sales", _DEAL_STAGES), ("lead", "Leads", "leads", _LEAD_STAGES))
    for entity, title, key, stages in wanted:
        if any(row["entity"] == entity for row in desk.pipelines().values()):
            continue
        taken = {row["key"] for row in desk.pipelines().values()}
        listed = [{"key": each[0], "name": each[1], "kind": each[2]} for each in stages]
        desk.create_pipeline(entity, title, key=None if key in taken else key, stages=listed)
