"""Chains as JSON: copied out, downloaded, and pasted in with every problem told in words."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from builder import drafts
from builder.board.pages import CHANGES, PAGE, context, numbers
from builder.board.view import gather
from builder.reading import reading_desk
from crm.errors import Invalid, NotFound, Problem, Stale
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.chain_edit import Place, copy_nodes, paste_chain
from runtime.graph import chain_json, read_draft
from runtime.strict_json import strict_json
from web.access import now, require, write
from web.respond import redirect_to, respond, toast, wants_fragment

copying = Blueprint("copying", __name__, url_prefix="/automation/<pipeline>/<stage>")
MOST_BYTES = 5 * 1024 * 1024


@copying.get("/json")
@require("rules.see")
def show(pipeline: str, stage: str) -> Response:
    """The draft of a stage as JSON, or one rule of it with everything behind it; ``download`` gives the file."""
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
    of = next((each.of for each in seen.stages if each.of.stage["key"] == stage), None)
    if of is None:
        raise NotFound
    node = request.args.get("node")
    if node and node not in of.chain.nodes:
        raise NotFound
    copied = copy_nodes(of.draft, [node]) if node else chain_json(read_draft(of.draft))
    text = json.dumps(copied, ensure_ascii=False, indent=2)
    if "download" in request.args:
        headers = {"Content-Disposition": f'attachment; filename="{pipeline}-{stage}.json"'}
        return Response(text + "\n", mimetype="application/json", headers=headers)
    template = "builder/board/_copied.html"
    return respond(PAGE, template, dialog=template, text=text, of=of, node=node, **context(seen))


@copying.get("/pasting")
@require("rules.edit")
def ask(pipeline: str, stage: str) -> Response:
    """Where JSON is pasted."""
    return _asked(pipeline, stage)


@copying.post("/pasting")
@require("rules.edit")
def paste(pipeline: str, stage: str) -> Response:
    """Put pasted rules at the end of a stage; where anything is wrong with them nothing is changed."""
    text = _text()
    reference = f"{pipeline}/{stage}"
    count: list[int] = []

    def change(chain: Row) -> drafts.Json:
        fragment = strict_json(text) if text.strip() else None
        if fragment is not None:
            read_draft(fragment)
        if not isinstance(fragment, dict) or not fragment.get("nodes"):
            raise Invalid.at("nodes", phrase("There are no rules in it."), phrase("Copy a chain or a rule first."))
        goal = drafts.Target(reference, first="*" if request.form.get("where") == "beside" else "")
        place: Place = goal.place(read_draft(chain["draft"]))
        pasted, names = paste_chain(chain["draft"], fragment, place, used=chain["used"], foreign=True)
        count.append(len(names))
        return pasted

    try:
        write(lambda desk: drafts.edit(desk, reference, numbers().get(reference, 0), change, phrase("paste rules")))
    except Invalid as invalid:
        return _asked(pipeline, stage, text, invalid.problems, 422)
    except Stale as late:
        return _asked(pipeline, stage, text, [Problem("", late.says)], 409)
    toast(
        Phrase("{count} rules pasted into the draft", {"count": count[-1]}) if count[-1] != 1 else phrase("One rule pasted into the draft")
    )
    if not wants_fragment():
        return redirect_to(f"/automation/{pipeline}")
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
        return respond(PAGE, CHANGES, changed=[seen.stage(stage)], **context(seen))


def _asked(pipeline: str, stage: str, text: str = "", problems: Any = (), status: int = 200) -> Response:
    with reading_desk() as desk:
        seen = gather(desk, pipeline, now())
    of = next((each.of for each in seen.stages if each.of.stage["key"] == stage), None)
    if of is None:
        raise NotFound
    template = "builder/board/_paste.html"
    return respond(PAGE, template, status, dialog=template, of=of, text=text[:200_000], found=problems, **context(seen))


def _text() -> str:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        raw = upload.stream.read(MOST_BYTES + 1)
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return ""
    return request.form.get("json", "")
