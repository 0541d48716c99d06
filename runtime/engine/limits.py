"""How far one cause may reach before somebody is asked. People's own acts and imports are never limited."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from crm.actor import Origin
from crm.entities import table_of
from crm.models import Outgoing
from crm.transaction import Transaction
from crm.words import Phrase, phrase
from runtime.engine.models import Run

DEPTH = 8
RUNS_OF_A_CAUSE = 200
MESSAGES_OF_A_CAUSE = 100
RUNS_AN_HOUR = 30
_RUN = table_of(Run)
_OUTGOING = table_of(Outgoing)


def broken_by_run(transaction: Transaction, origin: Origin, record_id: int, now: object) -> Phrase | None:
    """Which limit another run would break, caused by a rule about a record; None where it may start."""
    if origin.run is None:
        return None
    if origin.depth + 1 > DEPTH:
        return phrase("Rules set each other off more than {most} times in a row.", most=DEPTH)
    runs = select(func.count()).select_from(_RUN).where(_RUN.c.root == origin.root)
    if transaction.execute(runs).scalar() >= RUNS_OF_A_CAUSE:
        return phrase("One cause has started more than {most} runs.", most=RUNS_OF_A_CAUSE)
    lately = (
        select(func.count())
        .select_from(_RUN)
        .where(
            _RUN.c.record_id == record_id,
            _RUN.c.cause.is_not(None),
            _RUN.c.started_at > now - timedelta(hours=1),  # type: ignore[operator]
        )
    )
    if transaction.execute(lately).scalar() >= RUNS_AN_HOUR:
        return phrase("Rules have started more than {most} runs of this record within an hour.", most=RUNS_AN_HOUR)
    return None


def broken_by_message(transaction: Transaction, root: bytes | None) -> Phrase | None:
    """Which limit another outgoing message of a cause would break."""
    sent = select(func.count()).select_from(_OUTGOING).where(_OUTGOING.c.root == root)
    if root is not None and transaction.execute(sent).scalar() >= MESSAGES_OF_A_CAUSE:
        return phrase("One cause has sent more than {most} messages.", most=MESSAGES_OF_A_CAUSE)
    return None
