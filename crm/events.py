"""News that the CRM sends while it changes something; whoever listens acts in the same transaction.

The CRM never learns who listens: rules hang on these events and on nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm.transaction import Row

if TYPE_CHECKING:
    from crm.desk import Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that entered a stage. ``left`` is the id of the stay that this ended, None for a new record."""

    record: Row
    entry_id: bytes
    left: bytes | None


@dataclass(frozen=True, slots=True)
class StageEntered:
    """Records entered stages. ``quiet`` where no rules shall start (an undo)."""

    entries: Sequence[Entry]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class RecordsRemoved:
    """Records went to the recycle bin."""

    records: Sequence[Row]


@dataclass(frozen=True, slots=True)
class RecordEdited:
    """Fields of a record changed: key to value, before and after."""

    record: Row
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClientActed:
    """The client wrote, called or sent a form about a record."""

    record: Row
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted:
    """Something was put into the outbox."""

    outgoing: Row


@dataclass(frozen=True, slots=True)
class StagesRemoved:
    """Stages are about to be removed; nothing stands on them any more."""

    stage_ids: Sequence[int]


Listener = Callable[["Desk", Any], None]
_listeners: dict[type, list[Listener]] = defaultdict(list)


def listen(kind: type, listener: Listener) -> None:
    """Have ``listener(desk, event)`` called for every event of a kind; registering it twice is the same as once."""
    if listener not in _listeners[kind]:
        _listeners[kind].append(listener)


def send(desk: Desk, event: object) -> None:
    """Tell all who listen, in the order in which they registered."""
    for listener in _listeners[type(event)]:
        listener(desk, event)
