"""The door of the API: who asks, in which form errors are answered, and how JSON is read.

Programs prove who they are with a token in the header ``Authorization``. A browser never sends that by itself, and no
cookie is looked at here, so a page of another site cannot borrow a person's rights: this is why these routes, and no
others, need no CSRF token.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, current_app, g, jsonify, request
from sqlalchemy import select, update
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, TooManyRequests, UnsupportedMediaType

from crm.actor import CLIENT, Actor
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, Problem, RulewrightError
from crm.models import Token, User
from crm.verbs.settings import token_hash
from crm.words import Phrase, phrase
from runtime.strict_json import MAX_BYTES, strict_json
from web import access, errors
from web.errors import SAYS, STATUS
from web.sign_in import limiter
from web.words import say

T = TypeVar("T")
LIMIT = "1200 per minute"
LIMIT_OF_STRANGERS = "60 per minute"
NOTED_EVERY = timedelta(minutes=1)
_TOKENS = table_of(Token)

door = Blueprint("api", __name__, url_prefix="/api/v1")


class Unknown(RulewrightError):
    """This needs a token: send it as “Authorization: Bearer …”. An admin makes tokens in the settings."""


def caller() -> str:
    """Under which name the requests of a caller are counted."""
    return hashlib.sha256(request.headers.get("Authorization", request.remote_addr or "").encode()).hexdigest()


limiter.limit(LIMIT, key_func=caller)(door)
limiter.limit(LIMIT_OF_STRANGERS, deduct_when=lambda response: response.status_code == 401)(door)


def open_to_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view of the API that tells no secret and needs no token."""
    view.is_open_to_all = True  # type: ignore[attr-defined]  # read by ask_for_the_token
    return view


@door.before_request
def ask_for_the_token() -> None:
    """Find out whose token it is; what is not marked as open is closed."""
    request.max_content_length = MAX_BYTES
    g.caller = None
    if getattr(current_app.view_functions[cast(str, request.endpoint)], "is_open_to_all", False):
        return
    g.caller = _owner_of(request.headers.get("Authorization", ""))


def at_desk(work: Callable[[Desk], T], *, client: bool = False) -> T:
    """Do some work as the token's owner, or as the client from outside whose message the token's owner brings."""
    actor = CLIENT if client else current_caller()
    moment = access.now()
    return access.database().writing(lambda transaction: work(Desk(transaction, actor, moment)))


def current_caller() -> Actor:
    """The person as whom the token acts."""
    if g.caller is None:
        raise Unknown
    return cast(Actor, g.caller)


def read_object(known: Mapping[str, type | tuple[type, ...]], *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of the request, with nothing in it but ``known`` keys of their types; null counts as left out."""
    given = read_json()
    if not isinstance(given, dict):
        raise Invalid.at("", phrase("This must be a JSON object."))
    problems = [Problem(key, phrase("There is no such field."), phrase("Leave it out.")) for key in given if key not in known]
    values = {key: value for key, value in given.items() if value is not None}
    problems += [Problem(key, phrase("This is missing.")) for key in needed if key not in values]
    for key, kind in known.items():
        wrong = key in values and (not isinstance(values[key], kind) or (isinstance(values[key], bool) and kind is not bool))
        if wrong:
            problems.append(Problem(key, phrase("This is of another type than it should be.")))
    if problems:
        raise Invalid(problems)
    return values


def read_json() -> Any:
    """The JSON of the request, read strictly."""
    accept("application/json")
    return strict_json(request.get_data())


def accept(*kinds: str) -> str:
    """The type of what is posted, where it is one of these; else 415."""
    if request.mimetype not in kinds:
        raise UnsupportedMediaType
    return request.mimetype


def answer(status: int, says: Phrase, where: str = "", mend: Phrase | None = None, also: tuple[Problem, ...] = ()) -> Response:
    """An error, always in the same shape."""
    body: dict[str, Any] = {"error": _told(says, where, mend)}
    if also:
        body["error"]["also"] = [_told(problem.says, problem.where, problem.mend) for problem in also]
    response = jsonify(body)
    response.status_code = status
    return response


@door.errorhandler(RulewrightError)
def answer_ours(error: RulewrightError) -> Response:
    """An error of the product, in its own words."""
    status = 401 if isinstance(error, Unknown) else next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    problems = error.problems if isinstance(error, Invalid) else (Problem("", error.says),)
    first, *more = problems
    response = answer(status, first.says, first.where, first.mend, tuple(more))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Rulewright"'
    return response


@door.errorhandler(HTTPException)
def answer_http(error: HTTPException) -> Response:
    """An error of the web, in ours."""
    code = error.code or 500
    response = answer(code, SAYS.get(code, SAYS[400]), mend=_mend(error))
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = "60"
    return response


@door.errorhandler(Exception)
def answer_unexpected(error: Exception) -> Response:
    """A fault of ours: the whole story into the log, and its number to the caller."""
    errors.answer_unexpected(error)
    return answer(500, SAYS[500], mend=phrase("Number of this request: {number}", number=errors.request_number()))


@door.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@open_to_all
def nothing_here(rest: str) -> Response:
    """Whatever else is asked for under the address of the API."""
    return answer(404, phrase("There is nothing here."), mend=phrase("/api/v1/openapi.json says what there is, and how to ask for it."))


def _owner_of(header: str) -> Actor:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unknown
    wanted = token_hash(secret.strip())
    statement = (
        select(Token.id, Token.token_hash, Token.used_at, User.id.label("user_id"), User.role, User.department_id)
        .join(User, User.id == Token.user_id)
        .where(Token.token_hash == wanted, Token.revoked_at.is_(None), User.active)
    )
    with access.database().reading() as connection:
        found = connection.execute(statement).one_or_none()
    if found is None or not hmac.compare_digest(found.token_hash, wanted):
        raise Unknown(phrase("This token is not valid, or not any more."))
    if found.used_at is None or access.now() - found.used_at >= NOTED_EVERY:
        _note_use(found.id)
    return Actor("person", found.user_id, found.role, found.department_id)


def _note_use(token_id: int) -> None:
    moment = access.now()
    access.database().writing(
        lambda transaction: transaction.execute(update(_TOKENS).where(_TOKENS.c.id == token_id).values(used_at=moment))
    )


def _told(says: Phrase, where: str, mend: Phrase | None) -> dict[str, str | None]:
    return {"says": say(says), "where": where, "mend": say(mend) if mend else None}


def _mend(error: HTTPException) -> Phrase | None:
    if isinstance(error, RequestEntityTooLarge):
        return phrase("At most 5 MiB are taken at once.")
    if isinstance(error, UnsupportedMediaType):
        return phrase("/api/v1/openapi.json says which Content-Type this address takes.")
    if isinstance(error, TooManyRequests):
        return phrase("Wait a minute, then go on more slowly.")
    return None
