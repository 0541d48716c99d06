"""Steps that failed, died, or of which nobody knows whether they left the house: how many, and which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, func, select

from crm.access import visible_to
from crm.desk import Desk
from crm.models import Record, Stage
from crm.transaction import Row
from runtime.engine.models import ChainRow, Run, Seen, StepRow

STATES = ("failed", "dead", "unknown")


def troubled(desk: Desk, pipeline: Row, *columns: Any) -> Select[Any]:
    """The query for the troubled steps of a pipeline that nobody has seen to."""
    return (
        select(*columns)
        .select_from(StepRow)
        .join(Run, Run.id == StepRow.run_id)
        .join(ChainRow, ChainRow.id == Run.chain_id)
        .join(Stage, Stage.id == ChainRow.stage_id)
        .join(Record, Record.id == Run.record_id)
        .where(
            StepRow.state.in_(STATES),
            Stage.pipeline_id == pipeline.id,
            Run.undone_by.is_(None),
            ~exists().where(Seen.step_id == StepRow.id),
            visible_to(desk.actor),
        )
    )


def count(desk: Desk, pipeline: Row) -> int:
    """How many there are."""
    return int(desk.transaction.execute(troubled(desk, pipeline, func.count())).scalar() or 0)
