"""The side panel: shown beside the board, saved as you go, and what else can be done with one rule."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request, url_for
from werkzeug.datastructures import MultiDict

from builder import drafts
from builder.board.pages import CHANGES, PAGE, PANEL, context
from builder.board.view import gather
from builder.inspector.sample import COOKIE
from builder.inspector.view import Inspector, open_node
from builder.inspector.writing import node_from
from builder.reading import reading_desk
from crm.errors import Invalid, Stale
from crm.transaction import Row
from crm.words import phrase
from web.access import now, require, write
from web.respond import redirect_to, respond, wants_fragment

inspector = Blueprint("inspector", __name__, url_prefix="/automation/<pipeline>/<stage>/<node>")


@inspector.get("")
@require("rules.see")
def show(pipeline: str, stage: str, node: str) -> Response:
    """One rule, open beside the board."""
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        opened = open_node(desk, seen, stage, node)
        address = url_for("inspector.show", pipeline=pipeline, stage=stage, node=node)
        return _remember(respond(PAGE, PANEL, opened=opened, push_url=address, **context(seen)))


@inspector.post("")
@require("rules.edit")
def save(pipeline: str, stage: str, node: str) -> Response:
    """Keep what was changed; answer with the parts that tell of it, or the whole panel where other inputs are needed."""
    sent = request.form
    number = _number(sent)
    with reading_desk() as desk:
        before = open_node(desk, gather(desk, pipeline, now()), stage, node, sent)
    if before.form is not None and before.form.has_broken:
        return _refused(pipeline, stage, node, sent)
    reference = before.stage.of.reference

    def change(chain: Row) -> drafts.Json:
        return node_from(chain["draft"], node, before, sent)

    try:
        write(lambda desk: drafts.edit(desk, reference, number, change, phrase("change {rule}", rule=before.title)))
    except Stale as late:
        return _late(pipeline, stage, node, late)
    except Invalid as invalid:
        return _refused(pipeline, stage, node, sent, invalid)
    if not wants_fragment():
        return redirect_to(url_for("inspector.show", pipeline=pipeline, stage=stage, node=node))
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        opened = open_node(desk, seen, stage, node)
        whole = opened.shape != sent.get("shape")
        g.changed_parts = _changed_clauses(before, opened)
        return respond(PAGE, CHANGES, changed=[seen.stage(stage)], opened=opened if whole else None, saved=opened, **context(seen))


def _changed_clauses(before: Inspector, after: Inspector) -> set[str]:
    """The clauses that differ from what was stored: those stay open."""
    old = _clauses_of(before.node.condition)
    return {part for part, raw in _named(after).items() if raw not in old}


def _named(opened: Inspector) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [root] if (root := getattr(opened.condition, "root", None)) is not None else []
    while waiting:
        part = waiting.pop()
        waiting += part.parts
        if not part.join:
            found[part.name] = part.raw
    return found


def _clauses_of(condition: Any) -> list[Any]:
    if not isinstance(condition, dict):
        return []
    group = next((each for each in ("all", "any", "none") if each in condition), None)
    if group is None:
        return [condition]
    return [leaf for part in condition[group] for leaf in _clauses_of(part)]


def _late(pipeline: str, stage: str, node: str, late: Stale) -> Response:
    """Somebody was faster: their state beside the form, in which everything that was typed still stands."""
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        chain = seen.stage(stage).of
        gone = node not in chain.chain.nodes
        more: dict[str, Any] = {
            "changed": [seen.stage(stage)],
            "late": late.says,
            "late_number": chain.number,
            "late_gone": gone,
            "late_node": node,
        }
        if not wants_fragment():
            return respond(
                PAGE, status=409, opened=None if gone else open_node(desk, seen, stage, node, request.form), **more, **context(seen)
            )
        return respond(PAGE, CHANGES, 409, **more, **context(seen))


def _refused(pipeline: str, stage: str, node: str, sent: MultiDict[str, str], invalid: Invalid | None = None) -> Response:
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        opened = open_node(desk, seen, stage, node, sent)
        opened.problems = [*opened.problems, *(invalid.problems if invalid else ())]
        return respond(PAGE, CHANGES, 422, changed=[], opened=opened, **context(seen))


def _remember(response: Response) -> Response:
    wish = request.args.get("record", "")
    if wish.isascii() and wish.isdecimal():
        response.set_cookie(COOKIE, wish, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def _number(sent: MultiDict[str, str]) -> int:
    text = sent.get("over") or sent.get("number", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
