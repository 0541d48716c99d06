"""Verbs on what holds for the whole company: its settings, its own fields, its tokens, and who owns what comes in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from babel.numbers import list_currencies
from sqlalchemy import delete, insert, select, update

from crm.entities import table_of
from crm.errors import Invalid, NotFound, Problem
from crm.fields import CUSTOM_KINDS, STANDARD
from crm.models import CustomField, Owner, Setting, Token
from crm.reach import normal_domain, normal_email
from crm.settings import WorkingHours
from crm.transaction import Row
from crm.values import checked_text
from crm.verbs.audit import AuditVerbs
from crm.verbs.people import LANGUAGES
from crm.verbs.pipelines import free_key
from crm.words import phrase

FIELD_ENTITIES = ("deal", "lead", "contact", "company")
OWNED = ("mailbox", "line", "form")
_FIELDS = table_of(CustomField)
_TOKENS = table_of(Token)
_SETTINGS = table_of(Setting)
_OWNERS = table_of(Owner)
# Effects name their subject by number; settings have none.
_NO_ROW = 0


class SettingsVerbs(AuditVerbs):
    """Change the settings of the company."""

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Set some of ``name time_zone region language currency own_addresses working_hours`` (as JSON holds them).

        Raises ``Invalid`` naming each bad one.
        """
        self.allow("settings.edit")
        checked = read_settings(changes)
        known = {row.key: row.value["value"] for row in self.transaction.execute(select(Setting.key, Setting.value))}
        before = {key: known.get(key) for key, value in checked.items() if known.get(key) != value}
        if before:
            self.put_settings({key: checked[key] for key in before})
            self.journal("settings.changed", "setting", _NO_ROW, None, before, {key: checked[key] for key in before})
            self.audit("settings.changed", "company", {"changes": {key: checked[key] for key in before}})

    def put_settings(self, values: Mapping[str, Any]) -> None:
        """Write settings as they are, without a word in the journal: for what people do not set."""
        for key, value in values.items():
            if not self.transaction.execute(update(_SETTINGS).where(_SETTINGS.c.key == key).values(value={"value": value})).rowcount:
                self.transaction.execute(insert(_SETTINGS).values(key=key, value={"value": value}))
        self.forget("settings")

    def set_owner(self, kind: str, key: str, user_id: int | None) -> None:
        """Say to whom a mailbox, a telephone line or a form belongs; None is nobody."""
        self.allow("owners.edit")
        name = _line(key, "key")
        if kind not in OWNED:
            raise Invalid.at("kind", phrase("A mailbox, a line or a form has an owner."))
        if user_id is not None and (user_id not in self.people() or not self.people()[user_id]["active"]):
            raise Invalid.at("user_id", phrase("This person does not exist, or not any more."))
        found = select(_OWNERS.c.user_id).where(_OWNERS.c.kind == kind, _OWNERS.c.key == name)
        before = self.transaction.execute(found).scalar()
        if before == user_id:
            return
        self.transaction.execute(delete(_OWNERS).where(_OWNERS.c.kind == kind, _OWNERS.c.key == name))
        if user_id is not None:
            self.transaction.insert(_OWNERS, {"kind": kind, "key": name, "user_id": user_id})
        self.journal("owner.changed", "owner", _NO_ROW, None, {"user_id": before}, {"kind": kind, "key": name, "user_id": user_id})
        told = {"kind": kind, "name": self.people()[user_id]["name"] if user_id is not None else None}
        self.audit("owner.changed", f"{kind}:{name}", told)


class FieldVerbs(AuditVerbs):
    """Add, rename and remove the company's own fields."""

    def create_field(self, entity: str, label: str, kind: str, *, key: str | None = None, options: Sequence[str] = ()) -> Row:
        """A field of one's own; the options of a choice are labels, from which their keys are made."""
        self.allow("settings.edit")
        if entity not in FIELD_ENTITIES:
            raise Invalid.at("entity", phrase("Deals, leads, contacts and companies have fields of their own."))
        if kind not in CUSTOM_KINDS:
            raise Invalid.at("kind", phrase("This is not a kind of field."))
        name = _line(label, "label")
        taken = {row["key"] for row in self.custom_fields() if row["entity"] == entity} | {field.key for field in STANDARD[entity]}
        if key in taken:
            raise Invalid.at("key", phrase("There is a field with this key already."))
        is_choice = kind in ("choice", "choices")
        values = {
            "entity": entity,
            "key": key or free_key(name, taken),
            "kind": str(kind),
            "label": name,
            "options": _options(options, ()) if is_choice else None,
            "position": len(self.custom_fields()),
        }
        field = self.transaction.insert(_FIELDS, {"id": self.transaction.next_id(), **values})
        self.journal("field.created", "custom_field", field.id, None, None, values)
        self.forget("custom_fields")
        self.audit("field.created", f"field:{entity}/{values['key']}", {"label": name, "kind": str(kind)})
        return field

    def edit_field(self, field: Row, label: str, options: Sequence[str] | None = None) -> None:
        """Rename a field, and change the options of a choice; an option that keeps its label keeps its key, and so its values."""
        self.allow("settings.edit")
        wanted: dict[str, Any] = {"label": _line(label, "label")}
        if field["options"] is not None and options is not None:
            wanted["options"] = _options(options, field["options"])
        before = {name: field[name] for name, value in wanted.items() if field[name] != value}
        if before:
            after = {name: wanted[name] for name in before}
            self.transaction.update(field, after)
            self.journal("field.changed", "custom_field", field.id, None, before, after)
            self.forget("custom_fields")
            self.audit("field.changed", f"field:{field['entity']}/{field['key']}", {"label": field["label"]})

    def delete_field(self, field: Row) -> None:
        """Remove a field. What the records hold in it is shown no more; a new field of the same key would show it again."""
        self.allow("settings.edit")
        self.journal("field.deleted", "custom_field", field.id, None, dict(field), None)
        self.transaction.delete(field)
        self.forget("custom_fields")
        self.audit("field.deleted", f"field:{field['entity']}/{field['key']}", {"label": field["label"]})

    def custom_field(self, field_id: int) -> Row:
        """A field of the company's own, else ``NotFound``."""
        found = next((row for row in self.custom_fields() if row.id == field_id), None)
        if found is None:
            raise NotFound
        return found


