"""What a visitor wrote into a web form, read into the fields of a lead; what fits nowhere is kept in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.errors import Invalid
from crm.fields import Field, Kind, fields_of
from crm.incoming import IncomingForm
from crm.mail import one_line, storable
from crm.reach import Reach, collect
from crm.values import LINE, read_values
from crm.words import phrase

MOST_FIELDS = 100
# Visitors may not say whose the lead is, which stage or client it has, or name files and people of the house.
_FITTING = frozenset(
    {Kind.TEXT, Kind.LONG, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.YES_NO, Kind.CHOICE, Kind.CHOICES, Kind.LINK}
)
_NOT_FROM_FORMS = frozenset({"title", "currency", "name", "email", "emails", "phone", "phones"})


@dataclass(frozen=True)
class FormFields:
    """A form as it was read: everything written (``fields``), the same in words (``told``), and the values of a new lead."""

    title: str
    reach: Reach
    fields: Mapping[str, str]
    told: str
    lead: Mapping[str, Any]


def read_form(form: IncomingForm, custom: Sequence[Field], region: str) -> FormFields:
    """Read a form. Raises ``Invalid`` where it has neither an e-mail nor a phone, or more fields than any form."""
    if len(form.fields) > MOST_FIELDS:
        raise Invalid.at("fields", phrase("A form may have at most {most} fields.", most=MOST_FIELDS))
    fields = {one_line(key, 100): _written(value) for key, value in form.fields.items()}
    emails = [fields[key] for key in ("email", "emails") if fields.get(key)]
    phones = [fields[key] for key in ("phone", "phones") if fields.get(key)]
    reach = collect(emails, phones, region)
    if not reach:
        mend = phrase("Give one of them under the name email or phone, so that somebody can answer.")
        raise Invalid.at("email", phrase("The form has neither a valid e-mail nor a valid phone."), mend)
    values, left = _values(fields, custom)
    comment = "\n".join(filter(None, (values.pop("comment", ""), _told(left.items()))))
    lead = {**_names(fields), **values, "emails": list(reach.emails), "phones": list(reach.phones)}
    return FormFields(
        title=one_line(form.title, LINE) or one_line(form.form, LINE) or str(phrase("Web form")),
        reach=reach,
        fields=fields,
        told=_told(fields.items()),
        lead={**lead, "comment": storable(comment)} if comment else lead,
    )


def _values(fields: Mapping[str, str], custom: Sequence[Field]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that fit fields of a lead, and what is left over."""
    known = {key: each for key, each in fields_of("lead", custom).items() if each.editable and each.kind in _FITTING}
    values: dict[str, Any] = {}
    left: dict[str, str] = {}
    for key, written in fields.items():
        if key in _NOT_FROM_FORMS or not written:
            continue
        if key in known and _fits(key, written, known[key], custom):
            values[key] = written
        else:
            left[key] = written
    return values, left


def _fits(key: str, written: str, known: Field, custom: Sequence[Field]) -> bool:
    if known.options is not None and not set(written.splitlines()) <= set(known.options):
        return False
    try:
        read_values("lead", {key: written}, custom)
    except Invalid:
        return False
    return True


def _names(fields: Mapping[str, str]) -> dict[str, str]:
    if fields.get("first_name") or fields.get("last_name"):
        return {}
    first, _, last = one_line(fields.get("name"), 200).partition(" ")
    return {key: value for key, value in (("first_name", first), ("last_name", last)) if value}


def _told(fields: Iterable[tuple[str, str]]) -> str:
    return storable("\n".join(f"{key}: {value}" for key, value in fields if value))


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "\n".join(filter(None, (_written(each) for each in value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return storable("" if value is None else str(value))
