"""The small world of a scenario, made in a sandbox through the same verbs that people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from crm.actor import Actor
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import Invalid, NotFound, Problem
from crm.fields import Kind, fields_of
from crm.models import CustomField
from crm.settings import WorkingHours
from crm.transaction import Row
from crm.values import read_values
from crm.words import phrase
from runtime.engine import publishing
from runtime.engine.known import known_names
from runtime.names import KnownNames, KnownTemplate
from runtime.sandbox import Sandbox

_CUSTOM = table_of(CustomField)
_WRITTEN = phrase("As the scenario has it.")
# What a record, contact or company carries beside the values of its fields.
_NO_FIELDS = ("key", "entity", "stage", "fields")
_LINKS = {"products": Kind.LIST, "creator": Kind.USER, "contacts": Kind.CONTACTS, "company": Kind.COMPANY}


class BadScenario(Invalid):
    """The scenario itself is not valid."""


@dataclass
class World:
    """What the keys of a scenario stand for in its sandbox. ``publisher`` publishes, and acts where nobody else is named."""

    sandbox: Sandbox
    zone: ZoneInfo
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    templates: dict[str, KnownTemplate] = field(default_factory=dict)
    publisher: int = 0

    def id(self, key: str) -> int:
        """The row that a key stands for."""
        return self._known(key)[1]

    def entity(self, key: str) -> str:
        """What a key stands for: lead, deal, contact or company."""
        return self._known(key)[0]

    def user(self, reference: str) -> int:
        """The user whom ``user:KEY`` names."""
        return self.users[reference.removeprefix("user:")]

    def row(self, desk: Desk, key: str) -> Row:
        """The row of a key as it is now, in the recycle bin too."""
        entity, row_id = self._known(key)
        found = desk.transaction.get(TABLES[entity], row_id)
        if found is None:
            raise NotFound(phrase("“{key}” is gone for good.", key=key))
        return found

    def row_that_is_there(self, desk: Desk, key: str) -> Row:
        """The row of a key; ``NotFound`` where it lies in the recycle bin."""
        return desk.row(*self._known(key))

    def actor(self, desk: Desk, by: str | None, key: str | None = None) -> Actor:
        """The person ``by``, else the responsible of what ``key`` stands for, else whoever published the rules."""
        chosen = self.user(by) if by else self._responsible(desk, key)
        user = desk.people()[chosen if chosen is not None else self.publisher]
        return Actor("person", user.id, user["role"], user["department_id"])

    def names(self, desk: Desk) -> KnownNames:
        """What chains can name."""
        return replace(known_names(desk), templates=self.templates)

    def values(self, desk: Desk, entity: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields as the desk takes them: keys of users, contacts and companies become the rows they stand for.

        Raises ``BadScenario`` where there is no such field, or it cannot hold such a value.
        """
        custom = desk.custom_fields_of(entity)
        known = {key: each.kind for key, each in fields_of(entity, custom).items()} | _LINKS
        values = {key: self._value(known.get(key), raw, key) for key, raw in fields.items()}
        try:
            read_values(entity, values, custom)
        except Invalid as invalid:
            raise BadScenario(invalid.problems) from invalid
        return values

    def publish(
        self, desk: Desk, stage: str, chain: Mapping[str, Any], running: publishing.Running = "finish", by: str | None = None
    ) -> None:
        """Publish a chain on a stage; it acts with the rights of the user ``by``, else of whoever published the others."""
        kept = publishing.chain_of(desk, desk.stage(stage))
        publishing.save_draft(desk, kept, chain, number=kept["draft_number"], says=_WRITTEN)
        publishing.publish(desk, kept, self.names(desk), running=running, publisher=self.user(by) if by else self.publisher)

    def given_values(self, desk: Desk, entity: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a record, contact or company as a scenario gives it, its own fields among them."""
        values = self.values(desk, entity, {key: value for key, value in given.items() if key not in _NO_FIELDS})
        with placed("fields"):
            values.update(self.values(desk, entity, given.get("fields", {})))
        if entity != "contact":
            values.setdefault("title", _as_name(given["key"]))
        elif not any(values.get(name) for name in ("first_name", "last_name", "emails", "phones")):
            values["first_name"] = _as_name(given["key"])
        return values

    def create_record(self, desk: Desk, given: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
        """A lead or deal as a scenario gives it, with its ``given_values``."""
        row = desk.create_record(given["entity"], values, stage=given.get("stage"))
        self.rows[given["key"]] = (given["entity"], row.id)
        return row

    def _known(self, key: str) -> tuple[str, int]:
        if key not in self.rows:
            raise NotFound(phrase("“{key}” was never made.", key=key))
        return self.rows[key]

    def _responsible(self, desk: Desk, key: str | None) -> int | None:
        if key is None or key not in self.rows:
            return None
        found: int | None = self.row(desk, key)["responsible_id"]
        return found

    def _value(self, kind: Kind | None, raw: Any, where: str) -> Any:
        try:
            if raw is None:
                return None
            if kind is Kind.USER:
                return self.user(raw)
            if kind is Kind.PEOPLE:
                return [self.user(each) for each in raw]
            if kind is Kind.CONTACTS:
                return [self.rows[each][1] for each in raw]
            return self.rows[raw][1] if kind is Kind.COMPANY else raw
        except (KeyError, AttributeError, TypeError):
            says = phrase("There is nothing here with the key “{key}”.", key=str(raw)[:60])
            raise BadScenario.at(where, says) from None


def build(scenario: Mapping[str, Any], sandbox: Sandbox) -> World:
    """Make the world that a (valid) scenario gives; raises ``BadScenario`` with the place of what cannot be."""
    world = World(sandbox, ZoneInfo(scenario.get("time_zone", "UTC")))
    given = scenario.get("given", {})
    sandbox.act(lambda desk: _build(world, desk, given))
    return world


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Tell what goes wrong here with its place in the file."""
    try:
        yield
    except Invalid as invalid:
        told = [Problem(f"{where}.{each.where}" if each.where else where, each.says, each.mend, each.kind) for each in invalid.problems]
        raise BadScenario(told) from invalid


def _build(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    with placed("given"):
        _settle_company(world, desk, given)
    for name, make in _MAKERS:
        for number, each in enumerate(given.get(name, ())):
            with placed(f"given.{name}.{number}"):
                make(world, desk, each)
    with placed("given"):
        _hire_publisher(world, desk, given)
    for each in given.get("users", ()):
        if not each.get("active", True):
            user = desk.user(each["key"])
            desk.change(user, "user.dismissed", {"active": False})
    desk.forget("people")
    _publish(world, desk, given)  # last: what is given is simply there, and starts nothing


def _settle_company(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    hours = WorkingHours.from_json(given.get("working_time", {}))
    if not hours.days or hours.start >= hours.end:
        raise BadScenario.at("working_time", phrase("Work has to end after it begins, and there must be a day for it."))
    settings: dict[str, Any] = {"time_zone": world.zone.key, "region": given.get("region", "US"), "working_hours": hours.as_json()}
    for key in ("variables", "constants"):
        if key in given:
            settings[key] = given[key]
    desk.put_settings(settings)
    departments = {each["key"]: each.get("name") for each in given.get("departments", ())}
    for each in (*given.get("departments", ()), *given.get("users", ())):
        key = each.get("parent" if "parent" in each else "department")
        departments.setdefault(key, None) if key else None
    rows = {key: desk.create_department(name or _as_name(key), key=key) for key, name in departments.items()}
    for each in given.get("departments", ()):
        if each.get("parent"):
            desk.edit_department(rows[each["key"]], {"parent_id": rows[each["parent"]].id})


def _make_user(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    department = next((row for row in desk.departments().values() if row["key"] == given.get("department")), None)
    key = given["key"]
    user = desk.create_user(
        given.get("name", _as_name(key)),
        given.get("email", f"{key}@people.example".lower()),
        given.get("role", "employee"),
        key=key,
        department=department.id if department is not None else None,
        time_zone=given.get("time_zone"),
        phone=given.get("phone"),
        position=given.get("position"),
    )
    world.users[key] = user.id
    if given.get("head") and department is not None:
        desk.edit_department(department, {"head_id": user.id})
    for first, last in given.get("absent", ()):
        desk.add_absence(user, date.fromisoformat(first), date.fromisoformat(last))


def _make_pipeline(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    if not given["stages"]:
        raise BadScenario.at("stages", phrase("A pipeline needs at least one stage."))
    stages = [{"name": _as_name(stage["key"]), **stage} for stage in given["stages"]]
    desk.create_pipeline(given["entity"], given.get("name", _as_name(given["key"])), key=given["key"], stages=stages)


def _make_field(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    options = [{"key": each["key"], "label": each.get("label", each["key"])} for each in given.get("options", ())]
    labels = [each["label"] for each in options]
    made = desk.create_field(given["entity"], given.get("label", _as_name(given["key"])), given["type"], key=given["key"], options=labels)
    if options:  # with the keys that chains and records name
        desk.transaction.update(made, {"options": options})
        desk.forget("custom_fields")


def _make_client(entity: str) -> Callable[[World, Desk, Mapping[str, Any]], None]:
    def make(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
        values = world.given_values(desk, entity, given)
        row = desk.create_contact(values) if entity == "contact" else desk.create_company(values)
        world.rows[given["key"]] = (entity, row.id)

    return make


def _make_record(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    world.create_record(desk, given, world.given_values(desk, given["entity"], given))


def _make_exception(world: World, desk: Desk, given: str) -> None:
    try:
        desk.add_exception(given)
    except Invalid as invalid:  # an entry is a text, within which there is no place
        raise BadScenario([replace(each, where="") for each in invalid.problems]) from invalid


def _make_template(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    world.templates[given["key"]] = KnownTemplate(given["key"], given["kind"], given.get("name", given["key"]))


def _hire_publisher(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    """Whoever published the rules: a given user, else an admin who is simply there."""
    if "publisher" in given:
        world.publisher = world.user(given["publisher"])
    else:
        key = None if "admin" in world.users else "admin"
        world.publisher = desk.create_user("Admin", "admin@scenario.example", "admin", key=key).id


def _publish(world: World, desk: Desk, given: Mapping[str, Any]) -> None:
    for number, each in enumerate(given.get("chains", ())):
        with placed(f"given.chains.{number}.chain"):
            world.publish(desk, each["stage"], each["chain"])


def _as_name(key: str) -> str:
    return key.replace("_", " ").replace("-", " ").capitalize() or key


_Maker = Callable[[World, Desk, Any], None]
# In this order: each may name what was made before it.
_MAKERS: Sequence[tuple[str, _Maker]] = (
    ("users", _make_user),
    ("pipelines", _make_pipeline),
    ("fields", _make_field),
    ("companies", _make_client("company")),
    ("contacts", _make_client("contact")),
    ("records", _make_record),
    ("templates", _make_template),
    ("exceptions", _make_exception),
)
