"""The rules of a record that are still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import select

from builder import sentences
from builder.pipelines import context_of
from crm.desk import Desk
from runtime.engine.known import known_names
from runtime.engine.models import ChainRow, Run, StepRow, Version
from runtime.engine.states import LIVE_RUNS
from runtime.graph import read_draft


@dataclass(frozen=True)
class WaitingRule:
    """A step that waits for its time or for an answer."""

    step: bytes
    run: bytes
    says: Markup
    state: str
    due_at: datetime | None


def waiting_rules(desk: Desk, record_id: int) -> Sequence[WaitingRule]:
    """What is still to come for a record, the soonest first."""
    statement = (
        select(StepRow.id, StepRow.run_id, StepRow.node, StepRow.state, StepRow.due_at, Version.graph, ChainRow.stage)
        .join(Run, Run.id == StepRow.run_id)
        .join(ChainRow, ChainRow.id == Run.chain_id)
        .join(Version, Version.id == Run.version_id)
        .where(Run.record_id == record_id, StepRow.state.in_(("sleeping", "holding")), Run.state.in_([each.value for each in LIVE_RUNS]))
        .order_by(StepRow.due_at, StepRow.id)
    )
    names = known_names(desk)
    found = []
    for row in desk.transaction.execute(statement).mappings():
        graph = read_draft(row["graph"])
        entity = names.pipelines[row["stage"].partition("/")[0]].entity
        node = graph.nodes.get(row["node"])
        says = sentences.sentence(node, context_of(graph, entity, names, row["stage"])) if node else Markup("")
        found.append(WaitingRule(row["id"], row["run_id"], says, row["state"], row["due_at"]))
    return found
