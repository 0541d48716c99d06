"""Preview: what the draft of a stage would do with one real record, played forward on a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from builder import sentences
from builder.inspector.sample import COOKIE, choose
from builder.pipelines import StageChain, load
from builder.places import place
from builder.reading import reading_desk
from builder.runs import words
from crm.desk import Desk
from crm.errors import Invalid, NotFound, Problem
from crm.words import phrase
from runtime.graph import check_draft
from runtime.rehearsal import Rehearsal, rehearse
from web.access import current_actor, database, now, require
from web.respond import respond
from web.words import ngettext, say

rehearsals = Blueprint("rehearsals", __name__, url_prefix="/automation/<pipeline>")
PAGE = "builder/rehearsals/page.html"


@rehearsals.get("/preview")
@require("rules.preview")
def show(pipeline: str) -> Response:
    """One record, played through the draft of one stage."""
    with reading_desk() as desk:
        where = place(desk, pipeline)
        chains = load(desk, pipeline)
        chosen = _chosen(chains.chains)
        context: dict[str, Any] = {
            "place": where,
            "tab": "preview",
            "switch_to": "rehearsals.show",
            "chains": chains.chains,
            "chosen": chosen,
        }
        if chosen is None:
            return respond(PAGE, found=None, sample=None, problems=(), **context)
        chain = chosen.chain
        sample = choose(desk, [each.stage for each in chains.chains], chosen.stage, chosen.context(chain))
        problems: Sequence[Problem] = check_draft(chosen.draft, chosen.entity, chosen.names, chosen.reference)
        says = {name: sentences.sentence(node, chosen.context(chain)) for name, node in chain.nodes.items()}
        stages = _stage_names(desk)
    found = None
    if sample is not None and not problems:
        try:
            actor, moment = current_actor(), now()
            found = rehearse(database(), sample.record.id, chosen.reference, chosen.draft, chosen.names, actor=actor, now=moment)
        except Invalid as invalid:
            problems = invalid.problems
    response = respond(
        PAGE,
        found=found,
        sample=sample,
        problems=problems,
        says=says,
        stages=stages,
        words=words,
        headline=_headline(found, sample.title) if found is not None and sample is not None else "",
        back=url_for("rehearsals.show", pipeline=pipeline, stage=chosen.stage["key"]),
        **context,
    )
    wish = request.args.get("record", "")
    if wish.isascii() and wish.isdecimal():
        response.set_cookie(COOKIE, wish, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def _chosen(chains: Sequence[StageChain]) -> StageChain | None:
    """The stage that was asked for; else the first whose draft differs from what is published, or has any rules."""
    wish = request.args.get("stage")
    if wish:
        found = next((chain for chain in chains if chain.stage["key"] == wish), None)
        if found is None:
            raise NotFound
        return found
    changed = [chain for chain in chains if chain.chain != chain.published]
    with_rules = [chain for chain in chains if chain.chain.nodes]
    return next(iter([*changed, *with_rules]), None)


def _headline(found: Rehearsal, title: str) -> str:
    """What would happen, the grave first."""
    deleted, outgoing = len(found.forever), len(found.outgoing)
    grave = [
        *([ngettext("%(num)s thing would be deleted", "%(num)s things would be deleted", deleted)] if deleted else []),
        *([ngettext("%(num)s message would leave the house", "%(num)s messages would leave the house", outgoing)] if outgoing else []),
    ]
    ran = sum(step.state == "done" for step in found.steps)
    first = ngettext("%(num)s rule would run for %(title)s", "%(num)s rules would run for %(title)s", ran, title=title)
    return say(phrase("{what}.", what=". ".join([*grave, first])))


def _stage_names(desk: Desk) -> dict[str, tuple[str, str]]:
    return {desk.stage_reference(stage.id): (stage["name"], stage["colour"]) for stage in desk.stages().values()}
