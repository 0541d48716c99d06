"""The History of a record: every effect as a sentence, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy import Connection, select

from crm.entities import table_of
from crm.errors import NotFound
from crm.history import FieldChange, changes, sentence
from crm.models import Effect
from crm.words import Phrase
from runtime.told import LookedUp
from web.access import current_actor, database
from web.respond import respond
from workspace.queries import records as reading
from workspace.rooms import workspace

A_PAGE = 40
_EFFECT = table_of(Effect)


@dataclass(frozen=True)
class Told:
    """An effect as it is told. ``changes`` are the fields that it changed, told apart from the sentence."""

    effect: Mapping[Any, Any]
    says: Phrase
    changes: Sequence[FieldChange]

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back."""
        return self.effect["undone_by"] is not None


@workspace.get("/records/<int:record_id>/history")
def record_history(record_id: int) -> Response:
    """A page of the History of a record."""
    with database().reading() as connection:
        found = reading.opened(connection, current_actor(), record_id)
        if found is None:
            raise NotFound
        context = history_tab(connection, record_id, place("before"))
    context |= {"opened": found, "record": found.record, "tab": "history"}
    return respond("workspace/record/earlier_history.html", "workspace/record/_history_page.html", **context)


def history_tab(connection: Connection, record_id: int, before: bytes | None) -> dict[str, Any]:
    """What the templates of History read."""
    statement = select(_EFFECT).where(_EFFECT.c.record_id == record_id, *([_EFFECT.c.id < before] if before else []))
    rows = connection.execute(statement.order_by(_EFFECT.c.id.desc()).limit(A_PAGE + 1)).mappings().all()
    return {"told": tell(connection, rows[:A_PAGE]), "history_before": rows[A_PAGE - 1]["id"].hex() if len(rows) > A_PAGE else None}


def tell(connection: Connection, effects: Sequence[Mapping[Any, Any]]) -> list[Told]:
    """Effects in words."""
    names = LookedUp(connection, effects)
    return [Told(each, sentence(each, names), changes(each, names)) for each in effects]


def place(name: str) -> bytes | None:
    """The number of an effect in the address."""
    written = request.args.get(name, "")
    try:
        return bytes.fromhex(written) or None
    except ValueError:
        raise NotFound from None
