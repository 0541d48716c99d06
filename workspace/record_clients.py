"""The client of a record: contacts and a company are found and linked, made in place, and taken off again."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from crm.desk import Desk
from crm.errors import Invalid, NotFound, Problem
from crm.transaction import Row
from crm.words import phrase
from web.access import current_actor, database, write
from web.respond import respond, toast
from workspace.queries import records as reading
from workspace.queries.search import Finder
from workspace.record_view import head
from workspace.records import answer, records, visible

FOUND = 6


@records.get("/records/<int:record_id>/clients")
def find_clients(record_id: int) -> Response:
    """Who can be linked: the contacts and companies that the words fit."""
    return _page(record_id)


@records.post("/records/<int:record_id>/clients")
def link_client(record_id: int) -> Response:
    """Link a contact or company to the record."""
    entity, client_id = request.form.get("entity", ""), request.form.get("client", 0, type=int)

    def work(desk: Desk) -> None:
        record = visible(desk, record_id)
        desk.edit_record(record, _with(desk, record, entity, client_id))

    write(work)
    return answer(record_id)


@records.post("/records/<int:record_id>/clients/new")
def create_client(record_id: int) -> Response:
    """Make a contact and link it."""
    given = {name: request.form.get(name, "").strip() for name in ("first_name", "last_name", "email", "phone")}
    fields: dict[str, Any] = {"first_name": given["first_name"], "last_name": given["last_name"]}
    fields |= {"emails": [given["email"]] if given["email"] else [], "phones": [given["phone"]] if given["phone"] else []}

    def work(desk: Desk) -> None:
        record = visible(desk, record_id)
        contact = desk.create_contact(fields)
        desk.edit_record(record, {"contacts": [*record["contact_ids"], contact.id]})

    try:
        write(work)
    except Invalid as invalid:
        return _page(record_id, given, invalid.problems)
    return answer(record_id)


@records.post("/records/<int:record_id>/clients/<int:client_id>/removal")
def unlink_client(record_id: int, client_id: int) -> Response:
    """Take a contact or company off the record; it stays among the clients."""

    def work(desk: Desk) -> str:
        record = visible(desk, record_id)
        if record["company_id"] == client_id:
            desk.edit_record(record, {"company": None})
            return "company"
        desk.edit_record(record, {"contacts": [each for each in record["contact_ids"] if each != client_id]})
        return "contact"

    entity = write(work)
    undo = url_for("records.relink_client", record_id=record_id, entity=entity, client_id=client_id)
    toast(phrase("Taken off. It stays among the clients."), undo)
    return answer(record_id)


@records.post("/records/<int:record_id>/clients/<entity>/<int:client_id>/return")
def relink_client(record_id: int, entity: str, client_id: int) -> Response:
    """Put back who was taken off."""

    def work(desk: Desk) -> None:
        record = visible(desk, record_id)
        desk.edit_record(record, _with(desk, record, entity, client_id))

    write(work)
    return answer(record_id)


def _with(desk: Desk, record: Row, entity: str, client_id: int) -> dict[str, Any]:
    if entity not in ("contact", "company"):
        raise NotFound
    client = desk.row(entity, client_id)
    if entity == "company":
        return {"company": client.id}
    return {"contacts": list(dict.fromkeys([*record["contact_ids"], client.id]))}


def _page(record_id: int, given: dict[str, str] | None = None, problems: tuple[Problem, ...] = ()) -> Response:
    words = request.values.get("q", "").strip()
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            raise NotFound
        finder = Finder(connection, current_actor(), words, sqlite=database().is_sqlite)
        linked = {*(found.record["contact_ids"] or ()), found.record["company_id"]}
        contacts = [each for each in finder.contacts(FOUND) if each.id not in linked]
        firms = [each for each in finder.companies(FOUND) if each.id not in linked]
    first, _, last = words.rpartition(" ")
    context: dict[str, Any] = {
        **head(found),
        "q": words,
        "found": [*contacts, *firms],
        "given": given or {"first_name": first, "last_name": last, "email": "", "phone": ""},
        "problems": problems,
    }
    status = 422 if problems else 200
    return respond("workspace/record/clients.html", "workspace/record/_clients.html", status, **context)
