"""Counts rows for an expectation: which rows an entity means, and whether one has the values that are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm.desk import Desk
from crm.entities import TABLES, entity_of
from crm.names import title_of
from crm.reach import normal_email, normal_phone
from crm.transaction import Row
from crm.values import COLUMNS
from crm.words import phrase
from runtime.scenario.world import BadScenario, World, placed

ENTITIES = (
    "lead", "deal", "contact", "company", "quote", "invoice", "task", "activity", "booking", "comment", "feed_post", "notification",
    "document", "exception", "message", "email", "call",
)  # fmt: skip
# Entities that are some of the rows of another: its name, and what tells them apart.
_PARTS: Mapping[str, tuple[str, str]] = {"task": ("activity", "task"), "email": ("activity", "email")}
# What stands on a record lies in the recycle bin with it.
_ON_RECORDS = (TABLES["activity"], TABLES["comment"])
# What is surely meant as a number: neither a phone nor a code with zeros before it.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
# Field keys whose columns are named otherwise.
_COLUMNS = {**COLUMNS, "from": "sender"}
# Fields by which somebody is reached: compared after normalising, as on the exceptions list.
_REACHED = ("email", "emails", "phone", "phones", "from", "to", "value")
_WORDS = ("title", "subject", "text", "description", "name", "value", "comment")


def count(world: World, desk: Desk, entity: str, where: Mapping[str, Any]) -> int:
    """How many rows of an entity, without the recycle bin, have these values. What has no table has no rows."""
    with placed("where"):
        for key, value in where.items():
            _meant(world, key, value)  # a wrong key is told of even where there is nothing to count
    name, kind = _PARTS.get(entity, (entity, None))
    table = TABLES.get(name)
    if table is None:
        return 0
    statement = select(table)
    if "deleted_at" in table.c:
        statement = statement.where(table.c.deleted_at.is_(None))
    if table in _ON_RECORDS:
        records = TABLES["deal"]
        statement = statement.where(table.c.record_id.not_in(select(records.c.id).where(records.c.deleted_at.is_not(None))))
    if entity in ("lead", "deal"):
        statement = statement.where(table.c.entity == entity)
    if kind is not None:
        statement = statement.where(table.c.kind == kind)
    rows = desk.transaction.rows(statement, table)
    with placed("where"):
        return sum(all(fits(world, desk, row, key, value) for key, value in where.items()) for row in rows)


def fits(world: World, desk: Desk, row: Row, key: str, wanted: Any, *, exactly: bool = False) -> bool:
    """Whether a row has a value; titles and texts as a part of theirs, unless ``exactly``."""
    found = _value(world, desk, row, key)
    is_own = _is_own(desk, row, key)
    if key in ("title", "text") and not exactly and not is_own:
        return isinstance(wanted, str) and wanted in found
    if key == "text" and not is_own:
        return bool(found == wanted)
    meant = _meant(world, key, wanted)
    if key in _REACHED:
        region = desk.settings.region
        return _same(_normal(found, region), _normal(meant, region))
    return _same(found, meant)


def shown(world: World, desk: Desk, row: Row, key: str) -> str:
    """A value of a row, as a scenario would name it."""
    found = _value(world, desk, row, key)
    users = {user_id: f"user:{name}" for name, user_id in world.users.items()}
    return str(users.get(found, found)) if key in ("responsible", "creator", "to") else str(found)


def _value(world: World, desk: Desk, row: Row, key: str) -> Any:
    if _is_own(desk, row, key):
        return (row["custom"] or {}).get(key)
    if key in _SPECIAL:
        return _SPECIAL[key](desk, row)
    column = _COLUMNS.get(key, key)
    for name in (column, f"{column}_id", f"{column}_at"):
        if name in row:
            return row[name]
    if key in ("email", "phone") and f"{key}s" in row:
        return next(iter(row[f"{key}s"]), None)
    if "details" in row:
        return row["details"].get(key)
    raise BadScenario.at(key, phrase("{entity} has no field “{key}”.", entity=entity_of(row), key=key))


def _is_own(desk: Desk, row: Row, key: str) -> bool:
    """Whether a field is one that the company added."""
    return "custom" in row and any(field.key == key for field in desk.custom_fields_of(entity_of(row)))


def _meant(world: World, key: str, wanted: Any) -> Any:
    """What a value of a scenario stands for: the id of a user, record, contact or company, else the value itself."""
    if isinstance(wanted, list):
        return [_meant(world, key, each) for each in wanted]
    if isinstance(wanted, str) and wanted.startswith("user:"):
        if wanted[5:] not in world.users:
            raise BadScenario.at(key, phrase("There is nothing here with the key “{key}”.", key=wanted[5:65]))
        return world.users[wanted[5:]]
    if key in ("of", "contacts", "company", "record", "contact") and isinstance(wanted, str):
        if wanted not in world.rows:
            raise BadScenario.at(key, phrase("There is nothing here with the key “{key}”.", key=wanted[:60]))
        return world.rows[wanted][1]
    return wanted


def _normal(value: Any, region: str) -> Any:
    """Addresses and numbers in their one form, so that it does not matter how they are written."""
    if isinstance(value, list):
        return [_normal(each, region) for each in value]
    return (normal_email(value) or normal_phone(value, region) or value) if isinstance(value, str) else value


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return isinstance(found, list) and _without_order(found) == _without_order(wanted)
    if isinstance(found, list) and not isinstance(wanted, (dict, bool)) and wanted is not None:
        return any(_same(each, wanted) for each in found)
    return bool(_comparable(found) == _comparable(wanted))


def _without_order(values: list[Any]) -> list[str]:
    return sorted(str(_comparable(each)) for each in values)


def _comparable(value: Any) -> Any:
    """Amounts, days and instants by what they are, however they are written."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return Decimal(str(value))
    return _read(value) if isinstance(value, str) else value


def _read(text: str) -> Any:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    try:
        instant = datetime.fromisoformat(text) if len(text) > 10 else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else text
    except (ValueError, OverflowError):
        return text


def _all_words(desk: Desk, row: Row) -> str:
    return "\n".join(str(row[name]) for name in _WORDS if row.get(name))


def _stage(desk: Desk, row: Row) -> str | None:
    return desk.stage_reference(row["stage_id"]) if row.get("stage_id") is not None else None


def _pipeline(desk: Desk, row: Row) -> str | None:
    return desk.stage_reference(row["stage_id"]).partition("/")[0] if row.get("stage_id") is not None else None


def _reached(desk: Desk, row: Row) -> list[Any]:
    found: list[Any] = []
    for value in (*(row.get(name) for name in ("user_id", "responsible_id", "recipients", "to")), row.get("details", {}).get("to")):
        found += value if isinstance(value, list) else [value] if value is not None else []
    return found


def _how_many(name: str) -> Callable[[Desk, Row], int]:
    return lambda desk, row: len(row.get(name) or (row.get("details") or {}).get(name) or ())


def _planned(desk: Desk, row: Row) -> Any:
    return next((row[name] for name in ("starts_at", "starts", "due_at", "at") if row.get(name) is not None), None)


_SPECIAL: Mapping[str, Callable[[Desk, Row], Any]] = {
    "title": lambda desk, row: title_of(row),
    "text": _all_words,
    "stage": _stage,
    "pipeline": _pipeline,
    "of": lambda desk, row: row.get("record_id"),
    "due": lambda desk, row: row.get("due_at"),
    "starts": _planned,
    "to": _reached,
    "attachments": _how_many("attachments"),
    "products": _how_many("products"),
    "name": lambda desk, row: title_of(row),
}
