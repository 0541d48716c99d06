"""The pages of everyday work that stand in the menu, and what their frames share."""

from __future__ import annotations

from flask import Blueprint, current_app
from werkzeug.exceptions import HTTPException

from crm.words import Phrase, phrase
from web.house import Room

workspace = Blueprint("workspace", __name__)
ROOMS = (
    Room(phrase("Deals and leads"), "workspace.board", "columns", order=10),
    Room(phrase("Contacts"), "clients.contacts", "contact", order=20),
    Room(phrase("Companies"), "clients.companies", "building", order=21),
    Room(phrase("History"), "workspace.history", "history", order=70),
    Room(phrase("Recycle bin"), "workspace.bin", "trash", order=80),
)
ENTITIES: dict[str, Phrase] = {"deal": phrase("Deals"), "lead": phrase("Leads")}


@workspace.app_template_global("place_of_rules")
def place_of_rules(pipeline_key: str) -> str | None:
    """The page on which the rules of a pipeline are built, where there is such a page."""
    return _leads_somewhere(f"/automation/{pipeline_key}")


@workspace.app_template_global("place_of_run")
def place_of_run(run: bytes) -> str | None:
    """The page of a run, where there is such a page."""
    return _leads_somewhere(f"/runs/{run.hex()}")


@workspace.app_template_global("place_of_record_rules")
def place_of_record_rules(record_id: int) -> str | None:
    """What rules did and will do about a record, where there is such a page."""
    return _leads_somewhere(f"/records/{record_id}/automation")


def _leads_somewhere(path: str) -> str | None:
    try:
        current_app.url_map.bind("").match(path)
    except HTTPException:
        return None
    return path
