"""Settings: to whom a mailbox, a telephone line or a form belongs."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from crm.errors import Invalid
from crm.models import Call, Message, Owner, Submission, User
from crm.verbs.settings import OWNED
from crm.words import Phrase, phrase
from web.access import database, require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from web.words import gettext, say
from workspace.settings.rooms import settings

KIND_WORDS: dict[str, Phrase] = {"mailbox": phrase("Mailbox"), "line": phrase("Telephone line"), "form": phrase("Web form")}
ICONS = {"mailbox": "mail", "line": "phone", "form": "form"}
_SEEN = {"mailbox": Message.mailbox, "line": Call.line, "form": Submission.form}


@settings.get("/owners")
@require("owners.edit")
def owners() -> Response:
    """Everything through which somebody has come in, and whose it is."""
    return _page(Filled({"kind": "mailbox"}))


@settings.post("/owners")
@require("owners.edit")
def set_owner() -> Response:
    """Say whose it is; nobody is an answer, too."""
    form = request.form
    user_id = int(form["user_id"]) if form.get("user_id", "").isdecimal() else None
    try:
        write(lambda desk: desk.set_owner(form.get("kind", ""), form.get("key", ""), user_id))
    except Invalid as invalid:
        return _page(Filled.sent(invalid))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.owners"))


def _page(form: Filled) -> Response:
    with database().reading() as connection:
        owned = {(row.kind, row.key): row.user_id for row in connection.execute(select(Owner.kind, Owner.key, Owner.user_id))}
        seen = {(kind, key) for kind, column in _SEEN.items() for key in connection.execute(select(column).distinct()).scalars() if key}
        people = connection.execute(select(User.id, User.name).where(User.active).order_by(User.name)).all()
    rows: list[dict[str, Any]] = [
        {"kind": kind, "key": key, "user_id": owned.get((kind, key)), "icon": ICONS[kind], "label": KIND_WORDS[kind]}
        for kind, key in sorted(seen | set(owned), key=lambda pair: (OWNED.index(pair[0]), pair[1]))
    ]
    return respond(
        "settings/owners/page.html",
        status=form.status,
        form=form,
        rows=rows,
        kinds=[(kind, say(KIND_WORDS[kind])) for kind in OWNED],
        people=[("", gettext("Nobody, people take turns")), *((row.id, row.name) for row in people)],
    )
