"""Write to log: the declaration, and what it refuses before it touches anything."""

from __future__ import annotations

from runtime.rule import Fail
from runtime.rules.for_employee.write_to_log import WriteToLog
from tests.rules.declared import problems, sentence, step_that_touches_nothing


def test_the_card_says_that_the_system_writes_where_nobody_is_chosen() -> None:
    assert sentence("write_to_log", {"text": "Moved by {{ record.creator }}"}) == "Write to the log as the system: Moved by [Created by]"


def test_the_card_names_who_writes() -> None:
    assert sentence("write_to_log", {"text": "Done", "created_by": ["user:boris"]}) == "Write to the log as Boris Le: Done"


def test_a_text_must_be_there() -> None:
    assert problems("write_to_log", {"text": ""})[0].kind == "missing_setting"
    assert not problems("write_to_log", {"text": "Done", "created_by": []})


def test_an_entry_that_turns_out_empty_is_not_written() -> None:
    outcome = WriteToLog.with_values({"text": "\n", "created_by": ()}).run(step_that_touches_nothing())
    assert isinstance(outcome, Fail)
    assert str(outcome.says) == "The entry is empty"
