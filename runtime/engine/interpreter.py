"""The interpreter: takes claimed runs through as many steps as are ready, in the worker's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from crm.entities import TABLES, table_of
from crm.transaction import Row, Transaction
from runtime.engine.claiming import Claim, owned
from runtime.engine.models import StepRow
from runtime.engine.switches import held
from runtime.engine.versions import CompiledVersions
from runtime.engine.walk import Verdicts, Walk

_STEP = table_of(StepRow)
_RECORD = TABLES["deal"]
GoOn = Callable[[], bool]


def work(
    transaction: Transaction,
    versions: CompiledVersions,
    claims: Sequence[Claim],
    now: datetime,
    go_on: GoOn,
    verdicts: Verdicts | None = None,
) -> list[Claim]:
    """Take the claimed runs onward until each is parked or ended, or ``go_on()`` says that the transaction has lasted long enough.

    Returns the claims that are still to be worked on. Raises ``StepBroke`` where a step failed half-way: then the
    transaction must be rolled back and the runs done singly, with what became of the step as a verdict.
    """
    runs = owned(transaction, claims)
    steps = _steps_of(transaction, [run.id for run in runs])
    records = transaction.load(_RECORD, [run["record_id"] for run in runs])
    chains = versions.get(transaction, {run["version_id"] for run in runs})
    by_id = {claim.run_id: claim for claim in claims}
    effects = held(transaction).effects
    left: list[Claim] = []
    for place, run in enumerate(runs):
        walk = Walk(
            transaction, run, records.get(run["record_id"]), chains.get(run["version_id"]), steps[run.id], now, verdicts or {}, effects
        )
        if not walk.go(go_on):
            left.append(by_id[run.id])
        if not go_on():
            left += [by_id[later.id] for later in runs[place + 1 :]]
            break
    return left


def _steps_of(transaction: Transaction, run_ids: Iterable[bytes]) -> Mapping[bytes, list[Row]]:
    by_run: dict[bytes, list[Row]] = defaultdict(list)
    ids = list(run_ids)
    for step in transaction.rows(select(_STEP).where(_STEP.c.run_id.in_(ids)), _STEP) if ids else ():
        by_run[step["run_id"]].append(step)
    return by_run
