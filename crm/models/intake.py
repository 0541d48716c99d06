"""What comes in from outside, and the list of those who are kept out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Exception_(Base):  # noqa: N801  Python's own word is taken
    """An address, domain (``@agency.example``) or phone (E.164) that is kept out of the CRM, with who added it and from where."""

    __tablename__ = "exception"
    __table_args__ = (UniqueConstraint("kind", "value"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    value: Mapped[str]
    comment: Mapped[str | None]
    added_by: Mapped[int | None]
    record_id: Mapped[int | None]
    run: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Message(Base):
    """A message in the mailbox, with what the intake made of it (``outcome``)."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_at", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(unique=True)
    mailbox: Mapped[str | None]
    direction: Mapped[str]
    sender: Mapped[str]
    sender_name: Mapped[str | None]
    recipients: Mapped[list[Any]]
    subject: Mapped[str]
    text: Mapped[str]
    in_reply_to: Mapped[str | None]
    automatic: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str]
    record_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    at: Mapped[datetime]
    received_at: Mapped[datetime]


class Call(Base):
    """A call in the call log, with what the intake made of it."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_at", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(unique=True)
    direction: Mapped[str]
    phone: Mapped[str]
    line: Mapped[str | None]
    answered: Mapped[bool]
    seconds: Mapped[int | None]
    listed: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str]
    record_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    at: Mapped[datetime]


class Submission(Base):
    """A web form that somebody sent."""

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(unique=True)
    form: Mapped[str | None]
    fields: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    record_id: Mapped[int | None]
    activity_id: Mapped[int | None]
    at: Mapped[datetime]


class Owner(Base):
    """To whom a mailbox, a telephone line or a form belongs (``kind`` mailbox, line, form)."""

    __tablename__ = "owner"
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int]


class Token(Base):
    """A secret by which another program may post to the intake; only its hash is kept."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
