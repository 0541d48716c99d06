"""What comes in from outside: messages, calls and web forms, each taken in once by its own number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, request

from api.door import accept, at_desk, door, read_json, read_object
from crm.desk import Desk
from crm.errors import Invalid, Problem
from crm.incoming import IncomingCall, IncomingForm, TakenIn
from crm.mail import read_email
from crm.words import phrase
from web import access
from web.words import say

LONGEST_ID = 200
MOST_SECONDS = 7 * 24 * 3600
CALL = {"id": str, "from": str, "answered": bool, "line": str, "seconds": int, "at": str}
OF_FORMS = ("id", "form", "title", "at")


@door.post("/intake/emails")
def take_in_email() -> Response:
    """A message as it travels (RFC 5322). Its Message-ID is its number."""
    accept("message/rfc822")
    email = read_email(request.get_data(), access.now())
    return _taken(lambda desk: desk.take_in_email(email))


@door.post("/intake/calls")
def take_in_call() -> Response:
    """A call that has ended, or that nobody answered."""
    given = read_object(CALL, needed=("from",))
    if not 0 <= given.get("seconds", 0) <= MOST_SECONDS:
        raise Invalid.at("seconds", phrase("This is not how long a call lasts."))
    call = IncomingCall(
        phone=given["from"],
        answered=given.get("answered", True),
        line=given.get("line"),
        seconds=given.get("seconds"),
        external_id=_number(given),
        at=_moment(given),
    )
    return _taken(lambda desk: desk.take_in_call(call))


@door.post("/intake/forms")
def take_in_form() -> Response:
    """A web form that somebody sent, as JSON or as a browser posts it."""
    given = _fields()
    problems = [
        Problem(key, phrase("This must be text.")) for key in OF_FORMS if not isinstance(given.get(key), str) and given.get(key) is not None
    ]
    if problems:
        raise Invalid(problems)
    form = IncomingForm(
        fields={key: value for key, value in given.items() if key not in OF_FORMS},
        form=given.get("form"),
        title=given.get("title"),
        external_id=_number(given),
        at=_moment(given),
    )
    return _taken(lambda desk: desk.take_in_form(form))


def _taken(take: Callable[[Desk], TakenIn]) -> Response:
    taken = at_desk(take, client=True)
    record = taken.record and {"entity": taken.record["entity"], "id": taken.record.id, "title": taken.record["title"]}
    response = jsonify(id=taken.entry.id, outcome=taken.outcome.value, says=say(taken.outcome.says), record=record, repeated=taken.repeated)
    response.status_code = 200 if taken.repeated else 201
    return response


def _fields() -> dict[str, Any]:
    if accept("application/json", "application/x-www-form-urlencoded", "multipart/form-data") != "application/json":
        return {key: values[0] if len(values) == 1 else values for key, values in request.form.lists()}
    given = read_json()
    if not isinstance(given, dict):
        raise Invalid.at("", phrase("This must be a JSON object."))
    nested = [key for key, value in given.items() if not _is_plain(value)]
    if nested:
        raise Invalid([Problem(key, phrase("A field of a form is text, a number, yes or no, or a list of these.")) for key in nested])
    return given


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(not isinstance(each, (list, dict)) for each in value)
    return not isinstance(value, dict)


def _number(given: dict[str, Any]) -> str:
    """The number under which the sender knows it, by which a second delivery is recognised."""
    number = str(given.get("id") or request.headers.get("Idempotency-Key") or "").strip()
    if not number:
        mend = phrase("Give the number under which you know it, so that it is taken in once however often it is sent.")
        raise Invalid.at("id", phrase("This is missing."), mend)
    if len(number) > LONGEST_ID:
        raise Invalid.at("id", phrase("This is too long: at most {most} characters fit here.", most=LONGEST_ID))
    return number


def _moment(given: dict[str, Any]) -> datetime | None:
    if not given.get("at"):
        return None
    try:
        moment = datetime.fromisoformat(given["at"])
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.at("at", phrase("This must be a date and a time."), phrase("Write it as 2026-03-31T14:00:00+02:00.")) from None
    return min(moment, access.now())
