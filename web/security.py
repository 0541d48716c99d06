"""What every response forbids, and proof that a change was asked for by one of our own pages."""

from __future__ import annotations

import base64
import binascii
import os
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf

from crm.errors import NotAllowed
from crm.words import phrase

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Csrf(CSRFProtect):
    """The protection of Flask-WTF, for tokens that look different in every response."""

    def _get_csrf_token(self) -> str | None:
        return unmasked(super()._get_csrf_token() or "")

    def covers_this_request(self) -> bool:
        """Whether the request needs a token at all."""
        return bool(request.endpoint) and not self._is_exempt()

    def exempts(self, endpoint: str, app: Flask) -> bool:
        """Whether a route needs none, because it authenticates by other means than a cookie."""
        view = app.view_functions[endpoint]
        blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
        return blueprint in self._exempt_blueprints or f"{view.__module__}.{view.__name__}" in self._exempt_views


csrf = Csrf()


class Sessions(SecureCookieSessionInterface):
    """A session cookie that is only sent over TLS where the page itself came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def init_app(app: Flask) -> None:
    """Protect an application; ``csrf.exempt`` is for what is asked for with a token of its own (API, webhooks)."""
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="rulewright",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        # Its check of the referrer compares schemes, which a proxy changes; refuse_strangers takes its place.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.before_request(refuse_strangers)
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = masked_token
    app.context_processor(lambda: {"csrf_token": masked_token})
    app.after_request(harden)


def refuse_strangers() -> None:
    """Refuse a change that another site's page asked for, whatever token it carries."""
    if request.method not in CHANGING or not csrf.covers_this_request():
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != request.host):
        raise NotAllowed(phrase("This was asked for by a page of another site, so nothing was changed."))


def harden(response: Response) -> Response:
    """Put the headers on that hold for everything; a view may have set a stricter one before."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def masked_token() -> str:
    """The token of this session under a mask that is new for each response."""
    if "masked_csrf_token" not in g:
        token = generate_csrf().encode()
        mask = os.urandom(len(token))
        g.masked_csrf_token = base64.urlsafe_b64encode(mask + _xor(mask, token)).decode()
    masked: str = g.masked_csrf_token
    return masked


def unmasked(masked: str) -> str | None:
    """The token under the mask; None where there is none."""
    try:
        both = base64.b64decode(masked.encode("ascii"), altchars=b"-_", validate=True)
        return _xor(both[: len(both) // 2], both[len(both) // 2 :]).decode("ascii")
    except (binascii.Error, ValueError):
        return None


def _xor(mask: bytes, token: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, token, strict=True))