class TokenVerbs(AuditVerbs):
    """Make and revoke the secrets by which other programs sign in."""

    def create_token(self, name: str) -> tuple[Row, str]:
        """A token that acts as the person who makes it, and its secret, which is kept nowhere."""
        self.allow("tokens.edit")
        title = _line(name, "name")
        secret = f"rw_{secrets.token_urlsafe(32)}"
        values = {"name": title, "user_id": self.actor.user_id, "created_at": self.now}
        token = self.transaction.insert(_TOKENS, {**values, "id": self.transaction.next_id(), "token_hash": token_hash(secret)})
        self.journal("token.created", "token", token.id, None, None, values)
        self.audit("token.created", f"token:{token.id}", {"name": title})
        return token, secret

    def revoke_token(self, token_id: int) -> None:
        """Let a token sign in no more."""
        self.allow("tokens.edit")
        token = self.transaction.get(_TOKENS, token_id)
        if token is None:
            raise NotFound
        if token["revoked_at"] is None:
            self.transaction.update(token, {"revoked_at": self.now})
            self.journal("token.revoked", "token", token.id, None, {"revoked_at": None}, {"revoked_at": self.now})
            self.audit("token.revoked", f"token:{token.id}", {"name": token["name"]})


def token_hash(secret: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are stored; raises ``Invalid`` with every problem."""
    checked: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, raw in given.items():
        try:
            checked[key] = _SETTINGS_READERS[key](raw)
        except KeyError:
            problems.append(Problem(key, phrase("There is no setting of this name.")))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return checked


def _line(raw: Any, where: str) -> str:
    try:
        text = " ".join(checked_text(raw or "", 80).split())
    except ValueError as refused:
        raise Invalid.at(where, getattr(refused, "says", phrase("This cannot be stored."))) from refused
    if not text:
        raise Invalid.at(where, phrase("A name is missing."))
    return text


def _options(labels: Sequence[str], known: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    names = list(dict.fromkeys(_line(label, "options") for label in labels if label.strip()))
    if not names:
        raise Invalid.at("options", phrase("A choice needs at least one option."), phrase("Write one a line."))
    keys = {each["label"]: each["key"] for each in known}
    options: list[dict[str, str]] = []
    for name in names:
        taken = {*keys.values(), *(each["key"] for each in options)}
        options.append({"key": keys.get(name) or free_key(name, taken), "label": name})
    return options


def _one_of(where: str, choices: Any) -> Any:
    def read(raw: Any) -> Any:
        if raw not in choices:
            raise Invalid.at(where, phrase("This is not one of the choices."))
        return raw

    return read


def _addresses(raw: Any) -> list[str]:
    found: list[str] = []
    for written in raw:
        if not written.strip():
            continue
        address = normal_domain(written) if written.strip().startswith("@") else normal_email(written)
        if address is None:
            raise Invalid.at(
                "own_addresses",
                phrase("“{written}” is not an address.", written=written.strip()),
                phrase("Write one a line: office@example.com, or @example.com for all of a domain."),
            )
        found.append(address)
    return list(dict.fromkeys(found))


def _working_hours(raw: Mapping[str, Any]) -> dict[str, Any]:
    problems: list[Problem] = []
    days = sorted({int(day) for day in raw.get("days", ()) if str(day) in "1234567"})
    if not days:
        problems.append(Problem("days", phrase("Choose at least one working day.")))
    start, end = _hour(raw.get("from"), "from", problems), _hour(raw.get("to"), "to", problems)
    if not problems and start >= end:
        problems.append(Problem("to", phrase("Work has to end after it begins.")))
    holidays = []
    for written in raw.get("holidays", ()):
        try:
            holidays.append(date.fromisoformat(written.strip()))
        except ValueError:
            mend = phrase("Write one date a line, such as 2026-12-25.")
            problems.append(Problem("holidays", phrase("“{written}” is not a date.", written=written.strip()), mend))
    if problems:
        raise Invalid(problems)
    return WorkingHours(tuple(days), start, end, frozenset(holidays)).as_json()


def _hour(raw: Any, where: str, problems: list[Problem]) -> time:
    try:
        return time.fromisoformat(str(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        problems.append(Problem(where, phrase("This is not a time of day."), phrase("Write it as 09:00.")))
        return time(0)


_SETTINGS_READERS: Mapping[str, Any] = {
    "name": lambda raw: _line(raw, "name"),
    "time_zone": _one_of("time_zone", available_timezones()),
    "region": _one_of("region", phonenumbers.SUPPORTED_REGIONS),
    "language": _one_of("language", LANGUAGES),
    "currency": _one_of("currency", frozenset(list_currencies())),
    "own_addresses": _addresses,
    "working_hours": _working_hours,
}
