"""Settings: load the demo company, or remove it."""

from __future__ import annotations

from flask import Response, current_app, g, url_for

from crm import demo as demo_company
from crm.configuration import Configuration
from crm.errors import Invalid
from crm.words import phrase
from web.access import company, current_user, database, now, require
from web.respond import redirect_to, respond, toast
from workspace.settings.rooms import settings


@settings.get("/demo")
@require("demo.edit")
def demo() -> Response:
    """Whether the demo company is here, and what can be done about it."""
    return _page()


@settings.post("/demo")
@require("demo.edit")
def load_demo() -> Response:
    """Load it; the passwords of its people are shown, and kept in the data folder."""
    try:
        sign_ins = demo_company.load(database(), now())
    except Invalid as invalid:
        return _page(invalid)
    path = demo_company.keep_sign_ins(sign_ins, _configuration().data)
    response = respond("settings/demo/loaded.html", sign_ins=sign_ins, path=path)
    response.headers["Cache-Control"] = "no-store"
    return response


@settings.post("/demo/deletion")
@require("demo.edit")
def remove_demo() -> Response:
    """Remove it; what is one's own stays. A demo person who does this is signed out by it."""
    viewer = current_user()
    try:
        demo_company.remove(database(), now())
    except Invalid as invalid:
        return _page(invalid)
    demo_company.forget_sign_ins(_configuration().data)
    g.pop("company", None)
    toast(phrase("The demo company is gone. What is your own is still here."))
    if viewer.is_demo:
        return redirect_to(url_for("sign_in.show"))
    return redirect_to(url_for("settings.demo"))


def _page(invalid: Invalid | None = None) -> Response:
    with database().reading() as connection:
        removable = demo_company.may_be_removed(connection)
    problems = invalid.problems if invalid else ()
    return respond(
        "settings/demo/page.html", status=422 if invalid else 200, has_demo=company().has_demo, removable=removable, problems=problems
    )


def _configuration() -> Configuration:
    found: Configuration = current_app.config["CONFIGURATION"]
    return found
