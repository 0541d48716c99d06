"""One record: its page, the same as a panel beside the board, and what is done to it as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from crm.desk import Desk
from crm.errors import NotFound
from crm.names import title_of
from crm.reach import shown_phone
from crm.transaction import Row, Transaction
from crm.words import phrase
from web.access import company, current_actor, database, now, write
from web.respond import nothing, redirect_to, respond, signal, toast, wants_fragment
from workspace.moves import CHANGED
from workspace.queries import bin as in_bin
from workspace.queries import records as reading
from workspace.queries import timeline
from workspace.queries.pipelines import pipelines
from workspace.queries.records import Opened
from workspace.record_history import history_tab
from workspace.record_view import days, shown

TABS = ("timeline", "history", "automation")

records = Blueprint("records", __name__)


@records.get("/records/<int:record_id>")
def show(record_id: int) -> Response:
    """The page of a record, or the panel of it."""
    tab = request.args.get("tab", "timeline")
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            return _gone(connection, record_id)
        context: dict[str, Any] = {**shown(connection, found, tab if tab in TABS else "timeline"), **_history(connection, found, tab)}
    return respond("workspace/record/page.html", "workspace/record/_record.html", **context)


@records.get("/records/<int:record_id>/tabs/<tab>")
def show_tab(record_id: int, tab: str) -> Response:
    """One tab of a record."""
    if tab not in TABS:
        raise NotFound
    if not wants_fragment():
        return redirect_to(url_for("records.show", record_id=record_id, tab=tab))
    with database().reading() as connection:
        found = _there(connection, record_id)
        context: dict[str, Any] = {**shown(connection, found, tab), **_history(connection, found, tab)}
    return respond("workspace/record/page.html", "workspace/record/_tabs.html", also=["workspace/record/_tab.html"], **context)


@records.get("/records/<int:record_id>/earlier")
def earlier(record_id: int) -> Response:
    """The page of the timeline before a moment."""
    before = moment("before")
    with database().reading() as connection:
        found = _there(connection, record_id)
        past = timeline.past(connection, found.id, before=before)
    context: dict[str, Any] = {"opened": found, "record": found.record, "days": days(past, found), "before": past.before}
    return respond("workspace/record/earlier.html", "workspace/record/_earlier.html", **context)


@records.get("/records/<int:record_id>/news")
def news(record_id: int) -> Response:
    """What is different on the page since it last looked: 204 where nothing is."""
    with database().reading() as connection:
        if reading.mark_of(connection, record_id) == request.args.get("since"):
            return nothing()
        found = reading.opened(connection, current_actor(), record_id)
        return changed(connection, found) if found is not None else _gone(connection, record_id, oob=True)


@records.post("/records/<int:record_id>/deletion")
def delete(record_id: int) -> Response:
    """Put the record into the recycle bin."""

    def work(desk: Desk) -> tuple[str, int]:
        record = visible(desk, record_id)
        return record["title"], desk.delete_records([record]).id

    title, entry_id = write(work)
    toast(phrase("{title} is in the recycle bin.", title=title), url_for("workspace.restore", entry_id=entry_id))
    return left(record_id)


@records.get("/records/<int:record_id>/exclusion")
def exclusion(record_id: int) -> Response:
    """What would be listed and what would be removed, before anybody does it."""
    with database().reading() as connection:
        found = _there(connection, record_id)
        desk = Desk(Transaction(connection), current_actor(), now())
        record = desk.record(record_id)
        reach = desk.reach_of(record)
        going = [{"entity": _entity(row), "title": title_of(row)} for row in desk.removed_with(record)]
    phones = [shown_phone(number, company().region) for number in reach.phones]
    context: dict[str, Any] = {"record": found.record, "addresses": [*reach.emails, *phones], "going": going}
    return respond("workspace/record/exclusion.html", "workspace/record/_exclusion.html", **context)


@records.post("/records/<int:record_id>/exclusion")
def exclude(record_id: int) -> Response:
    """List how the client is reached, and remove the record with those clients that only it has."""
    done = write(lambda desk: desk.exclude(visible(desk, record_id)))
    says = phrase("{titles} removed. New on the exceptions list: {count}.", titles=list(done.deleted), count=done.count)
    toast(says, see_url=url_for("workspace.bin"), see=phrase("See the recycle bin"))
    return left(record_id)


def changed(connection: Connection, found: Opened) -> Response:
    """The parts of the page that may be different now, as far as they are open and nobody is typing in them."""
    asked = request.values
    tab = asked.get("tab", "timeline")
    context: dict[str, Any] = {
        **shown(connection, found, tab if tab in TABS else "timeline", moment("until", missing=None)),
        "has_facts": "has_facts" in asked,
        "has_timeline": tab == "timeline" and "is_typing" not in asked,
    }
    return respond("workspace/record/page.html", "workspace/record/_news.html", **context)


def answer(record_id: int) -> Response:
    """The answer to something that was done to a record: its page as it is now, and the board is told."""
    signal(CHANGED)
    if not wants_fragment():
        return redirect_to(url_for("records.show", record_id=record_id))
    with database().reading() as connection:
        return changed(connection, _there(connection, record_id))


def left(record_id: int) -> Response:
    """The record is gone: back to the board on which it stood, or the panel beside that closes."""
    with database().reading() as connection:
        row = reading.find(connection, current_actor(), record_id)
        key = next((each.key for each in pipelines(connection) if row is not None and each.id == row["pipeline_id"]), None)
    if "beside_board" in request.form and wants_fragment():
        signal("board-changed")  # the board alone: the panel closes, and must not ask what became of its record
        return respond("workspace/board/page.html", "workspace/record/_closed.html")
    return redirect_to(url_for("workspace.board", key=key))


def visible(desk: Desk, record_id: int) -> Row:
    """A record for a verb of the desk; what somebody may not see is for them not there."""
    record = desk.record(record_id)
    if reading.find(desk.transaction.connection, desk.actor, record_id) is None:
        raise NotFound
    return record


def moment(name: str, missing: Any = NotFound) -> datetime | None:
    """A moment in the address."""
    try:
        read = datetime.fromisoformat(request.values[name])
    except (KeyError, ValueError):
        if missing is None:
            return None
        raise missing from None
    return read.astimezone()


def _there(connection: Connection, record_id: int) -> Opened:
    found = reading.opened(connection, current_actor(), record_id)
    if found is None:
        raise NotFound
    return found


def _gone(connection: Connection, record_id: int, *, oob: bool = False) -> Response:
    row = reading.find(connection, current_actor(), record_id)
    if row is None:
        raise NotFound
    context: dict[str, Any] = {"record": row, "entry": in_bin.entry(connection, row["bin_id"]), "oob": oob}
    return respond("workspace/record/gone.html", "workspace/record/_gone.html", 200, **context)


def _history(connection: Connection, found: Opened, tab: str) -> dict[str, Any]:
    return history_tab(connection, found.id, None) if tab == "history" else {}


def _entity(row: Row) -> str:
    entity: str = row.get("entity") or row.table.name
    return entity
