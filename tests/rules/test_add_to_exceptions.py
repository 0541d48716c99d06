"""Add to exceptions: the declaration."""

from __future__ import annotations

from runtime.catalog import catalog
from tests.rules.declared import problems, sentence


def test_the_card_says_that_it_lists_and_deletes() -> None:
    assert sentence("add_to_exceptions") == "Put the client’s e-mails and phones on the exceptions list and delete the record"


def test_it_has_nothing_to_set() -> None:
    assert not problems("add_to_exceptions")
    assert not problems("add_to_exceptions", entity="lead")
    assert "there are none" in str(problems("add_to_exceptions", {"count": 1})[0])


def test_it_can_have_a_run_time_and_a_condition() -> None:
    condition = {"field": "contact.email", "op": "ends_with", "value": "@spam.example"}
    assert not problems("add_to_exceptions", run_at={"when": "after", "amount": 1, "unit": "days"}, condition=condition)


def test_it_is_shown_as_lasting_and_ends_the_run() -> None:
    facts = catalog().rules["add_to_exceptions"].facts
    assert facts.means == "forever"
    assert facts.ends_run
