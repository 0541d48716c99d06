"""How a reader wants to see the pages in this browser: language, theme, shortcuts; and the style guide of the product."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, g, request

from crm.errors import Invalid, NotFound
from crm.words import phrase
from web.access import is_own_path, public
from web.respond import is_htmx, nothing, redirect_to, respond, signal
from web.words import LANGUAGES

A_YEAR = 365 * 24 * 3600
CHOICES = {"language": (*LANGUAGES,), "theme": ("auto", "light", "dark"), "shortcuts": ("on", "off")}

preferences = Blueprint("preferences", __name__)


def init_app(app: Flask) -> None:
    """Give templates ``theme()`` and ``shortcuts()``, and serve the pages."""
    app.jinja_env.globals.update(
        theme=lambda: chosen("theme"),
        shortcuts=lambda: chosen("shortcuts"),
        here=here,
        viewer=lambda: g.get("viewer"),
        initials=initials,
    )
    app.register_blueprint(preferences)


def chosen(name: str) -> str:
    """What was chosen in this browser, or else the first of the choices."""
    wish = request.cookies.get(name, "")
    return wish if wish in CHOICES[name] else CHOICES[name][0]


def here() -> str:
    """The address of this page, to come back to."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def initials(name: str) -> str:
    """``AN`` for Anna Nowak: the first letters of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@preferences.post("/preferences")
@public
def choose() -> Response:
    """Keep a choice in a cookie; the theme and the shortcuts change at once, the language with the page."""
    picked = {name: request.form[name] for name in CHOICES if name in request.form}
    for name, value in picked.items():
        if value not in CHOICES[name]:
            raise Invalid.at(name, phrase("There is no such choice."))
    back = request.form.get("back", "")
    if "language" in picked or not is_htmx():
        response = redirect_to(back if is_own_path(back) else "/")
    else:
        signal("preferences", **picked)
        response = nothing()
    for name, value in picked.items():
        response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


@preferences.get("/style-guide")
@public
def style_guide() -> Response:
    """Every component in every state; for those who build pages, and for admins."""
    if not (current_app.debug or current_app.testing or getattr(g.get("viewer"), "role", None) == "admin"):
        raise NotFound
    return respond("style_guide.html")
