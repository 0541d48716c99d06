"""Settings: the pipelines."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import func, select

from crm.entities import TABLES
from crm.errors import Invalid, NotFound
from crm.models import Record, User
from crm.transaction import Row
from crm.verbs.pipelines import COLOURS, KINDS
from crm.words import Phrase, phrase
from web.access import database, require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from web.words import say
from workspace.settings.rooms import settings

ENTITIES: dict[str, Phrase] = {"deal": phrase("Deals"), "lead": phrase("Leads")}
KIND_WORDS: dict[str, Phrase] = {"process": phrase("In progress"), "success": phrase("Success"), "failure": phrase("Failure")}
COLOUR_WORDS: dict[str, Phrase] = {
    "sky": phrase("Sky"),
    "teal": phrase("Teal"),
    "violet": phrase("Violet"),
    "rose": phrase("Rose"),
    "green": phrase("Green"),
    "stone": phrase("Stone"),
    "brick": phrase("Brick"),
}
# With what a new pipeline begins; everything about it can be changed.
FIRST_STAGES = (
    (phrase("New"), "new", "process"),
    (phrase("In talks"), "talks", "process"),
    (phrase("Won"), "won", "success"),
    (phrase("Lost"), "lost", "failure"),
)


@settings.get("/pipelines")
@require("pipelines.edit")
def pipelines() -> Response:
    """All pipelines with their stages, and the form for another."""
    return _list(Filled({"entity": "deal"}))


@settings.post("/pipelines")
@require("pipelines.edit")
def create_pipeline() -> Response:
    """A new pipeline with four stages to begin with."""
    name, entity = request.form.get("name", ""), request.form.get("entity", "")
    stages = [{"name": say(title), "key": key, "kind": kind} for title, key, kind in FIRST_STAGES]
    try:
        made = write(lambda desk: desk.create_pipeline(entity, name, stages=stages))
    except Invalid as invalid:
        return _list(Filled.sent(invalid))
    toast(phrase("{name} is there now, with four stages to begin with.", name=made["name"]))
    return redirect_to(url_for("settings.pipeline", key=made["key"]))


@settings.get("/pipelines/<key>")
@require("pipelines.edit")
def pipeline(key: str) -> Response:
    """One pipeline: its name, its stages, and who takes turns."""
    found = find_pipeline(key)
    return show_pipeline(found, Filled(found))


@settings.post("/pipelines/<key>")
@require("pipelines.edit")
def rename_pipeline(key: str) -> Response:
    """Give a pipeline another name."""
    found = find_pipeline(key)
    try:
        write(lambda desk: desk.rename_pipeline(desk.row("pipeline", found["id"]), request.form.get("name", "")))
    except Invalid as invalid:
        return show_pipeline(found, Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.pipeline", key=key))


@settings.post("/pipelines/<key>/people")
@require("pipelines.edit")
def set_pipeline_people(key: str) -> Response:
    """Say who takes turns with what comes in."""
    found = find_pipeline(key)
    chosen = [int(each) for each in request.form.getlist("people") if each.isdecimal()]
    write(lambda desk: desk.let_take_turns(desk.row("pipeline", found["id"]), chosen))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.pipeline", key=key))


@settings.post("/pipelines/<key>/deletion")
@require("pipelines.edit")
def delete_pipeline(key: str) -> Response:
    """Remove a pipeline on which nothing stands."""
    found = find_pipeline(key)
    try:
        write(lambda desk: desk.delete_pipeline(desk.row("pipeline", found["id"])))
    except Invalid as invalid:
        return show_pipeline(found, Filled(found, invalid.problems))
    toast(phrase("{name} is removed.", name=found["name"]))
    return redirect_to(url_for("settings.pipelines"))


def show_pipeline(found: dict[str, Any], form: Filled, *, new_stage: Filled | None = None) -> Response:
    """The page of a pipeline, perhaps with a form that was not right."""
    with database().reading() as connection:
        people = connection.execute(select(User.id, User.name).where(User.active).order_by(User.name)).all()
    status = form.status if new_stage is None else new_stage.status
    return respond(
        "settings/pipelines/pipeline.html",
        "settings/pipelines/_stages.html",
        status,
        pipeline=found,
        form=form,
        new_stage=new_stage or Filled({"kind": "process"}),
        people=people,
        **words(),
    )


def words() -> dict[str, Any]:
    """What kinds, colours and entities are called."""
    return {
        "kinds": [(kind, say(KIND_WORDS[kind])) for kind in KINDS],
        "kind_words": KIND_WORDS,
        "colours": [(colour, say(COLOUR_WORDS[colour])) for colour in COLOURS],
        "entity_words": ENTITIES,
        "entities": [(entity, say(ENTITIES[entity])) for entity in ENTITIES],
    }


def find_pipeline(key: str) -> dict[str, Any]:
    """A pipeline with its stages and how many records stand on them, else ``NotFound``."""
    found = next((each for each in all_pipelines() if each["key"] == key), None)
    if found is None:
        raise NotFound
    return found


def all_pipelines() -> list[dict[str, Any]]:
    """All pipelines in order, each with its ``stages``, each of those with its ``count`` of records."""
    table, stages = TABLES["pipeline"], TABLES["stage"]
    with database().reading() as connection:
        counted = select(Record.stage_id, func.count()).where(Record.deleted_at.is_(None)).group_by(Record.stage_id)
        counts = dict(connection.execute(counted).tuples().all())
        found = [dict(row) for row in connection.execute(select(table).order_by(table.c.position, table.c.id)).mappings()]
        rows = [Row(stages, dict(row)) for row in connection.execute(select(stages).order_by(stages.c.position, stages.c.id)).mappings()]
    for each in found:
        each["stages"] = [{**row, "count": counts.get(row.id, 0)} for row in rows if row["pipeline_id"] == each["id"]]
        each["count"] = sum(stage["count"] for stage in each["stages"])
    return found


def _list(form: Filled) -> Response:
    return respond("settings/pipelines/page.html", status=form.status, form=form, pipelines=all_pipelines(), **words())
