"""A small application that looks, speaks and defends itself as the real one does, with a few pages to try that on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, render_template_string, request

import web
from crm.configuration import Configuration
from crm.errors import Invalid, NotAllowed, Stale
from crm.words import phrase
from web.access import public
from web.respond import nothing, redirect_to, respond, signal, toast
from web.security import csrf

STRANGER = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
HTMX = {"HX-Request": "true"}

pages = Blueprint("pages", __name__)


def make_pages(**configuration: Any) -> Flask:
    """The application; ``configuration`` goes into its config."""
    app = Flask("app", root_path=str(web.assets.ROOT.parent))
    nowhere = Configuration(Path("nowhere"), "sqlite://", "memory://", embedded_redis=False, secret_key="of tests")
    app.config.update(CONFIGURATION=nowhere, SECRET_KEY=nowhere.secret_key, RATELIMIT_STORAGE_URI="memory://", TIME_ZONE="Europe/Warsaw")
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, **configuration)
    web.register(app)
    app.register_blueprint(pages)
    return app


@pages.get("/chain")
@public
def chain() -> Response:
    return respond("errors/404.html", "_account.html", says=phrase("A chain"), also=["_house.html"])


@pages.post("/moves")
@public
def move() -> Response:
    toast(phrase("{rule} moved", rule="Copy deal"), undo_url="/moves/7/undo")
    if request.form.get("elsewhere"):
        return redirect_to("/chain")
    signal("board-changed", chain=7)
    return nothing()


@pages.post("/troubles/<kind>")
@public
def trouble(kind: str) -> Response:
    raise {"invalid": Invalid.at("title", phrase("Say what it is called")), "denied": NotAllowed(), "stale": Stale()}[kind]


@pages.get("/fault")
@public
def fault() -> Response:
    raise ZeroDivisionError("a secret of the inside")


@pages.get("/long")
@public
def long() -> str:
    return render_template_string("<!doctype html><title>Long</title><p>{{ 'a roof ' * 1000 }}</p>{{ csrf_token() }}")


@pages.post("/hooks")
@public
@csrf.exempt
def hook() -> str:
    return "taken"
