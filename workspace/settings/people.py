"""Settings: who works here."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import func, select

from crm import passwords
from crm.entities import TABLES
from crm.errors import Invalid, NotFound
from crm.models import Absence, Department, User
from crm.transaction import Row
from crm.verbs.people import ROLES
from crm.words import Phrase, phrase
from web.access import company, database, now, require, write
from web.filled import Filled
from web.me import absences_of, read_day, time_zones
from web.respond import redirect_to, respond, toast
from web.words import LANGUAGES, gettext, say
from workspace.settings.rooms import settings

ROLE_WORDS: dict[str, tuple[Phrase, Phrase]] = {
    "admin": (phrase("Admin"), phrase("Everything: people, pipelines, rules, settings.")),
    "manager": (phrase("Manager"), phrase("Sees all records, watches, switches off and undoes rules, but does not build them.")),
    "employee": (phrase("Employee"), phrase("Works with their own records and those of their department.")),
}
FIELDS = ("name", "email", "phone", "position", "role", "department_id", "time_zone", "language")


@settings.get("/people")
@require("people.edit")
def people() -> Response:
    """Everyone who works here, and those who did."""
    with database().reading() as connection:
        statement = select(*User.__table__.c, Department.name.label("department")).outerjoin(
            Department, Department.id == User.department_id
        )
        everyone = [dict(row) for row in connection.execute(statement).mappings()]
        away = set(connection.execute(select(Absence.user_id).where(Absence.first <= now().date(), Absence.last >= now().date())).scalars())
    everyone.sort(key=lambda person: plain_letters(person["name"]))
    present = [person for person in everyone if person["active"]]
    gone = [person for person in everyone if not person["active"]]
    return respond("settings/people/page.html", present=present, gone=gone, away=away, roles=ROLE_WORDS)


@settings.get("/people/new")
@require("people.edit")
def new_person() -> Response:
    """The form by which somebody is invited."""
    return _invitation(Filled({"role": "employee"}))


@settings.post("/people")
@require("people.edit")
def invite() -> Response:
    """Invite somebody: they get a password that is shown once."""
    secret = passwords.invented()
    hashed = passwords.hashed(secret)
    given = _given()

    def work(desk: Any) -> Row:
        user: Row = desk.create_user(
            given["name"],
            given["email"],
            given["role"],
            password_hash=hashed,
            department=given["department_id"],
            position=given["position"],
            phone=given["phone"],
            time_zone=given["time_zone"],
            language=given["language"],
        )
        return user

    try:
        user = write(work)
    except Invalid as invalid:
        return _invitation(Filled.sent(invalid))
    return _once(user, secret, phrase("{name} is invited", name=user["name"]))


@settings.get("/people/<key>")
@require("people.edit")
def person(key: str) -> Response:
    """One person."""
    user = _find(key)
    return _person(user, Filled(user))


@settings.post("/people/<key>")
@require("people.edit")
def edit_person(key: str) -> Response:
    """Change who somebody is and what they may do."""
    given = _given()
    try:
        write(lambda desk: desk.edit_user(desk.user(key), given))
    except Invalid as invalid:
        return _person(_find(key), Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.people"))


@settings.post("/people/<key>/passwords")
@require("people.edit")
def new_password(key: str) -> Response:
    """Give somebody another password, shown once; they are signed out everywhere."""
    secret = passwords.invented()
    hashed = passwords.hashed(secret)
    write(lambda desk: desk.set_password(desk.user(key), hashed))
    user = _find(key)
    return _once(user, secret, phrase("{name} has a new password", name=user["name"]))


@settings.post("/people/<key>/dismissal")
@require("people.edit")
def dismiss(key: str) -> Response:
    """Somebody works here no longer."""
    try:
        write(lambda desk: desk.dismiss(desk.user(key)))
    except Invalid as invalid:
        user = _find(key)
        return _person(user, Filled(user, invalid.problems))
    toast(phrase("{name} is dismissed and signed out everywhere.", name=_find(key)["name"]), url_for("settings.readmit", key=key))
    return redirect_to(url_for("settings.people"))


@settings.post("/people/<key>/readmission")
@require("people.edit")
def readmit(key: str) -> Response:
    """Somebody works here again."""
    write(lambda desk: desk.readmit(desk.user(key)))
    toast(phrase("{name} works here again.", name=_find(key)["name"]))
    return redirect_to(url_for("settings.people"))


@settings.post("/people/<key>/absences")
@require("people.edit")
def add_absence(key: str) -> Response:
    """Somebody is away on some days."""
    try:
        first, last = read_day("first"), read_day("last")
        write(lambda desk: desk.add_absence(desk.user(key), first, last))
    except Invalid as invalid:
        user = _find(key)
        return _person(user, Filled({**user, **request.form.to_dict()}, invalid.problems))
    return redirect_to(url_for("settings.person", key=key, _anchor="absences"))


@settings.post("/people/<key>/absences/<int:absence_id>/deletion")
@require("people.edit")
def remove_absence(key: str, absence_id: int) -> Response:
    """Somebody is not away after all."""
    write(lambda desk: desk.remove_absence(absence_id))
    return redirect_to(url_for("settings.person", key=key, _anchor="absences"))


def plain_letters(name: str) -> str:
    """A name as it is sorted: É beside E."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))


def _invitation(form: Filled) -> Response:
    return respond("settings/people/new.html", status=form.status, form=form, **_choices())


def _person(user: Row, form: Filled) -> Response:
    records = TABLES["deal"]
    with database().reading() as connection:
        owned = select(func.count()).select_from(records).where(records.c.responsible_id == user.id, records.c.deleted_at.is_(None))
        count = connection.execute(owned).scalar()
        absences = absences_of(connection, user.id, now().date())
    removals = [{**each, "removal": url_for("settings.remove_absence", key=user["key"], absence_id=each["id"])} for each in absences]
    return respond(
        "settings/people/person.html",
        status=form.status,
        user=user,
        form=form,
        count=count,
        absences=removals,
        absence_url=url_for("settings.add_absence", key=user["key"]),
        **_choices(),
    )


def _once(user: Row, secret: str, title: Phrase) -> Response:
    response = respond("settings/people/password.html", user=user, secret=secret, headline=title)
    response.headers["Cache-Control"] = "no-store"
    return response


def _choices() -> dict[str, Any]:
    with database().reading() as connection:
        departments = connection.execute(select(Department.id, Department.name).order_by(Department.name)).all()
    return {
        "roles": [(role, say(ROLE_WORDS[role][0]), say(ROLE_WORDS[role][1])) for role in ROLES],
        "departments": [("", gettext("None")), *((row.id, row.name) for row in departments)],
        "zones": [("", gettext("As the company: %(zone)s", zone=company().time_zone)), *time_zones()],
        "languages_here": [("", gettext("As the browser asks for")), *LANGUAGES.items()],
    }


def _given() -> dict[str, Any]:
    given: dict[str, Any] = {name: request.form.get(name, "") for name in FIELDS}
    given["department_id"] = int(given["department_id"]) if given["department_id"].isdecimal() else None
    return given


def _find(key: str) -> Row:
    users = TABLES["user"]
    with database().reading() as connection:
        found = connection.execute(select(users).where(users.c.key == key)).mappings().first()
    if found is None:
        raise NotFound
    return Row(users, dict(found))
