"""Reads what people, files and rules give for the fields of a record, contact or company, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.errors import Invalid, Problem
from crm.fields import CUSTOM_KINDS, Field, Kind, fields_of
from crm.words import Phrase, phrase

LINE = 500
LONG = 64_000
AMOUNT = Decimal(10) ** 14
# Field keys whose columns are named otherwise.
COLUMNS = {"responsible": "responsible_id", "creator": "creator_id", "company": "company_id", "contacts": "contact_ids"}
_EXTRA = {
    "deal": {"contacts": Kind.CONTACTS, "company": Kind.COMPANY, "products": Kind.LIST, "creator": Kind.USER, "demo": Kind.YES_NO},
    "lead": {
        "contacts": Kind.CONTACTS,
        "company": Kind.COMPANY,
        "products": Kind.LIST,
        "creator": Kind.USER,
        "emails": Kind.EMAILS,
        "phones": Kind.PHONES,
        "demo": Kind.YES_NO,
    },
    "contact": {"responsible": Kind.USER, "demo": Kind.YES_NO},
    "company": {"responsible": Kind.USER, "demo": Kind.YES_NO},
}


def read_values(entity: str, given: Mapping[str, Any], custom: Sequence[Field]) -> dict[str, Any]:
    """The columns (custom fields as ``custom.KEY``) that the given fields set. Raises ``Invalid`` with every problem found.

    Amounts may be decimals, whole numbers or text such as ``1200.00``; days and instants ISO 8601 text; an empty text clears.
    """
    kinds = _kinds(entity, custom)
    columns: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, raw in given.items():
        kind = kinds.get(key)
        if kind is None:
            problems.append(Problem(key, phrase("There is no field of this name."), kind="unknown_path"))
            continue
        try:
            value = read_value(kind, raw)
        except _Refused as refused:
            problems.append(Problem(key, refused.says, refused.mend, kind="type_mismatch"))
            continue
        is_standard = key in fields_of(entity) or key in _EXTRA[entity]
        if is_standard:
            columns[COLUMNS.get(key, key)] = value
        else:
            columns[f"custom.{key}"] = _as_json(value)
    if problems:
        raise Invalid(problems)
    return columns


def read_value(kind: Kind, raw: Any) -> Any:
    """One value of a kind as its column holds it; raises a ``ValueError`` with words and a mend."""
    if raw is None or (isinstance(raw, str) and not raw.strip() and kind not in _LISTS):
        return [] if kind in _LISTS else None
    return _READERS[kind](raw)


def checked_text(raw: Any, longest: int = LINE) -> str:
    """A text without control characters, not longer than ``longest`` characters."""
    if not isinstance(raw, str):
        raise _Refused(phrase("This must be text."))
    text = raw.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise _Refused(
            phrase("This is too long: {length} characters.", length=len(text)), phrase("At most {most} characters fit here.", most=longest)
        )
    if any((ord(character) < 32 and character not in "\n\t") or 0xD800 <= ord(character) < 0xE000 for character in text):
        raise _Refused(phrase("This contains characters that cannot be stored."), phrase("Remove the invisible characters."))
    return text


def _as_json(value: Any) -> Any:
    """A value as the JSON column of the custom fields holds it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _kinds(entity: str, custom: Iterable[Field]) -> dict[str, Kind]:
    kinds = {key: field.kind for key, field in fields_of(entity).items() if field.editable}
    kinds.update(_EXTRA[entity])
    kinds.update({field.key: field.kind for field in custom})
    return kinds


class _Refused(ValueError):
    """A value that a field cannot hold."""

    def __init__(self, says: Phrase, mend: Phrase | None = None) -> None:
        self.says, self.mend = says, mend
        super().__init__(str(says))


def _text(raw: Any) -> str | None:
    return checked_text(raw if not isinstance(raw, (int, float, Decimal)) or isinstance(raw, bool) else str(raw)) or None


def _long(raw: Any) -> str | None:
    return checked_text(raw, LONG) or None


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool):
        raise _Refused(phrase("This must be a number."))
    try:
        number = Decimal(str(raw).replace("\u00a0", "").replace(" ", "").replace(",", ".") if isinstance(raw, str) else str(raw))
    except InvalidOperation:
        raise _Refused(phrase("This must be a number."), phrase("Write it as 1200.50.")) from None
    if not number.is_finite() or abs(number) >= AMOUNT:
        raise _Refused(phrase("This number is too large."))
    rounded = number.quantize(Decimal("0.0001"))
    if rounded != number:
        raise _Refused(phrase("A number may have at most four decimals."))
    return number


def _custom_number(raw: Any) -> str:
    return str(_decimal(raw))


def _day(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw)[:10])
    except ValueError:
        raise _Refused(phrase("This must be a date."), phrase("Write it as 2026-03-31.")) from None


def _instant(raw: Any) -> datetime:
    try:
        instant = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and last hours of the calendar exist in some time zones only
        raise _Refused(phrase("This must be a date and a time."), phrase("Write it as 2026-03-31T14:00.")) from None


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if str(raw).lower() in ("true", "yes", "on", "1"):
        return True
    if str(raw).lower() in ("false", "no", "off", "0"):
        return False
    raise _Refused(phrase("This must be yes or no."))


def _id(raw: Any) -> int:
    try:
        return int(raw)
    except (TypeError, ValueError):
        raise _Refused(phrase("This is not one of the choices.")) from None


def _list_of(reader: Callable[[Any], Any], most: int = 100) -> Callable[[Any], list[Any]]:
    def read(raw: Any) -> list[Any]:
        entries = raw.splitlines() if isinstance(raw, str) else list(raw)
        values = [value for each in entries if (value := reader(each)) is not None]
        if len(values) > most:
            raise _Refused(phrase("This list is too long: at most {most} entries fit here.", most=most))
        return list(dict.fromkeys(values))

    return read


def _products(raw: Any) -> list[Any]:
    return [
        {
            "name": checked_text(row["name"]),
            "price": str(_decimal(row.get("price", 0))),
            "quantity": str(_decimal(row.get("quantity", 1))),
        }
        for row in raw
    ]


_LISTS = frozenset({Kind.EMAILS, Kind.PHONES, Kind.CONTACTS, Kind.PEOPLE, Kind.CHOICES, Kind.LIST})
_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG: _long,
    Kind.LINK: _text,
    Kind.FILE: _text,
    Kind.CHOICE: _text,
    Kind.NUMBER: _custom_number,
    Kind.MONEY: _decimal,
    Kind.DATE: _day,
    Kind.DATETIME: _instant,
    Kind.YES_NO: _yes_no,
    Kind.USER: _id,
    Kind.COMPANY: _id,
    Kind.PEOPLE: _list_of(_id, 200),
    Kind.CONTACTS: _list_of(_id),
    Kind.EMAILS: _list_of(_text),
    Kind.PHONES: _list_of(_text),
    Kind.CHOICES: _list_of(_text),
    Kind.BOOKING: lambda raw: raw,
    Kind.LIST: _products,
}
assert set(CUSTOM_KINDS) <= set(_READERS)
