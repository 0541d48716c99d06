"""History: whatever happened in the CRM, newest first; what was deleted stays here, with the way back."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request
from sqlalchemy import select

from crm.models import User
from crm.words import phrase
from web.access import current_actor, database
from web.formats import viewer_zone
from web.respond import respond
from web.words import gettext, say
from workspace.queries.history import KINDS, Asked, effects, in_the_bin
from workspace.record_history import place, tell
from workspace.rooms import workspace

KIND_WORDS = {
    "created": phrase("Created"),
    "changed": phrase("Fields changed"),
    "moved": phrase("Moved"),
    "deleted": phrase("Deleted and restored"),
    "said": phrase("Comments and activities"),
    "came": phrase("Came in"),
    "went": phrase("Sent out"),
    "exceptions": phrase("Exceptions"),
    "undone": phrase("Undone"),
}
assert set(KIND_WORDS) == set(KINDS)


@workspace.get("/history")
def history() -> Response:
    """A page of History, filtered by who, what and when."""
    asked = Asked(
        current_actor(),
        request.args.get("who", ""),
        request.args.get("kind", ""),
        _day(request.args.get("day", "")),
        request.args.get("q", "")[:80],
        place("before"),
    )
    with database().reading() as connection:
        found, before = effects(connection, asked, viewer_zone(), sqlite=database().is_sqlite)
        told = tell(connection, found)
        bins = [(each["after"] or {}).get("bin_id") for each in found if each["kind"] == "record.deleted"]
        restorable = in_the_bin(connection, [each for each in bins if each])
        people = connection.execute(select(User.id, User.name).order_by(User.name)).all()
    context: dict[str, Any] = {
        "told": told,
        "restorable": restorable,
        "people_choices": [(str(person.id), person.name) for person in people],
        "kind_choices": [("", gettext("Everything")), *((kind, say(words)) for kind, words in KIND_WORDS.items())],
        "asked": asked,
        "before": before.hex() if before else None,
        "wanted": {name: request.args[name] for name in ("who", "kind", "day", "q") if request.args.get(name)},
    }
    return respond("workspace/history/page.html", "workspace/history/_told.html", **context)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
