"""What holds for the whole company: settings, custom fields, and the counter that gives every row its number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Setting(Base):
    """One setting of the company: its key and its JSON value."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


class CustomField(Base):
    """A field that the company added to deals, leads, contacts or companies."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    options: Mapped[list[Any] | None]
    position: Mapped[int] = mapped_column(default=0)


class Counter(Base):
    """The last row number given out, on SQLite; PostgreSQL has a sequence of its own."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
