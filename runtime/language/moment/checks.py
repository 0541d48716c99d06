"""What is wrong with a moment before it is ever reached, and the JSON Schema of its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crm.errors import Problem
from crm.fields import TEMPORAL
from crm.words import Phrase, phrase
from runtime.language.instants import MOMENT_PATTERN, TIME_PATTERN, read_moment, read_time
from runtime.language.paths import PATH_PATTERN, Paths, normal

# A hundred years of each.
MOST = {"minutes": 52_596_000, "hours": 876_600, "days": 36_525, "weeks": 5_218, "months": 1_200, "years": 100}

# What must and what may stand beside "when"; a run time may say "past" too, unless it is now.
_MUST = {"now": (), "after": ("amount", "unit"), "before": ("amount", "unit", "of"), "at": ("of",), "on": ("date",)}
_MAY = {"now": (), "after": ("of", "time", "working_time"), "before": ("time", "working_time"), "at": ("time", "working_time"), "on": ()}
_REFUSED_TOGETHER = (
    ("time", ("minutes", "hours"), phrase("A clock time cannot be set for minutes or hours.")),
    ("working_time", ("months", "years"), phrase("Months and years cannot be counted in working time.")),
)


def check(moment: object, paths: Paths, where: str, as_run_time: bool) -> list[Problem]:
    """Everything that is wrong with a moment: the run time of a node, or a date setting."""
    return list(_check(moment, paths, where, as_run_time))


def json_schema(as_run_time: bool = True) -> dict[str, Any]:
    """The JSON Schema of a moment; whether ``of`` names a date only ``check`` knows."""
    return {"anyOf": [shape for when in _MUST for shape in _schemas(when, as_run_time)]}


def _check(moment: object, paths: Paths, where: str, as_run_time: bool) -> Iterator[Problem]:
    when = moment.get("when") if isinstance(moment, Mapping) else None
    if not isinstance(moment, Mapping) or not isinstance(when, str) or when not in _MUST:
        yield Problem(where, phrase("A moment must stand here."), phrase("Write it as {example}.", example='{"when": "now"}'))
        return
    may = {"when", *_MUST[when], *_MAY[when], *(("past",) if as_run_time and when != "now" else ())}
    for key in moment:
        if key not in may:
            yield Problem(f"{where}.{key}", phrase("“{key}” cannot stand beside “{when}”.", key=str(key), when=when), phrase("Remove it."))
    for key in _MUST[when]:
        if key not in moment:
            says = phrase("“{key}” is missing beside “{when}”.", key=key, when=when)
            yield Problem(f"{where}.{key}", says, kind="missing_setting")
    yield from _check_values({key: value for key, value in moment.items() if key in may}, where)
    if "of" in moment and "of" in may:
        yield from _check_of(moment["of"], paths, f"{where}.of", as_run_time)


def _check_values(moment: Mapping[str, Any], where: str) -> Iterator[Problem]:
    unit = moment.get("unit")
    if "unit" in moment and (not isinstance(unit, str) or unit not in MOST):
        yield _mismatch(f"{where}.unit", phrase("The unit must be one of {names}.", names=", ".join(MOST)))
        unit = None
    most = MOST[unit] if unit else max(MOST.values())
    if "amount" in moment and not (_is_whole(moment["amount"]) and 0 <= moment["amount"] <= most):
        yield _mismatch(f"{where}.amount", phrase("The amount must be a whole number from 0 to {most}.", most=most))
    if "time" in moment and (not isinstance(moment["time"], str) or read_time(moment["time"]) is None):
        yield _mismatch(f"{where}.time", phrase("The time must be written as 14:00."))
    if "date" in moment and (not isinstance(moment["date"], str) or read_moment(moment["date"]) is None):
        yield _mismatch(f"{where}.date", phrase("The date must be written as 2027-01-15T14:00:00+01:00."))
    if not isinstance(moment.get("working_time", False), bool):
        yield _mismatch(f"{where}.working_time", phrase("Working time is true or false."))
    if moment.get("past", "run") not in ("run", "skip"):
        yield _mismatch(f"{where}.past", phrase("What is past is either run or skipped."))
    for key, units, says in _REFUSED_TOGETHER:
        if moment.get(key) and unit in units:
            yield Problem(f"{where}.{key}", says, phrase("Remove one of them."))


def _check_of(of: object, paths: Paths, where: str, as_run_time: bool) -> Iterator[Problem]:
    unknown = paths.problems(of, where)
    yield from unknown
    if unknown or not isinstance(of, str):
        return
    known = paths.known(of)
    if known.kind not in TEMPORAL:
        yield _mismatch(where, phrase("{field} is not a date.", field=known.label), phrase("Choose a field that holds a date."))
    elif as_run_time and not normal(of).startswith("record."):
        yield _mismatch(where, phrase("A run time can only depend on a field of the record itself, {field} is not one.", field=known.label))


def _is_whole(amount: object) -> bool:
    if isinstance(amount, (float, Decimal)):
        return amount == amount // 1
    return isinstance(amount, int) and not isinstance(amount, bool)


def _mismatch(where: str, says: Phrase, mend: Phrase | None = None) -> Problem:
    return Problem(where, says, mend, kind="type_mismatch")


def _schemas(when: str, as_run_time: bool) -> Iterator[dict[str, Any]]:
    if "unit" not in _MUST[when]:
        yield _schema(when, as_run_time, {})
        return
    for unit, most in MOST.items():
        refused = {key: {"const": False} if key == "working_time" else False for key, units, _ in _REFUSED_TOGETHER if unit in units}
        yield _schema(when, as_run_time, {"unit": {"const": unit}, "amount": {"type": "integer", "minimum": 0, "maximum": most}, **refused})


def _schema(when: str, as_run_time: bool, narrower: Mapping[str, Any]) -> dict[str, Any]:
    of_record = r"(?=(record|deal|lead)\.)" if as_run_time else ""
    shapes: dict[str, Any] = {
        "of": {"type": "string", "pattern": f"^{of_record}({PATH_PATTERN})$"},
        "time": {"type": "string", "pattern": f"^{TIME_PATTERN}$"},
        "date": {"type": "string", "pattern": f"^{MOMENT_PATTERN}$"},
        "working_time": {"type": "boolean"},
        "past": {"enum": ["run", "skip"]},
        **narrower,
    }
    keys = (*_MUST[when], *_MAY[when], *(("past",) if as_run_time and when != "now" else ()))
    properties = {"when": {"const": when}, **{key: shapes[key] for key in keys}}
    return {"type": "object", "properties": properties, "required": ["when", *_MUST[when]], "additionalProperties": False}
