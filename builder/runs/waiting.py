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
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.known import known_names
from runtime.engine.models import ChainRow, Run, StepRow, Version
from runtime.engine.states import LIVE_RUNS
from runtime.graph import read_draft


def why_not(desk: Desk, record: Row) -> Phrase | None:
    """Why no rule of the stage on which a record stands has run for this stay; nothing where some have."""
    name = desk.stages()[record["stage_id"]]["name"]
    found = desk.transaction.execute(
        select(ChainRow.id, ChainRow.version_id, ChainRow.enabled).where(ChainRow.stage_id == record["stage_id"])
    ).first()
    if found is None or found.version_id is None:
        return phrase("No rules are published for {stage}.", stage=name)
    ran = select(Run.id).where(Run.record_id == record.id, Run.chain_id == found.id, Run.started_at >= record["stage_entered_at"])
    if desk.transaction.execute(ran.limit(1)).first() is not None:
        return None
    graph, since = desk.transaction.execute(select(Version.graph, Version.published_at).where(Version.id == found.version_id)).one()
    reasons = (
        (not found.enabled, phrase("The rules of {stage} are switched off.", stage=name)),
        (not graph["nodes"], phrase("No rules are published for {stage}.", stage=name)),
        (
            since > record["stage_entered_at"],
            phrase("The rules of {stage} were published after it came here. They run for what arrives from then on.", stage=name),
        ),
        (graph.get("once"), phrase("The rules of {stage} run once for each record, and have run for this one before.", stage=name)),
        (True, phrase("The rules of {stage} were switched off when it came here.", stage=name)),
    )
    return next(says for holds, says in reasons if holds)


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
