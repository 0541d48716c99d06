"""Verbs on departments: their names, which stands under which, who leads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.errors import Invalid, NotFound
from crm.transaction import Row
from crm.values import checked_text
from crm.verbs.audit import AuditVerbs
from crm.verbs.pipelines import free_key
from crm.words import phrase


class DepartmentVerbs(AuditVerbs):
    """Create, change and remove departments. None stands under itself, over however many others."""

    def create_department(self, name: str, *, key: str | None = None, parent: int | None = None, head: int | None = None) -> Row:
        """A new department."""
        self.allow("people.edit")
        taken = {row["key"] for row in self.departments().values()}
        if key in taken:
            raise Invalid.at("key", phrase("There is a department with this key already."))
        checked = self._read_department({"name": name, "parent_id": parent, "head_id": head}, None)
        department = self.create("department", "department.created", {**checked, "key": key or free_key(checked["name"], taken)})
        self.forget("departments")
        self.audit("department.created", f"department:{department['key']}", {"name": department["name"]})
        return department

    def edit_department(self, department: Row, changes: Mapping[str, Any]) -> None:
        """Change ``name``, ``parent_id`` or ``head_id``."""
        self.allow("people.edit")
        wanted = {name: value for name, value in changes.items() if name in ("name", "parent_id", "head_id")}
        checked = self._read_department(wanted, department)
        before = self.change(department, "department.changed", checked)
        if before:
            self.forget("departments")
            told = {"name": department["name"], "changes": {key: checked[key] for key in before}}
            self.audit("department.changed", f"department:{department['key']}", told)

    def delete_department(self, department: Row) -> None:
        """Remove a department in which nobody works and under which none stands."""
        self.allow("people.edit")
        if any(person["department_id"] == department.id for person in self.people().values()):
            raise Invalid.at("department", phrase("People work in “{name}”.", name=department["name"]), phrase("Move them first."))
        if any(row["parent_id"] == department.id for row in self.departments().values()):
            raise Invalid.at("department", phrase("Another department stands under “{name}”.", name=department["name"]))
        self.remove(department, "department.deleted")
        self.forget("departments")
        self.audit("department.deleted", f"department:{department['key']}", {"name": department["name"]})

    def department(self, department_id: int) -> Row:
        """A department that is there, else ``NotFound``."""
        found = self.departments().get(department_id)
        if found is None:
            raise NotFound
        return found

    def _read_department(self, wanted: Mapping[str, Any], department: Row | None) -> dict[str, Any]:
        checked = dict(wanted)
        if "name" in checked:
            checked["name"] = self._department_name(checked["name"], department)
        if checked.get("head_id") is not None and checked["head_id"] not in self.people():
            raise Invalid.at("head_id", phrase("This person does not exist, or not any more."))
        parent = checked.get("parent_id")
        if parent is not None and parent not in self.departments():
            raise Invalid.at("parent_id", phrase("This department does not exist, or not any more."))
        if department is not None and parent is not None and department.id in self._above(parent):
            raise Invalid.at("parent_id", phrase("“{name}” would stand under itself.", name=department["name"]))
        return checked

    def _department_name(self, raw: str, department: Row | None) -> str:
        try:
            name = checked_text(raw, 80)
        except ValueError as refused:
            raise Invalid.at("name", getattr(refused, "says", phrase("This cannot be a name."))) from refused
        if not name:
            raise Invalid.at("name", phrase("A name is missing."))
        others = [row["name"] for row in self.departments().values() if department is None or row.id != department.id]
        if name in others:
            raise Invalid.at("name", phrase("There is a department “{name}” already.", name=name))
        return name

    def _above(self, department_id: int | None) -> set[int]:
        """A department and all that stand over it."""
        seen: set[int] = set()
        while department_id is not None and department_id not in seen:
            seen.add(department_id)
            department_id = self.departments()[department_id]["parent_id"]
        return seen
