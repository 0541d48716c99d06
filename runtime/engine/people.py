"""Whom a people reference means, at the moment at which it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crm.desk import Desk
from crm.transaction import Row
from runtime.language.paths import getter

if TYPE_CHECKING:
    from runtime.engine.scope import RunScope


def expand(desk: Desk, record: Row, reference: str, scope: RunScope) -> list[int]:
    """The ids of the active users whom ``user:KEY``, ``responsible``, ``supervisor``, ``creator``, ``observers``,
    ``department:KEY``, ``everyone`` or ``field:PATH`` mean; of nobody for what is not there (any more).
    """
    users = desk.people()
    found = _named(desk, record, reference, scope)
    return [user_id for user_id in found if user_id in users and users[user_id]["active"]]


def _named(desk: Desk, record: Row, reference: str, scope: RunScope) -> Iterable[int]:
    kind, _, key = reference.partition(":")
    if kind == "user":
        return [user.id for user in desk.people().values() if user["key"] == key]
    if kind == "department":
        return _members(desk, key)
    if kind == "field":
        return _ids(getter(key)(scope))
    return _in_role(desk, record, kind)


def _in_role(desk: Desk, record: Row, role: str) -> Iterable[int]:
    if role == "everyone":
        return list(desk.people())
    if role == "observers":
        return list(record["observers"])
    return _head_of(desk, record["responsible_id"]) if role == "supervisor" else _ids(record.get(f"{role}_id"))


def _members(desk: Desk, key: str) -> list[int]:
    ids = {department.id for department in desk.departments().values() if department["key"] == key}
    return [user.id for user in desk.people().values() if user["department_id"] in ids]


def _head_of(desk: Desk, user_id: int | None) -> list[int]:
    user = desk.people().get(user_id) if user_id is not None else None
    department = desk.departments().get(user["department_id"]) if user is not None else None
    return _ids(department["head_id"]) if department is not None else []


def _ids(value: Any) -> list[int]:
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    return [each for each in value if isinstance(each, int)] if isinstance(value, (list, tuple)) else []
