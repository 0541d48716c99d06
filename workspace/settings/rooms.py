"""The list on the left of every settings page, and the way to the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from crm.errors import NotAllowed
from crm.words import Phrase, phrase
from web.access import current_user, may
from web.respond import redirect_to

settings = Blueprint("settings", __name__, url_prefix="/settings")


@dataclass(frozen=True)
class SettingsPage:
    """A page in the list, and the verb that one must be allowed to see it."""

    name: str
    label: Phrase
    icon: str
    verb: str


PAGES = (
    SettingsPage("people", phrase("People"), "users", "people.edit"),
    SettingsPage("departments", phrase("Departments"), "branch", "people.edit"),
    SettingsPage("pipelines", phrase("Pipelines and stages"), "columns", "pipelines.edit"),
    SettingsPage("fields", phrase("Fields of your own"), "sliders", "settings.edit"),
    SettingsPage("company", phrase("Company"), "building", "settings.edit"),
    SettingsPage("owners", phrase("Who owns what comes in"), "inbox", "owners.edit"),
    SettingsPage("tokens", phrase("API tokens"), "key", "tokens.edit"),
    SettingsPage("demo", phrase("Demo company"), "gallery", "demo.edit"),
    SettingsPage("audit", phrase("Audit trail"), "shield", "audit.see"),
)


@settings.get("")
def first() -> Response:
    """The first page that one may see."""
    current_user()
    for page in PAGES:
        if may(page.verb):
            return redirect_to(url_for(f"settings.{page.name}"))
    raise NotAllowed(phrase("The settings are for admins and managers."))


@settings.context_processor
def pages() -> dict[str, Any]:
    """The list, for the frame of every page here."""
    here = request.path.removeprefix("/settings/").partition("/")[0]
    return {"settings_pages": [(page, url_for(f"settings.{page.name}"), page.name == here) for page in PAGES if may(page.verb)]}
