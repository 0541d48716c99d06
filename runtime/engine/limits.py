"""How far one cause may reach before somebody is asked. People's own acts and imports are never limited."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from crm.actor import Origin
from crm.entities import table_of
from crm.models import Outgoing, Stage
from crm.transaction import Transaction
from crm.words import Phrase, phrase
from runtime.engine.models import ChainRow, Run, StepRow

DEPTH = 8
RUNS_OF_A_CAUSE = 200
MESSAGES_OF_A_CAUSE = 100
RUNS_AN_HOUR = 30
_RUN = table_of(Run)
_OUTGOING = table_of(Outgoing)


def broken_by_run(transaction: Transaction, origin: Origin, record_id: int, now: datetime) -> Phrase | None:
    """Which limit another run would break, caused by a rule about a record; None where it may start.

    It names the stages whose rules led there.
    """
    if origin.run is None:
        return None
    broken = _broken(transaction, origin, record_id, now)
    return None if broken is None else Phrase(broken.text, {**broken.values, "stages": _way(transaction, origin.run)})


def _broken(transaction: Transaction, origin: Origin, record_id: int, now: datetime) -> Phrase | None:
    if origin.depth + 1 > DEPTH:
        return phrase("Rules set each other off more than {most} times in a row, by way of {stages}.", most=DEPTH)
    runs = select(func.count()).select_from(_RUN).where(_RUN.c.root == origin.root)
    if transaction.execute(runs).scalar() >= RUNS_OF_A_CAUSE:
        return phrase("One cause has started more than {most} runs, by way of {stages}.", most=RUNS_OF_A_CAUSE)
    lately = (
        select(func.count())
        .select_from(_RUN)
        .where(_RUN.c.record_id == record_id, _RUN.c.cause.is_not(None), _RUN.c.started_at > now - timedelta(hours=1))
    )
    if transaction.execute(lately).scalar() >= RUNS_AN_HOUR:
        return phrase("Rules have started more than {most} runs of this record within an hour, by way of {stages}.", most=RUNS_AN_HOUR)
    return None


def broken_by_message(transaction: Transaction, root: bytes | None) -> Phrase | None:
    """Which limit another outgoing message of a cause would break."""
    sent = select(func.count()).select_from(_OUTGOING).where(_OUTGOING.c.root == root)
    if root is not None and transaction.execute(sent).scalar() >= MESSAGES_OF_A_CAUSE:
        return phrase("One cause has sent more than {most} messages.", most=MESSAGES_OF_A_CAUSE)
    return None


def _way(transaction: Transaction, run_id: bytes | None) -> str:
    """The stages whose rules led here, the first cause first; the same circle is told once."""
    names: list[str] = []
    while run_id is not None and len(names) < DEPTH + 1:
        found = transaction.execute(_STAGE_AND_CAUSE.where(_RUN.c.id == run_id)).first()
        if found is None:
            break
        names.append(found.name)
        run_id = found.causing_run
    first = list(reversed(names))
    return " → ".join(dict.fromkeys(first)) if len(set(first)) == len(first) else " → ".join([*dict.fromkeys(first), first[0]])


_STAGE_AND_CAUSE = (
    select(Stage.name, StepRow.run_id.label("causing_run"))
    .select_from(_RUN)
    .join(ChainRow, ChainRow.id == _RUN.c.chain_id)
    .join(Stage, Stage.id == ChainRow.stage_id)
    .outerjoin(StepRow, StepRow.id == _RUN.c.cause)
)
