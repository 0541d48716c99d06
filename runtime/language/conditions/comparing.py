"""What it means that a value of one type is compared with a wanted one; nothing here raises.

A right-hand side is read into ``Wanted``: what it is as a text, a number, a date, people. Which of these counts is
decided by the type of the value on the left, so that a text with digits and a number never meet by accident.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from crm.fields import LISTS, NUMERIC, TEMPORAL, TEXTUAL, Kind
from runtime.language.conditions.operators import Arity, Operator
from runtime.language.instants import instant, read_moment

if TYPE_CHECKING:
    from runtime.language.scope import Scope

Test = Callable[[Any, "Scope"], bool]

PEOPLE_PATTERN = r"responsible|supervisor|creator|observers|everyone|(user|department):[A-Za-z0-9_.-]{1,64}|field:[A-Za-z0-9_.]{1,300}"
NUMBER_PATTERN = r"-?[0-9]{1,30}(\.[0-9]{1,30})?"

_PEOPLE = re.compile(PEOPLE_PATTERN)
_NUMBER = re.compile(NUMBER_PATTERN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A right-hand side as whatever it can be read; a missing one can be read as nothing."""

    text: str | None = None
    number: Decimal | None = None
    yes_no: bool | None = None
    moment: date | datetime | None = None
    refs: tuple[str, ...] = ()
    ids: frozenset[int] = frozenset()
    many: tuple[Wanted, ...] | None = None

    def each(self) -> Iterator[Wanted]:
        """Its elements; a single value is its own only element."""
        if self.many is None:
            yield self
        else:
            for element in self.many:
                yield from element.each()

    def people(self, scope: Scope) -> frozenset[int]:
        """The ids of the people whom it means."""
        elements = tuple(self.each())
        refs = tuple(ref for element in elements for ref in element.refs)
        known = frozenset(user for element in elements for user in element.ids)
        return known | scope.expand(refs) if refs else known


def stated(value: Any) -> Wanted:
    """A right-hand side as a chain states it."""
    if isinstance(value, str):
        refs = (value,) if _PEOPLE.fullmatch(value) else ()
        return Wanted(text=value.casefold() or None, number=read_number(value), moment=read_moment(value), refs=refs)
    if isinstance(value, (list, tuple)):
        return Wanted(many=tuple(stated(element) for element in value))
    return Wanted(yes_no=value) if isinstance(value, bool) else Wanted(number=read_number(value))


def seen(value: Any) -> Wanted:
    """A right-hand side that a field holds: its text is only a text, whatever it looks like."""
    if isinstance(value, str):
        return Wanted(text=value.casefold() or None)
    if isinstance(value, (list, tuple, frozenset)):
        return Wanted(many=tuple(seen(element) for element in value))
    if isinstance(value, date):
        return Wanted(moment=value)
    if isinstance(value, bool):
        return Wanted(yes_no=value)
    return Wanted(number=read_number(value), ids=frozenset((value,)) if isinstance(value, int) else frozenset())


def read_number(value: Any) -> Decimal | None:
    """A number exactly as it was written, from a JSON number or a text of digits."""
    if isinstance(value, str):
        return Decimal(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def tests_for(row: Operator, want: Wanted) -> Mapping[type, Test]:
    """For each type of value on the left, the test against this right-hand side."""
    return {cls: _test(cls, row, want) for cls in _FAMILIES}


def test_for(row: Operator, want: Wanted, value: Any) -> Test:
    """The test of one value against this right-hand side."""
    for cls in type(value).__mro__:
        if cls in _FAMILIES:
            return _test(cls, row, want)
    return _never


def _test(cls: type, row: Operator, want: Wanted) -> Test:
    kinds, make = _FAMILIES[cls]
    return _never if kinds.isdisjoint(row.kinds) else make(row, want)


def _never(_: Any, __: Scope) -> bool:
    return False


def _right(row: Operator, want: Wanted, read: Callable[[Wanted], Any]) -> Any:
    """The right-hand side in one reading, in the shape that the operator takes; ``None`` where it has none."""
    if row.arity is Arity.ONE:
        return read(want)
    values = [value for each in want.each() if (value := read(each)) is not None]
    if row.arity is Arity.MANY:
        return frozenset(values) or None
    return (values[0], values[1]) if len(values) == 2 else None


def _text(row: Operator, want: Wanted) -> Test:
    ask, right = row.one, _right(row, want, lambda each: each.text)
    if ask is None or right is None:
        return _never
    return lambda left, scope: ask(left.casefold(), right)


def _number(row: Operator, want: Wanted) -> Test:
    ask, right = row.one, _right(row, want, lambda each: each.number)
    if ask is None or right is None:
        return _never

    def test(left: Any, scope: Scope) -> bool:
        try:
            return ask(left, right)
        except (InvalidOperation, TypeError):  # "not a number" is a decimal too, and has no order and no hash
            return False

    return test


def _float(row: Operator, want: Wanted) -> Test:
    test = _number(row, want)
    return lambda left, scope: test(Decimal(str(left)), scope)


def _yes_no(row: Operator, want: Wanted) -> Test:
    ask, right = row.one, _right(row, want, lambda each: each.yes_no)
    if ask is None or right is None:
        return _never
    return lambda left, scope: ask(left, right)


def _moment(row: Operator, want: Wanted) -> Test:
    ask, right = row.one, _right(row, want, lambda each: each.moment)
    if ask is None or right is None:
        return _never
    only_days = not any(isinstance(each.moment, datetime) for each in want.each())

    def test(left: Any, scope: Scope) -> bool:
        if only_days and not isinstance(left, datetime):
            return ask(left, right)
        zone = scope.zone
        return ask(instant(left, zone), _right(row, want, lambda each: each.moment and instant(each.moment, zone)))

    return test


def _whole(row: Operator, want: Wanted) -> Test:
    """An int is an id, and next to a number a number."""
    if any(each.number is not None for each in want.each()):
        return _number(row, want)
    test = _list(row, want)
    return lambda left, scope: test((left,), scope)


def _list(row: Operator, want: Wanted) -> Test:
    ask = row.many
    if ask is None:
        return _never
    elements = tuple(want.each())
    plain: frozenset[Any] = frozenset(value for each in elements for value in (each.text, each.number) if value is not None)
    people = any(each.refs or each.ids for each in elements)

    def test(left: Any, scope: Scope) -> bool:
        values = frozenset(value for each in left if (value := _element(each)) is not None)
        right = plain
        if people and all(isinstance(value, int) for value in values):
            right = want.people(scope)
        return bool(values) and ask(values, right)

    return test


def _element(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold() or None
    return Decimal(str(value)) if isinstance(value, float) else value


_PEOPLE_OR_NUMBERS = NUMERIC | {Kind.USER, Kind.COMPANY}

# For each type of value the kinds that have it; an operator that fits none of them is never true of it.
_FAMILIES: Mapping[type, tuple[frozenset[Kind], Callable[[Operator, Wanted], Test]]] = {
    str: (TEXTUAL, _text),
    Decimal: (NUMERIC, _number),
    int: (_PEOPLE_OR_NUMBERS, _whole),
    float: (NUMERIC, _float),
    bool: (frozenset({Kind.YES_NO}), _yes_no),
    date: (TEMPORAL, _moment),
    datetime: (TEMPORAL, _moment),
    tuple: (LISTS, _list),
    list: (LISTS, _list),
    frozenset: (LISTS, _list),
}
