"""Dialogs to choose from: a rule for a place, a place for a rule, another record to try a rule on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from builder.board.drawing import Line
from builder.board.pages import PAGE, context
from builder.board.view import Board, StageView, gather
from builder.reading import reading_desk
from crm.access import visible_to
from crm.errors import NotFound
from crm.models import Record, Stage
from crm.words import Phrase, phrase
from runtime.catalog import catalog
from web.access import is_own_path, now, require
from web.respond import respond

choosing = Blueprint("choosing", __name__, url_prefix="/automation/<pipeline>")
MOST_RECORDS = 30


@dataclass(frozen=True)
class Choice:
    """A place where a rule can go; ``goal`` names it in a form."""

    goal: str
    says: Phrase
    depth: int


@choosing.get("/rules")
@require("rules.edit")
def rules(pipeline: str) -> Response:
    """The palette, for a place that is chosen already."""
    parts = [*request.args.get("at", "").split("~"), "", "", "", ""][:4]
    goal = "~".join([*parts[:3], "*" if request.args.get("beside") else parts[3], request.args.get("before", "")])
    return _dialog(pipeline, "builder/board/_choose_rule.html", goal=goal)


@choosing.get("/tools/<rule>/places")
@require("rules.edit")
def places(pipeline: str, rule: str) -> Response:
    """The places, for a rule that is chosen already."""
    found = catalog().find(rule)
    if found is None:
        raise NotFound
    return _dialog(pipeline, "builder/board/_choose_place.html", rule=found, places_of=places_of, moved=rule, posts_to="nodes.add")


@choosing.get("/<stage>/<node>/places")
@require("rules.edit")
def destinations(pipeline: str, stage: str, node: str) -> Response:
    """The places to which a rule of the board can be moved."""
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        chain = next((each.of.chain for each in seen.stages if each.of.stage["key"] == stage), None)
    if chain is None or node not in chain.nodes:
        raise NotFound
    rule = catalog().find(chain.nodes[node].rule)
    more = {"moved": f"{stage}~{node}", "posts_to": "nodes.move", "without": (stage, set(chain.with_rest(node)))}
    return _dialog(pipeline, "builder/board/_choose_place.html", seen=seen, rule=rule, places_of=places_of, **more)


@choosing.get("/records")
@require("rules.see")
def records(pipeline: str) -> Response:
    """Records on which a rule can be tried; ``q`` looks for a title."""
    back, wanted = request.args.get("back", ""), request.args.get("q", "").strip()
    if not is_own_path(back):
        raise NotFound
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        statement = (
            select(Record.id, Record.title, Stage.name.label("stage"), Stage.colour)
            .join(Stage, Stage.id == Record.stage_id)
            .where(Record.pipeline_id == seen.pipeline.id, Record.deleted_at.is_(None), visible_to(desk.actor))
            .order_by(Record.stage_entered_at.desc(), Record.id.desc())
            .limit(MOST_RECORDS)
        )
        if wanted:
            statement = statement.where(Record.title.icontains(wanted, autoescape=True))
        found = desk.transaction.execute(statement).mappings().all()
    template = "builder/board/_record_list.html" if "q" in request.args else "builder/board/_choose_record.html"
    return respond(PAGE, template, found=found, back=back, wanted=wanted, dialog=template, **context(seen))


def places_of(stage: StageView, without: tuple[str, set[str]] | None = None) -> list[Choice]:
    """Every place of a stage in reading order; ``without`` are nodes that are on the move themselves."""
    key = stage.of.stage["key"]
    moving = without[1] if without is not None and without[0] == key else set()
    found = list(_places(stage.line, key, moving, 0))
    if stage.line.cards or stage.line.lanes:
        found.append(Choice(f"{key}~{stage.line.after}~~*~", phrase("Side by side with the others, at the start"), 0))
    return found


def _places(line: Line, stage: str, moving: set[str], depth: int) -> Iterator[Choice]:
    for card in line.cards:
        if card.id in moving:
            continue
        yield Choice(f"{stage}~{line.key}~{card.id}", phrase("Before “{rule}”", rule=card.label), depth)
    for lane in line.lanes:
        if lane.after in moving or lane.first in moving:
            continue
        yield from _places(lane, stage, moving, depth + 1)
    if not line.is_open:
        return
    last = next((card.label for card in reversed(line.cards) if card.id not in moving), None)
    if last is not None:
        yield Choice(f"{stage}~{line.key}~", phrase("After “{rule}”", rule=last), depth)
    elif line.label is not None:
        yield Choice(f"{stage}~{line.key}~", phrase("Under {exit}", exit=line.label), depth)
    else:
        yield Choice(f"{stage}~{line.key}~", phrase("As the first rule"), depth)


def _dialog(pipeline: str, template: str, seen: Board | None = None, **more: Any) -> Response:
    if seen is None:
        with reading_desk() as desk:
            seen = gather(desk, pipeline, now())
    return respond(PAGE, template, dialog=template, **{"without": None, **more}, **context(seen))
