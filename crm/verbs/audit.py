"""The audit trail: who changed the rules, the people, the pipelines or the settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crm.entities import plain, table_of
from crm.models import Audit
from crm.verbs.base import DeskBase

_AUDIT = table_of(Audit)


class AuditVerbs(DeskBase):
    """Rows are only ever added; each seals the one before it, so that a change of an old one shows."""

    def audit(self, verb: str, subject: str, details: Mapping[str, Any]) -> None:
        """Note that the actor did this to a subject such as ``stage:sales/spam``."""
        previous = self._remembered("seal", self._last_seal)
        row = {"at": self.now, "actor_id": self.actor.user_id, "verb": verb, "subject": subject, "details": plain(details)}
        seal = self.transaction.memory["seal"] = seal_of(previous, row)
        self.transaction.insert(_AUDIT, {**row, "id": self.transaction.next_id(), "seal": seal})

    def _last_seal(self) -> str:
        return self.transaction.execute(select(_AUDIT.c.seal).order_by(_AUDIT.c.id.desc()).limit(1)).scalar() or ""


def seal_of(previous: str, row: Mapping[str, Any]) -> str:
    """The seal of an audit row, given that of the row before it."""
    told = json.dumps([previous, row["at"].isoformat(), row["actor_id"], row["verb"], row["subject"], row["details"]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
