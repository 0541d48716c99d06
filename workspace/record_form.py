"""The form of a record: all its fields, in place; and the form of a new one, with its client."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from crm.desk import Desk
from crm.errors import Invalid, NotFound, Problem, Stale
from crm.reach import collect
from crm.transaction import Row
from crm.words import phrase
from web.access import company, current_actor, current_user, database, write
from web.respond import nothing, redirect_to, respond, signal, toast, wants_fragment
from workspace.board import new_request_id
from workspace.moves import CHANGED
from workspace.queries import records as reading
from workspace.queries.pipelines import PipelineOf, named, pipelines
from workspace.record_fields import Form, problems_of, read_sent
from workspace.record_view import head
from workspace.records import answer, records, visible
from workspace.rooms import workspace

LONGEST_NAME = 200


@records.get("/records/<int:record_id>/edit")
def edit(record_id: int) -> Response:
    """The form with all fields of a record."""
    return _form(record_id)


@records.get("/records/<int:record_id>/facts")
def record_facts(record_id: int) -> Response:
    """The fields as they are read: the form is closed without saving."""
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            raise NotFound
    return respond("workspace/record/page.html", "workspace/record/_facts.html", **head(found), is_open=True)


@records.post("/records/<int:record_id>")
def save(record_id: int) -> Response:
    """Save the form, unless somebody has changed the record since it was opened."""
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            raise NotFound
    fields = read_sent(found.record["entity"], found.custom, request.form)

    def work(desk: Desk) -> None:
        record = visible(desk, record_id)
        desk.lock([record_id])
        if record["updated_at"].isoformat() != request.form.get("updated_at"):
            raise Stale
        desk.edit_record(record, fields)

    try:
        write(work)
    except Stale:
        return _form(record_id, is_stale=True)
    except Invalid as invalid:
        return _form(record_id, problems_of(invalid))
    toast(phrase("Saved."))
    return answer(record_id)


@workspace.get("/pipelines/<key>/new")
def new_record(key: str) -> Response:
    """The form of a new deal or lead."""
    return _new(key)


@workspace.post("/pipelines/<key>/records")
def create_record(key: str) -> Response:
    """A new deal or lead; its client is found by e-mail or phone, or made."""
    with database().reading() as connection:
        pipeline = named(pipelines(connection), key)
        custom = reading.custom_fields(connection, pipeline.entity)
    stage = pipeline.stage(request.form.get("stage", 0, type=int)) or pipeline.stages[0]
    fields = read_sent(pipeline.entity, custom, request.form)

    def work(desk: Desk) -> tuple[Row, str | None]:
        if (made := desk.record_of_request(request.form.get("request_id", ""))) is not None:
            return desk.record(made), None  # the same form, sent twice
        known, client = _client(desk, pipeline.entity)
        row = desk.create_record(
            pipeline.entity,
            {**fields, **client},
            stage=pipeline.reference(stage),
            request_id=request.form.get("request_id") or None,
        )
        return row, known

    try:
        record, known = write(work)
    except Invalid as invalid:
        return _new(key, problems_of(invalid))
    return _created(record, known)


def _created(record: Row, known: str | None) -> Response:
    address = url_for("records.show", record_id=record.id)
    told = {"title": record["title"], "name": known or ""}
    if known:
        toast(phrase("{title} is there now, linked to {name}, whom you knew already.", **told), see_url=address, see=phrase("Open it"))
    else:
        toast(phrase("{title} is there now.", **told), see_url=address, see=phrase("Open it"))
    if not wants_fragment():
        return redirect_to(address)
    signal(CHANGED)
    return nothing()


def _client(desk: Desk, entity: str) -> tuple[str | None, dict[str, Any]]:
    """The client fields of a new record; the name of the contact, where it was known already."""
    first, _, last = request.form.get("client_name", "").strip()[:LONGEST_NAME].rpartition(" ")
    emails, phones = ([each] if (each := request.form.get(name, "").strip()) else [] for name in ("client_email", "client_phone"))
    if not (last or emails or phones):
        return None, {}
    reach = collect(emails, phones, desk.settings.region)
    wrong = [("client_email", emails, reach.emails), ("client_phone", phones, reach.phones)]
    problems = [Problem(where, _UNREADABLE[where]) for where, given, read in wrong if given and not read]
    if problems:
        raise Invalid(problems)
    who = {"first_name": first, "last_name": last, "emails": emails, "phones": phones}
    sender = desk.sender_behind(emails=reach.emails, phones=reach.phones)
    if sender.contacts:
        contact = desk.row("contact", sender.contacts[0])
        return _called(contact), {"contacts": [contact.id], "company": contact["company_id"]}
    if entity == "lead":
        return None, who
    return None, {"contacts": [desk.create_contact(who).id]}


def _called(contact: Row) -> str:
    return " ".join(filter(None, (contact["first_name"], contact["last_name"]))) or next(iter(contact["emails"]), "")


def _form(record_id: int, problems: tuple[Problem, ...] = (), *, is_stale: bool = False) -> Response:
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            raise NotFound
        people = reading.people_here(connection)
    sent = request.form if request.method == "POST" else None
    form = Form(found.record["entity"], found.custom, people, found.record, sent, problems, is_stale)
    return respond("workspace/record/edit.html", "workspace/record/_edit.html", form.status, form=form, **head(found))


def _new(key: str, problems: tuple[Problem, ...] = ()) -> Response:
    with database().reading() as connection:
        pipeline = named(pipelines(connection), key)
        custom = reading.custom_fields(connection, pipeline.entity)
        people = reading.people_here(connection)
    sent = request.form if request.method == "POST" else None
    blank = {"currency": company().currency, "responsible_id": current_user().id}
    form = Form(pipeline.entity, custom, people, blank, sent, problems)
    stages = [(stage.id, stage.name) for stage in pipeline.stages]
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "form": form,
        "stage_id": _wanted_stage(pipeline),
        "stage_choices": stages,
        "request_id": new_request_id(),
    }
    return respond("workspace/record/new.html", "workspace/record/_new.html", form.status, **context)


def _wanted_stage(pipeline: PipelineOf) -> int:
    return request.values.get("stage", 0, type=int) or (pipeline.stages[0].id if pipeline.stages else 0)


_UNREADABLE = {
    "client_email": phrase("This is not an e-mail address."),
    "client_phone": phrase("This is not a phone number."),
}
