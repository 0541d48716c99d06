"""The palette: what can be put under the stages of a pipeline, and what the reader has put there lately."""

from __future__ import annotations

from flask import Response, request

from runtime.catalog import Shelf, catalog
from runtime.rule import Rule

COOKIE = "rulewright-tools"
MOST_KEPT = 5


def shelves(entity: str) -> tuple[Shelf, ...]:
    """The shelves with the rules that fit leads or deals."""
    return catalog().palette(entity)


def recently_used(entity: str) -> list[type[Rule]]:
    """The rules that this browser used last, the newest first."""
    found = (catalog().find(key) for key in request.cookies.get(COOKIE, "").split(".")[:MOST_KEPT])
    return [rule for rule in found if rule is not None and entity in rule.facts.applies_to]


def remember(response: Response, key: str) -> Response:
    """Keep in the browser that a rule was used."""
    kept = [key, *(each for each in request.cookies.get(COOKIE, "").split(".") if each and each != key)]
    response.set_cookie(COOKIE, ".".join(kept[:MOST_KEPT]), max_age=90 * 24 * 3600, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
