"""The recycle bin: what was deleted in the last thirty days, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from crm.names import title_of
from crm.words import phrase
from web.access import current_actor, database, now, write
from web.respond import redirect_to, respond, signal, toast
from workspace.moves import CHANGED
from workspace.queries.bin import entries
from workspace.rooms import workspace


@workspace.get("/bin")
def bin() -> Response:
    """What lies in the bin, the newest first."""
    with database().reading() as connection:
        found, before = entries(connection, current_actor(), request.args.get("before", type=int))
    context: dict[str, Any] = {"entries": found, "before": before, "now": now(), "is_first": "before" not in request.args}
    return respond("workspace/bin/page.html", "workspace/bin/_entries.html", **context)


@workspace.post("/bin/<int:entry_id>/restorations")
def restore(entry_id: int) -> Response:
    """Bring back what went together. Rules do not start."""
    rows = write(lambda desk: desk.restore(entry_id))
    titles = [title_of(row) for row in rows]
    record = next((row for row in rows if row.get("entity") in ("deal", "lead")), None)
    see = url_for("records.show", record_id=record.id) if record is not None else None
    toast(phrase("Restored: {titles}. No rules were started.", titles=titles), see_url=see, see=phrase("Open it"))
    signal(CHANGED)
    return redirect_to(request.referrer or url_for("workspace.bin"))
