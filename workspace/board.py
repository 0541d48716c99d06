"""The board of a pipeline: its records as cards on their stages, and what is new on it while somebody looks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import Connection

from crm.errors import NotFound
from crm.words import phrase
from web.access import current_actor, database, now
from web.respond import nothing, redirect_to, respond, toast
from workspace.lanes import board as read_board
from workspace.lanes import more as read_more
from workspace.queries import news as reading
from workspace.queries.board import A_PAGE, Lens
from workspace.queries.news import Mark, News
from workspace.queries.pipelines import PipelineOf, named, pipelines
from workspace.record_view import panel_of
from workspace.rooms import ENTITIES, place_of_run, workspace

LONGEST_WORDS = 80


@workspace.get("/pipelines")
@workspace.get("/pipelines/<key>")
def board(key: str | None = None) -> Response:
    """The board of a pipeline; ``record`` in the address opens one of its records beside it."""
    with database().reading() as connection:
        everything = pipelines(connection)
        if key is None:
            return redirect_to(url_for("workspace.board", key=everything[0].key)) if everything else respond("workspace/board/none.html")
        pipeline = named(everything, key)
        shared = frame(pipeline, everything)
        seen = reading.mark(connection, now())
        found = read_board(connection, pipeline, lens(), now(), shown())
        opened = panel_of(connection, request.args.get("record", type=int))
    parts = ["workspace/board/_tally.html", "workspace/board/_watch.html"]
    context: dict[str, Any] = {**shared, "board": found, "lanes": found.lanes, "mark": seen, "opened": opened}
    return respond("workspace/board/page.html", "workspace/board/_lanes.html", also=parts, **context)


@workspace.get("/pipelines/<key>/stages/<int:stage_id>")
def stage_page(key: str, stage_id: int) -> Response:
    """The next page of one stage."""
    with database().reading() as connection:
        pipeline = named(pipelines(connection), key)
        stage = pipeline.stage(stage_id)
        if stage is None:
            raise NotFound
        lane = read_more(connection, pipeline, stage, lens(), now(), request.args.get("after", ""))
    already = shown().get(stage_id, 0)
    return respond("workspace/board/_more.html", lane=lane, shown_now=already + len(lane.cards), **frame(pipeline))


@workspace.get("/pipelines/<key>/news")
def board_news(key: str) -> Response:
    """What is different since the page last looked: 204 where nothing is."""
    seen = Mark.read(request.args.get("since", ""))
    with database().reading() as connection:
        present = reading.mark(connection, now())
        if present == seen and not seen.at_work:
            return nothing()
        pipeline = named(pipelines(connection), key)
        return news_response(connection, pipeline, seen, present)


def news_response(connection: Connection, pipeline: PipelineOf, seen: Mark, present: Mark, *, keep: bool = True) -> Response:
    """The lanes that look different since ``seen``; ``keep`` leaves chosen what was chosen."""
    found = reading.news(connection, pipeline, current_actor(), seen, present)
    tell_removed(pipeline, found)
    view = read_board(connection, pipeline, lens(), now(), shown())
    lanes = view.lanes if found.stages is None or not keep else [lane for lane in view.lanes if lane.stage.id in found.stages]
    chosen = {int(each) for each in request.values.getlist("record") if each.isdecimal()} if keep else set()
    context: dict[str, Any] = {**frame(pipeline), "board": view, "lanes": lanes, "mark": present, "chosen": chosen}
    return respond("workspace/board/_news.html", **context)


def tell_removed(pipeline: PipelineOf, found: News) -> None:
    """Say what rules took off the board, and where one sees why."""
    for each in found.gone[:3]:
        stage = pipeline.stage(each.stage_id)
        says = phrase("The rules of {stage} removed {title}.", stage=stage.name if stage else "", title=each.title)
        toast(says, see_url=place_of_run(each.run), see=phrase("See the run"))


def lens() -> Lens:
    """What somebody wants to see of a board, by the address or the form."""
    asked: Mapping[str, str] = request.values
    return Lens(current_actor(), asked.get("whose") == "mine", asked.get("q", "")[:LONGEST_WORDS], database().is_sqlite)


def shown() -> dict[int, int]:
    """How many cards of each stage are open on the page: ``shown=STAGE.COUNT`` for each."""
    found: dict[int, int] = {}
    for each in request.values.getlist("shown"):
        stage_id, _, count = each.partition(".")
        if stage_id.isdecimal() and count.isdecimal() and len(stage_id) < 19 and len(count) < 5:
            found[int(stage_id)] = int(count)
    return found


def frame(pipeline: PipelineOf, everything: list[PipelineOf] | None = None) -> dict[str, Any]:
    """What every part of a board needs: which pipeline it is, and through which lens it is seen."""
    seen = lens()
    wanted = {"whose": "mine" if seen.mine else None, "q": seen.words or None}
    return {
        "pipeline": pipeline,
        "pipelines": [(say, [each for each in everything or () if each.entity == entity]) for entity, say in ENTITIES.items()],
        "lens": seen,
        "wanted": {name: value for name, value in wanted.items() if value},
        "request_id": new_request_id(),
        "chosen": frozenset(),
        "a_page": A_PAGE,
        "stage_choices": [(stage.id, stage.name) for stage in pipeline.stages],
    }


def new_request_id() -> str:
    """A number by which the server knows a form again that is sent twice."""
    return secrets.token_hex(8)
