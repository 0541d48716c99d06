"""Acts on the rules of a board: add, move, duplicate, switch off, remove."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from builder import drafts
from builder.board import palette
from builder.board.pages import act, numbers, target
from crm.errors import NotFound
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime import chain_edit
from runtime.catalog import catalog
from runtime.graph import read_draft
from web.access import require, write

Change = Callable[[Row], drafts.Json]
nodes = Blueprint("nodes", __name__, url_prefix="/automation/<pipeline>")


@nodes.post("/rules")
@require("rules.edit")
def add(pipeline: str) -> Response:
    """Put a new rule at a place."""
    rule = catalog().find(request.form.get("moved", ""))
    if rule is None:
        raise NotFound(phrase("There is no such rule."))
    goal = target(pipeline, request.form.get("list", ""), request.form.get("before", "").partition("~")[2])
    made: list[str] = []

    def change(chain: Row) -> drafts.Json:
        place = goal.place(read_draft(chain["draft"]))
        new, name = chain_edit.add_node(chain["draft"], rule.facts.key, place, used=chain["used"])
        made.append(name)
        return new

    def work() -> list[str]:
        says = phrase("add {rule}", rule=rule.facts.title)
        write(lambda desk: drafts.edit(desk, goal.stage, numbers().get(goal.stage, 0), change, says))
        return [_key(goal.stage)]

    return palette.remember(act(pipeline, work, opens=lambda: (_key(goal.stage), made[-1])), rule.facts.key)


@nodes.post("/positions")
@require("rules.edit")
def move(pipeline: str) -> Response:
    """Put a rule elsewhere, on this stage or another."""
    source_key, _, node = request.form.get("moved", "").partition("~")
    goal = target(pipeline, request.form.get("list", ""), request.form.get("before", "").partition("~")[2])
    source = f"{pipeline}/{source_key}"

    def work() -> list[str]:
        if source == goal.stage:
            _write(source, lambda chain: drafts.move_within(chain, node, goal), phrase("move {rule}"), node)
            return [source_key]
        write(lambda desk: drafts.move_across(desk, source, node, goal, numbers()))
        return [source_key, _key(goal.stage)]

    return act(pipeline, work)


@nodes.post("/<stage>/<node>/copies")
@require("rules.edit")
def duplicate(pipeline: str, stage: str, node: str) -> Response:
    """Put a copy right behind a rule."""
    made: list[str] = []

    def change(chain: Row) -> drafts.Json:
        new, name = chain_edit.duplicate(chain["draft"], node, used=chain["used"])
        made.append(name)
        return new

    return _change(pipeline, stage, change, phrase("duplicate {rule}"), node, opens=lambda: (stage, made[-1]))


@nodes.post("/<stage>/<node>/switch")
@require("rules.edit")
def switch(pipeline: str, stage: str, node: str) -> Response:
    """Switch a rule off or on in the draft."""
    on = request.form.get("on") == "y"
    says = phrase("switch on {rule}") if on else phrase("switch off {rule}")
    return _change(pipeline, stage, lambda chain: chain_edit.enable(chain["draft"], node, on), says, node, opens=lambda: (stage, node))


@nodes.post("/<stage>/<node>/removal")
@require("rules.edit")
def remove(pipeline: str, stage: str, node: str) -> Response:
    """Take a rule out; with ``rest`` everything behind it as well."""
    rest = request.form.get("rest") == "y"

    def change(chain: Row) -> drafts.Json:
        return chain_edit.remove_node(chain["draft"], node, with_rest=rest)

    return _change(pipeline, stage, change, phrase("remove {rule}"), node, closes=True)


@nodes.post("/<stage>/once")
@require("rules.edit")
def once(pipeline: str, stage: str) -> Response:
    """Whether the rules of a stage run once for each record, or each time that it comes."""
    on = request.form.get("on") == "y"
    return _change(pipeline, stage, lambda chain: chain_edit.set_once(chain["draft"], on), phrase("change how often the rules run"), "")


def _change(
    pipeline: str,
    stage: str,
    change: Change,
    says: Phrase,
    node: str,
    *,
    opens: Callable[[], tuple[str, str]] | None = None,
    closes: bool = False,
) -> Response:
    def work() -> list[str]:
        _write(f"{pipeline}/{stage}", change, says, node)
        return [stage]

    return act(pipeline, work, opens=opens, closes=closes)


def _write(reference: str, change: Change, says: Phrase, node: str) -> None:
    def told(chain: Row) -> Phrase:
        return Phrase(says.text, {"rule": drafts.titled(chain, node)}) if node else says

    write(lambda desk: drafts.edit(desk, reference, numbers().get(reference, 0), change, told))


def _key(reference: str) -> str:
    return reference.partition("/")[2]
