"""Moves of records from stage to stage: by a card that is dragged, by the keys, from a list of places, many at once, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import func, select

from crm.access import visible_to
from crm.desk import Desk
from crm.entities import TABLES
from crm.errors import Invalid, NotFound
from crm.models import Head, Record
from crm.words import Phrase, phrase
from runtime.engine.models import Run
from web.access import current_actor, database, now, write
from web.respond import nothing, redirect_to, respond, signal, toast, wants_fragment
from workspace.board import new_request_id, news_response
from workspace.queries import news as reading
from workspace.queries.news import Mark
from workspace.queries.pipelines import PipelineOf, named, pipelines
from workspace.rooms import workspace

CHANGED = "records-changed"


@dataclass(frozen=True)
class Done:
    """What a move did: the titles that moved and whence, the stage where they are now, and how many runs it started."""

    moved: Sequence[tuple[int, int, str]]
    stage: str
    started: int


@workspace.post("/pipelines/<key>/moves")
def move_card(key: str) -> Response:
    """A card was put on another stage of the board: the lanes come back as they are now."""
    seen = Mark.read(request.form.get("since", ""))
    with database().reading() as connection:
        pipeline = named(pipelines(connection), key)
    stage = pipeline.stage(_number("list"))
    if stage is None:
        raise Invalid.at("list", phrase("That stage does not exist any more."))
    reference = pipeline.reference(stage)
    done = write(lambda desk: move(desk, [_number("moved")], reference, request_id=request.form.get("request_id") or None))
    tell(done)
    if not wants_fragment():
        return redirect_to(url_for("workspace.board", key=key))
    with database().reading() as connection:
        return news_response(connection, pipeline, seen, reading.mark(connection, now()))


@workspace.get("/records/<int:record_id>/places")
def places(record_id: int) -> Response:
    """The stages to which a record can be moved."""
    with database().reading() as connection:
        record, pipeline = _standing(connection, record_id)
    context: dict[str, Any] = {"record": record, "pipeline": pipeline, "request_id": new_request_id()}
    return respond("workspace/board/places.html", "workspace/board/_places.html", **context)


@workspace.post("/records/<int:record_id>/moves")
def move_record(record_id: int) -> Response:
    """Move one record to the stage of the pressed button."""
    stage_id = _number("list")
    done = write(
        lambda desk: move(desk, [record_id], desk.stage_reference(_known(desk, stage_id)), request_id=request.form.get("request_id"))
    )
    tell(done)
    signal(CHANGED)
    return nothing() if wants_fragment() else redirect_to(url_for("records.show", record_id=record_id))


@workspace.post("/moves/back")
def move_back() -> Response:
    """Move records back whence they came (``back=RECORD.STAGE-RECORD.STAGE``); whoever stands elsewhere by now is left alone."""
    moves = [_pair(each) for each in request.args.get("back", "").split("-")]
    here = request.args.get("here", 0, type=int)

    def work(desk: Desk) -> list[Done]:
        by_stage: dict[int, list[int]] = {}
        for record_id, stage_id in moves:
            by_stage.setdefault(stage_id, []).append(record_id)
        found = desk.transaction.load(TABLES["deal"], [record_id for record_id, _ in moves])
        still = {record_id for record_id, row in found.items() if row["stage_id"] == here}
        wanted = [([each for each in ids if each in still], stage_id) for stage_id, ids in by_stage.items()]
        return [move(desk, ids, desk.stage_reference(_known(desk, stage_id))) for ids, stage_id in wanted if ids]

    for done in write(work):
        tell(done, back=True)
    signal(CHANGED)
    return nothing() if wants_fragment() else redirect_to(request.referrer or url_for("workspace.board"))


def move(desk: Desk, record_ids: Sequence[int], stage: str, *, request_id: str | None = None) -> Done:
    """Move records; says what moved and what that has set going."""
    rows = desk.transaction.load(TABLES["deal"], record_ids)
    _refuse_unseen(desk, record_ids)
    target = desk.stage(stage)
    before = {row.id: row["stage_id"] for row in rows.values()}
    desk.move_many(record_ids, stage, request_id=request_id)
    moved = [(row.id, before[row.id], row["title"]) for row in rows.values() if before[row.id] != row["stage_id"]]
    entered = select(func.count()).select_from(Run).join(Head, Head.entry_id == Run.stage_entry)
    started = desk.transaction.execute(entered.where(Head.id.in_([each[0] for each in moved]))).scalar()
    return Done(moved, target["name"], started or 0)


def tell(done: Done, *, back: bool = False) -> None:
    """Say what moved where, what it has set going, and offer the way back."""
    if not done.moved:
        return
    values: dict[str, Any] = {"title": done.moved[0][2], "stage": done.stage, "count": len(done.moved)}
    told = _words(len(done.moved) == 1, back, bool(done.started))
    toast(Phrase(told.text, values), None if back else way_back(done))


def way_back(done: Done) -> str | None:
    """Where a press of Undo goes."""
    where = "-".join(f"{record_id}.{stage_id}" for record_id, stage_id, _ in done.moved)
    with database().reading() as connection:
        here = connection.execute(select(Record.stage_id).where(Record.id == done.moved[0][0])).scalar()
    return url_for("workspace.move_back", back=where, here=here)


def _words(one: bool, back: bool, started: bool) -> Phrase:
    if back and started:
        return phrase("{title} moved back to {stage}, and the rules there have started anew.")
    if back:
        return phrase("{title} moved back to {stage}.") if one else phrase("{count} moved back to {stage}.")
    if one and started:
        return phrase("{title} moved to {stage}, and its rules have started. Undo moves it back; what they do by then stays.")
    if started:
        return phrase("{count} moved to {stage}, and its rules have started. Undo moves them back; what they do by then stays.")
    return phrase("{title} moved to {stage}.") if one else phrase("{count} moved to {stage}.")


def _refuse_unseen(desk: Desk, record_ids: Sequence[int]) -> None:
    """What somebody may not see is for them not there."""
    seen = select(func.count()).select_from(Record).where(Record.id.in_(record_ids), visible_to(desk.actor))
    if desk.transaction.execute(seen).scalar() != len(set(record_ids)):
        raise NotFound


def _standing(connection: Any, record_id: int) -> tuple[Any, PipelineOf]:
    statement = select(Record.id, Record.title, Record.stage_id, Record.pipeline_id, Record.entity)
    alive = statement.where(Record.id == record_id, Record.deleted_at.is_(None), visible_to(current_actor()))
    record = connection.execute(alive).first()
    if record is None:
        raise NotFound
    return record, next(each for each in pipelines(connection) if each.id == record.pipeline_id)


def _known(desk: Desk, stage_id: int) -> int:
    if stage_id not in desk.stages():
        raise Invalid.at("list", phrase("That stage does not exist any more."))
    return stage_id


def _pair(written: str) -> tuple[int, int]:
    record_id, _, stage_id = written.partition(".")
    if not (record_id.isdecimal() and stage_id.isdecimal()):
        raise NotFound
    return int(record_id), int(stage_id)


def _number(name: str) -> int:
    written = request.form.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 19 else 0
