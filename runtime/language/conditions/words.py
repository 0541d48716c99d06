"""A condition as the words on a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm.fields import LISTS, Kind
from crm.words import Phrase, phrase
from runtime.language.conditions.operators import OPERATORS, Arity
from runtime.language.paths import Known, Paths

Names = Callable[[Any, Kind], Any]

_JOINTS = {"all": phrase("and"), "any": phrase("or"), "none": phrase("or")}
_FOLDED = {"all": phrase("{first} and {second}"), "any": phrase("{first} or {second}"), "none": phrase("{first} or {second}")}


def as_written(value: Any, kind: Kind) -> str:
    """The value as it stands in the chain, for readers for whom nothing has a name."""
    return str(value)


def sentence(condition: Mapping[str, Any], paths: Paths, names: Names = as_written) -> tuple[Phrase, ...]:
    """The pieces of a card, to be read with a space between them: comparisons, and the words that join them.

    ``names`` says what a stated value is called: a number, a date, a reference (``user:anna``, ``sales/new``), of a kind.
    """
    if condition.get("none"):
        return (_said(condition, paths, names),)
    for group, joint in _JOINTS.items():
        if group in condition:
            said = [_said(part, paths, names, inside=True) for part in condition[group]]
            return tuple(piece for each in said for piece in (joint, each))[1:] or (_of_nothing(group),)
    return (_comparison(condition, paths, names),)


def _said(condition: Mapping[str, Any], paths: Paths, names: Names, *, inside: bool = False) -> Phrase:
    group = next((group for group in _JOINTS if group in condition), None)
    if group is None:
        return _comparison(condition, paths, names)
    if not condition[group]:
        return _of_nothing(group)
    first, *others = (_said(part, paths, names, inside=True) for part in condition[group])
    for other in others:
        first = Phrase(_FOLDED[group].text, {"first": first, "second": other})
    if group == "none":
        return phrase("not ({conditions})", conditions=first)
    return phrase("({conditions})", conditions=first) if inside and others else first


def _of_nothing(group: str) -> Phrase:
    return phrase("never") if group == "any" else phrase("always")


def _comparison(leaf: Mapping[str, Any], paths: Paths, names: Names) -> Phrase:
    row, known = OPERATORS[leaf["op"]], paths.find(leaf["field"])
    field = known.label if known else leaf["field"]
    if row.arity is Arity.NOTHING:
        return Phrase(row.says.text, {"field": field})
    value = leaf["value"]
    if row.arity is Arity.TWO:
        first, second = (_value(each, known, paths, names) for each in value)
        return Phrase(row.says.text, {"field": field, "value": first, "other": second})
    return Phrase(row.says.text, {"field": field, "value": _value(value, known, paths, names)})


def _value(value: Any, known: Known | None, paths: Paths, names: Names) -> Any:
    if isinstance(value, list):
        first, *others = (_value(each, known, paths, names) for each in value)
        for other in others:
            first = phrase("{first}, {second}", first=first, second=other)
        return first
    if isinstance(value, Mapping):
        other = paths.find(value["field"])
        return other.label if other else value["field"]
    if isinstance(value, bool):
        return phrase("yes") if value else phrase("no")
    if known is None:
        return str(value)
    if known.options is not None:
        return known.options.get(str(value), str(value))
    element = {Kind.PEOPLE: Kind.USER}.get(known.kind, Kind.TEXT) if known.kind in LISTS else known.kind
    return names(value, element)
