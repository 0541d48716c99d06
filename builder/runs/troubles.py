"""The error inbox: steps that failed, broke, or of which nobody knows whether they arrived, until somebody has seen to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from builder import sentences, trouble
from builder.pipelines import context_of
from builder.places import place
from builder.reading import reading_desk
from builder.runs import words
from builder.runs.pages import key_of
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import NotFound
from crm.models import Record, Stage
from crm.words import Phrase, phrase
from runtime.engine.known import known_names
from runtime.engine.models import ChainRow, Run, Seen, StepRow, Version
from runtime.graph import read_draft
from web.access import require, write
from web.respond import redirect_to, respond, toast

troubles = Blueprint("troubles", __name__, url_prefix="/automation/<pipeline>/errors")
MOST = 100
_STEP, _SEEN = table_of(StepRow), table_of(Seen)


@troubles.get("")
@require("rules.see")
def show(pipeline: str) -> Response:
    """What waits for somebody, the newest first."""
    with reading_desk() as desk:
        where = place(desk, pipeline)
        names = known_names(desk)
        columns = (
            StepRow.id,
            StepRow.node,
            StepRow.state,
            StepRow.says,
            StepRow.error,
            StepRow.ended_at,
            StepRow.run_id,
            Run.record_id,
            Run.state.label("run_state"),
            Record.title,
            Stage.name.label("stage"),
            Stage.colour,
            Version.graph,
            ChainRow.stage.label("reference"),
        )
        statement = trouble.troubled(desk, where.pipeline, *columns).join(Version, Version.id == Run.version_id)
        rows = desk.transaction.execute(statement.order_by(StepRow.id.desc()).limit(MOST)).mappings().all()
        found = [_told(row, where.entity, names) for row in rows]
    return respond("builder/runs/errors.html", place=where, tab="errors", switch_to="troubles.show", found=found, words=words)


@troubles.post("/seen")
@require("rules.undo")
def see(pipeline: str) -> Response:
    """Somebody has seen to a step (``step``), or to all that the page showed."""
    keys = [key_of(step) for step in request.form.getlist("step")]

    def work(desk: Desk) -> int:
        steps = desk.transaction.load(_STEP, keys)
        known = desk.transaction.execute(_SEEN.select().where(_SEEN.c.step_id.in_(keys))).mappings().all()
        new = [step for step in steps.values() if step["state"] in trouble.STATES and step.id not in {row["step_id"] for row in known}]
        for step in new:
            desk.transaction.insert(_SEEN, {"step_id": step.id, "at": desk.now, "actor_id": desk.actor.user_id})
            desk.audit("step.seen", f"run:{step['run_id'].hex()}", {"node": step["node"]})
        return len(new)

    if not keys:
        raise NotFound
    write(work)
    toast(phrase("Taken off the list."))
    return redirect_to(url_for("troubles.show", pipeline=pipeline))


def _told(row: Any, entity: str, names: Any) -> dict[str, Any]:
    graph = read_draft(row["graph"])
    node = graph.nodes.get(row["node"])
    rule = sentences.sentence(node, context_of(graph, entity, names, row["reference"])) if node else row["node"]
    says = Phrase.from_json(row["says"]) if row["says"] else words.STEPS[row["state"]][0]
    return {**row, "rule": rule, "says": says}
