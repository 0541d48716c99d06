"""The page of a board, and what is answered after an act on it: the columns that changed, undo and redo, the count to publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from flask import Blueprint, Response, request, url_for

from builder import drafts
from builder.board import palette
from builder.board.view import Board, gather
from builder.inspector.view import open_node
from builder.reading import reading_desk
from crm.access import may
from crm.entities import table_of
from crm.errors import Invalid, NotFound, RulewrightError, Stale
from crm.words import phrase
from runtime.engine import publishing
from runtime.engine.models import ChainRow
from web.access import current_actor, now, require, write
from web.respond import redirect_to, respond, toast, wants_fragment

board = Blueprint("board", __name__, url_prefix="/automation")
PAGE = "builder/board/page.html"
CHANGES = "builder/board/_changes.html"
PANEL = "builder/inspector/_inspector.html"


@board.get("")
@require("rules.see")
def first() -> Response:
    """The board of the first pipeline."""
    with reading_desk() as desk:
        pipelines = list(desk.pipelines().values())
    if not pipelines:
        return respond("builder/board/no_pipeline.html")
    return redirect_to(url_for("board.show", pipeline=pipelines[0]["key"]))


@board.get("/<pipeline>")
@require("rules.see")
def show(pipeline: str) -> Response:
    """The stages with their rules."""
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
    return respond(PAGE, PANEL, opened=None, push_url=url_for("board.show", pipeline=pipeline), **context(seen))


@board.post("/<pipeline>/steps")
@require("rules.edit")
def step(pipeline: str) -> Response:
    """Undo or redo the last edit of the draft."""
    by: Literal[-1, 1] = -1 if request.form.get("by") == "undo" else 1
    number = _number(request.form.get("number", ""))

    def work(desk: Any) -> str:
        chain = desk.transaction.get(table_of(ChainRow), _number(request.form.get("chain", "")))
        if chain is None:
            raise NotFound
        publishing.step_draft(desk, chain, by, number=number)
        return str(chain["stage"]).partition("/")[2]

    return act(pipeline, lambda: [write(work)])


def context(seen: Board) -> dict[str, Any]:
    """What the templates of a board are given."""
    return {
        "board": seen,
        "place": seen,
        "tab": "rules",
        "shelves": palette.shelves(seen.entity),
        "recent": palette.recently_used(seen.entity),
        "can_edit": may(current_actor(), "rules.edit"),
        "can_publish": may(current_actor(), "rules.publish"),
        "can_switch": may(current_actor(), "rules.switch"),
    }


def act(
    pipeline: str, work: Callable[[], Sequence[str]], *, opens: Callable[[], tuple[str, str]] | None = None, closes: bool = False
) -> Response:
    """Do something to the draft; answer with the columns that it changed, or with what stands there now where it was too late.

    ``opens`` says afterwards which rule (stage, node) is to stand open beside the board; ``closes`` that none is.
    """
    try:
        changed = work()
    except Stale as late:
        toast(late.says, means="forever")
        return changes(pipeline, None, 409)
    except (Invalid, NotFound) as refused:
        toast(_told(refused), means="forever")
        return changes(pipeline, None, 422)
    return changes(pipeline, changed, opens=opens() if opens else None, closes=closes)


def changes(
    pipeline: str, stage_keys: Sequence[str] | None, status: int = 200, *, opens: tuple[str, str] | None = None, closes: bool = False
) -> Response:
    """The columns named (all where none are), swapped in by their ids; the whole page for a browser without htmx."""
    address = _address(pipeline, opens)
    if not wants_fragment():
        return redirect_to(address)
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        opened = open_node(desk, seen, *opens) if opens else None
        wanted = [stage for stage in seen.stages if stage_keys is None or stage.of.stage["key"] in stage_keys]
        push = address if opens or closes else None
        return respond(PAGE, CHANGES, status, changed=wanted, opened=opened, closes=closes, push_url=push, **context(seen))


def _address(pipeline: str, opens: tuple[str, str] | None) -> str:
    if opens is None:
        return url_for("board.show", pipeline=pipeline)
    return url_for("inspector.show", pipeline=pipeline, stage=opens[0], node=opens[1])


def numbers() -> dict[str, int]:
    """The numbers of the drafts that the reader saw, by stage reference."""
    return {name[7:]: _number(value) for name, value in request.form.items() if name.startswith("number:")}


def target(pipeline: str, text: str, before: str = "") -> drafts.Target:
    """The line that a form names (``stage~after~exit~first``), and perhaps before which of its rules (``…~before``)."""
    parts = [*text.split("~"), "", "", "", "", ""][:5]
    return drafts.Target(f"{pipeline}/{parts[0]}", parts[1] or "start", parts[2] or None, parts[3], before or parts[4])


def _told(error: RulewrightError) -> Any:
    if isinstance(error, Invalid):
        first = error.problems[0]
        return phrase("{what} {mend}", what=first.says, mend=first.mend) if first.mend else first.says
    return error.says


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
