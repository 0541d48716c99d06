"""Compiled conditions against an interpreter that is too simple to be wrong."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crm.fields import Field, Kind
from crm.words import Phrase
from runtime.language.conditions import OPERATORS, check, compile_condition, explain, json_schema, sentence
from runtime.language.paths import Paths
from runtime.language.scope import PlainScope

PEOPLE: Mapping[str, tuple[int, ...]] = {
    "user:anna": (1,),
    "user:boris": (2,),
    "user:clara": (3,),
    "department:sales": (1, 2),
    "supervisor": (),
}
ZONE = ZoneInfo("Europe/Paris")
KINDS = {
    "text": Kind.TEXT,
    "word": Kind.TEXT,
    "money": Kind.MONEY,
    "number": Kind.NUMBER,
    "day": Kind.DATE,
    "moment": Kind.DATETIME,
    "on": Kind.YES_NO,
    "seller": Kind.USER,
    "team": Kind.PEOPLE,
    "tags": Kind.CHOICES,
    "mails": Kind.EMAILS,
}
SCHEMA = Draft202012Validator(json_schema())
PATHS = Paths("deal", tuple(Field(key, kind, Phrase(key)) for key, kind in KINDS.items()))

WORDS = st.sampled_from(["web", "Web", "ads", "a", "ß", "SS", "12", "user:anna"])
NUMBERS = st.sampled_from([0, 1, 2, 0.1, "0.10", "1.0"])
DAYS = st.dates(date(2026, 3, 28), date(2026, 3, 31))
MOMENTS = st.builds(lambda day, hours: datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hours), st.integers(28, 30), st.integers(0, 24))
VALUES: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: WORDS | st.just(""),
    Kind.MONEY: st.sampled_from([Decimal("0"), Decimal("0.1"), Decimal("1.0000"), Decimal(2)]),
    Kind.NUMBER: st.sampled_from([Decimal("0"), Decimal("0.1"), Decimal("1.0000"), Decimal(2)]),
    Kind.DATE: DAYS,
    Kind.DATETIME: MOMENTS,
    Kind.YES_NO: st.booleans(),
    Kind.USER: st.integers(1, 4),
    Kind.PEOPLE: st.lists(st.integers(1, 4), max_size=3, unique=True).map(tuple),
    Kind.CHOICES: st.lists(WORDS, max_size=3, unique=True).map(tuple),
    Kind.EMAILS: st.lists(WORDS, max_size=3, unique=True).map(tuple),
}
STATED: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: WORDS,
    Kind.CHOICES: WORDS,
    Kind.EMAILS: WORDS,
    Kind.MONEY: NUMBERS,
    Kind.NUMBER: NUMBERS,
    Kind.DATE: (DAYS | MOMENTS).map(lambda value: value.isoformat()),
    Kind.DATETIME: (DAYS | MOMENTS).map(lambda value: value.isoformat()),
    Kind.YES_NO: st.booleans(),
    Kind.USER: st.sampled_from(sorted(PEOPLE)),
    Kind.PEOPLE: st.sampled_from(sorted(PEOPLE)),
}
RECORDS = st.fixed_dictionaries({}, optional={key: st.none() | VALUES[kind] for key, kind in KINDS.items()})


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    key = draw(st.sampled_from(sorted(KINDS)))
    fitting = [row.key for row in OPERATORS.values() if KINDS[key] in row.kinds]
    op = draw(st.sampled_from(fitting) | st.sampled_from(sorted(OPERATORS)))
    leaf: dict[str, Any] = {"field": f"record.{key}", "op": op}
    if op in ("empty", "not_empty"):
        return leaf
    others = st.sampled_from([other for other in sorted(KINDS) if KINDS[other] is KINDS[key]] + ["word", "day", "money"])
    one = STATED[KINDS[key]] | others.map(lambda other: {"field": f"record.{other}"})
    shapes = {"in": st.lists(STATED[KINDS[key]], min_size=1, max_size=3), "between": st.lists(one, min_size=2, max_size=2)}
    several = shapes.get(op.removeprefix("not_"), one | st.lists(STATED[KINDS[key]], min_size=1, max_size=2))
    return {**leaf, "value": draw(several)}


CONDITIONS = st.recursive(
    leaves(),
    lambda inner: st.builds(lambda group, parts: {group: parts}, st.sampled_from(["all", "any", "none"]), st.lists(inner, max_size=3)),
    max_leaves=5,
)


def make_scope(record: Mapping[str, Any]) -> PlainScope:
    return PlainScope({"record": record}, datetime(2026, 3, 29, 12, tzinfo=UTC), ZONE, people=PEOPLE)


def held(condition: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    if "all" in condition:
        return all(held(part, record) for part in condition["all"])
    if "any" in condition:
        return any(held(part, record) for part in condition["any"])
    if "none" in condition:
        return not any(held(part, record) for part in condition["none"])
    key, op = condition["field"].removeprefix("record."), condition["op"]
    left = record.get(key)
    if op in ("empty", "ne", "not_in", "not_contains"):
        positive = {"empty": "not_empty", "ne": "eq", "not_in": "in", "not_contains": "contains"}[op]
        return not held({**condition, "op": positive}, record)
    if left is None or left in ("", ()):
        return False
    return op == "not_empty" or asked(op, KINDS[key], left, condition["value"], record)


def asked(op: str, kind: Kind, left: Any, value: Any, record: Mapping[str, Any]) -> bool:
    if kind in (Kind.USER, Kind.PEOPLE):
        mine, wanted = set(left if kind is Kind.PEOPLE else [left]), set(people(value, record))
        return bool(wanted) and {"eq": mine == wanted, "in": mine <= wanted, "contains": bool(mine & wanted)}[op]
    rights = [each for one in (value if isinstance(value, list) else [value]) for each in read(kind, one, record)]
    if isinstance(left, tuple):
        mine, wanted = {each.casefold() for each in left}, set(rights)
        return bool(wanted) and {"eq": mine == wanted, "in": mine <= wanted, "contains": bool(mine & wanted)}[op]
    here = read(kind, left, record)[0]
    if op == "between":
        return len(rights) == 2 and rights[0] <= here <= rights[1]
    return any(ASKED[op](here, there) for there in rights)


ASKED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda here, there: here == there,
    "in": lambda here, there: here == there,
    "gt": lambda here, there: here > there,
    "gte": lambda here, there: here >= there,
    "lt": lambda here, there: here < there,
    "lte": lambda here, there: here <= there,
    "contains": lambda here, there: there in here,
    "starts_with": lambda here, there: here[: len(there)] == there,
    "ends_with": lambda here, there: here[-len(there) :] == there,
}


def people(value: Any, record: Mapping[str, Any]) -> list[int]:
    if isinstance(value, dict):
        found = record.get(value["field"].removeprefix("record."))
        return list(found) if isinstance(found, tuple) else [found] if found else []
    return [user for ref in (value if isinstance(value, list) else [value]) for user in PEOPLE[ref]]


def read(kind: Kind, value: Any, record: Mapping[str, Any]) -> list[Any]:
    if isinstance(value, dict):
        found = record.get(value["field"].removeprefix("record."))
        several = found if isinstance(found, tuple) else [found]
        return [each for one in several if one not in (None, "") for each in read(kind, one, record)]
    if kind in (Kind.MONEY, Kind.NUMBER):
        return [Decimal(str(value))]
    if kind in (Kind.DATE, Kind.DATETIME):
        moment = value if isinstance(value, date) else datetime.fromisoformat(value)
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 -- the clock on the wall
        return [moment if moment.tzinfo else moment.replace(tzinfo=ZONE)]
    return [value] if isinstance(value, bool) else [value.casefold()]


@settings(max_examples=400, deadline=None)
@given(CONDITIONS, RECORDS)
def test_a_compiled_condition_says_what_a_simple_reading_says(condition: dict[str, Any], record: dict[str, Any]) -> None:
    scope = make_scope(record)
    answer = compile_condition(condition)(scope)
    explained = explain(condition, scope)
    assert explained.held is answer
    explained.as_json()
    if not check(condition, PATHS, "c"):
        assert answer is held(condition, record)
        assert SCHEMA.is_valid(condition)
        assert sentence(condition, PATHS)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=3) | DAYS | st.datetimes() | MOMENTS
ANY_VALUE = ANYTHING | st.lists(ANYTHING, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=2), ANYTHING, max_size=2)


@settings(max_examples=200, deadline=None)
@given(leaves(), st.dictionaries(st.sampled_from(sorted(KINDS)), ANY_VALUE))
def test_no_value_makes_a_condition_raise(condition: dict[str, Any], record: dict[str, Any]) -> None:
    answer = compile_condition(condition)(make_scope(record))
    assert compile_condition({"none": [condition]})(make_scope(record)) is not answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["record.text", "eq", "in", "x", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "none", "field", "op", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_what_the_check_accepts_fits_the_schema_and_can_be_run(condition: Any) -> None:
    if not check(condition, PATHS, "c"):
        SCHEMA.validate(condition)
        compile_condition(condition)(make_scope({}))
