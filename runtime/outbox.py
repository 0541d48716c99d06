"""Delivers what was put into the outbox, after the commit, and tells the step that waits for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import or_, select

from crm.database import Database
from crm.entities import table_of
from crm.models import Outgoing
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase
from runtime.engine.states import StepState
from runtime.engine.versions import CompiledVersions
from runtime.engine.waking import settle

LEASE = timedelta(seconds=60)
TRIES = 8
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
_OUTGOING = table_of(Outgoing)


@dataclass(frozen=True)
class Answer:
    """What a channel says: sent, refused for good, try again later, or nobody knows whether it left."""

    kind: Literal["sent", "refused", "later", "unknown"]
    says: Phrase


@dataclass(frozen=True)
class Channel:
    """A way out. ``repeatable`` where the receiver takes the same key twice as once: then what nobody knows is sent again."""

    deliver: Callable[[bytes, Mapping[str, Any]], Answer]
    repeatable: bool


class Sender:
    """Takes due rows of the outbox one by one, in three steps: claim and commit, deliver, record and commit."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], clock: Callable[[], datetime], owner: str, lease: timedelta = LEASE
    ) -> None:
        self.database, self.channels, self.clock, self.owner, self.lease = database, channels, clock, owner, lease
        self.versions = CompiledVersions()

    def send_next(self) -> bool:
        """Deliver one message; False where none is due."""
        claimed = self.database.writing(self._claim)
        if claimed is None:
            return False
        if claimed["state"] == "unknown":
            return True
        channel = self.channels.get(claimed["channel"])
        answer = channel.deliver(claimed.id, claimed["request"]) if channel else Answer("refused", phrase("There is no such way out."))
        self.database.writing(lambda transaction: self._record(transaction, claimed, answer))
        return True

    def _claim(self, transaction: Transaction) -> Row | None:
        now = self.clock()
        is_due = or_(
            (_OUTGOING.c.state == "prepared") & (_OUTGOING.c.available_at <= now),
            (_OUTGOING.c.state == "sending") & (_OUTGOING.c.lease_until < now),
        )
        statement = select(_OUTGOING).where(is_due).order_by(_OUTGOING.c.available_at, _OUTGOING.c.id).limit(1)
        found = transaction.rows(statement.with_for_update(skip_locked=True), _OUTGOING)
        if not found:
            return None
        row = found[0]
        channel = self.channels.get(row["channel"])
        if row["state"] == "sending" and not (channel and channel.repeatable):
            says = phrase("The sender died while sending: nobody knows whether it left.")
            self._settle(transaction, row, "unknown", says)
            return row
        changes = {"state": "sending", "owner": self.owner, "lease_until": now + self.lease, "epoch": row["epoch"] + 1}
        transaction.update(row, {**changes, "attempts": row["attempts"] + 1})
        return row

    def _record(self, transaction: Transaction, claimed: Row, answer: Answer) -> None:
        row = transaction.get(_OUTGOING, claimed.id)
        if row is None or row["state"] != "sending" or row["epoch"] != claimed["epoch"]:
            return  # somebody else has taken it over meanwhile
        if answer.kind == "later" and row["attempts"] < TRIES:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (row["attempts"] - 1))
            transaction.update(row, {"state": "prepared", "available_at": self.clock() + pause, "answer": str(answer.says)})
            return
        self._settle(transaction, row, {"sent": "sent", "unknown": "unknown"}.get(answer.kind, "failed"), answer.says)

    def _settle(self, transaction: Transaction, row: Row, state: str, says: Phrase) -> None:
        now = self.clock()
        transaction.update(row, {"state": state, "settled_at": now, "answer": str(says), "owner": None, "lease_until": None})
        if row["step"] is not None:
            ends = {"sent": StepState.DONE, "unknown": StepState.UNKNOWN}.get(state, StepState.FAILED)
            settle(transaction, self.versions, row["step"], ends, says, now)
            transaction.memory["kick"] = True
