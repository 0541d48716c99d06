"""Reads the timeline of a record: what is planned, and page by page what was said, done and moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from crm.entities import TABLES, table_of
from crm.models import Effect
from runtime.told import LookedUp

Columns = Mapping[Any, Any]
A_PAGE = 30
MOST_OPENED = 500
_ACTIVITY, _COMMENT, _EFFECT = TABLES["activity"], TABLES["comment"], table_of(Effect)
_MOVES = ("record.moved", "record.created", "record.restored")


@dataclass(frozen=True)
class Happened:
    """One thing on the timeline: ``what`` is comment, activity or move."""

    what: str
    at: datetime
    row: Columns


@dataclass(frozen=True)
class Past:
    """A page of what happened, the newest first; ``before`` is where the next one begins, None at the end."""

    entries: Sequence[Happened]
    before: datetime | None
    names: LookedUp


def planned(connection: Connection, record_id: int) -> list[Columns]:
    """The open activities of a record, what is due first first."""
    statement = select(_ACTIVITY).where(_ACTIVITY.c.record_id == record_id, _ACTIVITY.c.open, _ACTIVITY.c.deleted_at.is_(None))
    found = connection.execute(statement).mappings().all()
    return sorted(found, key=lambda row: (row["due_at"] is None, row["due_at"] or row["at"], row["id"]))


def past(connection: Connection, record_id: int, *, before: datetime | None = None, since: datetime | None = None) -> Past:
    """A page of what happened, from ``before`` on; or all that has come since ``since``, where a page was opened up to there."""
    activities = _ACTIVITY.c.record_id == record_id, _ACTIVITY.c.deleted_at.is_(None), ~_ACTIVITY.c.open
    comments = _COMMENT.c.record_id == record_id, _COMMENT.c.deleted_at.is_(None)
    moves = _EFFECT.c.record_id == record_id, _EFFECT.c.kind.in_(_MOVES)
    found = [
        *_some(connection, "activity", _ACTIVITY, _ACTIVITY.c.at, activities, before, since),
        *_some(connection, "comment", _COMMENT, _COMMENT.c.created_at, comments, before, since),
        *_some(connection, "move", _EFFECT, _EFFECT.c.at, moves, before, since),
    ]
    found.sort(key=lambda each: (each.at, _rank(each)), reverse=True)
    page = found if since is not None else _whole_moments(found)
    effects = [each.row for each in page if each.what == "move"]
    return Past(page, since if since is not None else page[-1].at if len(found) > len(page) else None, LookedUp(connection, effects))


def _some(
    connection: Connection,
    what: str,
    table: Any,
    at: Any,
    conditions: Sequence[Any],
    before: datetime | None,
    since: datetime | None,
) -> list[Happened]:
    asked = [*conditions, *([at < before] if before is not None else []), *([at >= since] if since is not None else [])]
    most = MOST_OPENED if since is not None else A_PAGE + 1
    statement = select(table).where(*asked).order_by(at.desc(), table.c.id.desc()).limit(most)
    return [Happened(what, row[at.name], row) for row in connection.execute(statement).mappings()]


def _rank(happened: Happened) -> tuple[int, Any]:
    """Of what happened at one moment, the move came first."""
    return (0 if happened.what == "move" else 1, 0 if happened.what == "move" else happened.row["id"])


def _whole_moments(found: list[Happened]) -> list[Happened]:
    """A page that does not end between two things of one moment, for the next begins before that moment."""
    end = A_PAGE
    while len(found) > A_PAGE and end < len(found) and found[end].at == found[end - 1].at:
        end += 1
    return found[:end]
