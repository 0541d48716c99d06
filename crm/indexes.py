"""Keeps the two finding tables in step with the rows they are made from: who is reached at an address, which records a client has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete

from crm.entities import table_of
from crm.models import Company, Contact, Link, Reach, Record
from crm.reach import collect
from crm.transaction import Row, Transaction
from crm.writing import insert_rows

_REACH, _LINK = table_of(Reach), table_of(Link)
_REACHED = {Record.__tablename__, Contact.__tablename__, Company.__tablename__}
_WATCHED = {"emails", "phones", "contact_ids", "company_id", "observers", "deleted_at"}


class Indexer:
    """Notes the rows that changed and writes their index rows anew when the transaction is written."""

    def __init__(self, transaction: Transaction, region: Callable[[], str]) -> None:
        self._transaction = transaction
        self._region = region
        self._seen: dict[int, Row] = {}
        transaction.before_flush(self._write)

    def see(self, row: Row, changes: Mapping[str, Any] | None = None) -> None:
        """A row is new (no ``changes``) or has changed in these columns."""
        if row.table.name in _REACHED and (changes is None or not _WATCHED.isdisjoint(changes)):
            self._seen[row.id] = row

    def _write(self) -> None:
        if not self._seen:
            return
        seen, self._seen = self._seen, {}
        connection = self._transaction.connection
        connection.execute(delete(_REACH).where(_REACH.c.owner_id.in_(list(seen))))
        connection.execute(delete(_LINK).where(_LINK.c.record_id.in_(list(seen))))
        alive = [row for row in seen.values() if row["deleted_at"] is None]
        reaches = [found for row in alive for found in self._reaches(row)]
        links = [found for row in alive if row.table.name == "record" for found in _links(row)]
        if reaches:
            insert_rows(connection, _REACH, reaches)
        if links:
            insert_rows(connection, _LINK, links)

    def _reaches(self, row: Row) -> list[dict[str, Any]]:
        reach = collect(row["emails"], row["phones"], self._region())
        entity = row.get("entity") or row.table.name
        return [
            {"owner_id": row.id, "entity": entity, "kind": kind, "value": value}
            for kind, values in (("email", reach.emails), ("phone", reach.phones))
            for value in values
        ]


def _links(row: Row) -> list[dict[str, Any]]:
    wanted = dict.fromkeys(row["contact_ids"], "contact")
    if row["company_id"] is not None:
        wanted[row["company_id"]] = "company"
    wanted.update(dict.fromkeys(row["observers"], "user"))
    return [{"record_id": row.id, "client_id": client_id, "entity": entity} for client_id, entity in wanted.items()]
