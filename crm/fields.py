"""The kinds of fields, and the standard fields of records, contacts, companies and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.words import Phrase, phrase


class Kind(StrEnum):
    """What a field holds; the first thirteen can be chosen for custom fields."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    USER = "user"
    LINK = "link"
    FILE = "file"
    BOOKING = "booking"
    # Kinds that only standard fields have.
    PEOPLE = "people"
    STAGE = "stage"
    PIPELINE = "pipeline"
    EMAILS = "emails"
    PHONES = "phones"
    CONTACTS = "contacts"
    COMPANY = "company"
    LIST = "list"


CUSTOM_KINDS = tuple(list(Kind)[:13])
TEXTUAL = frozenset({Kind.TEXT, Kind.LONG, Kind.LINK, Kind.FILE})
NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY})
TEMPORAL = frozenset({Kind.DATE, Kind.DATETIME})
LISTS = frozenset({Kind.CHOICES, Kind.PEOPLE, Kind.EMAILS, Kind.PHONES, Kind.CONTACTS, Kind.LIST})


@dataclass(frozen=True)
class Field:
    """One field: its key (a promise), its kind, its label; ``options`` maps the keys of a choice to their labels."""

    key: str
    kind: Kind
    label: Phrase
    options: Mapping[str, str] | None = None
    editable: bool = True


def _field(key: str, kind: Kind, label: Phrase, *, editable: bool = True) -> Field:
    return Field(key, kind, label, editable=editable)


RECORD = (
    _field("title", Kind.TEXT, phrase("Title")),
    _field("amount", Kind.MONEY, phrase("Amount")),
    _field("currency", Kind.TEXT, phrase("Currency")),
    _field("stage", Kind.STAGE, phrase("Stage"), editable=False),
    _field("pipeline", Kind.PIPELINE, phrase("Pipeline"), editable=False),
    _field("responsible", Kind.USER, phrase("Responsible")),
    _field("creator", Kind.USER, phrase("Created by"), editable=False),
    _field("source", Kind.TEXT, phrase("Source")),
    _field("created_at", Kind.DATETIME, phrase("Created"), editable=False),
    _field("updated_at", Kind.DATETIME, phrase("Changed"), editable=False),
    _field("stage_entered_at", Kind.DATETIME, phrase("On this stage since"), editable=False),
    _field("begin_date", Kind.DATE, phrase("Begin date")),
    _field("close_date", Kind.DATE, phrase("Close date")),
    _field("comment", Kind.LONG, phrase("Comment")),
    _field("observers", Kind.PEOPLE, phrase("Observers")),
    _field("is_repeat", Kind.YES_NO, phrase("Repeat"), editable=False),
)
LEAD = (
    *RECORD,
    _field("first_name", Kind.TEXT, phrase("First name")),
    _field("last_name", Kind.TEXT, phrase("Last name")),
    _field("email", Kind.TEXT, phrase("E-mail"), editable=False),
    _field("phone", Kind.TEXT, phrase("Phone"), editable=False),
    _field("address", Kind.TEXT, phrase("Address")),
)
CONTACT = (
    _field("name", Kind.TEXT, phrase("Name"), editable=False),
    _field("first_name", Kind.TEXT, phrase("First name")),
    _field("last_name", Kind.TEXT, phrase("Last name")),
    _field("email", Kind.TEXT, phrase("E-mail"), editable=False),
    _field("phone", Kind.TEXT, phrase("Phone"), editable=False),
    _field("emails", Kind.EMAILS, phrase("E-mails")),
    _field("phones", Kind.PHONES, phrase("Phones")),
    _field("address", Kind.TEXT, phrase("Address")),
    _field("position", Kind.TEXT, phrase("Position")),
    _field("company", Kind.COMPANY, phrase("Company")),
)
COMPANY = (
    _field("title", Kind.TEXT, phrase("Name")),
    _field("email", Kind.TEXT, phrase("E-mail"), editable=False),
    _field("phone", Kind.TEXT, phrase("Phone"), editable=False),
    _field("emails", Kind.EMAILS, phrase("E-mails")),
    _field("phones", Kind.PHONES, phrase("Phones")),
    _field("address", Kind.TEXT, phrase("Address")),
)
PERSON = (
    _field("name", Kind.TEXT, phrase("Name")),
    _field("first_name", Kind.TEXT, phrase("First name")),
    _field("email", Kind.TEXT, phrase("E-mail")),
    _field("phone", Kind.TEXT, phrase("Phone")),
    _field("position", Kind.TEXT, phrase("Position")),
    _field("department", Kind.TEXT, phrase("Department")),
)
STANDARD: Mapping[str, Sequence[Field]] = {
    "deal": RECORD,
    "lead": LEAD,
    "contact": CONTACT,
    "company": COMPANY,
    "user": PERSON,
}


def fields_of(entity: str, custom: Sequence[Field] = ()) -> dict[str, Field]:
    """The fields of an entity (``deal lead contact company user``) by key, standard ones first."""
    return {field.key: field for field in (*STANDARD[entity], *custom)}
