"""What changed and in which order: heads, stage entries, effects, the recycle bin and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


class Head(Base):
    """The one row that is locked before anything is done about a record, contact or company."""

    __tablename__ = "head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(default=0)
    entry_id: Mapped[bytes | None]


class StageEntry(Base):
    """A stay of a record on a stage. ``request_id`` makes a repeated request harmless."""

    __tablename__ = "stage_entry"
    __table_args__ = (UniqueConstraint("record_id", "seq"), Index("ix_stage_entry_stage", "stage_id", "entered_at"))
    id: Mapped[bytes] = mapped_column(primary_key=True)
    request_id: Mapped[str | None] = mapped_column(unique=True)
    record_id: Mapped[int]
    stage_id: Mapped[int]
    seq: Mapped[int]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    actor_id: Mapped[int | None]
    step: Mapped[bytes | None]


class Effect(Base):
    """One change: what was before, what is after, who or what did it. ``record_id`` is the record in whose History it stands."""

    __tablename__ = "effect"
    __table_args__ = (
        Index("ix_effect_record", "record_id", "id"),
        Index("ix_effect_run", "run", "id", sqlite_where=text("run IS NOT NULL"), postgresql_where=text("run IS NOT NULL")),
        Index("ix_effect_entity", "entity_id"),
    )
    id: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    run: Mapped[bytes | None]
    step: Mapped[bytes | None]
    actor_id: Mapped[int | None]
    cause: Mapped[bytes | None]
    root: Mapped[bytes | None]
    kind: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[int]
    record_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    undone_by: Mapped[bytes | None]


class BinEntry(Base):
    """What went to the recycle bin together and comes back together."""

    __tablename__ = "bin_entry"
    __table_args__ = (Index("ix_bin_entry_at", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    run: Mapped[bytes | None]
    title: Mapped[str]
    size: Mapped[int]
    restored_at: Mapped[datetime | None]


class Audit(Base):
    """Who changed the rules, the people or the settings; rows are only ever added, each sealed with the one before it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    verb: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    seal: Mapped[str]
