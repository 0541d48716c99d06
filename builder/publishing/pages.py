"""Pages of publishing: the difference in sentences, what becomes of runs in flight, versions, off and on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select

from builder.board.pages import CHANGES, PAGE, context
from builder.board.view import StageView, gather
from builder.places import place
from builder.publishing.differences import Difference, differences
from builder.reading import reading_desk
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, NotFound, Problem
from crm.words import phrase
from runtime.engine import publishing
from runtime.engine.known import known_names
from runtime.engine.models import Version
from web.access import now, require, write
from web.respond import redirect_to, respond, toast, wants_fragment

publications = Blueprint("publications", __name__, url_prefix="/automation/<pipeline>")
_VERSION = table_of(Version)
RUNNING = ("finish", "move", "stop")


@dataclass(frozen=True)
class Changes:
    """What publishing a stage would change."""

    view: StageView
    found: Sequence[Difference]

    @property
    def blocked(self) -> bool:
        """Whether something keeps it from being published."""
        return bool(self.view.problems)


@publications.get("/publication")
@require("rules.see")
def show(pipeline: str) -> Response:
    """What would change, stage by stage."""
    return _page(pipeline)


@publications.post("/publication")
@require("rules.publish")
def publish(pipeline: str) -> Response:
    """Publish the stages that were chosen."""
    chosen = request.form.getlist("stage")
    asked = request.form.get("running", "finish")
    running: Any = asked if asked in RUNNING else "finish"

    def work(desk: Desk) -> list[str]:
        names = known_names(desk)
        done = []
        for key in chosen:
            stage = desk.stage(f"{pipeline}/{key}")
            chain = publishing.chain_of(desk, stage)
            if str(chain["draft_number"]) != request.form.get(f"number:{key}"):
                raise Invalid.at(key, phrase("“{stage}” has been changed in the meantime. Look at it once more.", stage=stage["name"]))
            publishing.publish(desk, chain, names, running=running)
            done.append(str(stage["name"]))
        return done

    try:
        done = write(work)
    except Invalid as invalid:
        return _page(pipeline, invalid.problems, 422)
    if not done:
        return _page(pipeline, [Problem("stage", phrase("Choose at least one stage."))], 422)
    toast(phrase("Published: {stages}", stages=", ".join(done)))
    return redirect_to(url_for("board.show", pipeline=pipeline))


@publications.post("/<stage>/state")
@require("rules.switch")
def switch(pipeline: str, stage: str) -> Response:
    """Switch the rules of a stage off or on."""
    on = request.form.get("on") == "y"

    def work(desk: Desk) -> str:
        row = desk.stage(f"{pipeline}/{stage}")
        publishing.switch(desk, publishing.chain_of(desk, row), on)
        return str(row["name"])

    name = write(work)
    toast(phrase("The rules of {stage} are on again", stage=name) if on else phrase("The rules of {stage} are off", stage=name))
    if not wants_fragment():
        return redirect_to(url_for("board.show", pipeline=pipeline))
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        return respond(PAGE, CHANGES, changed=[seen.stage(stage)], **context(seen))


@publications.get("/<stage>/versions")
@require("rules.see")
def versions(pipeline: str, stage: str) -> Response:
    """Everything that was ever published for a stage."""
    with reading_desk() as desk:
        where = place(desk, pipeline)
        row = desk.stage(f"{pipeline}/{stage}")
        seen = gather(desk, pipeline, now()).stage(stage)
        chain = seen.of.row
        statement = (
            select(_VERSION).where(_VERSION.c.chain_id == (chain.id if chain is not None else -1)).order_by(_VERSION.c.number.desc())
        )
        found = desk.transaction.rows(statement, _VERSION)
        people = {user_id: user["name"] for user_id, user in desk.people().items()}
    current = chain["version_id"] if chain is not None else None
    page = "builder/publishing/versions.html"
    return respond(page, place=where, tab="rules", stage=row, of=seen.of, found=found, people=people, current=current)


@publications.post("/<stage>/versions/<int:number>/draft")
@require("rules.edit")
def restore(pipeline: str, stage: str, number: int) -> Response:
    """Make a version the draft again; undo takes that back like any edit."""

    def work(desk: Desk) -> None:
        chain = publishing.chain_of(desk, desk.stage(f"{pipeline}/{stage}"))
        statement = select(_VERSION).where(_VERSION.c.chain_id == chain.id, _VERSION.c.number == number)
        found = desk.transaction.rows(statement, _VERSION)
        if not found:
            raise NotFound
        says = phrase("take version {number} as the draft", number=number)
        publishing.save_draft(desk, chain, found[0]["graph"], number=chain["draft_number"], says=says)

    write(work)
    toast(phrase("Version {number} is the draft again", number=number))
    return redirect_to(url_for("board.show", pipeline=pipeline))


def _page(pipeline: str, problems: Sequence[Problem] = (), status: int = 200) -> Response:
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        people = {user_id: user["name"] for user_id, user in desk.people().items()}
    changed = [Changes(stage, _differences(stage)) for stage in seen.stages if stage.changes]
    page = "builder/publishing/page.html"
    return respond(page, status=status, changed=changed, found=problems, people=people, **context(seen))


def _differences(stage: StageView) -> list[Difference]:
    old, new = stage.of.published, stage.of.chain
    return differences(old, new, stage.of.context(old), stage.of.context(new))
