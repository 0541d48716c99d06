"""Settings: fields of the company's own."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from crm.entities import table_of
from crm.errors import Invalid, NotFound
from crm.fields import CUSTOM_KINDS, Kind
from crm.models import CustomField
from crm.verbs.settings import FIELD_ENTITIES
from crm.words import Phrase, phrase
from web.access import database, require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from web.words import say
from workspace.settings.rooms import settings

ENTITY_WORDS: dict[str, Phrase] = {
    "deal": phrase("Deals"),
    "lead": phrase("Leads"),
    "contact": phrase("Contacts"),
    "company": phrase("Companies"),
}
KIND_WORDS: dict[Kind, Phrase] = {
    Kind.TEXT: phrase("Text"),
    Kind.LONG: phrase("Long text"),
    Kind.NUMBER: phrase("Number"),
    Kind.MONEY: phrase("Money"),
    Kind.DATE: phrase("Date"),
    Kind.DATETIME: phrase("Date and time"),
    Kind.YES_NO: phrase("Yes or no"),
    Kind.CHOICE: phrase("One of several options"),
    Kind.CHOICES: phrase("Any of several options"),
    Kind.USER: phrase("Person"),
    Kind.LINK: phrase("Link"),
    Kind.FILE: phrase("File"),
    Kind.BOOKING: phrase("Booking"),
}
_FIELDS = table_of(CustomField)


@settings.get("/fields")
@require("settings.edit")
def fields() -> Response:
    """All fields, and the form for another."""
    return _list(Filled({"entity": "deal", "kind": "text"}))


@settings.post("/fields")
@require("settings.edit")
def create_field() -> Response:
    """A new field."""
    form = request.form
    label, options = form.get("label", ""), form.get("options", "").splitlines()
    try:
        write(lambda desk: desk.create_field(form.get("entity", ""), label, form.get("kind", ""), options=options))
    except Invalid as invalid:
        return _list(Filled.sent(invalid))
    toast(phrase("{name} is there now.", name=label.strip()))
    return redirect_to(url_for("settings.fields"))


@settings.get("/fields/<int:field_id>")
@require("settings.edit")
def field(field_id: int) -> Response:
    """One field."""
    found = _find(field_id)
    options = "\n".join(option["label"] for option in found["options"] or ())
    return _one(found, Filled({**found, "options": options}))


@settings.post("/fields/<int:field_id>")
@require("settings.edit")
def edit_field(field_id: int) -> Response:
    """Rename a field, change its options."""
    form = request.form
    options = form["options"].splitlines() if "options" in form else None
    try:
        write(lambda desk: desk.edit_field(desk.custom_field(field_id), form.get("label", ""), options))
    except Invalid as invalid:
        return _one(_find(field_id), Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.fields"))


@settings.post("/fields/<int:field_id>/deletion")
@require("settings.edit")
def delete_field(field_id: int) -> Response:
    """Remove a field."""
    found = _find(field_id)
    write(lambda desk: desk.delete_field(desk.custom_field(field_id)))
    toast(phrase("{name} is removed.", name=found["label"]))
    return redirect_to(url_for("settings.fields"))


def _list(form: Filled) -> Response:
    rows = _all()
    groups = [(ENTITY_WORDS[entity], [row for row in rows if row["entity"] == entity]) for entity in FIELD_ENTITIES]
    return respond(
        "settings/fields/page.html",
        status=form.status,
        form=form,
        groups=[(label, found) for label, found in groups if found],
        kind_words=KIND_WORDS,
        entities=[(entity, say(ENTITY_WORDS[entity])) for entity in FIELD_ENTITIES],
        kinds=[(str(kind), say(KIND_WORDS[kind])) for kind in CUSTOM_KINDS],
    )


def _one(found: dict[str, Any], form: Filled) -> Response:
    return respond(
        "settings/fields/field.html", status=form.status, field=found, form=form, kind_words=KIND_WORDS, entity_words=ENTITY_WORDS
    )


def _all() -> list[dict[str, Any]]:
    with database().reading() as connection:
        return [dict(row) for row in connection.execute(select(_FIELDS).order_by(_FIELDS.c.position, _FIELDS.c.id)).mappings()]


def _find(field_id: int) -> dict[str, Any]:
    found = next((row for row in _all() if row["id"] == field_id), None)
    if found is None:
        raise NotFound
    return found
