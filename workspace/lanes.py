"""The board as it is shown: lanes with cards whose texts are ready, so that the template only sets them down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from crm.errors import NotFound
from crm.words import phrase
from web.formats import money, viewer_zone, when
from web.preferences import initials
from web.words import current_locale, gettext, say
from workspace.queries import board as reading
from workspace.queries.board import Amounts, Lens
from workspace.queries.cards import Around, Planned, around
from workspace.queries.pipelines import PipelineOf, StageOf

Columns = Mapping[Any, Any]
ICONS = {"call": "phone", "meeting": "calendar", "email": "mail", "task": "task", "wait": "hourglass", "booking": "calendar"}
# What is planned is told by its subject, but for what everybody knows by its kind.
SHORT = {"call": phrase("Call"), "meeting": phrase("Meeting"), "wait": phrase("Wait for the client")}


@dataclass(frozen=True, slots=True)
class Card:
    """A record as it stands on the board. ``key`` is its id as the page writes it, a dozen times a card."""

    id: int
    key: Markup
    title: str
    amount: str
    client: str
    who: str
    initials: str
    next_icon: str
    next_text: str
    late: bool
    waiting: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage with the newest of its records; ``after`` is where the next page begins, None where all are shown."""

    stage: StageOf
    count: int
    sums: tuple[str, ...]
    cards: Sequence[Card]
    after: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """The lanes of a pipeline, and what stands on all of them together."""

    lanes: Sequence[Lane]
    count: int
    sums: tuple[str, ...]


def board(connection: Connection, pipeline: PipelineOf, lens: Lens, now: datetime, shown: Mapping[int, int]) -> Board:
    """The board of a pipeline; ``shown`` says how many cards are wanted on a stage, else it is a page."""
    counted = reading.amounts(connection, pipeline, lens)
    limits = {stage.id: limit(shown.get(stage.id, 0)) for stage in pipeline.stages if counted[stage.id].count}
    found = reading.rows(connection, lens, limits)
    known = around(connection, [row for rows in found.values() for row in rows])
    lanes = [_lane(stage, counted[stage.id], found.get(stage.id, []), limits.get(stage.id, 0), known, now) for stage in pipeline.stages]
    return Board(lanes, sum(lane.count for lane in lanes), _total(counted))


def more(connection: Connection, pipeline: PipelineOf, stage: StageOf, lens: Lens, now: datetime, after: str) -> Lane:
    """The next page of one stage."""
    counted = reading.amounts(connection, pipeline, lens)[stage.id]
    rows = reading.rows_after(connection, lens, stage.id, _read_place(after))
    return _lane(stage, counted, rows, reading.A_PAGE, around(connection, rows), now)


def limit(wanted: int) -> int:
    """So many cards as somebody has opened already, at least a page and never too many."""
    return min(max(wanted, reading.A_PAGE), reading.MOST_SHOWN)


def shown_money(amount: Decimal | None, currency: str | None, locale: str | None = None) -> str:
    """An amount in the reader's language (``locale``, where it is known already); the same amount is written once."""
    if amount is None:
        return ""
    return _money(amount, currency or "EUR", locale or str(current_locale()))


def _lane(stage: StageOf, counted: Amounts, rows: Sequence[Columns], most: int, known: Around, now: datetime) -> Lane:
    write, locale = _writer(now), str(current_locale())
    cards = [_card(row, known, now, write, locale) for row in rows[:most]]
    after = _place(rows[most - 1]) if len(rows) > most else None
    sums = tuple(shown_money(amount, currency) for amount, currency in counted.sums)
    return Lane(stage, counted.count, sums, cards, after)


def _total(counted: Mapping[int, Amounts]) -> tuple[str, ...]:
    sums: dict[str, Decimal] = {}
    for each in counted.values():
        for amount, currency in each.sums:
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return tuple(shown_money(amount, currency) for currency, amount in sorted(sums.items(), key=lambda each: -each[1]))


def _card(row: Columns, known: Around, now: datetime, write: Callable[[datetime], str], locale: str) -> Card:
    record_id = row["id"]
    planned = known.planned.get(record_id)
    who = known.people.get(row["responsible_id"], "") if row["responsible_id"] is not None else ""
    late = planned is not None and planned.due_at is not None and planned.due_at < now
    return Card(
        record_id,
        Markup(str(record_id)),  # noqa: S704  a number
        row["title"],
        shown_money(row["amount"], row["currency"], locale),
        known.clients.get(record_id, ""),
        who,
        initials(who) if who else "",
        "alert-triangle" if late else ICONS.get(planned.kind, "check") if planned else "",
        _next(planned, late, write) if planned else "",
        late,
        record_id in known.waiting,
        record_id in known.failed,
    )


def _next(planned: Planned, late: bool, write: Callable[[datetime], str]) -> str:
    what = say(SHORT[planned.kind]) if planned.kind in SHORT else planned.subject
    if planned.due_at is None:
        return what
    if late:
        return str(gettext("%(what)s, since %(when)s", what=what, when=write(planned.due_at)))
    return f"{what}, {write(planned.due_at)}"


def _writer(now: datetime) -> Callable[[datetime], str]:
    zone, locale = viewer_zone(), str(current_locale())
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return lambda at: _when(at, midnight, zone.key, locale)


@lru_cache(maxsize=20_000)
def _money(amount: Decimal, currency: str, locale: str) -> str:
    return money(amount, currency)


@lru_cache(maxsize=20_000)
def _when(at: datetime, today: datetime, zone: str, locale: str) -> str:
    return when(at, today)


def _place(row: Columns) -> str:
    return f"{row['stage_entered_at'].isoformat()}~{row['id']}"


def _read_place(written: str) -> tuple[datetime, int]:
    at, _, record_id = written.partition("~")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), int(record_id)
    except ValueError:
        raise NotFound from None
