"""Contacts and companies, and the two tables by which they are found: by address, and by the records they are linked to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Contact(Base):
    """A person outside the company."""

    __tablename__ = "contact"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    position: Mapped[str | None]
    address: Mapped[str | None]
    emails: Mapped[list[Any]] = mapped_column(default=list)
    phones: Mapped[list[Any]] = mapped_column(default=list)
    company_id: Mapped[int | None] = mapped_column(index=True)
    responsible_id: Mapped[int | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    bin_id: Mapped[int | None] = mapped_column(index=True)
    demo: Mapped[bool] = mapped_column(default=False)


class Company(Base):
    """A firm outside the company."""

    __tablename__ = "company"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    address: Mapped[str | None]
    emails: Mapped[list[Any]] = mapped_column(default=list)
    phones: Mapped[list[Any]] = mapped_column(default=list)
    responsible_id: Mapped[int | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    bin_id: Mapped[int | None] = mapped_column(index=True)
    demo: Mapped[bool] = mapped_column(default=False)


class Reach(Base):
    """How a client or lead can be reached, normalised, so that incoming mail and calls find them. Made from the lists on the rows."""

    __tablename__ = "reach"
    __table_args__ = (Index("ix_reach_value", "kind", "value"),)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]


class Link(Base):
    """Which records a contact or company is linked to. Made from the links on the records."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_client", "client_id"),)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity: Mapped[str]
