"""Reads one record with its pipeline, its client and the people who work here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from crm.access import visible_to
from crm.actor import Actor
from crm.entities import TABLES, table_of
from crm.fields import Field, Kind
from crm.models import CustomField, Effect, User
from crm.names import full_name
from crm.words import Phrase
from workspace.queries.pipelines import PipelineOf, StageOf, pipelines

Columns = Mapping[Any, Any]
_RECORD, _CONTACT, _COMPANY = TABLES["deal"], TABLES["contact"], TABLES["company"]


@dataclass(frozen=True)
class Client:
    """A contact or company as it stands on a record."""

    id: int
    entity: str
    name: str
    emails: Sequence[str]
    phones: Sequence[str]


@dataclass(frozen=True)
class Opened:
    """A record with everything that its page shows around it. ``people`` are all who work or worked here, by id."""

    record: Columns
    pipeline: PipelineOf
    stage: StageOf
    contacts: Sequence[Client]
    company: Client | None
    people: Mapping[int, str]
    custom: Sequence[Field]
    mark: str

    @property
    def id(self) -> int:
        """The number of the record."""
        record_id: int = self.record["id"]
        return record_id

    @property
    def next_stage(self) -> StageOf | None:
        """The stage after the present one, where work goes on there."""
        stages = self.pipeline.stages
        place = stages.index(self.stage) + 1
        return stages[place] if self.stage.kind == "process" and place < len(stages) else None


def opened(connection: Connection, actor: Actor, record_id: int) -> Opened | None:
    """A record that is there and that the actor may see, else None."""
    record = find(connection, actor, record_id)
    if record is None or record["deleted_at"] is not None:
        return None
    pipeline = next(each for each in pipelines(connection) if each.id == record["pipeline_id"])
    stage = pipeline.stage(record["stage_id"])
    assert stage is not None, "a record stands on a stage of its pipeline"
    return Opened(
        record,
        pipeline,
        stage,
        contacts_of(connection, record["contact_ids"] or ()),
        company_of(connection, record["company_id"]),
        dict(connection.execute(select(User.id, User.name)).tuples().all()),
        custom_fields(connection, record["entity"]),
        mark_of(connection, record_id),
    )


def find(connection: Connection, actor: Actor, record_id: int) -> Columns | None:
    """The columns of a record that the actor may see, deleted ones too."""
    return connection.execute(select(_RECORD).where(_RECORD.c.id == record_id, visible_to(actor))).mappings().first()


def mark_of(connection: Connection, record_id: int) -> str:
    """Changes with everything that happens to a record."""
    newest, count = connection.execute(select(func.max(Effect.id), func.count()).where(Effect.record_id == record_id)).one()
    return f"{(newest or b'').hex()}.{count}"


def contacts_of(connection: Connection, ids: Sequence[int]) -> list[Client]:
    """The contacts with these ids that are there, in this order."""
    statement = select(_CONTACT).where(_CONTACT.c.id.in_(ids), _CONTACT.c.deleted_at.is_(None))
    found = {row["id"]: row for row in connection.execute(statement).mappings()} if ids else {}
    return [_client(found[each], "contact") for each in ids if each in found]


def company_of(connection: Connection, company_id: int | None) -> Client | None:
    """The company with this id, where it is there."""
    if company_id is None:
        return None
    statement = select(_COMPANY).where(_COMPANY.c.id == company_id, _COMPANY.c.deleted_at.is_(None))
    row = connection.execute(statement).mappings().first()
    return _client(row, "company") if row is not None else None


def custom_fields(connection: Connection, entity: str) -> list[Field]:
    """The fields that the company added to an entity."""
    table = table_of(CustomField)
    statement = select(table).where(table.c.entity == entity).order_by(table.c.position, table.c.id)
    return [
        Field(row.key, Kind(row.kind), Phrase(row.label), {each["key"]: each["label"] for each in row.options or ()} or None)
        for row in connection.execute(statement)
    ]


def people_here(connection: Connection) -> list[tuple[int, str]]:
    """Everybody who works here now, by name."""
    return [(row.id, row.name) for row in connection.execute(select(User.id, User.name).where(User.active).order_by(User.name))]


def _client(row: Columns, entity: str) -> Client:
    name = full_name(row) if entity == "contact" else row["title"]
    return Client(row["id"], entity, name, row["emails"] or (), row["phones"] or ())
