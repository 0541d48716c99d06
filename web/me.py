"""The page about oneself: language, theme, time zone, password, and the browsers in which one is signed in."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Flask, Response, g, request, url_for
from sqlalchemy import Connection, select

from crm import passwords, sessions
from crm.entities import table_of
from crm.errors import Invalid, NotFound
from crm.models import Absence, User
from crm.words import phrase
from web.access import company, current_user, database, forget_browser, now, write
from web.browsers import browser_name
from web.filled import Filled
from web.preferences import CHOICES
from web.respond import redirect_to, respond, toast
from web.words import LANGUAGES, gettext

me = Blueprint("me", __name__)
A_YEAR = 365 * 24 * 3600
_ABSENCES = table_of(Absence)


def init_app(app: Flask) -> None:
    """Serve the page; what somebody picks in the menu of the bar is kept for their other browsers, too."""
    app.register_blueprint(me)
    app.after_request(keep_choices)


@me.get("/me")
def show() -> Response:
    """Everything about oneself."""
    return _page()


@me.post("/me/preferences")
def change_preferences() -> Response:
    """Language, theme and time zone."""
    wishes = {name: request.form.get(name, "") or None for name in ("language", "theme", "time_zone")}
    try:
        write(lambda desk: desk.edit_own_preferences(wishes))
    except Invalid as invalid:
        return _page(_sent(invalid))
    toast(phrase("Saved."))
    response = redirect_to(url_for("me.show"))
    for name in ("language", "theme"):
        _keep_cookie(response, name, wishes[name])
    return response


@me.post("/me/passwords")
def change_password() -> Response:
    """Choose another password; every other browser is signed out."""
    viewer = current_user()
    try:
        _check_current(viewer.id, request.form.get("current", ""))
        chosen = passwords.check(request.form.get("password", ""))
        if chosen != request.form.get("again", ""):
            raise Invalid.at("again", phrase("The two are not the same."))
    except Invalid as invalid:
        return _page(_sent(invalid))
    fresh = passwords.hashed(chosen)
    write(lambda desk: desk.set_own_password(fresh, keep=viewer.token_hash))
    toast(phrase("Your password is changed. Every other browser is signed out."))
    return redirect_to(url_for("me.show"))


@me.post("/me/absences")
def add_absence() -> Response:
    """Note days on which one is away."""
    viewer = current_user()
    try:
        first, last = read_day("first"), read_day("last")
        write(lambda desk: desk.add_absence(desk.row("user", viewer.id), first, last))
    except Invalid as invalid:
        return _page(_sent(invalid))
    toast(phrase("Noted."))
    return redirect_to(url_for("me.show", _anchor="away"))


@me.post("/me/absences/<int:absence_id>/deletion")
def remove_absence(absence_id: int) -> Response:
    """Take days away off again."""
    write(lambda desk: desk.remove_absence(absence_id))
    toast(phrase("Removed."))
    return redirect_to(url_for("me.show", _anchor="away"))


@me.post("/sessions/<token_hash>/deletion")
def end_session(token_hash: str) -> Response:
    """Sign one of one's browsers out."""
    viewer = current_user()
    if not database().writing(lambda transaction: sessions.end(transaction, token_hash, viewer.id)):
        raise NotFound
    if token_hash == viewer.token_hash:
        g.viewer = None
        response = redirect_to(url_for("sign_in.show"))
        forget_browser(response)
        return response
    toast(phrase("That browser is signed out."))
    return redirect_to(url_for("me.show"))


@me.post("/me/sessions/deletion")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    viewer = current_user()
    database().writing(lambda transaction: sessions.end_all(transaction, viewer.id, but=viewer.token_hash))
    toast(phrase("Every other browser is signed out."))
    return redirect_to(url_for("me.show"))


def keep_choices(response: Response) -> Response:
    """Language and theme picked in the bar become the person's own."""
    viewer = g.get("viewer")
    if viewer is None or request.endpoint != "preferences.choose" or response.status_code >= 400:
        return response
    picked = {name: request.form[name] for name in ("language", "theme") if request.form.get(name) in CHOICES[name]}
    if picked:
        write(lambda desk: desk.edit_own_preferences(picked))
    return response


def absences_of(connection: Connection, user_id: int, today: date) -> list[dict[str, Any]]:
    """The days away of somebody that are not over, the next first."""
    statement = select(_ABSENCES).where(_ABSENCES.c.user_id == user_id, _ABSENCES.c.last >= today).order_by(_ABSENCES.c.first)
    return [dict(found) for found in connection.execute(statement).mappings()]


def read_day(name: str) -> date:
    """A day of the form that was sent."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid.at(name, phrase("This is not a date.")) from None


def time_zones() -> list[tuple[str, str]]:
    """The time zones by name, as choices."""
    return [
        (name, name.replace("_", " "))
        for name in sorted(available_timezones())
        if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    ]


def _page(form: Filled | None = None) -> Response:
    viewer = current_user()
    with database().reading() as connection:
        browsers = [{**found, "name": browser_name(found["browser"])} for found in sessions.of_person(connection, viewer.id, now())]
        absences = absences_of(connection, viewer.id, now().date())
    form = form or Filled({"language": viewer.language, "theme": viewer.theme, "time_zone": viewer.own_time_zone})
    return respond(
        "me/page.html",
        status=form.status,
        form=form,
        browsers=browsers,
        absences=[{**found, "removal": url_for("me.remove_absence", absence_id=found["id"])} for found in absences],
        absence_url=url_for("me.add_absence"),
        languages_here=list(LANGUAGES.items()),
        zones=[("", gettext("As the company: %(zone)s", zone=company().time_zone)), *time_zones()],
    )


def _sent(invalid: Invalid) -> Filled:
    """One of the forms of the page as it was sent, the others as they were."""
    viewer = current_user()
    own = {"language": viewer.language, "theme": viewer.theme, "time_zone": viewer.own_time_zone}
    return Filled({**own, **request.form.to_dict()}, invalid.problems)


def _check_current(user_id: int, given: str) -> None:
    with database().reading() as connection:
        stored = connection.execute(select(User.password_hash).where(User.id == user_id)).scalar()
    if not passwords.matches(stored, given):
        raise Invalid.at("current", phrase("This is not your present password."))


def _keep_cookie(response: Response, name: str, value: str | None) -> None:
    if value:
        response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    else:
        response.delete_cookie(name)
