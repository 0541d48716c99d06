"""The table of the intake, as sentences: who writes, calls or fills in a form, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from crm import events
from crm.desk import Desk
from crm.errors import Invalid
from crm.incoming import Outcome, TakenIn
from crm.transaction import Row
from tests.outside import Company, listening_company

Sends = Callable[[Company], TakenIn]
WAYS: dict[str, Sends] = {
    "email": lambda company: company.email(),
    "call": lambda company: company.call(),
    "form": lambda company: company.form(),
}
LISTED_WAYS = {"email": "message", "call": "call"}


@pytest.fixture
def company() -> Iterator[Company]:
    with listening_company() as made:
        yield made


@pytest.fixture
def jean(company: Company) -> Row:
    """A client whom we know by e-mail and phone."""
    return company.contact()


@pytest.mark.parametrize("way", LISTED_WAYS)
def test_a_listed_sender_reaches_the_mailbox_or_the_call_log_and_nothing_else(company: Company, way: str) -> None:
    company.list_sender("jean@client.example", "+33612345678")
    taken = WAYS[way](company)
    assert taken.outcome is Outcome.LISTED
    assert [row["listed"] for row in company.rows(LISTED_WAYS[way])] == [True]
    assert not company.rows("lead")
    assert not company.rows("activity")
    assert not company.heard


@pytest.mark.parametrize("way", LISTED_WAYS)
def test_a_listed_sender_does_not_touch_the_deal_that_is_open(company: Company, jean: Row, way: str) -> None:
    company.deal(jean)
    company.list_sender("jean@client.example", "+33612345678")
    assert WAYS[way](company).outcome is Outcome.LISTED
    assert not company.rows("activity")
    assert not company.heard


@pytest.mark.parametrize("sender", ["jean@client.example", "jean@mail.client.example"])
def test_a_listed_domain_keeps_out_everybody_of_it_and_below_it(company: Company, sender: str) -> None:
    company.list_sender("@client.example")
    assert company.email(sender).outcome is Outcome.LISTED


def test_a_listed_domain_does_not_keep_out_one_that_only_ends_alike(company: Company) -> None:
    company.list_sender("@client.example")
    assert company.email("jean@other-client.example").outcome is Outcome.NEW_LEAD


def test_a_form_of_a_listed_sender_is_not_affected(company: Company) -> None:
    company.list_sender("jean@client.example")
    assert company.form().outcome is Outcome.NEW_LEAD


@pytest.mark.parametrize(("way", "news"), [("email", "incoming_email"), ("call", "incoming_call"), ("form", "form_submitted")])
def test_a_client_with_an_open_deal_gets_an_activity_on_it(company: Company, jean: Row, way: str, news: str) -> None:
    deal = company.deal(jean)
    taken = WAYS[way](company)
    (activity,) = company.activities(deal)
    assert taken.outcome is Outcome.ACTIVITY
    assert (activity["kind"], activity["direction"], activity["open"]) == (way, "in", False)
    assert [(event.kind, event.record.id) for event in company.heard] == [(news, deal.id)]
    assert not company.rows("lead")


@pytest.mark.parametrize("way", WAYS)
def test_a_client_with_an_open_lead_gets_an_activity_on_it(company: Company, jean: Row, way: str) -> None:
    lead = company.lead(contacts=[jean.id])
    assert WAYS[way](company).outcome is Outcome.ACTIVITY
    assert len(company.activities(lead)) == 1
    assert len(company.rows("lead")) == 1


@pytest.mark.parametrize("way", WAYS)
def test_somebody_who_is_only_an_open_lead_is_found_by_its_own_address(company: Company, way: str) -> None:
    lead = company.lead(emails=["JEAN@client.example"], phones=["0612345678"])
    assert WAYS[way](company).outcome is Outcome.ACTIVITY
    assert len(company.activities(lead)) == 1


def test_a_company_is_found_by_its_own_address(company: Company) -> None:
    firm = company.at_desk(lambda desk: desk.create_company({"title": "Martin SARL", "emails": ["jean@client.example"]}))
    deal = company.deal(company=firm.id)
    assert company.email().record == deal


def test_an_open_deal_comes_before_a_newer_lead(company: Company, jean: Row) -> None:
    deal = company.deal(jean)
    company.lead(contacts=[jean.id])
    taken = company.email()
    assert taken.record is not None
    assert taken.record.id == deal.id


def test_the_deal_created_last_is_the_newest(company: Company, jean: Row) -> None:
    company.deal(jean)
    newest = company.deal(jean)
    company.deal(jean, stage="sales/won")
    taken = company.email()
    assert taken.record is not None
    assert taken.record.id == newest.id


def test_of_deals_created_at_the_same_moment_the_upper_one_in_the_list_is_the_newest(company: Company, jean: Row) -> None:
    fields = {"title": "Twins", "contacts": [jean.id]}
    deals = company.at_desk(lambda desk: [desk.create_record("deal", fields, stage="sales/new") for _ in range(3)])
    taken = company.email()
    assert taken.record is not None
    assert taken.record.id == min(deal.id for deal in deals)


@pytest.mark.parametrize(
    ("way", "title"), [("email", "A roof"), ("call", "Call from +33612345678"), ("form", "Ask us")], ids=["email", "call", "form"]
)
def test_a_client_with_nothing_open_becomes_a_repeat_lead(company: Company, jean: Row, way: str, title: str) -> None:
    company.deal(jean, stage="sales/won")
    taken = WAYS[way](company)
    (lead,) = company.rows("lead")
    assert taken.outcome is Outcome.REPEAT_LEAD
    assert (lead["title"], lead["is_repeat"], lead["contact_ids"]) == (title, True, [jean.id])
    assert not company.heard


def test_a_client_whose_deal_is_in_the_bin_becomes_a_repeat_lead(company: Company, jean: Row) -> None:
    deal = company.deal(jean)
    company.at_desk(lambda desk: desk.delete_records([desk.record(deal.id)]))
    assert company.email().outcome is Outcome.REPEAT_LEAD


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_becomes_a_new_lead_on_the_first_stage(company: Company, way: str) -> None:
    taken = WAYS[way](company)
    (lead,) = company.rows("lead")
    assert taken.outcome is Outcome.NEW_LEAD
    assert company.at_desk(lambda desk: desk.stage_reference(lead["stage_id"])) == "leads/new"
    assert not lead["is_repeat"]
    assert [row["kind"] for row in company.activities(lead)] == [way]


def test_a_strangers_lead_has_the_name_and_the_address_from_the_message(company: Company) -> None:
    company.email("eva@new.example", "Hello", sender_name="Eva de la Cruz")
    (lead,) = company.rows("lead")
    assert (lead["title"], lead["first_name"], lead["last_name"], lead["emails"]) == ("Hello", "Eva", "de la Cruz", ["eva@new.example"])


def test_a_name_written_last_name_first_is_understood(company: Company) -> None:
    company.email(sender_name="Martin, Jean")
    (lead,) = company.rows("lead")
    assert (lead["first_name"], lead["last_name"]) == ("Jean", "Martin")


def test_a_message_without_a_subject_is_titled_with_its_sender(company: Company) -> None:
    company.email(subject=" ")
    assert company.rows("lead")[0]["title"] == "E-mail from jean@client.example"


def test_a_forms_fields_become_the_leads_and_the_rest_is_kept_in_the_comment(company: Company) -> None:
    company.at_desk(lambda desk: desk.create_field("lead", "Roof", "choice", key="roof", options=["Slate", "Tiles"]))
    company.form({"name": "Eva Lind", "phone": "06 12 34 56 78", "roof": "slate", "When?": "soon", "amount": "a lot", "responsible": "1"})
    (lead,) = company.rows("lead")
    assert (lead["first_name"], lead["last_name"], lead["phones"], lead["custom"]) == ("Eva", "Lind", ["+33612345678"], {"roof": "slate"})
    assert lead["comment"].splitlines() == ["When?: soon", "amount: a lot", "responsible: 1"]
    assert lead["amount"] is None


def test_a_form_without_a_way_to_answer_is_refused_and_nothing_changes(company: Company) -> None:
    with pytest.raises(Invalid, match="neither a valid e-mail nor a valid phone"):
        company.form({"name": "Eva", "email": "nowhere"})
    assert not company.rows("submission")
    assert not company.rows("lead")


def test_a_missed_call_of_a_stranger_makes_a_lead_that_shall_be_called_back(company: Company) -> None:
    company.call(answered=False)
    (lead,) = company.rows("lead")
    assert lead["title"] == "Call from +33612345678"
    assert [(row["kind"], row["open"]) for row in company.activities(lead)] == [("call", False), ("call", True)]


def test_a_missed_call_of_a_client_stands_on_the_deal(company: Company, jean: Row) -> None:
    deal = company.deal(jean)
    company.call(answered=False)
    assert [(row["subject"], row["open"]) for row in company.activities(deal)] == [("Missed call from +33612345678", False)]
    assert [event.kind for event in company.heard] == ["missed_call"]


@pytest.mark.parametrize("phone", ["anonymous", "Unknown caller", "12"])
def test_a_call_without_a_number_stays_in_the_call_log(company: Company, phone: str) -> None:
    assert company.call(phone).outcome is Outcome.NO_NUMBER
    assert len(company.rows("call")) == 1
    assert not company.rows("lead")


@pytest.mark.parametrize(
    ("way", "kind", "key"), [("email", "mailbox", "Sales@roofs.example"), ("call", "line", "front desk"), ("form", "form", "contact")]
)
def test_the_owner_of_the_mailbox_line_or_form_is_responsible(company: Company, way: str, kind: str, key: str) -> None:
    olga = company.user("Olga Ek")
    company.at_desk(lambda desk: desk.set_owner(kind, key, olga.id))
    sends: dict[str, Sends] = {
        "email": lambda company: company.email(recipients=("sales@roofs.example",)),
        "call": lambda company: company.call(line="front desk"),
        "form": lambda company: company.form(form="contact"),
    }
    taken = sends[way](company)
    assert taken.record is not None
    assert taken.record["responsible_id"] == olga.id


def test_without_an_owner_the_pipelines_people_take_turns_and_who_left_is_passed_over(company: Company) -> None:
    anna, boris = company.rows("user")
    carla = company.user("Carla Sy")
    set_people(company, [boris.id, carla.id, anna.id])
    company.at_desk(lambda desk: desk.dismiss(desk.row("user", carla.id)))
    takers = [company.email(f"client{number}@else.example").record for number in range(3)]
    assert [lead["responsible_id"] for lead in takers if lead is not None] == [boris.id, anna.id, boris.id]


def test_with_nobody_named_the_first_admin_is_responsible(company: Company) -> None:
    assert company.email().record is not None
    assert company.rows("lead")[0]["responsible_id"] == company.rows("user")[0].id


@pytest.mark.parametrize(
    ("send", "entity"),
    [
        (lambda company: company.email(external_id="<1@client.example>"), "message"),
        (lambda company: company.call(external_id="call-1", answered=False), "call"),
        (lambda company: company.form(external_id="form-1"), "submission"),
    ],
    ids=["email", "call", "form"],
)
def test_what_comes_twice_is_taken_in_once_and_answered_alike(company: Company, send: Sends, entity: str) -> None:
    first, activities = send(company), company.rows("activity")
    again = send(company)
    assert again.repeated
    assert (again.outcome, again.entry.id, again.record) == (first.outcome, first.entry.id, first.record)
    assert (len(company.rows(entity)), len(company.rows("lead")), company.rows("activity")) == (1, 1, activities)


@pytest.mark.parametrize("sender", ["", "   ", "root", "jean@", "a@b.example, c@d.example"])
def test_a_message_without_a_sender_is_refused_and_nothing_changes(company: Company, sender: str) -> None:
    with pytest.raises(Invalid, match="needs a sender"):
        company.email(sender)
    assert not company.rows("message")


def test_without_a_pipeline_for_leads_a_message_is_kept_all_the_same() -> None:
    company = Company()
    assert company.email().outcome is Outcome.NO_PIPELINE
    assert len(company.rows("message")) == 1


def test_a_new_lead_starts_the_rules_of_its_stage(company: Company) -> None:
    entered: list[events.StageEntered] = []

    def listener(desk: object, event: events.StageEntered) -> None:
        entered.append(event)

    events.listen(events.StageEntered, listener)
    try:
        company.email()
    finally:
        events._listeners[events.StageEntered].remove(listener)
    assert [entry.record["title"] for event in entered for entry in event.entries] == ["A roof"]


def test_what_cannot_be_stored_is_left_out_of_subject_and_text(company: Company) -> None:
    company.email(subject="Roof\r\nBcc: all@roofs.example\0", text="one\0two\x1bthree\r\nfour")
    (message,) = company.rows("message")
    assert message["subject"] == "Roof Bcc: all@roofs.example"
    assert message["text"] == "onetwothree\nfour"


def set_people(company: Company, people: list[int]) -> None:
    def set_them(desk: Desk) -> None:
        pipeline = next(row for row in desk.pipelines().values() if row["entity"] == "lead")
        desk.transaction.update(pipeline, {"people": people})

    company.at_desk(set_them)
