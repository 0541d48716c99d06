"""Many records at once: chosen on the board, moved together; a great many by the workers, with progress and a way to stop them."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy import Connection, select

from crm.errors import Invalid, NotFound
from crm.words import Phrase, phrase
from runtime import bulk
from runtime.engine.models import Bulk
from web.access import current_user, database, now, write
from web.respond import nothing, redirect_to, respond, signal, toast, wants_fragment
from workspace.board import lens, news_response
from workspace.moves import CHANGED, move, tell
from workspace.queries import news as reading
from workspace.queries.board import ids_on
from workspace.queries.news import Mark
from workspace.queries.pipelines import PipelineOf, named, pipelines
from workspace.rooms import workspace

AT_ONCE = 50


@workspace.post("/pipelines/<key>/bulk-moves")
def move_chosen(key: str) -> Response:
    """Move what was chosen on the board: single cards (``record``) and whole stages (``stage``)."""
    seen = Mark.read(request.form.get("since", ""))
    with database().reading() as connection:
        pipeline = named(pipelines(connection), key)
        chosen = _chosen(connection, pipeline)
    stage = pipeline.stage(request.form.get("to", 0, type=int))
    if stage is None or not chosen:
        raise Invalid.at("record", phrase("Choose at least one card and a stage to move to."))
    reference = pipeline.reference(stage)
    if len(chosen) > AT_ONCE:
        work = write(lambda desk: bulk.move_in_bulk(desk, chosen, reference))
        return _begun(key, work.id)
    tell(write(lambda desk: move(desk, chosen, reference, request_id=request.form.get("request_id") or None)))
    if not wants_fragment():
        return redirect_to(url_for("workspace.board", key=key))
    with database().reading() as connection:
        return news_response(connection, pipeline, seen, reading.mark(connection, now()), keep=False)


@workspace.get("/bulk-moves/<int:work_id>")
def bulk_move(work_id: int) -> Response:
    """How far the work is; once it is over, what it came to."""
    with database().reading() as connection:
        work = _own(connection, work_id)
        stage = _stage_name(connection, work.target)
    if work.state == "working":
        return respond("workspace/board/bulk.html", "workspace/board/_bulk.html", work=work, total=len(work.record_ids), stage=stage)
    if wants_fragment():
        toast(_outcome(work, stage), means="forever" if work.state == "failed" else "done")
        signal(CHANGED)
    return respond("workspace/board/bulk.html", "workspace/board/_no_bulk.html", work=work, says=_outcome(work, stage))


@workspace.post("/bulk-moves/<int:work_id>/cancellation")
def cancel_bulk_move(work_id: int) -> Response:
    """Stop the work; what has moved stays where it is."""
    with database().reading() as connection:
        _own(connection, work_id)
    write(lambda desk: bulk.cancel(desk, work_id))
    return bulk_move(work_id) if wants_fragment() else redirect_to(url_for("workspace.bulk_move", work_id=work_id))


def _begun(key: str, work_id: int) -> Response:
    if not wants_fragment():
        return redirect_to(url_for("workspace.bulk_move", work_id=work_id))
    with database().reading() as connection:
        work = _own(connection, work_id)
        stage = _stage_name(connection, work.target)
    signal("chosen-moved")
    return nothing(also=["workspace/board/_bulk.html"], work=work, total=len(work.record_ids), stage=stage)


def _chosen(connection: Connection, pipeline: PipelineOf) -> list[int]:
    single = [int(each) for each in request.form.getlist("record") if each.isdecimal() and len(each) < 19]
    known = {stage.id for stage in pipeline.stages}
    whole = [int(each) for each in request.form.getlist("stage") if each.isdecimal() and int(each) in known]
    return list(dict.fromkeys([*single, *(ids_on(connection, lens(), whole) if whole else ())]))


def _own(connection: Connection, work_id: int) -> Bulk:
    work = connection.execute(select(*Bulk.__table__.c).where(Bulk.id == work_id)).first()
    if work is None or (work.actor_id != current_user().id and current_user().role == "employee"):
        raise NotFound
    return work  # type: ignore[return-value]  # a row of the table has its columns


def _stage_name(connection: Connection, reference: str) -> str:
    key, _, _ = reference.partition("/")
    pipeline = next((each for each in pipelines(connection) if each.key == key), None)
    stages = pipeline.stages if pipeline is not None else ()
    return next((stage.name for stage in stages if pipeline is not None and pipeline.reference(stage) == reference), reference)


def _outcome(work: Bulk, stage: str) -> Phrase:
    if work.state == "failed" and work.says:
        return Phrase.from_json(work.says)
    values = {"moved": work.moved, "left_out": work.left_out, "stage": stage}
    if work.state == "cancelled":
        return phrase("Stopped: {moved} have moved to {stage}, the others stay where they are.", **values)
    if work.left_out:
        return phrase("{moved} moved to {stage}; {left_out} stood there already or are gone.", **values)
    return phrase("{moved} moved to {stage}.", **values)
