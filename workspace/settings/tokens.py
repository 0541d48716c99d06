"""Settings: the tokens by which other programs sign in."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy import select

from crm.errors import Invalid
from crm.models import Token, User
from crm.words import phrase
from web.access import database, require, write
from web.filled import Filled
from web.respond import redirect_to, respond, toast
from workspace.settings.rooms import settings


@settings.get("/tokens")
@require("tokens.edit")
def tokens() -> Response:
    """All tokens, and the form for another."""
    return _page(Filled())


@settings.post("/tokens")
@require("tokens.edit")
def create_token() -> Response:
    """A new token; its secret is shown once."""
    try:
        token, secret = write(lambda desk: desk.create_token(request.form.get("name", "")))
    except Invalid as invalid:
        return _page(Filled.sent(invalid))
    response = respond("settings/tokens/secret.html", token=token, secret=secret, address=request.url_root.rstrip("/"))
    response.headers["Cache-Control"] = "no-store"
    return response


@settings.post("/tokens/<int:token_id>/revocation")
@require("tokens.edit")
def revoke_token(token_id: int) -> Response:
    """A token signs in no more."""
    write(lambda desk: desk.revoke_token(token_id))
    toast(phrase("The token is revoked. Programs that use it are refused from now on."))
    return redirect_to(url_for("settings.tokens"))


def _page(form: Filled) -> Response:
    statement = select(*Token.__table__.c, User.name.label("person")).outerjoin(User, User.id == Token.user_id)
    with database().reading() as connection:
        found = [dict(row) for row in connection.execute(statement.order_by(Token.created_at.desc())).mappings()]
    valid = [row for row in found if row["revoked_at"] is None]
    revoked = [row for row in found if row["revoked_at"] is not None]
    return respond("settings/tokens/page.html", status=form.status, form=form, valid=valid, revoked=revoked)
