"""Writes many rows with one statement, prepared once: what SQLAlchemy works out anew for every row is worked out beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, update
from sqlalchemy.sql.dml import Insert, Update

Values = Mapping[str, Any]


class Prepared:
    """A statement for rows of one shape: its text, and how each value is brought to what the driver takes."""

    def __init__(self, statement: Insert | Update, dialect: Dialect, names: Sequence[str]) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        self._text: str = str(compiled)
        order: Sequence[str] = compiled.positiontup if compiled.positional else list(compiled.binds)
        ways = compiled._bind_processors  # noqa: SLF001  the only place where SQLAlchemy keeps them together
        self._columns: list[tuple[str, Callable[[Any], Any] | None]] = [(name, ways.get(name)) for name in order]
        self._is_positional = bool(compiled.positional)

    def run(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Write the rows."""
        columns = self._columns
        if self._is_positional:
            given: Any = [tuple(row[name] if way is None else way(row[name]) for name, way in columns) for row in rows]
        else:
            given = [{name: row[name] if way is None else way(row[name]) for name, way in columns} for row in rows]
        connection.exec_driver_sql(self._text, given)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that have all columns of the table."""
    key = (connection.dialect.name, table.name)
    if key not in _inserts:
        _inserts[key] = Prepared(insert(table), connection.dialect, table.columns.keys())
    _inserts[key].run(connection, rows)


def update_rows(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Update these columns of rows by id: each row has them as ``new_COLUMN``, and its id as ``row_id``."""
    key = (connection.dialect.name, table.name, columns)
    if key not in _updates:
        values = {column: bindparam(f"new_{column}", type_=table.c[column].type) for column in columns}
        statement = update(table).where(table.c.id == bindparam("row_id", type_=table.c.id.type)).values(values)
        _updates[key] = Prepared(statement, connection.dialect, columns)
    _updates[key].run(connection, rows)


_inserts: dict[tuple[str, str], Prepared] = {}
_updates: dict[tuple[str, str, tuple[str, ...]], Prepared] = {}
