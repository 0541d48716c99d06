"""Who asks: the signed-in person of a request, what they may do, and the one way in which a page writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, jsonify, request, url_for
from sqlalchemy import select

from crm import access, sessions
from crm.actor import Actor, Role
from crm.database import Database
from crm.desk import Desk
from crm.errors import NotAllowed, RulewrightError
from crm.models import Setting
from crm.settings import Settings
from crm.words import phrase
from web.respond import redirect_to
from web.words import say

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])
COOKIE = "rulewright-browser"
LONGEST_ADDRESS = 2000


@dataclass(frozen=True)
class Viewer:
    """The person who looks at the page. ``time_zone`` is their own or else the company's."""

    id: int
    key: str
    name: str
    email: str
    role: Role
    department_id: int | None
    language: str | None
    theme: str | None
    time_zone: str
    own_time_zone: str | None
    token_hash: str
    is_demo: bool


class SignedOut(RulewrightError):
    """Please sign in first."""


def init_app(app: Flask) -> None:
    """Find out for each request who asks; whoever is not signed in is sent to the page where one signs in."""
    app.before_request(recognise)
    app.before_request(send_strangers_to_sign_in)
    app.after_request(keep_signed_in)
    app.register_error_handler(SignedOut, lambda _: to_sign_in())
    app.jinja_env.globals["may"] = may


def current_user() -> Viewer:
    """The signed-in person; raises ``SignedOut`` where nobody is."""
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        raise SignedOut
    return viewer


def current_actor() -> Actor:
    """The signed-in person as the desk knows them."""
    viewer = current_user()
    return Actor("person", viewer.id, viewer.role, viewer.department_id)


def database() -> Database:
    """The database of the application."""
    return cast(Database, current_app.extensions["database"])


def now() -> datetime:
    """The moment of the request: asked once, so that all that happens in it happens at one time."""
    if "now" not in g:
        g.now = current_app.config["CLOCK"]()
    moment: datetime = g.now
    return moment


def company() -> Settings:
    """The settings of the company, read once a request."""
    if "company" not in g:
        with database().reading() as connection:
            g.company = Settings.from_rows({row.key: row.value for row in connection.execute(select(Setting.key, Setting.value))})
    settings: Settings = g.company
    return settings


def write(work: Callable[[Desk], T]) -> T:
    """Do some work at the signed-in person's desk, in one transaction. It may be run more than once, so it only uses the desk."""
    actor, moment = current_actor(), now()
    result = database().writing(lambda transaction: work(Desk(transaction, actor, moment)))
    g.pop("company", None)
    return result


def may(verb: str) -> bool:
    """Whether the signed-in person may do a thing at all; of a single record the desk knows more."""
    return g.get("viewer") is not None and access.may(current_actor(), verb)


def demand(verb: str) -> None:
    """Raise ``NotAllowed`` in words where the signed-in person may not do this."""
    current_user()
    if not may(verb):
        raise NotAllowed(phrase("You are not allowed to do that. An admin or a manager of your company can."))


def require(verb: str) -> Callable[[View], View]:
    """Guard a view: ``@blueprint.get(...)`` above, ``@require("people.edit")`` below."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            demand(verb)
            return view(*arguments, **named)

        guarded.demands = verb  # type: ignore[attr-defined]  # for the test that walks the views
        return cast(View, guarded)

    return guard


def public(view: View) -> View:
    """Let a view be seen without signing in: ``@blueprint.get(...)`` above, ``@public`` below."""
    view.is_public = True  # type: ignore[attr-defined]  # read by send_strangers_to_sign_in
    return view


def open_to_strangers(app: Flask, *blueprints: str) -> None:
    """Let whole blueprints be asked without signing in, because they ask for proof of their own (the API) or keep no secret."""
    app.extensions.setdefault("open_blueprints", set()).update(blueprints)


def recognise() -> None:
    """Who the cookie belongs to; a browser in use stays signed in."""
    g.viewer = None
    secret = request.cookies.get(COOKIE)
    if not secret or request.endpoint == "assets.show":
        return
    with database().reading() as connection:
        found = sessions.find(connection, secret, now())
    if found is None:
        return
    if found.wants_renewal(now()):
        database().writing(lambda transaction: sessions.renew(transaction, found.token_hash, now()))
        g.renewed_secret = secret
    g.viewer = _viewer(found)


def keep_signed_in(response: Response) -> Response:
    """The cookie lasts as long as the row in the table."""
    if "renewed_secret" in g:
        remember_browser(response, g.renewed_secret)
    return response


def send_strangers_to_sign_in() -> Response | None:
    """Pages are for those who are signed in; what is not there may be said to anyone."""
    if g.viewer is not None or request.endpoint is None or _is_open():
        return None
    return to_sign_in()


def to_sign_in() -> Response:
    """Send the stranger to sign in and then back here; a program is told so."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json":
        response = jsonify(error=say(phrase("Please sign in first.")))
        response.status_code = 401
        return response
    asked = request.full_path.rstrip("?") if request.method == "GET" else ""
    back = asked if asked not in ("", "/") and len(asked) < LONGEST_ADDRESS else None
    return redirect_to(url_for("sign_in.show", next=back))


def is_own_path(wish: str) -> bool:
    """Whether an address is a path of this site and nothing a browser might read as another site."""
    harmless = all(32 < ord(character) < 127 or ord(character) > 160 for character in wish)
    return wish.startswith("/") and not wish.startswith("//") and "\\" not in wish and harmless and len(wish) < LONGEST_ADDRESS


def remember_browser(response: Response, secret: str) -> None:
    """Put the secret of a signed-in browser into its cookie."""
    response.set_cookie(COOKIE, secret, max_age=sessions.LASTS, httponly=True, samesite="Lax", secure=request.is_secure)


def forget_browser(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def _viewer(found: sessions.SignedIn) -> Viewer:
    user = found.user
    own = user["time_zone"]
    return Viewer(
        user.id,
        user["key"],
        user["name"],
        user["email"],
        user["role"],
        user["department_id"],
        user["language"],
        user["theme"],
        own or company().time_zone,
        own,
        found.token_hash,
        user["demo"],
    )


def _is_open() -> bool:
    if request.blueprint in current_app.extensions.get("open_blueprints", ()):
        return True
    return getattr(current_app.view_functions[cast(str, request.endpoint)], "is_public", False)
