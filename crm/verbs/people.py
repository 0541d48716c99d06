"""Verbs on the people who work here: who they are, what they may do, when they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import select

from crm import sessions
from crm.entities import TABLES, table_of
from crm.errors import Invalid, NotFound, Problem
from crm.models import Absence
from crm.reach import normal_email
from crm.transaction import Row
from crm.values import checked_text
from crm.verbs.audit import AuditVerbs
from crm.verbs.pipelines import free_key
from crm.words import Phrase, phrase
from crm.zones import time_zones

ROLES = ("admin", "manager", "employee")
LANGUAGES = ("en", "fr", "es", "pl", "vi")
THEMES = ("light", "dark")
EDITABLE = frozenset({"name", "email", "phone", "position", "role", "department_id", "time_zone", "language"})
_ABSENCES = table_of(Absence)


class PeopleVerbs(AuditVerbs):
    """Invite, edit and dismiss users. Passwords come as hashes, since hashing takes longer than a transaction should."""

    def create_user(
        self,
        name: str,
        email: str,
        role: str = "employee",
        *,
        key: str | None = None,
        password_hash: str | None = None,
        department: int | None = None,
        time_zone: str | None = None,
        language: str | None = None,
        position: str | None = None,
        phone: str | None = None,
        demo: bool = False,
    ) -> Row:
        """A new user; without a password nobody can sign in as them. Raises ``Invalid`` naming each bad field."""
        self.allow("people.edit")
        taken = {row["key"] for row in self.people().values()}
        if key in taken:
            raise Invalid.at("key", phrase("Somebody has this key already."))
        given = {
            "name": name,
            "email": email,
            "role": role,
            "department_id": department,
            "time_zone": time_zone,
            "language": language,
            "position": position,
            "phone": phone,
        }
        columns = self._read_user(given, None)
        values = {**columns, "key": key or free_key(columns["name"], taken), "demo": demo, "created_at": self.now}
        user = self.create("user", "user.created", values)
        if password_hash:
            self.write(user, {"password_hash": password_hash})
        self.forget("people")
        self.audit("user.created", f"user:{user['key']}", {"name": user["name"], "role": user["role"]})
        return user

    def edit_user(self, user: Row, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change name, e-mail, phone, position, role, department, time zone or language; returns what was there before."""
        self.allow("people.edit")
        columns = self._read_user({name: value for name, value in changes.items() if name in EDITABLE}, user)
        if columns.get("role", "admin") != "admin":
            self._keep_an_admin(user, "role")
        before = self.change(user, "user.changed", columns)
        if before:
            self.forget("people")
            self.audit("user.changed", f"user:{user['key']}", {"name": user["name"], "changes": {key: columns[key] for key in before}})
        return before

    def dismiss(self, user: Row) -> None:
        """Somebody works here no longer: they are signed out everywhere and stay in History."""
        self.allow("people.edit")
        if user.id == self.actor.user_id:
            raise Invalid.at("user", phrase("You cannot dismiss yourself."), phrase("Another admin can."))
        self._keep_an_admin(user, "user")
        if self.change(user, "user.dismissed", {"active": False}):
            sessions.end_all(self.transaction, user.id)
            self.forget("people")
            self.audit("user.dismissed", f"user:{user['key']}", {"name": user["name"]})

    def readmit(self, user: Row) -> None:
        """Let somebody work here again."""
        self.allow("people.edit")
        if self.change(user, "user.readmitted", {"active": True}):
            self.forget("people")
            self.audit("user.readmitted", f"user:{user['key']}", {"name": user["name"]})

    def set_password(self, user: Row, password_hash: str) -> None:
        """Give somebody another password; they are signed out everywhere."""
        self.allow("people.edit")
        self._store_password(user, password_hash, None)

    def set_own_password(self, password_hash: str, *, keep: str | None = None) -> None:
        """Choose another password for oneself; the browser whose ``token_hash`` is kept stays signed in."""
        self._store_password(self._myself(), password_hash, keep)

    def edit_own_preferences(self, wishes: Mapping[str, str | None]) -> None:
        """The language, the theme and the time zone in which somebody reads the pages; None is as everyone's."""
        wanted = {name: value for name, value in wishes.items() if name in ("language", "theme", "time_zone")}
        self._refuse(_unknown_choices(wanted))
        self.change(self._myself(), "user.changed", {name: _none_if_auto(value) for name, value in wanted.items()})
        self.forget("people")

    def add_absence(self, user: Row, first: date, last: date) -> Row:
        """Somebody is away on these days, both included. Everyone may say so of themselves."""
        if user.id != self.actor.user_id:
            self.allow("people.edit")
        if last < first:
            raise Invalid.at("last", phrase("The last day comes before the first."))
        values = {"user_id": user.id, "first": first, "last": last}
        absence = self.transaction.insert(_ABSENCES, {"id": self.transaction.next_id(), **values})
        self.journal("absence.added", "absence", absence.id, None, None, values)
        self.forget("absences")
        return absence

    def remove_absence(self, absence_id: int) -> None:
        """Somebody is not away after all."""
        absence = self.transaction.get(_ABSENCES, absence_id)
        if absence is None:
            raise NotFound
        if absence["user_id"] != self.actor.user_id:
            self.allow("people.edit")
        self.journal("absence.removed", "absence", absence.id, None, dict(absence), None)
        self.transaction.delete(absence)
        self.forget("absences")

    def let_take_turns(self, pipeline: Row, user_ids: Sequence[int]) -> None:
        """Say who takes turns with what comes into a pipeline, in this order."""
        self.allow("pipelines.edit")
        present = [each for each in dict.fromkeys(user_ids) if each in self.people() and self.people()[each]["active"]]
        if self.change(pipeline, "pipeline.changed", {"people": present}):
            self.forget("pipelines")
            names = [self.people()[each]["name"] for each in present]
            self.audit("pipeline.people", f"pipeline:{pipeline['key']}", {"name": pipeline["name"], "people": names})

    def user(self, key: str) -> Row:
        """The user with this key, else ``NotFound``."""
        found = next((row for row in self.people().values() if row["key"] == key), None)
        if found is None:
            raise NotFound
        return found

    def _read_user(self, given: Mapping[str, Any], user: Row | None) -> dict[str, Any]:
        problems: list[Problem] = []
        columns: dict[str, Any] = {}
        for name, raw in given.items():
            try:
                columns[name] = self._read_column(name, raw, user)
            except Invalid as invalid:
                problems += invalid.problems
        self._refuse(problems)
        return columns

    def _read_column(self, name: str, raw: Any, user: Row | None) -> Any:
        if name == "name":
            return _needed(raw, "name", phrase("A name is missing."))
        if name == "email":
            return self._free_address(raw, user)
        if name in ("phone", "position"):
            return _text(raw, name) or None
        if name == "role" and raw not in ROLES:
            raise Invalid.at("role", phrase("A person is an admin, a manager or an employee."))
        if name == "department_id":
            return self._department_or_none(raw)
        if name in ("time_zone", "language"):
            self._refuse(_unknown_choices({name: raw}))
            return raw or None
        return raw

    def _free_address(self, raw: Any, user: Row | None) -> str:
        address = normal_email(_text(raw, "email"))
        if address is None:
            raise Invalid.at("email", phrase("This is not an e-mail address."), phrase("Write it as anna@example.com."))
        if any(row["email"] == address and (user is None or row.id != user.id) for row in self.people().values()):
            raise Invalid.at("email", phrase("Somebody signs in with this address already."))
        return address

    def _department_or_none(self, raw: Any) -> int | None:
        if raw in (None, "", 0):
            return None
        if raw not in self.departments():
            raise Invalid.at("department_id", phrase("This department does not exist, or not any more."))
        return cast(int, raw)

    def _keep_an_admin(self, user: Row, where: str) -> None:
        others = [row for row in self._current_people() if row["role"] == "admin" and row["active"] and row.id != user.id]
        if user["role"] == "admin" and user["active"] and not others:
            raise Invalid.at(where, phrase("“{name}” is the only admin.", name=user["name"]), phrase("Make somebody else an admin first."))

    def _current_people(self) -> list[Row]:
        """All users, locked where two transactions could otherwise each take away the other's last admin."""
        users = TABLES["user"]
        statement = select(users).order_by(users.c.id)
        return self.transaction.rows(statement if self.transaction.is_sqlite else statement.with_for_update(), users)

    def _store_password(self, user: Row, password_hash: str, keep: str | None) -> None:
        self.write(user, {"password_hash": password_hash})
        self.journal("user.password_changed", "user", user.id, None, None, {"name": user["name"]})
        sessions.end_all(self.transaction, user.id, but=keep)
        self.audit("user.password_changed", f"user:{user['key']}", {"name": user["name"]})

    def _myself(self) -> Row:
        if self.actor.user_id is None:
            raise NotFound
        return self.row("user", self.actor.user_id)

    def _refuse(self, problems: list[Problem]) -> None:
        if problems:
            raise Invalid(problems)


def _unknown_choices(wishes: Mapping[str, str | None]) -> list[Problem]:
    known: dict[str, Any] = {"language": LANGUAGES, "theme": (*THEMES, "auto"), "time_zone": time_zones()}
    return [
        Problem(name, phrase("This is not one of the choices.")) for name, value in wishes.items() if value and value not in known[name]
    ]


def _none_if_auto(value: str | None) -> str | None:
    return None if value in ("", "auto") else value


def _needed(raw: Any, where: str, says: Phrase) -> str:
    text = _text(raw, where)
    if not text:
        raise Invalid.at(where, says)
    return text


def _text(raw: Any, where: str) -> str:
    try:
        return " ".join(checked_text(raw or "", 120).split())
    except ValueError as refused:
        raise Invalid.at(where, getattr(refused, "says", phrase("This cannot be stored."))) from refused
