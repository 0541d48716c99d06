"""Settings that name people: by key, by their role towards the record, by department, or through a field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crm.errors import Problem
from crm.fields import Kind
from crm.words import Phrase, phrase
from runtime.language.paths import UnknownPath
from runtime.language.scope import Scope
from runtime.pieces import Piece, listed
from runtime.settings.base import ChangePath, Context, Resolver, Setting

ROLES: Mapping[str, Phrase] = {
    "responsible": phrase("the responsible"),
    "supervisor": phrase("the head of department"),
    "creator": phrase("who created it"),
    "observers": phrase("the observers"),
    "everyone": phrase("everyone"),
}
REFERENCE = rf"^({'|'.join(ROLES)}|(user|department|field):[^\s:]+)$"
_REFERENCE = re.compile(REFERENCE)


class People(Setting[tuple[int, ...]]):
    """A list of references to people; while a rule runs, their ids in the order given, nobody twice."""

    form = "people"
    wants = phrase("a list of people")
    empty = []
    unset = ()

    def shape(self) -> dict[str, Any]:
        items = {"type": "string", "pattern": REFERENCE}
        return {"type": "array", "items": items, "minItems": int(self.required), "uniqueItems": True}

    def fits(self, raw: Any) -> bool:
        if not isinstance(raw, list) or not all(isinstance(ref, str) and _REFERENCE.fullmatch(ref) for ref in raw):
            return False
        return len(set(raw)) == len(raw)

    def mend(self) -> Phrase:
        return phrase('Write people as "responsible", "user:KEY", "department:KEY" or "field:PATH", each once.')

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        found = [check_reference(reference, context, where) for reference in raw]
        return [problem for problem in found if problem]

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[tuple[int, ...]]:
        references = tuple([reference] for reference in raw)

        def resolve(scope: Scope) -> tuple[int, ...]:
            people = [person for reference in references for person in sorted(scope.expand(reference))]
            return tuple(dict.fromkeys(people))

        return resolve

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        return listed((describe_reference(reference, context),) for reference in raw)

    def map_paths(self, raw: Any, change: ChangePath) -> Any:
        if not isinstance(raw, list):
            return raw
        return [f"field:{change(ref.removeprefix('field:'))}" if isinstance(ref, str) and ref.startswith("field:") else ref for ref in raw]


def check_reference(reference: str, context: Context, where: str) -> Problem | None:
    """What is wrong with a reference to people, if anything."""
    kind, _, key = reference.partition(":")
    if kind == "user" and key not in context.names.users:
        says = phrase("There is nobody with the key “{key}”.", key=key)
        return Problem(where, says, phrase("Choose somebody who works here."), "missing_reference")
    if kind == "department" and key not in context.names.departments:
        says = phrase("There is no department “{key}”.", key=key)
        return Problem(where, says, phrase("Choose a department that exists."), "missing_reference")
    return _wrong_field(key, context, where) if kind == "field" else None


def describe_reference(reference: str, context: Context) -> Piece:
    """One reference to people as it reads on a card."""
    if reference in ROLES:
        return Piece("value", ROLES[reference])
    kind, _, key = reference.partition(":")
    if kind == "field":
        return Piece("hole", context.label(key))
    return Piece("value", (context.names.users if kind == "user" else context.names.departments).get(key, key))


def _wrong_field(path: str, context: Context, where: str) -> Problem | None:
    try:
        kind = context.paths.kind(path)
    except UnknownPath as unknown:
        return unknown.problem(where)
    if kind in (Kind.USER, Kind.PEOPLE):
        return None
    says = phrase("The field “{path}” does not hold people.", path=path)
    return Problem(where, says, phrase("Choose a field that holds people."), "type_mismatch")
