"""The values that stand in scenarios: texts, numbers, moments, time zones."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import phonenumbers

from crm.words import phrase
from crm.zones import time_zones
from runtime.language.instants import EARLIEST, LATEST
from runtime.scenario.shapes import Is


def _is_text(longest: int, least: int = 0) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and least <= len(value) <= longest


def _is_instant(value: Any) -> bool:
    try:
        if not isinstance(value, str) or len(value) <= 10 or datetime.fromisoformat(value).tzinfo is None:
            return False
        return EARLIEST <= datetime.fromisoformat(value) <= LATEST
    except ValueError:
        return False


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_decimal(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or (isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]{1,4})?", value) is not None)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_regex(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) <= 200 and re.compile(value) is not None
    except re.error:
        return False


def _is_json(_: Any) -> bool:
    return True


LINE = Is(
    phrase("a text of at most 500 characters on one line"),
    lambda value: _is_text(500)(value) and "\n" not in value,
    {"type": "string", "maxLength": 500, "pattern": "^[^\\n]*$"},
)
NAME = Is(
    phrase("a name"),
    lambda value: _is_text(300, 1)(value) and "\n" not in value and "\r" not in value,
    {"type": "string", "minLength": 1, "maxLength": 300, "pattern": "^[^\\n\\r]*$"},
)
LONG = Is(phrase("a text"), _is_text(64_000), {"type": "string", "maxLength": 64_000})
FLAG = Is(phrase("true or false"), lambda value: isinstance(value, bool), {"type": "boolean"})
COUNT = Is(phrase("a whole number, 0 or more"), _is_whole, {"type": "integer", "minimum": 0})
DECIMAL = Is(
    phrase("a number, such as “1200.00”"),
    _is_decimal,
    {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,4})?$"}]},
)
INSTANT = Is(
    phrase("a date and time with its offset, such as 2026-03-02T09:00:00+01:00"),
    _is_instant,
    {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})$"},
)
DAY = Is(phrase("a date, such as 2026-03-02"), _is_day, {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
CLOCK = Is(
    phrase("a clock time, such as 09:00"),
    lambda value: isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value) is not None,
    {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
)
WEEKDAY = Is(phrase("a day of the week, 1 (Monday) to 7"), lambda value: _is_whole(value) and 1 <= value <= 7, {"enum": list(range(1, 8))})
ZONE = Is(phrase("a time zone, such as Europe/Paris"), lambda value: isinstance(value, str) and value in time_zones(), {"type": "string"})
REGION = Is(
    phrase("a country, such as FR"),
    lambda value: isinstance(value, str) and value in phonenumbers.SUPPORTED_REGIONS,
    {"type": "string", "pattern": "^[A-Z]{2}$"},
)
REGEX = Is(phrase("a regular expression of at most 200 characters"), _is_regex, {"type": "string", "maxLength": 200})
LENGTH = Is(
    phrase("a length of time, such as 6 months"),
    lambda value: isinstance(value, str) and re.fullmatch(r"[0-9]{1,6} (minute|hour|day|week|month|year)s?", value) is not None,
    {"type": "string", "pattern": "^[0-9]{1,6} (minute|hour|day|week|month|year)s?$"},
)
ANYTHING = Is(phrase("a value"), _is_json, {})
