"""The frame of a scenario: which keys it has, and what may stand under ``given``."""

from __future__ import annotations

from crm.fields import CUSTOM_KINDS
from crm.words import phrase
from runtime.scenario.shapes import Defines, Fields, Is, ListOf, MapOf, OneOf, OrNull, Refers, Shape, Uses
from runtime.scenario.values import ANYTHING, CLOCK, DAY, DECIMAL, FLAG, INSTANT, LINE, LONG, NAME, REGION, WEEKDAY, ZONE

FORMAT = "rulewright.scenario/1"
RECORD, CONTACT, COMPANY = Uses(("record",)), Uses(("contact",)), Uses(("company",))
ROW = Uses(("record", "contact", "company"))
USER = Uses(("user",), "user:")
STAGE = Uses(("stage",))
CHAIN = Refers("chain")
FIELDS = MapOf(ANYTHING)

RECORD_GIVEN = Fields(
    {"key": Defines("record"), "entity": OneOf(("lead", "deal"))},
    {
        "title": LINE,
        "stage": STAGE,
        "contacts": ListOf(CONTACT),
        "company": OrNull(COMPANY),
        "amount": OrNull(DECIMAL),
        "currency": LINE,
        "responsible": OrNull(USER),
        "creator": OrNull(USER),
        "observers": ListOf(USER),
        "source": OrNull(LINE),
        "comment": OrNull(LONG),
        "begin_date": OrNull(DAY),
        "close_date": OrNull(DAY),
        "products": ListOf(Fields({"name": LINE}, {"price": DECIMAL, "quantity": DECIMAL})),
        "first_name": OrNull(LINE),
        "last_name": OrNull(LINE),
        "address": OrNull(LINE),
        "emails": ListOf(LINE),
        "phones": ListOf(LINE),
        "fields": FIELDS,
    },
)
_STAGE_GIVEN = Fields({"key": LINE}, {"name": NAME, "kind": OneOf(("process", "success", "failure"))})
_OPTION = Fields({"key": LINE}, {"label": LINE})
_GIVEN: dict[str, Shape] = {
    "users": ListOf(
        Fields(
            {"key": Defines("user")},
            {
                "name": NAME,
                "role": OneOf(("admin", "manager", "employee")),
                "department": OrNull(LINE),
                "head": FLAG,
                "absent": ListOf(ListOf(DAY, exactly=2)),
                "time_zone": OrNull(ZONE),
                "active": FLAG,
                "email": LINE,
                "phone": OrNull(LINE),
                "position": OrNull(LINE),
            },
        )
    ),
    "departments": ListOf(Fields({"key": LINE}, {"parent": OrNull(LINE), "name": NAME})),
    "pipelines": ListOf(Fields({"key": LINE, "entity": OneOf(("lead", "deal")), "stages": ListOf(_STAGE_GIVEN)}, {"name": NAME})),
    "fields": ListOf(
        Fields(
            {"entity": OneOf(("deal", "lead", "contact", "company")), "key": LINE, "type": OneOf(tuple(map(str, CUSTOM_KINDS)))},
            {"label": LINE, "options": ListOf(_OPTION), "people": ListOf(LINE)},
        )
    ),
    "companies": ListOf(
        Fields(
            {"key": Defines("company")},
            {"title": LINE, "emails": ListOf(LINE), "phones": ListOf(LINE), "address": OrNull(LINE), "fields": FIELDS},
        )
    ),
    "contacts": ListOf(
        Fields(
            {"key": Defines("contact")},
            {
                "first_name": OrNull(LINE),
                "last_name": OrNull(LINE),
                "emails": ListOf(LINE),
                "phones": ListOf(LINE),
                "position": OrNull(LINE),
                "address": OrNull(LINE),
                "company": OrNull(COMPANY),
                "fields": FIELDS,
            },
        )
    ),
    "records": ListOf(RECORD_GIVEN),
    "exceptions": ListOf(LINE),
    "working_time": Fields({}, {"days": ListOf(WEEKDAY), "from": CLOCK, "to": CLOCK, "holidays": ListOf(DAY)}),
    "variables": MapOf(ANYTHING),
    "constants": MapOf(ANYTHING),
    "templates": ListOf(Fields({"key": LINE, "kind": OneOf(("document", "message"))}, {"name": NAME, "html": LONG, "text": LONG})),
    "chains": ListOf(Fields({"stage": STAGE, "chain": CHAIN})),
    "triggers": ListOf(
        Fields(
            {"key": LINE, "trigger": LINE, "stage": STAGE},
            {"settings": MapOf(ANYTHING), "condition": Refers("condition"), "allow_back": FLAG, "enabled": FLAG},
        )
    ),
    "region": REGION,
    "publisher": USER,
}


def frame(step: Shape, expectation: Shape) -> Fields:
    """A whole scenario, given what a step and an expectation are."""
    return Fields(
        {"format": Is(phrase("“{format}”", format=FORMAT), lambda value: value == FORMAT, {"const": FORMAT}), "name": NAME},
        {
            "now": INSTANT,
            "time_zone": ZONE,
            "given": Fields({}, _GIVEN),
            "when": ListOf(step),
            "then": ListOf(expectation),
        },
    )
