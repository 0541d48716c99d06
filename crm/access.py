"""Who may do what, and who sees which records. Asked at the desk for every verb, and in every query that lists records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from crm.actor import Actor
from crm.models import Link, Record, User
from crm.transaction import Row

RULES = {"rules.edit", "rules.publish"}
WATCHING = {"rules.see", "rules.preview", "rules.undo", "rules.switch", "audit.see"}
HOUSE = {"people.edit", "pipelines.edit", "settings.edit", "tokens.edit", "demo.edit"}
LISTS = {"exceptions.edit", "exceptions.export", "bin.restore_any", "owners.edit"}
_MANAGER = WATCHING | LISTS
_OF_RECORDS = {
    "record.see",
    "record.create",
    "record.edit",
    "record.move",
    "record.delete",
    "client.edit",
    "client.see",
    "comment.add",
    "mailbox.see",
}
VERBS = RULES | WATCHING | HOUSE | LISTS | _OF_RECORDS


def may(actor: Actor, verb: str, subject: Row | None = None, department_id: int | None = None) -> bool:
    """Whether an actor may do a thing to a subject (a record, where the verb is about one).

    Admins may do everything; managers everything but changing rules, people and pipelines; employees work with the records
    that they see: their own, those they observe or made, those of their department, and those of nobody. ``department_id``
    is the department of the subject's responsible.
    """
    if verb not in VERBS:
        raise ValueError(f"no such verb: {verb}")
    if actor.role == "admin":
        return True
    if verb in RULES or verb in HOUSE:
        return False
    if verb in _MANAGER:
        return actor.role == "manager"
    if actor.role == "manager" or subject is None or "responsible_id" not in subject or "observers" not in subject:
        return True
    return _is_near(actor, subject, department_id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``record`` that keeps a query to what an actor may see."""
    if actor.role in ("admin", "manager"):
        return true()
    if actor.user_id is None:
        return false()
    near: list[Any] = [
        Record.responsible_id.is_(None),
        Record.responsible_id == actor.user_id,
        Record.creator_id == actor.user_id,
        Record.id.in_(_observed_by(actor.user_id)),
    ]
    if actor.department_id is not None:
        colleagues = select(User.id).where(User.department_id == actor.department_id)
        near.append(Record.responsible_id.in_(colleagues))
    return or_(*near)


def _observed_by(user_id: int) -> Any:
    return select(Link.record_id).where(Link.client_id == user_id, Link.entity == "user")


def _is_near(actor: Actor, record: Row, department_id: int | None) -> bool:
    if record["responsible_id"] in (None, actor.user_id) or record["creator_id"] == actor.user_id:
        return True
    return actor.user_id in (record["observers"] or ()) or (department_id is not None and department_id == actor.department_id)
