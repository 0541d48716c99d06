"""What the page of a record shows, ready for its templates; the same beside the board and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import request
from sqlalchemy import Connection

from crm.history import sentence
from crm.words import Phrase, phrase
from web.access import company, current_actor
from web.formats import viewer_zone
from workspace.lanes import ICONS, shown_money
from workspace.queries import records as reading
from workspace.queries import timeline
from workspace.queries.records import Opened
from workspace.queries.timeline import Happened, Past
from workspace.record_fields import facts

SHOWN_ABOVE = ("title", "amount", "responsible", "contacts", "company")
MOVED = {
    ("record.moved", "deal"): phrase("{who} moved the deal to {stage}"),
    ("record.moved", "lead"): phrase("{who} moved the lead to {stage}"),
    ("record.created", "deal"): phrase("{who} created the deal"),
    ("record.created", "lead"): phrase("{who} created the lead"),
    ("record.restored", "deal"): phrase("{who} restored the deal from the recycle bin"),
    ("record.restored", "lead"): phrase("{who} restored the lead from the recycle bin"),
}


@dataclass(frozen=True)
class Entry:
    """One thing on the timeline as it is shown."""

    id: str
    what: str
    icon: str
    at: datetime
    row: Mapping[Any, Any]
    says: Phrase | None = None
    who: str = ""
    means: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class Day:
    """What happened on one day of the reader."""

    date: date
    entries: Sequence[Entry]


def panel_of(connection: Connection, record_id: int | None) -> dict[str, Any] | None:
    """What the panel beside the board shows of a record; None where there is nothing to show."""
    if record_id is None:
        return None
    found = reading.opened(connection, current_actor(), record_id)
    return shown(connection, found) if found is not None else None


def shown(connection: Connection, found: Opened, tab: str = "timeline", since: datetime | None = None) -> dict[str, Any]:
    """Everything that the templates of a record read; the timeline as far as it is open already, where ``since`` says so."""
    past = timeline.past(connection, found.id, since=since) if tab == "timeline" else None
    return {
        **head(found),
        "tab": tab,
        "planned": timeline.planned(connection, found.id) if tab == "timeline" else [],
        "days": days(past, found) if past is not None else [],
        "before": past.before if past is not None else None,
    }


def head(found: Opened) -> dict[str, Any]:
    """What the head and the facts of a record show."""
    record = found.record
    return {
        "opened": found,
        "record": record,
        "amount": shown_money(record["amount"], record["currency"]),
        "responsible": found.people.get(record["responsible_id"]),
        "facts": facts(record["entity"], found.custom, record, found.people, without=SHOWN_ABOVE),
        "region": company().region,
        "icons_of": ICONS,
        "beside_board": request.headers.get("HX-Target") == "record" or "record" in request.args,
    }


def days(past: Past, found: Opened) -> list[Day]:
    """What happened, by the days of the reader."""
    zone = viewer_zone()
    entries = [_entry(each, past, found) for each in past.entries]
    return [Day(day, list(group)) for day, group in groupby(entries, lambda each: each.at.astimezone(zone).date())]


def _entry(happened: Happened, past: Past, found: Opened) -> Entry:
    row = happened.row
    if happened.what == "comment":
        own = row["author_id"] == current_actor().user_id or current_actor().role != "employee"
        return Entry(f"comment-{row['id']}", "comment", "comment", happened.at, row, who=_name(found, row["author_id"]), is_own=own)
    if happened.what == "move":
        return Entry(f"effect-{row['id'].hex()}", "move", "arrow-right", happened.at, row, says=_moved(row, past))
    means = "outgoing" if row["direction"] == "out" and row["kind"] == "email" else ""
    icon = {"email": "mail", "form": "form"}.get(row["kind"], ICONS.get(row["kind"], "check"))
    return Entry(f"activity-{row['id']}", "activity", icon, happened.at, row, who=_name(found, row["responsible_id"]), means=means)


def _moved(effect: Mapping[Any, Any], past: Past) -> Phrase:
    told = sentence(effect, past.names)
    stage = past.names.stage((effect["after"] or {}).get("stage", ""))
    return Phrase(MOVED[effect["kind"], effect["entity"]].text, {"who": told.values["who"], "stage": stage})


def _name(found: Opened, user_id: int | None) -> str:
    return found.people.get(user_id, "") if user_id is not None else ""
