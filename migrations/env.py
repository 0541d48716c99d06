"""Runs the migrations over the connection that it is given."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import JSON, LargeBinary

import runtime.engine.models  # noqa: F401  its tables belong to the schema
from crm import columns
from crm.models import Base

OWN_TYPES = {columns.Instant: "Instant()", columns.Day: "Day()", columns.Money: "Money()", columns.Document: "Document", columns.Key: "Key"}


def render_type(kind: str, thing: object, _: object) -> str | Literal[False]:
    """How a column type of ours is written in a migration."""
    if kind != "type":
        return False
    for own, written in OWN_TYPES.items():
        if thing is own or (isinstance(own, type) and isinstance(thing, own)):
            return f"columns.{written}"
    return "columns.Key" if isinstance(thing, LargeBinary) else "columns.Document" if isinstance(thing, JSON) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_type,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
