"""What leaves the house: one row a message, written with the change that wants it sent, delivered after the commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Outgoing(Base):
    """``request`` is frozen: every try sends the same under the same id. States: prepared sending sent failed unknown withdrawn."""

    __tablename__ = "outgoing"
    __table_args__ = (
        Index(
            "ix_outgoing_due",
            "available_at",
            sqlite_where=text("state IN ('prepared', 'sending')"),
            postgresql_where=text("state IN ('prepared', 'sending')"),
        ),
        Index("ix_outgoing_root", "root"),
    )
    id: Mapped[bytes] = mapped_column(primary_key=True)
    channel: Mapped[str]
    run: Mapped[bytes | None] = mapped_column(index=True)
    step: Mapped[bytes | None]
    root: Mapped[bytes | None]
    record_id: Mapped[int | None]
    request: Mapped[dict[str, Any]]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
