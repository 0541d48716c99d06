"""Conditions compiled once into functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crm.errors import Invalid
from crm.words import phrase
from runtime.language.conditions.checks import GROUPS, MOST_DEEP
from runtime.language.conditions.comparing import Wanted, seen, stated, test_for, tests_for
from runtime.language.conditions.operators import OPERATORS, Arity, Operator
from runtime.language.paths import Getter, getter, is_path, normal, two_parts
from runtime.language.values import is_missing

if TYPE_CHECKING:
    from runtime.language.scope import Scope

Holds = Callable[["Scope"], bool]


def compile_condition(condition: Mapping[str, Any], deep: int = 0) -> Holds:
    """The function that says whether a checked condition holds; it never raises.

    Raises ``Invalid`` where it is nested too deeply.
    """
    group, parts = group_of(condition)
    if group is None:
        return compile_leaf(condition)
    if deep == MOST_DEEP:
        raise Invalid.at("", phrase("A condition is nested more than {most} deep.", most=MOST_DEEP))
    tests = tuple(compile_condition(part, deep + 1) for part in parts)
    return JOINED[group](tests)


def paths_in(condition: Mapping[str, Any]) -> tuple[str, ...]:
    """Every path that a condition reads, as it is stored, each once."""
    return tuple(dict.fromkeys(normal(path) for path in _paths(condition)))


def group_of(condition: Mapping[str, Any]) -> tuple[str | None, list[Any]]:
    for group in GROUPS:
        if group in condition:
            return group, condition[group]
    return None, []


def _all(tests: tuple[Holds, ...]) -> Holds:
    if len(tests) == 2:
        first, second = tests
        return lambda scope: first(scope) and second(scope)

    def holds(scope: Scope) -> bool:
        for test in tests:  # noqa: SIM110 -- a generator would take twice the time
            if not test(scope):
                return False
        return True

    return holds


def _any(tests: tuple[Holds, ...]) -> Holds:
    if len(tests) == 2:
        first, second = tests
        return lambda scope: first(scope) or second(scope)

    def holds(scope: Scope) -> bool:
        for test in tests:  # noqa: SIM110
            if test(scope):
                return True
        return False

    return holds


def _none(tests: tuple[Holds, ...]) -> Holds:
    some = _any(tests)
    return lambda scope: not some(scope)


JOINED: Mapping[str, Callable[[tuple[Holds, ...]], Holds]] = {"all": _all, "any": _any, "none": _none}


def compile_leaf(condition: Mapping[str, Any]) -> Holds:
    row, get = OPERATORS[condition["op"]], getter(condition["field"])
    if row.arity is Arity.NOTHING:
        return (lambda scope: is_missing(get(scope))) if row.negated else (lambda scope: not is_missing(get(scope)))
    value = condition["value"]
    if _is_read(value):
        return _compared_with_fields(row, get, _reader(value))
    return _compared(row, condition["field"], stated(value))


def _compared(row: Operator, path: str, want: Wanted) -> Holds:
    tests, negated = tests_for(row, want), row.negated
    get = getter(path)

    def holds(scope: Scope) -> bool:
        left = get(scope)
        if left is None:
            return negated
        test = tests.get(left.__class__) or test_for(row, want, left)
        return test(left, scope) is not negated

    place = two_parts(path)
    if place is None:
        return holds
    root, key = place

    def holds_directly(scope: Scope) -> bool:
        # The same without the call of the getter: most conditions are this one, and it is asked millions of times.
        values = scope[root]
        left = values.get(key) if values is not None else None
        if left is None:
            return negated
        test = tests.get(left.__class__) or test_for(row, want, left)
        return test(left, scope) is not negated

    return holds_directly


def _compared_with_fields(row: Operator, get: Getter, read: Callable[[Scope], Wanted]) -> Holds:
    negated = row.negated

    def holds(scope: Scope) -> bool:
        left = get(scope)
        if left is None:
            return negated
        return test_for(row, read(scope), left)(left, scope) is not negated

    return holds


def _is_read(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(each, Mapping) for each in value))


def _reader(value: Any) -> Callable[[Scope], Wanted]:
    if isinstance(value, Mapping):
        get = getter(value["field"])
        return lambda scope: seen(get(scope))
    if isinstance(value, list):
        readers = tuple(_reader(each) for each in value)
        return lambda scope: Wanted(many=tuple(read(scope) for read in readers))
    want = stated(value)
    return lambda scope: want


def _paths(condition: Mapping[str, Any]) -> Iterator[str]:
    _, parts = group_of(condition)
    for part in parts:
        yield from _paths(part)
    if "field" in condition:
        yield condition["field"]
    values = condition.get("value")
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, Mapping):
            yield value["field"]
        elif isinstance(value, str) and value.startswith("field:") and is_path(value.removeprefix("field:")):
            yield value.removeprefix("field:")
