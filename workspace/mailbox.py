"""The mailbox and the call log: what came in from outside, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from crm import listed
from crm.errors import Invalid, NotFound
from crm.models import Call, Message
from crm.reach import domains_of, normal_phone
from crm.words import phrase
from web.access import company, current_actor, database, require, write
from web.respond import redirect_to, respond, toast
from workspace.queries import mailbox as reading

A_PAGE = 50
PLACES = ("all", "in", "out")

mailbox = Blueprint("mailbox", __name__)


@mailbox.get("/mailbox")
@require("mailbox.see")
def show() -> Response:
    """The messages, the newest first."""
    return _page("mailbox.show", Message, reading.letters)


@mailbox.get("/mailbox/calls")
@require("mailbox.see")
def show_calls() -> Response:
    """The calls, the newest first."""
    return _page("mailbox.show_calls", Call, reading.calls)


@mailbox.get("/mailbox/messages/<int:message_id>")
@require("mailbox.see")
def show_message(message_id: int) -> Response:
    """One message as plain text, and whether its sender is on the exceptions list now."""
    letter = _letter(message_id)
    with database().reading() as connection:
        entry_id = listed.entry_for(connection, [letter.sender, *domains_of(letter.sender)])
    return respond("mailbox/message.html", letter=letter, entry_id=entry_id)


@mailbox.post("/mailbox/messages/<int:message_id>/exceptions")
@require("exceptions.edit")
def list_sender(message_id: int) -> Response:
    """Put the sender of a message on the exceptions list; the message stays where it is."""
    letter = _letter(message_id)
    back = url_for("mailbox.show_message", message_id=message_id)
    _list(letter.sender, letter.subject, back)
    return redirect_to(back)


@mailbox.post("/mailbox/calls/<int:call_id>/exceptions")
@require("exceptions.edit")
def list_caller(call_id: int) -> Response:
    """Put the number of a caller on the exceptions list."""
    with database().reading() as connection:
        call = reading.call(connection, call_id, current_actor())
    if call is None:
        raise NotFound
    if normal_phone(call.phone, company().region) is None:
        raise Invalid.at("phone", phrase("There is no number that could be listed."))
    back = url_for("mailbox.show_calls")
    _list(call.phone, "", back)
    return redirect_to(back)


def _list(value: str, comment: str, back: str) -> None:
    added = write(lambda desk: [row.id for row in desk.add_exception(value, comment)])
    if added:
        undo = url_for("exceptions.remove", entry_id=added[0], back=back)
        toast(phrase("{value} is on the exceptions list now", value=value), undo_url=undo)
    else:
        toast(phrase("{value} was on the exceptions list already", value=value))


def _letter(message_id: int) -> reading.Letter:
    with database().reading() as connection:
        found = reading.letter(connection, message_id, current_actor())
    if found is None:
        raise NotFound
    return found


def _page(endpoint: str, table: type[Message] | type[Call], read: Callable[..., Sequence[Any]]) -> Response:
    """One tab: what is looked for, counted and read in two queries."""
    wanted, actor = _wanted(), current_actor()
    with database().reading() as connection:
        total = reading.count(connection, table, wanted, actor)
        pages = max(1, -(-total // A_PAGE))
        number = min(max(1, request.args.get("page", 1, int)), pages)
        found = read(connection, wanted, actor, limit=A_PAGE, offset=(number - 1) * A_PAGE)
    asked: dict[str, Any] = {"q": wanted.words or None, "place": wanted.place if wanted.place != "all" else None}
    return respond(
        "mailbox/page.html",
        "mailbox/_list.html",
        endpoint=endpoint,
        found=found,
        total=total,
        wanted=wanted,
        page_number=number,
        pages=pages,
        address=lambda number: url_for(endpoint, **asked, page=number),
    )


def _wanted() -> reading.Wanted:
    place = request.args.get("place", "all")
    return reading.Wanted(request.args.get("q", "").strip()[:200], place if place in PLACES else "all")
