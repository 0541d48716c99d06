"""Undoing: inverses of effects, newest first, field by field, never over a later change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import select

from crm.actor import Origin
from crm.entities import KEPT_IN_BIN, TABLES, plain, revived, table_of, value_of
from crm.models import Effect
from crm.names import title_of
from crm.transaction import Row
from crm.verbs.exceptions import ExceptionVerbs
from crm.words import Phrase, phrase

_EFFECTS = table_of(Effect)
# What changes by itself with every change, and so says nothing of whether somebody has touched a row.
_RESTLESS = {"updated_at", "stage_entered_at"}


@dataclass
class Undone:
    """What an undo did: its own effect, how many effects it took back, and what it left with the reason."""

    effect_id: bytes
    taken_back: int = 0
    left: list[Phrase] = field(default_factory=list)


class UndoVerbs(ExceptionVerbs):
    """Takes back effects. The undo's own moves start no rules; an undo is an effect too and can be undone."""

    def undo(self, effects: Sequence[Row], *, record: Row, subject: Mapping[str, Any]) -> Undone:
        """Take back effects, the newest first; ``subject`` says in the undo's own effect what was undone (a run, another undo)."""
        self.allow("rules.undo")
        undo_id = self.journal("undo.done", record["entity"], record.id, record.id, None, dict(subject))
        before, self.origin, self.quiet = self.origin, Origin(root=undo_id), True
        undone = Undone(undo_id)
        try:
            for effect in sorted(effects, key=lambda each: each["id"], reverse=True):
                if effect["undone_by"] is None:
                    self._take_back(effect, undone)
        finally:
            self.origin, self.quiet = before, False
        told = {**subject, "taken_back": undone.taken_back, "left": [reason.as_json() for reason in undone.left]}
        self.transaction.update_by_id(_EFFECTS, undo_id, {"after": told})
        return undone

    def undo_undo(self, undo_effect: Row) -> Undone:
        """Take back an undo: what it took back holds again, where nobody has changed it since."""
        effects = self.effects(root=undo_effect["id"])
        record = self.transaction.load(TABLES["deal"], [undo_effect["entity_id"]])[undo_effect["entity_id"]]
        undone = self.undo(effects, record=record, subject={"undo": undo_effect["id"].hex()})
        self.transaction.update(undo_effect, {"undone_by": undone.effect_id})
        for effect in self.effects(undone_by=undo_effect["id"]):
            self.transaction.update(effect, {"undone_by": None})
        return undone

    def effects(self, **where: Any) -> list[Row]:
        """The effects whose columns have these values (or one of a list of values), oldest first."""
        conditions = [
            _EFFECTS.c[name].in_(value) if isinstance(value, (list, tuple, set)) else _EFFECTS.c[name] == value
            for name, value in where.items()
        ]
        return self.transaction.rows(select(_EFFECTS).where(*conditions).order_by(_EFFECTS.c.id), _EFFECTS)

    def _take_back(self, effect: Row, undone: Undone) -> None:
        left = self._invert(effect)
        undone.left.extend(left)
        self.transaction.update(effect, {"undone_by": undone.effect_id})
        undone.taken_back += not left

    def _invert(self, effect: Row) -> list[Phrase]:
        special = self._SPECIAL.get(effect["kind"])
        if special is not None:
            return special(self, effect)
        if effect["entity"] not in TABLES:
            return [phrase("It cannot be taken back.")]
        if effect["before"] is None:
            return self._unmake(effect)
        if effect["after"] is None:
            return self._remake(effect)
        return self._set_back(effect)

    def _unmake(self, effect: Row) -> list[Phrase]:
        row = self.transaction.get(TABLES[effect["entity"]], effect["entity_id"])
        if row is None or row.get("deleted_at") is not None:
            return []
        if _is_touched(row, effect["after"]):
            return [phrase("“{title}” has been changed since and stays.", title=title_of(row))]
        if effect["entity"] in KEPT_IN_BIN:
            self.delete_records([row])
        elif "deleted_at" in row:
            self.change(row, f"{effect['entity']}.deleted", {"deleted_at": self.now}, effect["record_id"])
        else:
            self.remove(row, f"{effect['entity']}.removed", effect["record_id"])
        return []

    def _remake(self, effect: Row) -> list[Phrase]:
        values = revived(effect["entity"], effect["before"])
        if effect["entity"] == "exception" and self.listed([values["value"]]):
            return [phrase("“{title}” is on the list again already.", title=values["value"])]
        if self.transaction.get(TABLES[effect["entity"]], values["id"]) is None:
            row = self.transaction.insert(TABLES[effect["entity"]], values)
            self.journal(f"{effect['entity']}.added", effect["entity"], row.id, effect["record_id"], None, values)
        return []

    def _set_back(self, effect: Row) -> list[Phrase]:
        row = self.transaction.get(TABLES[effect["entity"]], effect["entity_id"])
        if row is None or (row.get("deleted_at") is not None and "deleted_at" not in effect["after"]):
            return [phrase("It does not exist any more.")]
        before = revived(effect["entity"], effect["before"])
        now = plain({name: value_of(row, name) for name in before})
        mine = {name: value for name, value in before.items() if now[name] == effect["after"].get(name)}
        self.change(row, effect["kind"], mine, effect["record_id"])
        return [
            phrase("{field} of “{title}” has been changed since and stays.", field=name, title=title_of(row))
            for name in before
            if name not in mine
        ]

    def _move_back(self, effect: Row) -> list[Phrase]:
        row = self.transaction.get(TABLES["deal"], effect["entity_id"])
        if row is None:
            return [phrase("It does not exist any more.")]
        if row["deleted_at"] is not None or row["stage_id"] != effect["after"]["stage_id"]:
            return [phrase("“{title}” has been moved since and stays where it is.", title=title_of(row))]
        if effect["before"]["stage_id"] not in self.stages():
            return [phrase("The stage on which “{title}” was does not exist any more.", title=title_of(row))]
        self.move(row, self.stage_reference(effect["before"]["stage_id"]))
        return []

    def _bring_back(self, effect: Row) -> list[Phrase]:
        row = self.transaction.get(TABLES[effect["entity"]], effect["entity_id"])
        if row is None:
            return [phrase("“{title}” is not in the recycle bin any more.", title=effect["before"].get("title", ""))]
        if row["bin_id"] != effect["after"]["bin_id"]:
            return [] if row["deleted_at"] is None else [phrase("“{title}” has been deleted again since.", title=title_of(row))]
        entry = row["bin_id"]
        self.put_back(row)
        if not self.rows_in_bin(entry):
            self.close_bin_entry(entry)
        return []

    def _delete_again(self, effect: Row) -> list[Phrase]:
        row = self.transaction.get(TABLES[effect["entity"]], effect["entity_id"])
        if row is not None and row["deleted_at"] is None:
            self.delete_records([row])
        return []

    def _leave_written(self, _: Row) -> list[Phrase]:
        return []  # an entry of History has no row: its effect is marked as undone

    _SPECIAL: ClassVar[Mapping[str, Callable[[Any, Row], list[Phrase]]]] = {
        "record.moved": _move_back,
        "record.deleted": _bring_back,
        "record.restored": _delete_again,
        "log.written": _leave_written,
        "undo.done": _leave_written,
    }


def _is_touched(row: Row, after: Mapping[str, Any]) -> bool:
    now = plain({name: row.get(name) for name in after if name not in _RESTLESS})
    return any(value != after[name] for name, value in now.items())
