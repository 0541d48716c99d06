"""People of the tests, and browsers in which they are signed in already."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from crm import sessions
from crm.actor import SYSTEM
from crm.database import Database
from crm.desk import Desk
from crm.transaction import Row
from web.access import COOKIE


def make_person(database: Database, name: str = "Anna Nowak", role: str = "admin", **more: Any) -> Row:
    """Somebody who works here; their address is made from their first name."""
    email = more.pop("email", f"{name.partition(' ')[0].lower()}@roofs.example")
    return database.writing(lambda transaction: Desk(transaction, SYSTEM, datetime.now(UTC)).create_user(name, email, role, **more))


def sign_in(client: FlaskClient, database: Database, person: Row) -> None:
    """Sign a test client in, without a password."""
    client.set_cookie(COOKIE, secret_for(database, person))


def browser_cookie(database: Database, person: Row, address: str) -> Any:
    """The cookie with which a real browser is signed in."""
    return {"name": COOKIE, "value": secret_for(database, person), "url": address}


def secret_for(database: Database, person: Row) -> str:
    moment = datetime.now(UTC)
    return database.writing(lambda transaction: sessions.start(transaction, person.id, moment, browser="Chrome/140 Linux"))


def posting(client: FlaskClient, path: str = "/sign-in") -> dict[str, str]:
    """Headers with the token that a form of this client would carry."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path, follow_redirects=True).text)
    assert found, f"{path} has no token"
    return {"X-CSRFToken": found[1]}
