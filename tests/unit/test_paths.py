"""What a path names, of which kind it is, and how it is read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm.fields import Field, Kind
from crm.words import phrase
from runtime.language.paths import ROOT_WORDS, Paths, UnknownPath, getter, is_path, normal
from runtime.language.scope import PlainScope

NOW = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
VISIT = Field("visit", Kind.BOOKING, phrase("Visit"))
COLOUR = Field("colour", Kind.CHOICE, phrase("Colour"), {"red": "Red"})


def make_paths(entity: str = "deal") -> Paths:
    return Paths(
        entity,
        (VISIT, COLOUR),
        outputs={"n1": {"lead_id": Kind.NUMBER}},
        trigger={"subject": Kind.TEXT, "json": Kind.TEXT, "json.*": Kind.TEXT},
        variables={"discount": Kind.NUMBER},
        constants={"limit": Kind.MONEY},
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("record.amount", Kind.MONEY),
        ("deal.amount", Kind.MONEY),
        ("lead.amount", Kind.MONEY),
        ("record.source", Kind.TEXT),
        ("record.comment", Kind.LONG),
        ("record.close_date", Kind.DATE),
        ("record.stage_entered_at", Kind.DATETIME),
        ("record.observers", Kind.PEOPLE),
        ("record.is_repeat", Kind.YES_NO),
        ("record.colour", Kind.CHOICE),
        ("record.visit.starts", Kind.DATETIME),
        ("record.visit.ends", Kind.DATETIME),
        ("contact.emails", Kind.EMAILS),
        ("contact.company", Kind.COMPANY),
        ("company.title", Kind.TEXT),
        ("responsible.name", Kind.TEXT),
        ("supervisor.email", Kind.TEXT),
        ("creator.department", Kind.TEXT),
        ("trigger.subject", Kind.TEXT),
        ("trigger.json.customer.email", Kind.TEXT),
        ("n1.lead_id", Kind.NUMBER),
        ("var.discount", Kind.NUMBER),
        ("const.limit", Kind.MONEY),
        ("now", Kind.DATETIME),
        ("today", Kind.DATE),
    ],
)
def test_every_root_names_its_fields(path: str, kind: Kind) -> None:
    assert make_paths().kind(path) is kind


@pytest.mark.parametrize("key", ["first_name", "last_name", "email", "phone", "address"])
def test_only_a_lead_has_a_name_and_an_address_of_its_own(key: str) -> None:
    assert make_paths("lead").kind(f"record.{key}") is Kind.TEXT
    with pytest.raises(UnknownPath):
        make_paths("deal").kind(f"record.{key}")


UNKNOWN = """
record record. record.nothing amount nowhere.title n2.lead_id n1.name record.title.upper record.visit.middle record.__class__
trigger.other var.unknown now.year Record.amount contact.company.title
"""


@pytest.mark.parametrize("path", [*UNKNOWN.split(), "", "record.amount "])
def test_what_is_no_field_is_refused(path: str) -> None:
    with pytest.raises(UnknownPath):
        make_paths().kind(path)


def test_a_wrong_path_is_told_with_the_one_that_was_meant() -> None:
    [problem] = make_paths().problems("record.ammount", "nodes.n1.condition.field")
    assert (problem.kind, problem.where) == ("unknown_path", "nodes.n1.condition.field")
    assert str(problem.says) == "There is no field record.ammount."
    assert str(problem.mend) == "Did you mean record.amount?"


def test_what_is_not_even_a_text_is_a_problem_and_no_crash() -> None:
    assert [problem.kind for problem in make_paths().problems(7, "field")] == ["type_mismatch"]


def test_deal_and_lead_are_stored_as_record() -> None:
    assert [normal(path) for path in ("deal.title", "lead.title", "record.title", "contact.name", "today")] == [
        "record.title",
        "record.title",
        "record.title",
        "contact.name",
        "today",
    ]


def test_custom_fields_of_clients_stand_beside_their_own() -> None:
    paths = Paths("deal", {"contact": (Field("birthday", Kind.DATE, phrase("Birthday")),)})
    assert paths.kind("contact.birthday") is Kind.DATE
    assert str(paths.known("contact.birthday").label) == "Contact: Birthday"


def test_a_picker_lists_each_path_once_and_every_one_can_be_read() -> None:
    paths = make_paths()
    listed = [known.path for known in paths.all()]
    assert len(listed) == len(set(listed))
    assert all(is_path(path) and paths.kind(path) for path in listed)
    assert {path.split(".")[0] for path in listed} - {"n1"} == ROOT_WORDS - {"deal", "lead"}


def test_values_are_read_from_wherever_they_stand() -> None:
    starts = datetime(2026, 1, 7, 9, tzinfo=UTC)
    scope = PlainScope(
        {"record": {"amount": Decimal(5), "visit": {"starts": starts}}, "n1": {"lead_id": Decimal(7)}}, NOW, ZoneInfo("Asia/Tokyo")
    )
    assert getter("deal.amount")(scope) == Decimal(5)
    assert getter("record.visit.starts")(scope) == starts
    assert getter("n1.lead_id")(scope) == Decimal(7)
    assert getter("now")(scope) == NOW
    assert getter("today")(scope) == date(2026, 1, 6)


@pytest.mark.parametrize("path", ["record.title", "contact.email", "n9.lead_id", "record.visit.starts", "contact.visit.starts", "var.x"])
def test_whatever_is_missing_on_the_way_reads_as_nothing(path: str) -> None:
    assert getter(path)(PlainScope({"record": {"visit": None}, "contact": None}, NOW)) is None


def test_people_references_mean_the_people_they_name() -> None:
    record = {"responsible": 3, "observers": (4, 5), "account_manager": 6}
    scope = PlainScope({"record": record}, NOW, people={"department:sales": [7, 8], "supervisor": [9]})
    assert scope.expand(["responsible", "observers", "field:record.account_manager"]) == {3, 4, 5, 6}
    assert scope.expand(["department:sales", "supervisor", "creator", "user:nobody"]) == {7, 8, 9}
