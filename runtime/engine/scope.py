"""What a run can read: the record, its clients and people, and what earlier nodes handed out; each looked up when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from crm.desk import Desk
from crm.fields import Kind
from crm.names import full_name
from crm.transaction import Row
from crm.values import COLUMNS
from runtime.engine import people
from runtime.language.moment import WorkingTime
from runtime.language.paths import Paths

_LISTS = ("observers", "contacts", "emails", "phones")


class RunScope:
    """The scope of one run at one moment. ``outputs`` are those of its finished nodes, ``trigger`` what moved the record there."""

    def __init__(self, desk: Desk, record: Row, outputs: Mapping[str, Mapping[str, Any]], trigger: Mapping[str, Any] | None = None) -> None:
        self._desk = desk
        self._record = record
        self._outputs = outputs
        self._trigger = trigger
        self._known: dict[str, Mapping[str, Any] | None] = {}
        self.now: datetime = desk.now
        self.zone: ZoneInfo = desk.zone
        self.locale: str = desk.settings.language

    def __getitem__(self, root: str, /) -> Mapping[str, Any] | None:
        if root not in self._known:
            look_up = self._ROOTS.get(root)
            self._known[root] = look_up(self) if look_up else self._outputs.get(root)
        return self._known[root]

    @cached_property
    def paths(self) -> Paths | None:
        """What the paths name, where the company has fields of its own; the standard ones are known without."""
        about, memory = self._record["entity"], self._desk.transaction.memory
        if (kept := f"paths of {about}") not in memory:
            own = {entity: self._desk.custom_fields_of(entity) for entity in (about, "contact", "company")}
            memory[kept] = Paths(about, own) if any(own.values()) else None
        found: Paths | None = memory[kept]
        return found

    def expand(self, refs: Sequence[str]) -> frozenset[int]:
        """The ids of the users whom people references mean."""
        return frozenset(user for ref in refs for user in people.expand(self._desk, self._record, ref, self))

    def show(self, value: Any, kind: Kind) -> str:
        """What a user, contact, company, stage or pipeline is called."""
        if kind in (Kind.USER, Kind.PEOPLE):
            user = self._desk.people().get(value)
            return user["name"] if user is not None else ""
        if kind is Kind.CONTACTS:
            contact = self._desk.transaction.get(self._desk.table("contact"), value)
            return full_name(contact) if contact is not None else ""
        if kind is Kind.COMPANY:
            company = self._desk.transaction.get(self._desk.table("company"), value)
            return company["title"] if company is not None else ""
        return self._place(str(value))

    @property
    def working_time(self) -> WorkingTime:
        """The company's working week."""
        hours = self._desk.settings.working_hours
        return WorkingTime(frozenset(hours.days), hours.start, hours.end, hours.holidays)

    def zone_of(self, user_id: int | None) -> ZoneInfo:
        """The time zone of a user, else the company's."""
        user = self._desk.people().get(user_id) if user_id is not None else None
        return ZoneInfo(user["time_zone"]) if user is not None and user["time_zone"] else self.zone

    def _place(self, reference: str) -> str:
        pipeline_key, _, stage_key = reference.partition("/")
        for pipeline in self._desk.pipelines().values():
            if pipeline["key"] == pipeline_key:
                if not stage_key:
                    return str(pipeline["name"])
                return next((stage["name"] for stage in self._desk.stages_of(pipeline.id) if stage["key"] == stage_key), reference)
        return reference

    def _record_values(self) -> Mapping[str, Any]:
        row = self._record
        values = {_KEYS.get(name, name): value for name, value in row.items()}
        stage = self._desk.stage_reference(row["stage_id"])
        values.update(
            stage=stage,
            pipeline=stage.partition("/")[0],
            email=next(iter(row["emails"]), None),
            phone=next(iter(row["phones"]), None),
        )
        return _with_custom(values, row, self._desk)

    def _contact_values(self) -> Mapping[str, Any] | None:
        contact = next(iter(self._desk.contacts_of(self._record)), None)
        return None if contact is None else self._client_values(contact, "contact")

    def _company_values(self) -> Mapping[str, Any] | None:
        company = self._desk.company_of(self._record)
        return None if company is None else self._client_values(company, "company")

    def _client_values(self, row: Row, entity: str) -> Mapping[str, Any]:
        values: dict[str, Any] = {_KEYS.get(name, name): value for name, value in row.items()}
        values.update(email=next(iter(row["emails"]), None), phone=next(iter(row["phones"]), None))
        if entity == "contact":
            values["name"] = full_name(row)
        return _with_custom(values, row, self._desk)

    def _person(self, user_id: int | None) -> Mapping[str, Any] | None:
        user = self._desk.people().get(user_id) if user_id is not None else None
        if user is None:
            return None
        department = self._desk.departments().get(user["department_id"])
        first = user["name"].split(" ")[0]
        return {**user, "first_name": first, "department": department["name"] if department is not None else None}

    def _supervisor(self) -> Mapping[str, Any] | None:
        heads = people.expand(self._desk, self._record, "supervisor", self)
        return self._person(next(iter(heads), None))

    _ROOTS: ClassVar[Mapping[str, Callable[[RunScope], Mapping[str, Any] | None]]] = {
        "record": _record_values,
        "contact": _contact_values,
        "company": _company_values,
        "responsible": lambda self: self._person(self._record["responsible_id"]),
        "creator": lambda self: self._person(self._record["creator_id"]),
        "supervisor": _supervisor,
        "trigger": lambda self: self._trigger,
        "var": lambda self: self._desk.settings.variables,
        "const": lambda self: self._desk.settings.constants,
    }


_KEYS = {column: key for key, column in COLUMNS.items()}


def _with_custom(values: dict[str, Any], row: Row, desk: Desk) -> Mapping[str, Any]:
    for name in _LISTS:
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    if row["custom"]:
        entity = row.get("entity") or row.table.name
        kinds = {field["key"]: field["kind"] for field in desk.custom_fields() if field["entity"] == entity}
        values.update({key: _revived(kinds.get(key), value) for key, value in row["custom"].items()})
    return values


def _revived(kind: str | None, value: Any) -> Any:
    if kind in ("number", "money") and value is not None:
        return Decimal(str(value))
    if kind == "date" and isinstance(value, str):
        return datetime.fromisoformat(value).date()
    if kind == "datetime" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
