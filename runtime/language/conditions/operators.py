"""The operators of conditions; an operator is one row of a table."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from crm.fields import LISTS, NUMERIC, TEMPORAL, TEXTUAL, Kind
from crm.words import Phrase, phrase


class Arity(Enum):
    """What stands on the right-hand side."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    MANY = "many"


@dataclass(frozen=True)
class Operator:
    """An operator: its words in a menu, its words on a card, the kinds it fits, and what it asks.

    ``one`` compares a single value with the right-hand side, ``many`` the set of a list's elements with the set that
    the right-hand side makes. ``negated`` turns the answer round, so that a missing value makes it true.
    """

    key: str
    label: Phrase
    says: Phrase
    arity: Arity
    kinds: frozenset[Kind]
    one: Callable[[Any, Any], bool] | None = None
    many: Callable[[frozenset[Any], frozenset[Any]], bool] | None = None
    negated: bool = False


def _within(value: Any, ends: tuple[Any, Any]) -> bool:
    return bool(ends[0] <= value <= ends[1])


def _is_in(value: Any, values: frozenset[Any]) -> bool:
    return value in values


def _are_in(left: frozenset[Any], right: frozenset[Any]) -> bool:
    return left <= right


def _meets(left: frozenset[Any], right: frozenset[Any]) -> bool:
    return not left.isdisjoint(right)


_ALL = frozenset(Kind)
_EQUAL = _ALL - {Kind.BOOKING}
_ORDERED = NUMERIC | TEMPORAL
_LISTED = _EQUAL - {Kind.YES_NO, Kind.COMPANY}
_CONTAINING = TEXTUAL | LISTS

# A negated row asks the same as the row above it, and turns the answer round.
_ROWS = (
    Operator("empty", phrase("is empty"), phrase("{field} is empty"), Arity.NOTHING, _ALL, negated=True),
    Operator("not_empty", phrase("is filled in"), phrase("{field} is filled in"), Arity.NOTHING, _ALL),
    Operator("eq", phrase("is"), phrase("{field} is {value}"), Arity.ONE, _EQUAL, operator.eq, operator.eq),
    Operator("ne", phrase("is not"), phrase("{field} is not {value}"), Arity.ONE, _EQUAL, operator.eq, operator.eq, negated=True),
    Operator("gt", phrase("is more than"), phrase("{field} is more than {value}"), Arity.ONE, _ORDERED, operator.gt),
    Operator("gte", phrase("is at least"), phrase("{field} is at least {value}"), Arity.ONE, _ORDERED, operator.ge),
    Operator("lt", phrase("is less than"), phrase("{field} is less than {value}"), Arity.ONE, _ORDERED, operator.lt),
    Operator("lte", phrase("is at most"), phrase("{field} is at most {value}"), Arity.ONE, _ORDERED, operator.le),
    Operator("between", phrase("is between"), phrase("{field} is between {value} and {other}"), Arity.TWO, _ORDERED, _within),
    Operator("in", phrase("is one of"), phrase("{field} is one of {value}"), Arity.MANY, _LISTED, _is_in, _are_in),
    Operator(
        "not_in", phrase("is not one of"), phrase("{field} is not one of {value}"), Arity.MANY, _LISTED, _is_in, operator.le, negated=True
    ),
    Operator("contains", phrase("contains"), phrase("{field} contains {value}"), Arity.ONE, _CONTAINING, operator.contains, _meets),
    Operator(
        "not_contains",
        phrase("does not contain"),
        phrase("{field} does not contain {value}"),
        Arity.ONE,
        _CONTAINING,
        operator.contains,
        _meets,
        negated=True,
    ),
    Operator("starts_with", phrase("begins with"), phrase("{field} begins with {value}"), Arity.ONE, TEXTUAL, str.startswith),
    Operator("ends_with", phrase("ends with"), phrase("{field} ends with {value}"), Arity.ONE, TEXTUAL, str.endswith),
)
OPERATORS: Mapping[str, Operator] = {row.key: row for row in _ROWS}
