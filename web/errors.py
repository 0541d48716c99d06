"""What went wrong, as a page, a toast or JSON: friendly words, the right status, the number of the request."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, has_request_context, jsonify, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from crm.errors import Busy, Invalid, NotAllowed, NotFound, RulewrightError, Stale
from crm.words import Phrase, phrase
from web.respond import nothing, respond, toast, wants_fragment
from web.words import say

STATUS: dict[type[RulewrightError], int] = {NotAllowed: 403, NotFound: 404, Stale: 409, Invalid: 422, Busy: 503}

# Each code has a page of its own name in templates/errors/; the words are its headline, and the toast of a fragment.
SAYS = {
    400: phrase("That request could not be understood."),
    403: phrase("You are not allowed to do that."),
    404: phrase("That does not exist, or not any more."),
    405: phrase("That cannot be done here."),
    409: phrase("Somebody else changed this in the meantime."),
    413: phrase("That is too large."),
    422: phrase("Something in what was given is not valid; nothing was changed."),
    429: phrase("That was too often in a short time."),
    500: phrase("Something went wrong on our side."),
    503: phrase("The system is busy; please try again in a moment."),
}
WORN_OUT = phrase("This page has been open since before you signed in. Load it again, then try once more.")
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500})

log = logging.getLogger("rulewright.web")


def init_app(app: Flask) -> None:
    """Answer every error of an application in words."""
    app.before_request(_number_the_request)
    app.after_request(_show_the_number)
    app.jinja_env.globals["request_number"] = request_number
    app.register_error_handler(RulewrightError, answer_ours)
    app.register_error_handler(CSRFError, lambda error: answer(400, WORN_OUT))
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)


def answer_ours(error: RulewrightError) -> Response:
    """An error of the product itself: its words are meant for the user."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return answer(status, error.says, error=error)


def answer_http(error: HTTPException) -> Response:
    """An error of the web; its own words are for programmers and stay unsaid."""
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code or 200, error.get_headers())
    response = answer(error.code, SAYS.get(error.code, SAYS[400 if error.code < 500 else 500]))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def answer_unexpected(error: Exception) -> Response:
    """A fault of ours: the whole story into the log, and to the user only its number."""
    log.error("request %s failed", request_number(), exc_info=error)
    return answer(500, SAYS[500])


def answer(status: int, says: Phrase, error: RulewrightError | None = None) -> Response:
    """The error in the shape that was asked for."""
    if _wants_json():
        response = jsonify(_as_json(says, error))
        response.status_code = status
        return response
    if wants_fragment():
        toast(says, means="forever")
        return nothing(status)
    name = status if status in PAGES else 400 if status < 500 else 500
    return respond(f"errors/{name}.html", status=status, says=says, problems=getattr(error, "problems", ()))


def request_number() -> str:
    """The number under which this request stands in the log."""
    if not has_request_context():
        return "-"
    number: str = g.setdefault("request_number", secrets.token_hex(6))
    return number


def _number_the_request() -> None:
    request_number()


def _show_the_number(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_number()
    return response


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json"


def _as_json(says: Phrase, error: RulewrightError | None) -> dict[str, Any]:
    found = [
        {"where": problem.where, "says": say(problem.says), "mend": say(problem.mend) if problem.mend else None}
        for problem in getattr(error, "problems", ())
    ]
    return {"error": say(says), "problems": found, "request": request_number()}
