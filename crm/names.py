"""What a row is called when people speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.transaction import Row


def title_of(row: Row) -> str:
    """The title of a record or company, the name of a person, the text of the rest."""
    if row.table.name == "contact":
        return full_name(row)
    return next(
        (str(row[name]) for name in ("title", "name", "subject", "value", "text", "sender", "phone") if row.get(name)), f"#{row.id}"
    )


def full_name(contact: Mapping[Any, Any]) -> str:
    """First and last name, else the first address or number by which the contact is known."""
    name = " ".join(part for part in (contact.get("first_name"), contact.get("last_name")) if part)
    return name or next(iter([*(contact.get("emails") or ()), *(contact.get("phones") or ())]), f"#{contact.get('id')}")
