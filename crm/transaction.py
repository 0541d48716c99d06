"""One write transaction: rows are written in bulk at its end, and read back as they will be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, bindparam, select, text

from crm.models import Base
from crm.writing import insert_rows, update_rows

_COUNTER = Base.metadata.tables["counter"]


class Row(dict[str, Any]):
    """A row as a dictionary of its columns; changes made in the transaction are visible in it at once."""

    __slots__ = ("id", "table")

    def __init__(self, table: Table, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.table = table
        self.id: Any = values.get("id")


class Transaction:
    """Collects inserts and updates and writes them with one statement a table, since a statement a row is what costs.

    ``writes`` counts the changes, so that one can tell whether something was changed since. Everything read through
    ``rows`` and ``execute`` sees what was collected before. ``memory`` is for whoever works in the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.memory: dict[str, Any] = {}
        self.writes = 0
        self._rows: dict[tuple[str, Any], Row] = {}
        self._inserts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._new: set[tuple[str, Any]] = set()
        self._updates: dict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)
        self._after_commit: list[Callable[[], None]] = []
        self._before_flush: list[Callable[[], None]] = []
        self._last_number: int | None = None
        self._kept_number: int | None = None
        self._numbers: list[int] = []

    def next_id(self) -> int:
        """A row number that no other row of the database has."""
        if self.is_sqlite:
            return self._next_on_sqlite()
        if not self._numbers:
            found = self.connection.execute(text("SELECT nextval('row_number') FROM generate_series(1, 16)"))
            self._numbers = sorted((int(number) for (number,) in found), reverse=True)
        return self._numbers.pop()

    def insert(self, table: Table, values: Mapping[str, Any]) -> Row:
        """Collect a new row; columns left out take their default. Returns the row as it will be."""
        self.writes += 1
        row = Row(table, {**_blank(table), **values})
        self._inserts[table.name].append(row)
        if row.id is not None:
            self._rows[table.name, row.id] = row
            self._new.add((table.name, row.id))
        return row

    def update(self, row: Row, changes: Mapping[str, Any]) -> None:
        """Collect changes of a row that was read or inserted in this transaction."""
        self.writes += 1
        row.update(changes)
        if (row.table.name, row.id) not in self._new:
            self._updates[row.table.name].setdefault(row.id, {}).update(changes)

    def update_by_id(self, table: Table, row_id: Any, changes: Mapping[str, Any]) -> None:
        """Collect changes of a row that need not have been read."""
        held = self._rows.get((table.name, row_id))
        if held is not None:
            self.update(held, changes)
        else:
            self.writes += 1
            self._updates[table.name].setdefault(row_id, {}).update(changes)

    def delete(self, row: Row) -> None:
        """Remove a row for good."""
        self.writes += 1
        self.flush()
        self._rows.pop((row.table.name, row.id), None)
        self.connection.execute(row.table.delete().where(row.table.c.id == row.id))

    def load(self, table: Table, ids: Iterable[Any]) -> dict[Any, Row]:
        """Rows by id, from what this transaction holds, else from the database in one query. Missing ones are left out."""
        wanted = list(dict.fromkeys(ids))
        held = self._rows
        missing = [each for each in wanted if (table.name, each) not in held]
        for some in _slices(missing, 500):
            for found in self.connection.execute(_by_ids(table), {"ids": some}).mappings():
                held[table.name, found["id"]] = Row(table, dict(found))
        return {each: held[table.name, each] for each in wanted if (table.name, each) in held}

    def get(self, table: Table, row_id: Any) -> Row | None:
        """One row by id, or None."""
        return self.load(table, (row_id,)).get(row_id)

    def rows(self, statement: Executable, table: Table, parameters: Any = None) -> list[Row]:
        """The rows of a table that a select of all its columns finds; rows already held are given as held."""
        self.flush()
        result = []
        for found in self.connection.execute(statement, parameters or {}).mappings():
            held = self._rows.get((table.name, found["id"]))
            if held is None:
                held = self._rows[table.name, found["id"]] = Row(table, dict(found))
            result.append(held)
        return result

    def execute(self, statement: Executable, parameters: Any = None) -> Any:
        """Run any other statement, after what was collected is written. Rows that are held do not learn of it."""
        self.flush()
        return self.connection.execute(statement, parameters) if parameters is not None else self.connection.execute(statement)

    def forget_rows(self, *tables: Table) -> None:
        """Read rows of these tables anew, now that a lock is held on them."""
        self.flush()
        names = {table.name for table in tables}
        for key in [key for key in self._rows if key[0] in names]:
            del self._rows[key]

    def after_commit(self, act: Callable[[], None]) -> None:
        """Have something done once the transaction is committed; it must not matter if it is lost."""
        self._after_commit.append(act)

    def committed(self) -> None:
        """The transaction is committed: do what waited for it."""
        for act in self._after_commit:
            act()

    def before_flush(self, act: Callable[[], None]) -> None:
        """Have something done each time before what was collected is written; it may collect more."""
        self._before_flush.append(act)

    def flush(self) -> None:
        """Write what was collected, parents before children."""
        for act in self._before_flush:
            act()
        if self._inserts:
            pending, self._inserts = self._inserts, defaultdict(list)
            self._new.clear()
            for name in sorted(pending, key=_parents_first().__getitem__):
                insert_rows(self.connection, Base.metadata.tables[name], pending[name])
        if self._updates:
            changes, self._updates = self._updates, defaultdict(dict)
            for name, by_id in changes.items():
                self._write_updates(Base.metadata.tables[name], by_id)
        if self._last_number is not None and self._last_number != self._kept_number:
            self._keep_counter()

    def _write_updates(self, table: Table, by_id: Mapping[Any, Mapping[str, Any]]) -> None:
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for row_id, changes in by_id.items():
            alike[tuple(sorted(changes))].append({**{f"new_{column}": value for column, value in changes.items()}, "row_id": row_id})
        for columns, rows in alike.items():
            update_rows(self.connection, table, columns, rows)

    def _next_on_sqlite(self) -> int:
        if self._last_number is None:
            self._last_number = self.connection.execute(select(_COUNTER.c.value).where(_COUNTER.c.name == "row")).scalar() or 0
        self._last_number += 1
        return self._last_number

    def _keep_counter(self) -> None:
        self.connection.exec_driver_sql(
            "INSERT INTO counter (name, value) VALUES ('row', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (self._last_number,),
        )
        self._kept_number = self._last_number


@lru_cache(maxsize=4)
def _order(_: int) -> dict[str, int]:
    return {table.name: position for position, table in enumerate(Base.metadata.sorted_tables)}


def _parents_first() -> dict[str, int]:
    return _order(len(Base.metadata.tables))


def _slices(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _blank(table: Table) -> dict[str, Any]:
    if table.name not in _blanks:
        defaults = {column.name: getattr(column.default, "arg", None) for column in table.columns}
        _blanks[table.name] = (
            {name: default for name, default in defaults.items() if not callable(default)},
            {name: default for name, default in defaults.items() if callable(default)},
        )
    constants, made = _blanks[table.name]
    return {**constants, **{name: make(None) for name, make in made.items()}} if made else constants


_blanks: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
_selects: dict[str, Any] = {}


def _by_ids(table: Table) -> Any:
    if table.name not in _selects:
        _selects[table.name] = select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))
    return _selects[table.name]
