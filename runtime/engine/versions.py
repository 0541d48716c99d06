"""Published chains, compiled once and kept: a version never changes, so what was made of it holds for ever."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from crm.entities import table_of
from crm.transaction import Transaction
from runtime.engine.models import Version
from runtime.graph import CompiledChain, compile_chain, read_draft

MOST_KEPT = 500
_VERSIONS = table_of(Version)


class CompiledVersions:
    """The compiled chains of one process and one database, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, CompiledChain] = OrderedDict()
        self._lock = Lock()

    def get(self, transaction: Transaction, version_ids: Iterable[int]) -> dict[int, CompiledChain]:
        """Compiled chains by version id."""
        wanted = set(version_ids)
        missing = wanted - self._kept.keys()
        for row in transaction.load(_VERSIONS, missing).values() if missing else ():
            self._keep(row.id, compile_chain(read_draft(row["graph"])))
        return {version_id: self._kept[version_id] for version_id in wanted if version_id in self._kept}

    def _keep(self, version_id: int, chain: CompiledChain) -> None:
        with self._lock:
            self._kept[version_id] = chain
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
