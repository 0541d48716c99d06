"""The people of the company: users, departments, absences, and their signed-in sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Department(Base):
    """A department, the one above it, and who leads it."""

    __tablename__ = "department"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    head_id: Mapped[int | None]


class User(Base):
    """Somebody who works here. ``role`` is admin, manager or employee; a dismissed user is not ``active``."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    position: Mapped[str | None]
    role: Mapped[str]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    time_zone: Mapped[str | None]
    language: Mapped[str | None]
    theme: Mapped[str | None]
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Absence(Base):
    """Days on which somebody is away, both included."""

    __tablename__ = "absence"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]


class Session(Base):
    """One signed-in browser. The cookie holds a secret of which only the hash is kept here."""

    __tablename__ = "session"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    browser: Mapped[str | None]
    address: Mapped[str | None]
