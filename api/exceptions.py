"""The exceptions list for programs: read it, and add to it one by one or as lines ``value;comment``."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from api.door import accept, at_desk, current_caller, door, read_object
from crm import listed, spreadsheets
from crm.errors import Invalid
from crm.words import phrase
from web import access
from web.words import say

MOST = 500


@door.get("/exceptions")
def list_exceptions() -> Response:
    """The newest entries first; ``before`` asks for the page behind."""
    wanted = listed.Wanted(request.args.get("q", "")[:200], _kind())
    limit, before = _count("limit", 100, MOST), _count("before", None, 2**62)
    with access.database().reading() as connection:
        found = listed.find(connection, wanted, current_caller(), limit=(limit or 100) + 1, before=before)
    page = found[:limit]
    return jsonify(exceptions=[_as_json(entry) for entry in page], next=page[-1].id if len(found) > len(page) else None)


@door.post("/exceptions")
def add_exceptions() -> Response:
    """One entry as JSON, or many as ``text/csv``, of which the bad lines are told and the good ones added."""
    if accept("application/json", "text/csv") == "text/csv":
        return _import(spreadsheets.decoded(request.get_data()))
    given = read_object({"value": str, "comment": str}, needed=("value",))
    added = at_desk(lambda desk: [row.id for row in desk.add_exception(given["value"], given.get("comment"))])
    response = jsonify(added=len(added), repeated=1 - len(added))
    response.status_code = 201 if added else 200
    return response


def _import(text: str) -> Response:
    imported = at_desk(lambda desk: desk.import_exceptions(spreadsheets.lines(text)))
    bad = [
        {"where": problem.where, "says": say(problem.says), "mend": say(problem.mend) if problem.mend else None} for problem in imported.bad
    ]
    response = jsonify(added=imported.added, repeated=imported.repeated, bad=bad)
    response.status_code = 201 if imported.added else 200
    return response


def _as_json(entry: listed.Listed) -> dict[str, Any]:
    record = {"entity": entry.record_entity, "id": entry.record_id, "title": entry.record_title} if entry.record_id else None
    return {
        "id": entry.id,
        "kind": entry.kind,
        "value": entry.value,
        "comment": entry.comment,
        "added_at": entry.created_at.isoformat(),
        "added_by": entry.added_by,
        "by_rule": entry.run is not None,
        "record": record,
    }


def _kind() -> str | None:
    kind = request.args.get("kind") or None
    if kind is not None and kind not in listed.KINDS:
        raise Invalid.at("kind", phrase("This is not one of the choices."), phrase("There are email, domain and phone."))
    return kind


def _count(name: str, default: int | None, most: int) -> int | None:
    written = request.args.get(name)
    if written is None:
        return default
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:20]) <= most):
        raise Invalid.at(name, phrase("This must be a whole number from 1 to {most}.", most=most))
    return int(written)
