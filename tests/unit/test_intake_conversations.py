"""Conversations that we hold, and messages that nobody wrote by hand or that are our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm.incoming import Outcome
from crm.transaction import Row
from tests.outside import Company, listening_company


@pytest.fixture
def company() -> Iterator[Company]:
    with listening_company() as made:
        yield made


@pytest.fixture
def jean(company: Company) -> Row:
    """A client whom we know by e-mail and phone."""
    return company.contact()


def test_a_reply_in_a_conversation_that_we_hold_is_taken_in_even_from_a_listed_sender(company: Company) -> None:
    lead = company.email(external_id="first@client.example").record
    company.list_sender("jean@client.example")
    assert lead is not None
    taken = company.email(subject="Re: A roof", answers=("unknown@x.example", "first@client.example"))
    assert taken.outcome is Outcome.REPLY
    assert [row["subject"] for row in company.activities(lead)] == ["A roof", "Re: A roof"]
    assert taken.entry["listed"]


def test_a_reply_of_a_colleague_joins_the_conversation(company: Company) -> None:
    company.email(external_id="first@client.example")
    assert company.email("boss@client.example", answers=("first@client.example",)).outcome is Outcome.REPLY
    assert len(company.rows("lead")) == 1


def test_an_answer_to_what_we_sent_is_a_reply(company: Company, jean: Row) -> None:
    deal = company.deal(jean, stage="sales/won")
    sent = company.at_desk(lambda desk: desk.post("maildir", {"to": "jean@client.example"}, desk.record(deal.id)))
    taken = company.email("boss@client.example", answers=(f"{sent.id.hex()}@roofs.example",))
    assert taken.outcome is Outcome.REPLY
    assert [event.record.id for event in company.heard] == [deal.id]


def test_a_conversation_ends_with_its_record(company: Company) -> None:
    lead = company.email(external_id="first@client.example").record
    assert lead is not None
    company.at_desk(lambda desk: desk.delete_records([desk.record(lead.id)]))
    company.list_sender("jean@client.example")
    assert company.email(answers=("first@client.example",)).outcome is Outcome.LISTED


def test_naming_a_message_that_was_kept_out_opens_no_door(company: Company) -> None:
    company.list_sender("jean@client.example")
    company.email(external_id="spam@client.example")
    assert company.email(answers=("spam@client.example",)).outcome is Outcome.LISTED


@pytest.mark.parametrize("sender", ["office@roofs.example", "boris@roofs.example", "Anybody@our-roofs.example"])
def test_our_own_mail_is_kept_and_triggers_nothing(company: Company, sender: str) -> None:
    assert company.email(sender).outcome is Outcome.OWN
    assert not company.rows("lead")


def test_an_automatic_reply_is_kept_and_triggers_nothing(company: Company, jean: Row) -> None:
    company.deal(jean)
    assert company.email(automatic=True).outcome is Outcome.AUTOMATIC
    assert company.rows("message")[0]["automatic"]
    assert not company.rows("activity")
    assert not company.heard
