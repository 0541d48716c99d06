"""A rehearsal: what a process compiles at its first run is compiled before there is one, and forked workers inherit it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.transaction import Transaction
from crm.words import phrase
from runtime.engine import claiming, interpreter, publishing
from runtime.engine.known import known_names
from runtime.engine.versions import CompiledVersions

T = TypeVar("T")
_RULES = {
    "format": "rulewright.chain/1",
    "nodes": {"n1": {"rule": "write_to_log", "settings": {"text": "{{ record.title }}"}}},
    "edges": [["start", "n1"]],
}


class _Enough(Exception):
    """Roll everything back."""


def warm(database: Database, now: datetime) -> None:
    """Take a made-up deal through a made-up rule in a transaction that is rolled back."""

    def rehearse(transaction: Transaction) -> None:
        desk = Desk(transaction, SYSTEM, now)
        pipeline = desk.create_pipeline("deal", "Rehearsal", stages=[{"name": "Only", "key": "only"}])
        chain = publishing.chain_of(desk, stage := desk.stage(f"{pipeline['key']}/only"))
        publishing.save_draft(desk, chain, _RULES, number=0, says=phrase("Changed the rules"))
        publishing.publish(desk, chain, known_names(desk))
        deal = desk.create_record("deal", {"title": "Rehearsal"}, stage=desk.stage_reference(stage.id))
        transaction.flush()
        claims = _anew(transaction, lambda anew: claiming.claim(anew, now, "rehearsal"))
        # Real rules run in forked workers only.
        ours = [claim for claim in claims if claim.record_id == deal.id]
        _anew(transaction, lambda anew: interpreter.work(anew, CompiledVersions(), ours, now, lambda: True))
        raise _Enough

    with suppress(_Enough):
        database.writing(rehearse)


def _anew(transaction: Transaction, work: Callable[[Transaction], T]) -> T:
    """Work as if nothing had been read yet, which is how a worker begins."""
    anew = Transaction(transaction.connection)
    result = work(anew)
    anew.flush()
    return result
