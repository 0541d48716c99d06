"""Contacts and companies: their lists, their pages, and the forms in which they are made and changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from crm.desk import Desk
from crm.errors import Invalid, NotFound, Problem, Stale
from crm.names import full_name, title_of
from crm.transaction import Row
from crm.words import Phrase, phrase
from web.access import company, current_actor, database, write
from web.respond import redirect_to, respond, toast
from workspace.queries import clients as reading
from workspace.queries.records import custom_fields, people_here
from workspace.record_fields import Form, facts, problems_of, read_sent

clients = Blueprint("clients", __name__)
PLURAL = {"contact": "contacts", "company": "companies"}
ENTITY = {plural: entity for entity, plural in PLURAL.items()}
HEADINGS: dict[str, Phrase] = {"contact": phrase("Contacts"), "company": phrase("Companies")}


@clients.get("/contacts")
def contacts() -> Response:
    """All contacts by name."""
    return _list("contact")


@clients.get("/companies")
def companies() -> Response:
    """All companies by name."""
    return _list("company")


@clients.get("/<any(contacts, companies):plural>/new")
def new(plural: str) -> Response:
    """The form of a new contact or company."""
    return _form(ENTITY[plural])


@clients.post("/<any(contacts, companies):plural>")
def create(plural: str) -> Response:
    """A new contact or company."""
    entity = ENTITY[plural]
    fields = _given(entity)
    try:
        row = write(lambda desk: desk.create_contact(fields) if entity == "contact" else desk.create_company(fields))
    except Invalid as invalid:
        return _form(entity, problems=problems_of(invalid))
    toast(phrase("{name} is there now.", name=title_of(row)))
    return redirect_to(url_for("clients.show", plural=plural, client_id=row.id))


@clients.get("/<any(contacts, companies):plural>/<int:client_id>")
def show(plural: str, client_id: int) -> Response:
    """A contact or company with its deals and leads."""
    entity = ENTITY[plural]
    with database().reading() as connection:
        row = _there(connection, entity, client_id)
        custom = custom_fields(connection, entity)
        context: dict[str, Any] = {
            "records": reading.records_of(connection, current_actor(), client_id),
            "people": reading.people_of(connection, client_id) if entity == "company" else [],
            "firm": reading.find(connection, "company", row["company_id"]) if row.get("company_id") else None,
            "facts": facts(
                entity, custom, row, dict(people_here(connection)), without=("first_name", "last_name", "title", "emails", "phones")
            ),
        }
    return respond("workspace/clients/show.html", client=row, entity=entity, plural=plural, name=_name(entity, row), **_shared(), **context)


@clients.get("/<any(contacts, companies):plural>/<int:client_id>/edit")
def edit(plural: str, client_id: int) -> Response:
    """The form in which a contact or company is changed."""
    with database().reading() as connection:
        row = _there(connection, ENTITY[plural], client_id)
    return _form(ENTITY[plural], row)


@clients.post("/<any(contacts, companies):plural>/<int:client_id>")
def save(plural: str, client_id: int) -> Response:
    """Save the form, unless somebody changed it in the meantime."""
    entity = ENTITY[plural]
    with database().reading() as connection:
        row = _there(connection, entity, client_id)
    fields = _given(entity)

    def work(desk: Desk) -> None:
        client = desk.row(entity, client_id)
        if client["updated_at"].isoformat() != request.form.get("updated_at"):
            raise Stale
        desk.edit_client(client, fields)

    try:
        write(work)
    except Stale:
        with database().reading() as connection:
            return _form(entity, _there(connection, entity, client_id), is_stale=True)
    except Invalid as invalid:
        return _form(entity, row, problems_of(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("clients.show", plural=plural, client_id=client_id))


@clients.post("/<any(contacts, companies):plural>/<int:client_id>/deletion")
def delete(plural: str, client_id: int) -> Response:
    """Put a contact or company into the recycle bin."""

    def work(desk: Desk) -> tuple[Row, int]:
        client = desk.row(ENTITY[plural], client_id)
        return client, desk.delete_records([client]).id

    client, entry_id = write(work)
    toast(phrase("{name} is in the recycle bin.", name=title_of(client)), url_for("workspace.restore", entry_id=entry_id))
    return redirect_to(url_for(f"clients.{plural}"))


def _list(entity: str) -> Response:
    words, page = request.args.get("q", "")[:80], max(1, request.args.get("page", 1, type=int))
    with database().reading() as connection:
        found, count = reading.listed(connection, current_actor(), entity, words, page, sqlite=database().is_sqlite)
    pages = max(1, -(-count // reading.A_PAGE))
    context: dict[str, Any] = {
        "found": found,
        "count": count,
        "page_number": page,
        "pages": pages,
        "q": words,
        "entity": entity,
        "plural": PLURAL[entity],
    }
    return respond("workspace/clients/page.html", "workspace/clients/_list.html", **context, **_shared())


def _form(entity: str, row: Any = None, problems: tuple[Problem, ...] = (), *, is_stale: bool = False) -> Response:
    with database().reading() as connection:
        custom, people = custom_fields(connection, entity), people_here(connection)
        firms = reading.firms(connection) if entity == "contact" else []
    sent = request.form if request.method == "POST" else None
    form = Form(entity, custom, people, row or {}, sent, problems, is_stale)
    chosen = request.values.get("company") if sent is not None or row is None else row["company_id"] if entity == "contact" else None
    context: dict[str, Any] = {
        "client": row,
        "entity": entity,
        "plural": PLURAL[entity],
        "form": form,
        "firms": firms,
        "company_id": chosen,
    }
    name = _name(entity, row) if row else None
    return respond("workspace/clients/form.html", status=form.status, name=name, **context, **_shared())


def _given(entity: str) -> dict[str, Any]:
    with database().reading() as connection:
        custom = custom_fields(connection, entity)
    fields = read_sent(entity, custom, request.form)
    if entity == "contact" and "company" in request.form:
        fields["company"] = request.form["company"]
    return fields


def _there(connection: Any, entity: str, client_id: int) -> Any:
    row = reading.find(connection, entity, client_id)
    if row is None:
        raise NotFound
    return row


def _name(entity: str, row: Any) -> str:
    return full_name(row) if entity == "contact" else row["title"]


def _shared() -> dict[str, Any]:
    return {"headings": HEADINGS, "region": company().region}
