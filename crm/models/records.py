"""Pipelines, stages, the leads and deals on them, and what is said and done about those."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base

_ALIVE: dict[str, Any] = {"sqlite_where": text("deleted_at IS NULL"), "postgresql_where": text("deleted_at IS NULL")}


class Pipeline(Base):
    """A row of stages for leads or for deals. ``people`` (user ids) take turns with what comes in."""

    __tablename__ = "pipeline"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    entity: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    people: Mapped[list[Any]] = mapped_column(default=list)
    demo: Mapped[bool] = mapped_column(default=False)


class Stage(Base):
    """A column of a pipeline. ``kind`` is process, success or failure; ``colour`` one of the palette's names."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("pipeline_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    colour: Mapped[str]
    position: Mapped[int]


class Record(Base):
    """A lead or a deal (``entity``). Contacts are kept in order, the first is the primary one."""

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_board", "stage_id", "stage_entered_at", "id", **_ALIVE),
        # All that the head of a stage tells, for everybody who may see only some of it: counted without reading the records.
        Index("ix_record_sums", "stage_id", "currency", "amount", "responsible_id", "creator_id", "id", **_ALIVE),
        Index("ix_record_pipeline", "pipeline_id"),
        Index("ix_record_bin", "bin_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity: Mapped[str]
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    title: Mapped[str]
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    creator_id: Mapped[int | None]
    source: Mapped[str | None]
    comment: Mapped[str | None]
    begin_date: Mapped[date | None]
    close_date: Mapped[date | None]
    observers: Mapped[list[Any]] = mapped_column(default=list)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    contact_ids: Mapped[list[Any]] = mapped_column(default=list)
    company_id: Mapped[int | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    address: Mapped[str | None]
    emails: Mapped[list[Any]] = mapped_column(default=list)
    phones: Mapped[list[Any]] = mapped_column(default=list)
    products: Mapped[list[Any]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    stage_entered_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    bin_id: Mapped[int | None]
    demo: Mapped[bool] = mapped_column(default=False)


class Comment(Base):
    """Something said on the timeline of a record."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_record", "record_id", "created_at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[int]
    author_id: Mapped[int | None]
    text: Mapped[str]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Activity(Base):
    """Something done or to be done about a record: ``kind`` is email, call, form, and the planned kinds.

    ``direction`` is in or out for what was exchanged with the client; ``details`` holds what only that kind has.
    """

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_record", "record_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    record_id: Mapped[int]
    responsible_id: Mapped[int | None]
    creator_id: Mapped[int | None]
    direction: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str | None]
    at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    open: Mapped[bool] = mapped_column(default=False)
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[int | None]
    auto_complete: Mapped[bool] = mapped_column(default=False)
    made_by_rule: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Turn(Base):
    """Whose turn it was last, by the key of the list that takes turns."""

    __tablename__ = "turn"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int]
