"""The tables of the engine: chains with drafts and versions, runs, steps, switches, and long work on many records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.models.base import Base


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class ChainRow(Base):
    """The rules of one stage: the draft, and which version is published. ``used`` are all node ids that were ever given.

    A chain whose stage was removed has none any more; ``stage`` still says which it was.
    """

    __tablename__ = "chain"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage_id: Mapped[int | None] = mapped_column(unique=True)
    stage: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    draft: Mapped[dict[str, Any]]
    draft_number: Mapped[int] = mapped_column(default=0)
    top_number: Mapped[int] = mapped_column(default=0)
    used: Mapped[list[Any]] = mapped_column(default=list)
    version_id: Mapped[int | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None]
    demo: Mapped[bool] = mapped_column(default=False)


class Revision(Base):
    """A draft as it was after one edit; undo and redo walk along these."""

    __tablename__ = "chain_revision"
    __table_args__ = (UniqueConstraint("chain_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id"))
    number: Mapped[int]
    draft: Mapped[dict[str, Any]]
    says: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]


class Version(Base):
    """A published chain. It never changes."""

    __tablename__ = "chain_version"
    __table_args__ = (UniqueConstraint("chain_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chain.id"))
    number: Mapped[int]
    graph: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[int | None]


class Run(Base):
    """One execution of a chain version for one record. Owner, lease and epoch say who works on it now."""

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("stage_entry", "chain_id", "generation"),
        Index("ix_run_ready", "ready_at", "id", **_where("state = 'ready'")),
        Index("ix_run_running", "record_id", unique=True, **_where("state = 'running'")),
        Index("ix_run_lease", "lease_until", **_where("state = 'running'")),
        Index("ix_run_record", "record_id", "id"),
        Index("ix_run_chain", "chain_id", "id"),
        Index("ix_run_root", "root"),
    )
    id: Mapped[bytes] = mapped_column(primary_key=True)
    chain_id: Mapped[int]
    version_id: Mapped[int]
    record_id: Mapped[int]
    stage_entry: Mapped[bytes]
    generation: Mapped[int] = mapped_column(default=0)
    seq: Mapped[int]
    state: Mapped[str]
    reason: Mapped[dict[str, Any] | None]
    publisher_id: Mapped[int | None]
    depth: Mapped[int] = mapped_column(default=0)
    cause: Mapped[bytes | None]
    root: Mapped[bytes | None]
    actor_id: Mapped[int | None]
    trigger: Mapped[dict[str, Any] | None]
    ready_at: Mapped[datetime]
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    undone_by: Mapped[bytes | None]


class StepRow(Base):
    """One node of one run; what it said, what it handed out, and by which exit the run went on.

    ``rescheduled`` once the field from which its time is counted has changed while it slept.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("run_id", "node"),
        Index("ix_step_due", "due_at", **_where("state = 'sleeping'")),
        Index("ix_step_trouble", "ended_at", **_where("state IN ('failed', 'dead', 'unknown')")),
    )
    id: Mapped[bytes] = mapped_column(primary_key=True)
    run_id: Mapped[bytes]
    node: Mapped[str]
    place: Mapped[int]
    state: Mapped[str]
    reached_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    rescheduled: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    says: Mapped[dict[str, Any] | None]
    outputs: Mapped[dict[str, Any] | None]
    exit: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class Seen(Base):
    """A troubled step that somebody has seen to: it leaves the error inbox. A retry takes the mark away."""

    __tablename__ = "step_seen"
    step_id: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]


class Switch(Base):
    """Something that is held back: ``kind`` all, pipeline or effect, ``key`` which."""

    __tablename__ = "switch"
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]


class Bulk(Base):
    """Long work on many records, done in pieces by the workers; it shows how far it is and can be cancelled."""

    __tablename__ = "bulk"
    __table_args__ = (Index("ix_bulk_open", "id", **_where("state = 'working'")),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    target: Mapped[str]
    record_ids: Mapped[list[Any]]
    place: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]
    says: Mapped[dict[str, Any] | None]
    actor_id: Mapped[int | None]
    root: Mapped[bytes]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
