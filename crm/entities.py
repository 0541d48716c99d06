"""Which table an entity lives in, and how the values of its columns are written into effects and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import LargeBinary, Table

from crm.columns import Day, Instant, Money
from crm.models import (
    Activity,
    Base,
    Call,
    Comment,
    Company,
    Contact,
    Department,
    Exception_,
    Message,
    Pipeline,
    Record,
    Stage,
    Submission,
    User,
)
from crm.transaction import Row


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


TABLES: Mapping[str, Table] = {
    "deal": table_of(Record),
    "lead": table_of(Record),
    "contact": table_of(Contact),
    "company": table_of(Company),
    "comment": table_of(Comment),
    "activity": table_of(Activity),
    "exception": table_of(Exception_),
    "message": table_of(Message),
    "call": table_of(Call),
    "submission": table_of(Submission),
    "pipeline": table_of(Pipeline),
    "stage": table_of(Stage),
    "user": table_of(User),
    "department": table_of(Department),
}
KEPT_IN_BIN = frozenset({"deal", "lead", "contact", "company"})
_READERS = {Instant: datetime.fromisoformat, Day: date.fromisoformat, Money: Decimal}


def entity_of(row: Row) -> str:
    """The entity of a row: its table, or for records what the row says."""
    name: str = row["entity"] if row.table is TABLES["deal"] else row.table.name
    return name


def value_of(row: Row, field: str) -> Any:
    """A column of a row, or one of its custom fields as ``custom.KEY``."""
    if field.startswith("custom."):
        return (row["custom"] or {}).get(field[7:])
    return row[field]


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns as JSON holds them."""
    return {name: _plain(value) for name, value in values.items()}


def revived(entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of columns that ``plain`` wrote."""
    table = TABLES[entity]
    return {name: _revive(table, name, value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, bool, list, dict)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _revive(table: Table, name: str, value: Any) -> Any:
    column = table.c.get(name)
    if column is None or value is None:
        return value
    if isinstance(value, str) and isinstance(column.type, LargeBinary):
        return bytes.fromhex(value)
    reader: Any = _READERS.get(type(column.type))
    return reader(value) if reader else value
