"""Signed-in browsers: the cookie holds a secret, the table only its hash, and fourteen days slide along with use."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from crm.entities import table_of
from crm.models import Session, User
from crm.transaction import Row, Transaction

LASTS = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)
_SESSIONS = table_of(Session)
_USERS = table_of(User)


@dataclass(frozen=True)
class SignedIn:
    """A browser that is signed in, and the row of the person."""

    token_hash: str
    user: Row
    seen_at: datetime
    ends_at: datetime

    def wants_renewal(self, now: datetime) -> bool:
        """Whether it is time to note that the browser is still used."""
        return now - self.seen_at >= NOTED_EVERY


def start(transaction: Transaction, user_id: int, now: datetime, *, browser: str | None = None, address: str | None = None) -> str:
    """Sign a browser in; returns the secret for its cookie, which is kept nowhere else. What has ended is cleared away."""
    secret = secrets.token_urlsafe(32)
    transaction.execute(delete(Session).where(Session.ends_at <= now))
    transaction.insert(
        _SESSIONS,
        {
            "token_hash": hash_of(secret),
            "user_id": user_id,
            "created_at": now,
            "seen_at": now,
            "ends_at": now + LASTS,
            "browser": browser[:300] if browser else None,
            "address": address,
        },
    )
    return secret


def find(connection: Connection, secret: str, now: datetime) -> SignedIn | None:
    """Who the secret belongs to; None where it is unknown, has ended, or the person was dismissed."""
    statement = (
        select(_SESSIONS.c.token_hash, _SESSIONS.c.seen_at, _SESSIONS.c.ends_at, *_USERS.c)
        .join(_USERS, _USERS.c.id == _SESSIONS.c.user_id)
        .where(_SESSIONS.c.token_hash == hash_of(secret), _SESSIONS.c.ends_at > now, _USERS.c.active)
    )
    found = connection.execute(statement).mappings().first()
    if found is None:
        return None
    user: dict[str, Any] = {column.name: found[column.name] for column in _USERS.c}
    return SignedIn(found["token_hash"], Row(_USERS, user), found["seen_at"], found["ends_at"])


def of_person(connection: Connection, user_id: int, now: datetime) -> list[dict[str, Any]]:
    """The signed-in browsers of somebody, the last used first."""
    statement = select(_SESSIONS).where(_SESSIONS.c.user_id == user_id, _SESSIONS.c.ends_at > now).order_by(_SESSIONS.c.seen_at.desc())
    return [dict(found) for found in connection.execute(statement).mappings()]


def renew(transaction: Transaction, token_hash: str, now: datetime) -> None:
    """Note that the browser was used; it stays signed in for another fourteen days."""
    transaction.execute(update(Session).where(Session.token_hash == token_hash).values(seen_at=now, ends_at=now + LASTS))


def end(transaction: Transaction, token_hash: str, user_id: int) -> bool:
    """Sign a browser of a person out; returns whether it was signed in."""
    done = transaction.execute(delete(Session).where(Session.token_hash == token_hash, Session.user_id == user_id))
    return bool(done.rowcount)


def end_all(transaction: Transaction, user_id: int, *, but: str | None = None) -> None:
    """Sign every browser of a person out, except the one that acts."""
    transaction.execute(delete(Session).where(Session.user_id == user_id, Session.token_hash != (but or "")))


def hash_of(secret: str) -> str:
    """What is stored of a secret. It is random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
