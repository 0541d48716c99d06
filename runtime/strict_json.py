"""Read JSON from outside without leniency: whatever two readers could understand differently is refused, with its place."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from crm.errors import Invalid
from crm.words import Phrase, phrase

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 300  # below this every whole number still fits a float, so that nothing behind overflows

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[{}\[\],]|-?[A-Za-z]+')
_COLON = re.compile(r"[ \t\r\n]*:")
_SURROGATE = re.compile("[\ud800-\udfff]")


def strict_json(text: str | bytes) -> Any:
    """The value that a JSON text stands for.

    Raises ``Invalid`` with the line and column for duplicate keys, NaN, infinities (``1e999`` too), lone surrogates,
    NUL, more than 5 MiB, 64 levels or 300 digits, and for whatever is not JSON at all.
    """
    decoded = _decode(text)
    try:
        value = json.loads(decoded, object_pairs_hook=_object, parse_constant=_refuse, parse_float=_float, parse_int=_int)
        _walk(value)
    except json.JSONDecodeError as error:
        raise _invalid(decoded, error.pos, _not_json(error.msg)) from None
    except (_Refused, RecursionError):
        raise _first_fault(decoded) from None
    return value


class _Refused(Exception):
    """Valid JSON that is not accepted; the place is looked for afterwards."""


def _decode(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise Invalid.at("", phrase("This is larger than 5 MiB."), phrase("Split it into several files."))
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise _invalid(before, len(before), phrase("This is not UTF-8 text.")) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused
    return found


def _refuse(constant: str) -> NoReturn:
    raise _Refused


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Refused
    return number


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _Refused
    return int(digits)


def _walk(value: Any) -> None:
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        value, depth = waiting.pop()
        if (isinstance(value, str) and _bad_string(value)) or (isinstance(value, dict | list) and depth > MAX_DEPTH):
            raise _Refused
        if isinstance(value, dict):
            waiting.extend((key, depth) for key in value)
            waiting.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            waiting.extend((item, depth + 1) for item in value)


def _bad_string(text: str) -> Phrase | None:
    if "\0" in text:
        return phrase("A text must not contain the character NUL.")
    if _SURROGATE.search(text):
        return phrase("A text contains half of a character (a lone surrogate).")
    return None


def _first_fault(text: str) -> Invalid:
    """What stands first among the things that are refused, and where."""
    seen: list[set[str] | None] = []  # the keys of each open object, None for an open list
    for match in _TOKEN.finditer(text):
        token, at = match[0], match.start()
        if token in "{[":
            seen.append(set() if token == "{" else None)
            if len(seen) > MAX_DEPTH:
                return _invalid(text, at, phrase("This is nested more than {most} levels deep.", most=MAX_DEPTH))
        elif token in "}]":
            seen.pop()
        elif token[0] == '"':
            string = str(json.loads(token))
            if bad := _bad_string(string):
                return _invalid(text, at, bad)
            keys = seen[-1] if seen else None
            if keys is not None and _COLON.match(text, match.end()):
                if string in keys:
                    return _invalid(text, at, phrase("The key “{key}” stands here a second time.", key=string))
                keys.add(string)
        elif token != "," and (bad := _bad_number(token)):
            return _invalid(text, at, bad)
    return Invalid.at("", phrase("This JSON cannot be read."))


def _bad_number(token: str) -> Phrase | None:
    if token in ("NaN", "Infinity", "-Infinity"):
        return phrase("{number} is not a number that JSON knows.", number=token)
    if token[-1].isdigit() and math.isinf(float(token)) and not token.lstrip("-").isdigit():
        return phrase("The number {number} is too large.", number=token)
    if token.lstrip("-").isdigit() and len(token) > MAX_DIGITS:
        return phrase("A number must have at most {most} digits.", most=MAX_DIGITS)
    return None


def _not_json(reason: str) -> Phrase:
    known = {
        "Expecting value": phrase("This is not JSON: a value is missing here."),
        "Expecting ',' delimiter": phrase("This is not JSON: a comma is missing here."),
        "Expecting ':' delimiter": phrase("This is not JSON: a colon is missing here."),
        "Expecting property name enclosed in double quotes": phrase("This is not JSON: a key in quotes is missing here."),
        "Illegal trailing comma before end of object": phrase("This is not JSON: there is a comma too many."),
        "Illegal trailing comma before end of array": phrase("This is not JSON: there is a comma too many."),
        "Unterminated string starting at": phrase("This is not JSON: the text that begins here does not end."),
        "Invalid control character at": phrase("This is not JSON: a line break or control character stands in a text."),
        "Extra data": phrase("This is not JSON: something follows after its end."),
    }
    return known.get(reason) or phrase("This is not JSON.")


def _invalid(text: str, position: int, says: Phrase) -> Invalid:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return Invalid.at(f"line {line}, column {column}", says)
