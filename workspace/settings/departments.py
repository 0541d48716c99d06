"""Settings: the departments, which stands under which, and who leads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import func, select

from crm.errors import Invalid, NotFound
from crm.models import Department, User
from crm.words import phrase
from web.access import database, require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from web.words import gettext
from workspace.settings.rooms import settings


@settings.get("/departments")
@require("people.edit")
def departments() -> Response:
    """All departments as a tree, and the form for another."""
    return _list(Filled())


@settings.post("/departments")
@require("people.edit")
def create_department() -> Response:
    """A new department."""
    given = _given()
    try:
        write(lambda desk: desk.create_department(given["name"], parent=given["parent_id"], head=given["head_id"]))
    except Invalid as invalid:
        return _list(Filled.sent(invalid))
    toast(phrase("{name} is there now.", name=given["name"].strip()))
    return redirect_to(url_for("settings.departments"))


@settings.get("/departments/<int:department_id>")
@require("people.edit")
def department(department_id: int) -> Response:
    """One department."""
    found = _find(department_id)
    return _one(found, Filled(found))


@settings.post("/departments/<int:department_id>")
@require("people.edit")
def edit_department(department_id: int) -> Response:
    """Rename a department, put it under another, say who leads it."""
    given = _given()
    try:
        write(lambda desk: desk.edit_department(desk.department(department_id), given))
    except Invalid as invalid:
        return _one(_find(department_id), Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.departments"))


@settings.post("/departments/<int:department_id>/deletion")
@require("people.edit")
def delete_department(department_id: int) -> Response:
    """Remove a department in which nobody works."""
    found = _find(department_id)
    try:
        write(lambda desk: desk.delete_department(desk.department(department_id)))
    except Invalid as invalid:
        return _one(found, Filled(found, invalid.problems))
    toast(phrase("{name} is removed.", name=found["name"]))
    return redirect_to(url_for("settings.departments"))


def _list(form: Filled) -> Response:
    rows = _all()
    return respond("settings/departments/page.html", status=form.status, form=form, tree=list(_tree(rows, None, 0)), **_choices(rows, None))


def _one(found: dict[str, Any], form: Filled) -> Response:
    return respond("settings/departments/department.html", status=form.status, department=found, form=form, **_choices(_all(), found["id"]))


def _all() -> list[dict[str, Any]]:
    with database().reading() as connection:
        counts = dict(
            connection.execute(select(User.department_id, func.count()).where(User.active).group_by(User.department_id)).tuples().all()
        )
        heads = select(*Department.__table__.c, User.name.label("head")).outerjoin(User, User.id == Department.head_id)
        found = connection.execute(heads.order_by(Department.name)).mappings()
        return [{**row, "count": counts.get(row["id"], 0)} for row in found]


def _tree(rows: list[dict[str, Any]], parent: int | None, depth: int) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["parent_id"] == parent:
            yield {**row, "depth": depth}
            yield from _tree(rows, row["id"], depth + 1)


def _choices(rows: list[dict[str, Any]], but: int | None) -> dict[str, Any]:
    below = {but, *(row["id"] for row in _tree(rows, but, 0))} if but is not None else set()
    with database().reading() as connection:
        people = connection.execute(select(User.id, User.name).where(User.active).order_by(User.name)).all()
    return {
        "parents": [("", gettext("None, it is at the top")), *((row["id"], row["name"]) for row in rows if row["id"] not in below)],
        "people": [("", gettext("Nobody")), *((row.id, row.name) for row in people)],
    }


def _given() -> dict[str, Any]:
    form = request.form
    ids = {name: int(form[name]) if form.get(name, "").isdecimal() else None for name in ("parent_id", "head_id")}
    return {"name": form.get("name", ""), **ids}


def _find(department_id: int) -> dict[str, Any]:
    found = next((row for row in _all() if row["id"] == department_id), None)
    if found is None:
        raise NotFound
    return found
