"""The formats that are shared as files, as JSON Schema."""

from __future__ import annotations

from flask import Response, jsonify

from api.door import door, open_to_all
from crm.errors import NotFound
from crm.words import phrase
from runtime import schema


@door.get("/schema/<kind>")
@open_to_all
def show_schema(kind: str) -> Response:
    """The JSON Schema of chains, scenarios, and whatever else is published."""
    try:
        return jsonify(schema.json_schema(kind))
    except KeyError:
        raise NotFound(phrase("There is no schema of this name.")) from None
