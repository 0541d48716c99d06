"""Signing in and out, and the way from the first address to the first page."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, request, session, url_for
from flask_limiter import Limiter
from sqlalchemy import select, update
from werkzeug.exceptions import TooManyRequests

from crm import passwords, sessions
from crm.configuration import Configuration
from crm.entities import table_of
from crm.models import User
from crm.transaction import Row, Transaction
from crm.words import phrase
from runtime.queue import hasty
from web.access import current_user, database, forget_browser, is_own_path, now, public, remember_browser
from web.house import home
from web.respond import redirect_to, respond, toast

# Wrong passwords only: who signs in correctly is never slowed down.
LIMIT_OF_ACCOUNT = "10 per 15 minutes"
LIMIT_OF_ADDRESS = "100 per 15 minutes"
A_YEAR = 365 * 24 * 3600
_USERS = table_of(User)


def account_of_try() -> str:
    """Under which name the wrong passwords of one address for one account are counted."""
    return f"{request.remote_addr}|{request.form.get('email', '').strip().lower()[:200]}"


sign_in = Blueprint("sign_in", __name__)
limiter = Limiter(
    key_func=lambda: request.remote_addr or "",
    in_memory_fallback_enabled=True,
    key_prefix="rulewright",
    strategy="moving-window",
)


def init_app(app: Flask) -> None:
    """Serve the pages. Tries are counted in Redis, and where that is away in the memory of this process."""
    configuration: Configuration = app.config["CONFIGURATION"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", _storage(configuration.redis_url))
    app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", hasty())
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", False)
    limiter.init_app(app)
    app.register_blueprint(sign_in)


@sign_in.get("/")
def arrive() -> Response:
    """The first page of the reader's menu."""
    first = home()
    return redirect_to(first if first != "/" else url_for("me.show"))


@sign_in.get("/sign-in")
@public
def show() -> Response:
    """The form; who is signed in already goes on."""
    onward = _onward(request.args.get("next", ""))
    if g.viewer is not None:
        return redirect_to(onward)
    return respond("session/sign_in.html", email="", onward=onward, wrong=False)


@sign_in.post("/sessions")
@public
@limiter.limit(LIMIT_OF_ADDRESS, deduct_when=lambda response: response.status_code == 422)
@limiter.limit(LIMIT_OF_ACCOUNT, key_func=account_of_try, deduct_when=lambda response: response.status_code == 422)
def create() -> Response:
    """Sign in. A wrong password and an unknown address are answered alike, and as slowly."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    onward = _onward(request.form.get("next", ""))
    user = _find(email)
    known = user is not None and user["active"]
    if not passwords.matches(user["password_hash"] if user is not None and known else None, password) or user is None:
        return respond("session/sign_in.html", status=422, email=email, onward=onward, wrong=True)
    fresh = passwords.hashed(password) if passwords.is_outdated(user["password_hash"]) else None
    secret = _start(user, fresh)
    session.clear()  # the token of the page on which somebody signed in is not the one of those that follow
    response = redirect_to(onward)
    remember_browser(response, secret)
    for name in ("language", "theme"):
        if user[name]:
            response.set_cookie(name, user[name], max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


@sign_in.post("/sessions/current/deletion")
def leave() -> Response:
    """Sign this browser out."""
    viewer = current_user()
    database().writing(lambda transaction: sessions.end(transaction, viewer.token_hash, viewer.id))
    session.clear()
    g.viewer = None
    toast(phrase("You are signed out."))
    response = redirect_to(url_for("sign_in.show"))
    forget_browser(response)
    return response


@sign_in.errorhandler(TooManyRequests)
def slow_down(error: TooManyRequests) -> Response:
    """Too many wrong passwords: the form again, with words."""
    email, onward = request.form.get("email", ""), _onward(request.form.get("next", ""))
    response = respond("session/sign_in.html", status=429, email=email, onward=onward, wrong=False, too_often=True)
    response.headers["Retry-After"] = "900"
    return response


def _find(email: str) -> Row | None:
    with database().reading() as connection:
        found = connection.execute(select(_USERS).where(_USERS.c.email == email.lower())).mappings().first()
    return Row(_USERS, dict(found)) if found else None


def _start(user: Row, fresh_hash: str | None) -> str:
    moment, browser, address = now(), request.headers.get("User-Agent"), request.remote_addr

    def work(transaction: Transaction) -> str:
        if fresh_hash:
            transaction.execute(update(_USERS).where(_USERS.c.id == user.id).values(password_hash=fresh_hash))
        return sessions.start(transaction, user.id, moment, browser=browser, address=address)

    return database().writing(work)


def _onward(wish: str) -> str:
    return wish if is_own_path(wish) else url_for("sign_in.arrive")


def _storage(redis_url: str) -> str:
    """The address of Redis as the counting library writes it."""
    return f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
