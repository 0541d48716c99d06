"""Settings: the audit trail."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import Connection, func, select

from crm.entities import table_of
from crm.models import Audit, User
from crm.verbs.audit import seal_of
from web.access import database, require
from web.respond import respond
from workspace.settings.audit_words import said
from workspace.settings.rooms import settings

A_PAGE = 50
_AUDIT = table_of(Audit)


@settings.get("/audit")
@require("audit.see")
def audit() -> Response:
    """Who changed the rules, the people or the settings, the latest first; and whether nobody has touched the trail itself."""
    page = max(1, request.args.get("page", 1, int))
    with database().reading() as connection:
        total = connection.execute(select(func.count()).select_from(_AUDIT)).scalar() or 0
        statement = select(*_AUDIT.c, User.name.label("person")).outerjoin(User, User.id == _AUDIT.c.actor_id)
        found = connection.execute(statement.order_by(_AUDIT.c.id.desc()).offset((page - 1) * A_PAGE).limit(A_PAGE)).mappings()
        rows = [{**row, "said": said(row["verb"], row["subject"], row["details"])} for row in found]
        broken = first_broken_seal(connection)
    return respond(
        "settings/audit/page.html",
        rows=rows,
        total=total,
        number=page,
        pages=max(1, -(-total // A_PAGE)),
        address=lambda number: url_for("settings.audit", page=number),
        broken=broken,
    )


def first_broken_seal(connection: Connection) -> dict[str, Any] | None:
    """The first row that does not fit the one before it: it, or one that stood there, was changed by other hands."""
    previous = ""
    for row in connection.execution_options(stream_results=True).execute(select(_AUDIT).order_by(_AUDIT.c.id)).mappings():
        if seal_of(previous, dict(row)) != row["seal"]:
            return dict(row)
        previous = row["seal"]
    return None
