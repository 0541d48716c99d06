"""Settings: the stages of a pipeline."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from crm.desk import Desk
from crm.errors import Invalid, NotFound
from crm.transaction import Row
from crm.words import phrase
from web.access import require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from workspace.settings.pipelines import find_pipeline, show_pipeline, words
from workspace.settings.rooms import settings


@settings.post("/pipelines/<key>/stages")
@require("pipelines.edit")
def create_stage(key: str) -> Response:
    """A new stage at the end."""
    found = find_pipeline(key)
    name, kind = request.form.get("name", ""), request.form.get("kind", "process")
    try:
        write(lambda desk: desk.create_stage(desk.row("pipeline", found["id"]), name, kind=kind))
    except Invalid as invalid:
        return show_pipeline(found, Filled(found), new_stage=Filled.sent(invalid))
    toast(phrase("{name} is there now.", name=name.strip()))
    return redirect_to(url_for("settings.pipeline", key=key, _anchor="stages"))


@settings.post("/pipelines/<key>/positions")
@require("pipelines.edit")
def move_stage(key: str) -> Response:
    """Put a stage (``moved``) at another place (``position``)."""
    pipeline = find_pipeline(key)
    keys = [stage["key"] for stage in pipeline["stages"]]
    moved, position = request.form.get("moved", ""), request.form.get("position", "")
    if moved not in keys or not position.isdecimal():
        raise NotFound
    keys.remove(moved)
    keys.insert(min(int(position), len(keys)), moved)
    write(lambda desk: desk.order_stages(desk.row("pipeline", pipeline["id"]), keys))
    pipeline = find_pipeline(key)
    if request.headers.get("HX-Request"):
        return show_pipeline(pipeline, Filled(pipeline))
    return redirect_to(url_for("settings.pipeline", key=key, _anchor=f"stage-{moved}"))


@settings.get("/pipelines/<key>/stages/<stage_key>")
@require("pipelines.edit")
def stage(key: str, stage_key: str) -> Response:
    """One stage."""
    pipeline, found = _find(key, stage_key)
    return _stage(pipeline, found, Filled(found))


@settings.post("/pipelines/<key>/stages/<stage_key>")
@require("pipelines.edit")
def edit_stage(key: str, stage_key: str) -> Response:
    """Name, colour and kind of a stage."""
    pipeline, found = _find(key, stage_key)
    wanted = {name: request.form.get(name, "") for name in ("name", "colour", "kind")}
    try:
        write(lambda desk: desk.edit_stage(_row(desk, found), wanted))
    except Invalid as invalid:
        return _stage(pipeline, found, Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.pipeline", key=key, _anchor="stages"))


@settings.get("/pipelines/<key>/stages/<stage_key>/deletion")
@require("pipelines.edit")
def ask_deletion(key: str, stage_key: str) -> Response:
    """What would become of the records on a stage that goes."""
    pipeline, found = _find(key, stage_key)
    return _deletion(pipeline, found, Filled())


@settings.post("/pipelines/<key>/stages/<stage_key>/deletion")
@require("pipelines.edit")
def delete_stage(key: str, stage_key: str) -> Response:
    """Remove a stage; what stands on it moves to the target."""
    pipeline, found = _find(key, stage_key)
    target = request.form.get("target")
    others = [each["key"] for each in pipeline["stages"] if each["key"] != stage_key]
    reference = f"{key}/{target}" if target in others else None
    try:
        moved = write(lambda desk: desk.delete_stage(_row(desk, found), target=reference))
    except Invalid as invalid:
        return _deletion(pipeline, found, Filled.sent(invalid))
    if moved:
        toast(phrase("{name} is removed; {count} records moved.", name=found["name"], count=moved))
    else:
        toast(phrase("{name} is removed.", name=found["name"]))
    return redirect_to(url_for("settings.pipeline", key=key, _anchor="stages"))


def _stage(pipeline: dict[str, Any], found: dict[str, Any], form: Filled) -> Response:
    return respond("settings/pipelines/stage.html", status=form.status, pipeline=pipeline, stage=found, form=form, **words())


def _deletion(pipeline: dict[str, Any], found: dict[str, Any], form: Filled) -> Response:
    targets = [(each["key"], each["name"]) for each in pipeline["stages"] if each["id"] != found["id"]]
    return respond(
        "settings/pipelines/deletion.html", status=form.status, pipeline=pipeline, stage=found, form=form, targets=targets, **words()
    )


def _find(key: str, stage_key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    pipeline = find_pipeline(key)
    found = next((each for each in pipeline["stages"] if each["key"] == stage_key), None)
    if found is None:
        raise NotFound
    return pipeline, found


def _row(desk: Desk, found: dict[str, Any]) -> Row:
    return desk.row("stage", found["id"])
