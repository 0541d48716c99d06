"""Search over everything that has a name: deals, leads, contacts and companies, as somebody types."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from crm.words import phrase
from web.access import company, current_actor, database
from web.respond import respond
from workspace.queries.search import Finder
from workspace.rooms import workspace

A_GROUP = 10
LONGEST = 100


@workspace.get("/search")
def search() -> Response:
    """What the words fit, the best of each kind."""
    words = request.args.get("q", "").strip()[:LONGEST]
    with database().reading() as connection:
        finder = Finder(connection, current_actor(), words, sqlite=database().is_sqlite, region=company().region)
        groups = [
            (phrase("Deals"), "columns", finder.records("deal", A_GROUP)),
            (phrase("Leads"), "user-plus", finder.records("lead", A_GROUP)),
            (phrase("Contacts"), "contact", finder.contacts(A_GROUP)),
            (phrase("Companies"), "building", finder.companies(A_GROUP)),
        ]
    found = [group for group in groups if group[2]]
    context: dict[str, Any] = {"q": words, "groups": found, "a_group": A_GROUP}
    return respond("workspace/search/page.html", "workspace/search/_found.html", **context)
