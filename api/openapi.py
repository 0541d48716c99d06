"""What the API can be asked for, told to programs: an OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from api.door import door, open_to_all
from api.exceptions import MOST
from api.intake import LONGEST_ID, MOST_SECONDS
from crm.incoming import Outcome
from crm.listed import KINDS

Part = dict[str, Any]
TEXT: Part = {"type": "string"}
MOMENT: Part = {"type": "string", "format": "date-time"}
NUMBER_OF_SENDER: Part = {
    "type": "string",
    "maxLength": LONGEST_ID,
    "description": "Under which you know it; what comes again under the same is not taken in twice. May stand in Idempotency-Key instead.",
}


@door.get("/openapi.json")
@open_to_all
def show_openapi() -> Response:
    """The document itself."""
    return jsonify(document())


def document() -> Part:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rulewright", "version": "1", "description": "What comes in from outside, and the exceptions list."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/intake/emails": {"post": _email()},
            "/intake/calls": {"post": _call()},
            "/intake/forms": {"post": _form()},
            "/exceptions": {"get": _list(), "post": _add()},
            "/schema/{kind}": {"get": _open("A format as JSON Schema", [_parameter("kind", "path", TEXT)])},
            "/openapi.json": {"get": _open("This document", [])},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"error": _error(), "taken": _taken(), "exception": _exception(), "imported": _imported()},
        },
    }


def _email() -> Part:
    body = {"message/rfc822": {"schema": {"type": "string", "contentMediaType": "message/rfc822"}}}
    return _intake("Take in a message as it travels (RFC 5322, at most 5 MiB); its Message-ID is its number", body, idempotency=False)


def _call() -> Part:
    fields = {
        "id": NUMBER_OF_SENDER,
        "from": {"type": "string", "description": "The number of the caller; without + it is read in the company's country."},
        "answered": {"type": "boolean", "default": True},
        "line": {"type": "string", "description": "On which of our lines it came; lines have owners."},
        "seconds": {"type": "integer", "minimum": 0, "maximum": MOST_SECONDS},
        "at": MOMENT,
    }
    return _intake("Take in a call", {"application/json": {"schema": _object(fields, ["from"])}})


def _form() -> Part:
    given = {"id": NUMBER_OF_SENDER, "form": TEXT, "title": TEXT, "at": MOMENT, "name": TEXT, "email": TEXT, "phone": TEXT}
    schema = {
        "type": "object",
        "properties": given,
        "additionalProperties": {"description": "Any other field of the form."},
        "anyOf": [{"required": ["email"]}, {"required": ["phone"]}],
    }
    kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
    return _intake("Take in a web form", {kind: {"schema": schema} for kind in kinds})


def _intake(summary: str, body: Part, *, idempotency: bool = True) -> Part:
    taken = _answer("What became of it", {"$ref": "#/components/schemas/taken"})
    more = {"parameters": [_parameter("Idempotency-Key", "header", TEXT)]} if idempotency else {}
    return {
        "summary": summary,
        **more,
        "requestBody": {"required": True, "content": body},
        "responses": {"201": taken, "200": {**taken, "description": "It had come before; what became of it then"}, **_errors(posted=True)},
    }


def _list() -> Part:
    asked = [
        _parameter("q", "query", {**TEXT, "description": "Words in the value or the comment"}),
        _parameter("kind", "query", {"enum": list(KINDS)}),
        _parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}),
        _parameter("before", "query", {"type": "integer", "description": "The number that “next” of the page before gave"}),
    ]
    entries = {"exceptions": {"type": "array", "items": {"$ref": "#/components/schemas/exception"}}, "next": {"type": ["integer", "null"]}}
    found = _answer("Entries, the newest first", _object(entries, ["exceptions", "next"]))
    return {"summary": "Read the exceptions list", "parameters": asked, "responses": {"200": found, **_errors()}}


def _add() -> Part:
    entry = _object(
        {"value": {**TEXT, "description": "An e-mail address, a domain (@agency.example) or a phone"}, "comment": TEXT}, ["value"]
    )
    lines = {"type": "string", "description": "Lines of value;comment"}
    answered = _answer("What was added", {"$ref": "#/components/schemas/imported"})
    return {
        "summary": "Add to the exceptions list",
        "requestBody": {"required": True, "content": {"application/json": {"schema": entry}, "text/csv": {"schema": lines}}},
        "responses": {"201": answered, "200": {**answered, "description": "All of it was there already"}, **_errors("403", posted=True)},
    }


def _open(summary: str, parameters: list[Part]) -> Part:
    responses = {"200": _answer(summary, {"type": "object"}), **({"404": _error_answer("There is none")} if parameters else {})}
    return {"summary": summary, "security": [], "parameters": parameters, "responses": responses}


def _parameter(name: str, place: str, schema: Part) -> Part:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _object(properties: Part, required: list[str]) -> Part:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _answer(description: str, schema: Part) -> Part:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(*more: str, posted: bool = False) -> Part:
    says = {
        "401": "There is no valid token",
        "403": "The token's owner may not do this",
        "413": "It is too large",
        "415": "It is of another type",
        "422": "Something in it is not valid; nothing was changed",
        "429": "That was too often in a short time",
    }
    codes = ("401", *more, *(("413", "415") if posted else ()), "422", "429")
    return {code: _error_answer(says[code]) for code in codes}


def _error_answer(description: str) -> Part:
    return _answer(description, {"$ref": "#/components/schemas/error"})


def _error() -> Part:
    fields: Part = {"says": TEXT, "where": {**TEXT, "description": "The field or line; empty where it is about the whole"}}
    fields["mend"] = {"type": ["string", "null"]}
    problem = _object(fields, ["says", "where", "mend"])
    first = {**problem, "properties": {**fields, "also": {"type": "array", "items": problem}}}
    return _object({"error": first}, ["error"])


def _taken() -> Part:
    fields = {
        "id": {"type": "integer"},
        "outcome": {"enum": [outcome.value for outcome in Outcome]},
        "says": TEXT,
        "record": {"anyOf": [_record(), {"type": "null"}]},
        "repeated": {"type": "boolean"},
    }
    return _object(fields, list(fields))


def _record() -> Part:
    return _object({"entity": {"enum": ["lead", "deal"]}, "id": {"type": "integer"}, "title": TEXT}, ["entity", "id", "title"])


def _exception() -> Part:
    fields = {
        "id": {"type": "integer"},
        "kind": {"enum": list(KINDS)},
        "value": TEXT,
        "comment": {"type": ["string", "null"]},
        "added_at": MOMENT,
        "added_by": {"type": ["string", "null"]},
        "by_rule": {"type": "boolean"},
        "record": {"anyOf": [_record(), {"type": "null"}]},
    }
    return _object(fields, list(fields))


def _imported() -> Part:
    problem = {"$ref": "#/components/schemas/error/properties/error"}
    fields = {"added": {"type": "integer"}, "repeated": {"type": "integer"}, "bad": {"type": "array", "items": problem}}
    return _object(fields, ["added", "repeated"])
