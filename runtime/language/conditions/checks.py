"""What is wrong with a condition before it ever runs, place by place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm.errors import Problem
from crm.fields import LISTS, NUMERIC, TEMPORAL, TEXTUAL, Kind
from crm.words import Phrase, phrase
from runtime.language.conditions.comparing import PEOPLE_PATTERN, read_number
from runtime.language.conditions.operators import OPERATORS, Arity, Operator
from runtime.language.instants import read_moment
from runtime.language.paths import Known, Paths, is_path

GROUPS = ("all", "any", "none")
MOST_DEEP = 10

_ELEMENT: Mapping[Kind, Kind] = {
    Kind.PEOPLE: Kind.USER,
    Kind.CHOICES: Kind.CHOICE,
    Kind.EMAILS: Kind.TEXT,
    Kind.PHONES: Kind.TEXT,
    Kind.LIST: Kind.TEXT,
}
_FAMILIES = (TEXTUAL | {Kind.CHOICE}, NUMERIC, TEMPORAL)
_KEY = re.compile(r"[^\s/]{1,128}")
_STAGE = re.compile(r"[^\s/]{1,128}/[^\s/]{1,128}")
_PEOPLE = re.compile(PEOPLE_PATTERN)
_SEVERAL_PEOPLE = re.compile(r"observers|everyone|department:.*")

_FITS: Mapping[Kind, tuple[Callable[[Any], bool], Phrase]] = {
    **dict.fromkeys(NUMERIC, (lambda value: read_number(value) is not None, phrase("a number"))),
    **dict.fromkeys(
        TEMPORAL, (lambda value: isinstance(value, str) and read_moment(value) is not None, phrase("a date such as 2026-01-31"))
    ),
    **dict.fromkeys(TEXTUAL, (lambda value: isinstance(value, str) and value != "", phrase("a text"))),
    Kind.YES_NO: (lambda value: isinstance(value, bool), phrase("yes or no")),
    Kind.CHOICE: (lambda value: isinstance(value, str) and value != "", phrase("one of the choices")),
    Kind.USER: (lambda value: _matches(_PEOPLE, value), phrase("a person such as user:anna")),
    Kind.STAGE: (lambda value: _matches(_STAGE, value), phrase("a stage such as sales/new")),
    Kind.PIPELINE: (lambda value: _matches(_KEY, value), phrase("a pipeline")),
}


def check(condition: object, paths: Paths, where: str) -> list[Problem]:
    """Everything that is wrong with a condition; each problem names its place (``….all.1.any.0.value``)."""
    return list(_check(condition, paths, where, 0))


def references(condition: Mapping[str, Any], paths: Paths) -> Iterator[tuple[Kind, str]]:
    """Every person, stage and pipeline that a checked condition names, for whoever knows which of them exist."""
    for group in GROUPS:
        for part in condition.get(group, ()):
            yield from references(part, paths)
    known = paths.find(condition["field"]) if "field" in condition else None
    kind = _ELEMENT.get(known.kind, known.kind) if known else None
    if kind not in (Kind.USER, Kind.STAGE, Kind.PIPELINE):
        return
    value = condition.get("value")
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield kind, each


def _check(condition: object, paths: Paths, where: str, deep: int) -> Iterator[Problem]:
    if not isinstance(condition, Mapping):
        yield Problem(where, phrase("A condition must stand here."), phrase("Write it as {example}.", example='{"all": []}'))
        return
    group = next((group for group in GROUPS if group in condition), None)
    allowed = {group} if group else {"field", "op", "value"}
    for key in condition:
        if key not in allowed:
            yield Problem(f"{where}.{key}", phrase("“{key}” is not part of a condition.", key=str(key)), phrase("Remove it."))
    if group is None:
        yield from _check_leaf(condition, paths, where)
    elif deep == MOST_DEEP:
        yield Problem(
            where, phrase("A condition is nested more than {most} deep.", most=MOST_DEEP), phrase("Join it with the one around it.")
        )
    elif not isinstance(condition[group], list):
        yield Problem(f"{where}.{group}", phrase("A list of conditions must stand here."))
    else:
        for place, part in enumerate(condition[group]):
            yield from _check(part, paths, f"{where}.{group}.{place}", deep + 1)


def _check_leaf(leaf: Mapping[str, Any], paths: Paths, where: str) -> Iterator[Problem]:
    if "field" not in leaf:
        yield Problem(where, phrase("The condition names no field."), phrase("Choose a field."), kind="missing_setting")
        return
    wrong = paths.problems(leaf["field"], f"{where}.field")
    yield from wrong
    op = leaf.get("op")
    row = OPERATORS.get(op) if isinstance(op, str) else None
    if row is None:
        says = phrase("“{op}” is not an operator.", op=str(op)) if "op" in leaf else phrase("The condition names no operator.")
        yield Problem(f"{where}.op", says, phrase("Operators: {names}.", names=", ".join(OPERATORS)))
        return
    if row.arity is Arity.NOTHING:
        if "value" in leaf:
            yield Problem(f"{where}.value", phrase("“{op}” takes no value.", op=row.label), phrase("Remove it."))
    elif leaf.get("value") is None:
        yield Problem(f"{where}.value", phrase("The condition names no value."), phrase("Enter a value."), kind="missing_setting")
        return
    if wrong:
        return
    known = paths.known(leaf["field"])
    if known.kind not in row.kinds:
        says = phrase("{field} cannot be asked whether it “{op}”.", field=known.label, op=row.label)
        yield _mismatch(f"{where}.op", says, phrase("Choose another operator."))
    elif row.arity is not Arity.NOTHING:
        yield from _check_value(leaf["value"], row, known, paths, f"{where}.value")


def _check_value(value: Any, row: Operator, known: Known, paths: Paths, where: str) -> Iterator[Problem]:
    whole = row.arity is Arity.MANY or (row.key in ("eq", "ne") and known.kind in LISTS)
    if isinstance(value, Mapping) and row.arity is not Arity.TWO:
        yield from _check_field(value, known, paths, where, as_list=whole)
    elif row.arity is Arity.ONE and not (whole and isinstance(value, list)):
        yield from _check_one(value, row, known, paths, where)
    elif not isinstance(value, list) or not value:
        yield _mismatch(where, phrase("A list of values must stand here."), phrase("Enter at least one value."))
    elif row.arity is Arity.TWO and len(value) != 2:
        yield _mismatch(where, phrase("Two values must stand here, from and to."))
    else:
        for place, each in enumerate(value):
            yield from _check_one(each, row, known, paths, f"{where}.{place}")


def _check_one(value: Any, row: Operator, known: Known, paths: Paths, where: str) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        yield from _check_field(value, known, paths, where, as_list=False)
        return
    kind = _ELEMENT.get(known.kind, known.kind)
    if kind not in _FITS:
        yield _mismatch(where, phrase("{field} can only be compared with another field.", field=known.label))
        return
    fits, wanted = _FITS[kind]
    if not fits(value):
        says = phrase("{field} is compared with {wanted}, not with “{value}”.", field=known.label, wanted=wanted, value=_short(value))
        yield _mismatch(where, says)
    elif kind is Kind.CHOICE and known.options is not None and value not in known.options:
        says = phrase("{field} has no choice “{value}”.", field=known.label, value=_short(value))
        yield Problem(where, says, phrase("Choose another value."), kind="missing_reference")
    elif known.kind is Kind.USER and row.arity is Arity.ONE and _SEVERAL_PEOPLE.fullmatch(value):
        says = phrase("{field} is one person, “{value}” are several.", field=known.label, value=value)
        yield _mismatch(where, says, phrase("Ask whether it is one of them."))
    elif kind is Kind.USER and value.startswith("field:"):
        yield from _check_field({"field": value.removeprefix("field:")}, known, paths, where, as_list=False)


def _check_field(value: Mapping[str, Any], known: Known, paths: Paths, where: str, *, as_list: bool) -> Iterator[Problem]:
    if set(value) != {"field"}:
        yield Problem(
            where,
            phrase("Only the name of a field can stand here."),
            phrase("Write it as {example}.", example='{"field": "record.amount"}'),
        )
        return
    wrong = paths.problems(value["field"], f"{where}.field")
    yield from wrong
    if wrong:
        return
    other = paths.known(value["field"])
    single_people = known.kind in (Kind.USER, Kind.PEOPLE) and other.kind in (Kind.USER, Kind.PEOPLE)
    if other.kind in LISTS and not as_list and not single_people:
        yield _mismatch(f"{where}.field", phrase("{other} is a list; a single value must stand here.", other=other.label))
    elif not _comparable(known.kind, other.kind):
        yield _mismatch(f"{where}.field", phrase("{field} cannot be compared with {other}.", field=known.label, other=other.label))


def _comparable(left: Kind, right: Kind) -> bool:
    left, right = _ELEMENT.get(left, left), _ELEMENT.get(right, right)
    return left == right or any(left in family and right in family for family in _FAMILIES)


def _mismatch(where: str, says: Phrase, mend: Phrase | None = None) -> Problem:
    return Problem(where, says, mend, kind="type_mismatch")


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        return False
    return not value.startswith("field:") or is_path(value.removeprefix("field:"))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:60] + "…"
