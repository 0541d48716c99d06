"""What every verb of the desk stands on: rights, the journal of effects, and the settings of the company."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from crm import access
from crm.actor import NOWHERE, Actor, Origin
from crm.entities import TABLES, entity_of, plain, table_of, value_of
from crm.errors import NotAllowed, NotFound
from crm.indexes import Indexer
from crm.keys import new_key
from crm.models import CustomField, Effect, Head, Setting
from crm.settings import Settings
from crm.transaction import Row, Transaction
from crm.words import phrase

if TYPE_CHECKING:
    from crm.desk import Desk

T = TypeVar("T")
_EFFECTS = table_of(Effect)
_HEADS = table_of(Head)
_CUSTOM = table_of(CustomField)
_SETTINGS = table_of(Setting)


class DeskBase:
    """A desk belongs to one transaction, one actor and one moment; whatever is done at it has one first cause (``origin.root``)."""

    def __init__(self, transaction: Transaction, actor: Actor, now: datetime, origin: Origin = NOWHERE) -> None:
        self.transaction = transaction
        self.actor = actor
        self.now = now
        self.origin = origin if origin.root else Origin(origin.run, origin.step, new_key(now), origin.depth)
        self.quiet = False

    @property
    def desk(self) -> Desk:
        """This desk with all its verbs, for those who listen to events."""
        return cast("Desk", self)

    def table(self, entity: str) -> Table:
        """The table of an entity."""
        return TABLES[entity]

    def allow(self, verb: str, subject: Row | None = None) -> None:
        """Raise ``NotAllowed`` where the actor may not do this."""
        if self.actor.role == "admin":
            return
        owner = subject.get("responsible_id") if subject is not None else None
        department = self.people()[owner]["department_id"] if owner in self.people() else None
        if not access.may(self.actor, verb, subject, department):
            raise NotAllowed

    def lock(self, ids: Iterable[int]) -> dict[int, Row]:
        """Lock the heads of records, contacts or companies, in the order of their ids; whatever concerns them comes after."""
        wanted = sorted(set(ids))
        if self.transaction.is_sqlite:  # the one writer holds everything
            return self.transaction.load(_HEADS, wanted)
        statement = select(_HEADS).where(_HEADS.c.id.in_(wanted)).order_by(_HEADS.c.id).with_for_update()
        return {row.id: row for row in self.transaction.rows(statement, _HEADS)}

    def row(self, entity: str, row_id: int) -> Row:
        """A row that is there and not deleted, else ``NotFound``."""
        found = self.transaction.get(TABLES[entity], row_id)
        if found is None or found.get("deleted_at") is not None or (entity in ("lead", "deal") and found["entity"] != entity):
            raise NotFound
        return found

    def record(self, record_id: int) -> Row:
        """A lead or deal that is there and not deleted."""
        found = self.transaction.get(TABLES["deal"], record_id)
        if found is None or found["deleted_at"] is not None:
            raise NotFound
        return found

    def people(self) -> dict[int, Row]:
        """All users of the company by id, dismissed ones too."""
        return self._remembered("people", lambda: self._all("user"))

    def departments(self) -> dict[int, Row]:
        """All departments by id."""
        return self._remembered("departments", lambda: self._all("department"))

    def pipelines(self) -> dict[int, Row]:
        """All pipelines by id, in their order."""
        return self._remembered("pipelines", lambda: self._all("pipeline", "position"))

    def stages(self) -> dict[int, Row]:
        """All stages by id, in the order of their pipelines."""
        return self._remembered("stages", lambda: self._all("stage", "position"))

    def stage_reference(self, stage_id: int) -> str:
        """A stage as ``pipeline/stage``."""
        stage = self.stages()[stage_id]
        return f"{self.pipelines()[stage['pipeline_id']]['key']}/{stage['key']}"

    def stage(self, reference: str) -> Row:
        """The stage that ``pipeline/stage`` names, else ``NotFound``."""
        pipeline_key, _, stage_key = reference.partition("/")
        for stage in self.stages().values():
            if stage["key"] == stage_key and self.pipelines()[stage["pipeline_id"]]["key"] == pipeline_key:
                return stage
        raise NotFound(phrase("The stage “{stage}” does not exist any more.", stage=reference))

    def custom_fields(self) -> list[Row]:
        """The fields that the company added."""
        statement = select(_CUSTOM).order_by(_CUSTOM.c.position, _CUSTOM.c.id)
        return self._remembered("custom_fields", lambda: self.transaction.rows(statement, _CUSTOM))

    @property
    def settings(self) -> Settings:
        """The settings of the company."""
        return self._remembered("settings", self._read_settings)

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.settings.time_zone)

    def forget(self, *names: str) -> None:
        """Have people, stages or settings read anew, after they were changed."""
        for name in names:
            self.transaction.memory.pop(name, None)

    def create(self, entity: str, kind: str, values: Mapping[str, Any], record_id: int | None = None) -> Row:
        """Insert a row and journal it; ``record_id`` is the record in whose History it stands (a record's own by itself)."""
        table = TABLES[entity]
        row = self.transaction.insert(table, {"id": self.transaction.next_id(), **values})
        if entity in ("lead", "deal"):
            record_id = row.id
        told = {name: value for name, value in row.items() if value not in (None, [], {})}
        self.journal(kind, entity, row.id, record_id, None, told)
        self._indexer().see(row)
        return row

    def change(self, row: Row, kind: str, changes: Mapping[str, Any], record_id: int | None = None) -> dict[str, Any]:
        """Write the fields that really differ (columns, or ``custom.KEY``) and journal them; returns what was there before."""
        before = {name: value_of(row, name) for name, value in changes.items() if value_of(row, name) != value}
        if not before:
            return {}
        after = {name: changes[name] for name in before}
        self.write(row, after)
        entity = entity_of(row)
        own = row.id if entity in ("lead", "deal") else record_id
        self.journal(kind, entity, row.id, own, before, after)
        return before

    def write(self, row: Row, changes: Mapping[str, Any]) -> None:
        """Write fields without journalling them, for what the journal holds already."""
        columns = {name: value for name, value in changes.items() if not name.startswith("custom.")}
        custom = {name[7:]: value for name, value in changes.items() if name.startswith("custom.")}
        if custom:
            merged = {**(row["custom"] or {}), **custom}
            columns["custom"] = {name: value for name, value in merged.items() if value is not None}
        self.transaction.update(row, columns)
        self._indexer().see(row, columns)

    def remove(self, row: Row, kind: str, record_id: int | None = None) -> None:
        """Delete a row for good and journal it whole, so that it can be put back."""
        entity = entity_of(row)
        self.journal(kind, entity, row.id, record_id, dict(row), None)
        self.transaction.delete(row)

    def journal(
        self,
        kind: str,
        entity: str,
        entity_id: int,
        record_id: int | None,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> bytes:
        """Write an effect; returns its id."""
        key = new_key(self.now)
        self.transaction.insert(
            _EFFECTS,
            {
                "id": key,
                "at": self.now,
                "run": self.origin.run,
                "step": self.origin.step,
                "actor_id": self.actor.user_id if self.actor.kind == "person" else None,
                "cause": self.origin.step,
                "root": self.origin.root,
                "kind": kind,
                "entity": entity,
                "entity_id": entity_id,
                "record_id": record_id,
                "before": None if before is None else plain(before),
                "after": None if after is None else plain(after),
                "undone_by": None,
            },
        )
        return key

    def _indexer(self) -> Indexer:
        return self._remembered("indexer", lambda: Indexer(self.transaction, lambda: self.settings.region))

    def _all(self, entity: str, order: str = "id") -> dict[int, Row]:
        table = TABLES[entity]
        return {row.id: row for row in self.transaction.rows(select(table).order_by(table.c[order], table.c.id), table)}

    def _read_settings(self) -> Settings:
        found = self.transaction.execute(select(_SETTINGS.c.key, _SETTINGS.c.value))
        return Settings.from_rows({row.key: row.value for row in found})

    def _remembered(self, name: str, read: Callable[[], T]) -> T:
        memory = self.transaction.memory
        if name not in memory:
            memory[name] = read()
        remembered: T = memory[name]
        return remembered
