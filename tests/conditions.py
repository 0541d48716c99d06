"""What the tests of conditions share: a deal, its fields, a scope, and conditions that hold and do not hold for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crm.fields import Field, Kind
from crm.words import phrase
from runtime.language.paths import Paths
from runtime.language.scope import PlainScope

ANNA, BORIS, CLARA = 1, 2, 3
CUSTOM = (
    Field("colour", Kind.CHOICE, phrase("Colour"), {"red": "Red", "blue": "Blue"}),
    Field("tags", Kind.CHOICES, phrase("Tags"), {"new": "New", "hot": "Hot", "old": "Old"}),
    Field("score", Kind.NUMBER, phrase("Score")),
    Field("paid", Kind.YES_NO, phrase("Paid")),
    Field("seller", Kind.USER, phrase("Seller")),
    Field("visit", Kind.BOOKING, phrase("Visit")),
    Field("offer", Kind.FILE, phrase("Offer")),
    Field("limit", Kind.MONEY, phrase("Limit")),
    Field("meeting", Kind.DATETIME, phrase("Meeting")),
)
PATHS = Paths("deal", CUSTOM, outputs={"n1": {"lead_id": Kind.NUMBER}})
RECORD: Mapping[str, Any] = {
    "title": "Große Lieferung",
    "amount": Decimal("1000.10"),
    "source": "Web",
    "stage": "sales/in_talks",
    "pipeline": "sales",
    "responsible": ANNA,
    "observers": (ANNA, BORIS),
    "close_date": date(2026, 1, 15),
    "meeting": datetime(2026, 1, 14, 23, 0, tzinfo=UTC),
    "is_repeat": False,
    "colour": "red",
    "tags": ("new", "hot"),
    "score": Decimal(0),
    "paid": True,
    "offer": "offer.pdf",
    "limit": Decimal("1000.1"),
    "comment": "",
}
CONTACT = {"name": "Eva", "email": "eva@Example.org", "emails": ("eva@Example.org", "e@x.example"), "phones": ()}
EXAMPLE = {
    "all": [
        {"field": "record.amount", "op": "gte", "value": 1000},
        {
            "any": [
                {"field": "contact.email", "op": "ends_with", "value": "@example.org"},
                {"field": "record.source", "op": "in", "value": ["web", "ads"]},
            ]
        },
    ]
}


def make_scope(record: Mapping[str, Any] = RECORD, contact: Mapping[str, Any] | None = CONTACT) -> PlainScope:
    return PlainScope(
        {"record": record, "contact": contact, "company": None},
        datetime(2026, 1, 15, 9, tzinfo=UTC),
        ZoneInfo("Europe/Paris"),
        people={"user:anna": [ANNA], "user:boris": [BORIS], "user:clara": [CLARA], "department:sales": [ANNA, BORIS], "supervisor": []},
    )


def leaf(field: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {})}


HOLDS = [
    leaf("record.title", "eq", "GROSSE lieferung"),
    leaf("record.title", "ne", "Lieferung"),
    leaf("record.title", "contains", "lief"),
    leaf("record.title", "not_contains", "abc"),
    leaf("record.title", "starts_with", "große"),
    leaf("record.title", "ends_with", "UNG"),
    leaf("record.title", "in", ["x", "große lieferung"]),
    leaf("record.title", "not_in", ["x", "y"]),
    leaf("record.title", "not_empty"),
    leaf("record.comment", "empty"),
    leaf("record.amount", "eq", 1000.1),
    leaf("record.amount", "eq", "1000.1000"),
    leaf("record.amount", "gt", 1000),
    leaf("record.amount", "gte", "1000.10"),
    leaf("record.amount", "lt", 1000.11),
    leaf("record.amount", "lte", 1000.1),
    leaf("record.amount", "between", [1000.1, 2000]),
    leaf("record.amount", "between", [1, "1000.10"]),
    leaf("record.amount", "in", [5, "1000.1"]),
    leaf("record.amount", "eq", {"field": "record.limit"}),
    leaf("record.amount", "between", [{"field": "record.limit"}, 5000]),
    leaf("record.score", "eq", 0),
    leaf("record.score", "not_empty"),
    leaf("record.is_repeat", "eq", False),
    leaf("record.is_repeat", "not_empty"),
    leaf("record.paid", "ne", False),
    leaf("record.close_date", "eq", "2026-01-15"),
    leaf("record.close_date", "eq", "2026-01-14T23:00:00Z"),
    leaf("record.close_date", "eq", {"field": "today"}),
    leaf("record.close_date", "lt", {"field": "now"}),
    leaf("record.close_date", "eq", {"field": "record.meeting"}),
    leaf("record.close_date", "between", ["2026-01-15", "2026-01-31"]),
    leaf("record.close_date", "in", ["2026-01-01", "2026-01-15"]),
    leaf("record.meeting", "eq", "2026-01-15"),
    leaf("record.meeting", "gt", "2026-01-14"),
    leaf("record.meeting", "between", ["2026-01-14", "2026-01-15T00:00:00+01:00"]),
    leaf("record.meeting", "eq", "2026-01-15T00:00"),
    leaf("record.responsible", "eq", "user:anna"),
    leaf("record.responsible", "eq", "responsible"),
    leaf("record.responsible", "ne", "user:boris"),
    leaf("record.responsible", "in", ["department:sales"]),
    leaf("record.responsible", "not_in", ["user:boris", "user:clara"]),
    leaf("record.responsible", "in", {"field": "record.observers"}),
    leaf("record.responsible", "ne", "supervisor"),
    leaf("record.observers", "contains", "user:boris"),
    leaf("record.observers", "contains", {"field": "record.responsible"}),
    leaf("record.observers", "not_contains", "user:clara"),
    leaf("record.observers", "in", ["department:sales", "user:clara"]),
    leaf("record.observers", "eq", ["user:boris", "user:anna"]),
    leaf("record.observers", "eq", ["department:sales"]),
    leaf("record.observers", "ne", "user:anna"),
    leaf("record.stage", "eq", "sales/in_talks"),
    leaf("record.stage", "not_in", ["sales/spam"]),
    leaf("record.pipeline", "in", ["sales", "support"]),
    leaf("record.colour", "in", ["red"]),
    leaf("record.tags", "contains", "hot"),
    leaf("record.tags", "not_contains", "old"),
    leaf("record.tags", "in", ["hot", "new", "old"]),
    leaf("record.tags", "not_in", ["hot"]),
    leaf("record.tags", "eq", ["hot", "new"]),
    leaf("record.tags", "ne", ["hot"]),
    leaf("contact.emails", "contains", "EVA@example.org"),
    leaf("contact.emails", "contains", {"field": "contact.email"}),
    leaf("contact.phones", "empty"),
    leaf("record.offer", "ends_with", ".pdf"),
    leaf("record.visit", "empty"),
]

FALSE = [
    leaf("record.title", "eq", "Lieferung"),
    leaf("record.title", "not_contains", "LIEF"),
    leaf("record.title", "empty"),
    leaf("record.amount", "gt", "1000.10"),
    leaf("record.amount", "lt", 1000.1),
    leaf("record.amount", "between", [2000, 1000]),
    leaf("record.amount", "eq", 1000.1000000001),
    leaf("record.score", "empty"),
    leaf("record.is_repeat", "empty"),
    leaf("record.is_repeat", "eq", True),
    leaf("record.meeting", "lt", "2026-01-15"),
    leaf("record.responsible", "in", ["user:boris"]),
    leaf("record.responsible", "eq", "supervisor"),
    leaf("record.observers", "in", ["user:anna"]),
    leaf("record.observers", "eq", ["user:anna"]),
    leaf("record.tags", "in", ["hot"]),
    leaf("record.tags", "not_in", ["hot", "new"]),
    leaf("record.tags", "contains", "old"),
]
