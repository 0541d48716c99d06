"""Add comment: the declaration, and what it refuses before it touches anything."""

from __future__ import annotations

from runtime.rule import Fail
from runtime.rules.for_employee.add_comment import AddComment
from tests.rules.declared import problems, sentence, step_that_touches_nothing


def test_the_card_says_who_comments_what() -> None:
    told = sentence("add_comment", {"text": "Hello {{ contact.name }}!", "author": ["user:anna", "supervisor"]})
    assert told == "Comment as Anna Nowak, the head of department: Hello [Contact: Name]!"


def test_the_author_is_the_responsible_where_nobody_is_chosen() -> None:
    assert sentence("add_comment", {"text": "Hello"}) == "Comment as the responsible: Hello"


def test_a_comment_must_be_there() -> None:
    assert [(found.where, found.kind) for found in problems("add_comment")] == [("nodes.n1.settings.text", "missing_setting")]
    assert problems("add_comment", {"text": " \n "})


def test_people_who_are_not_here_are_refused() -> None:
    found = problems("add_comment", {"text": "Hello", "author": ["user:carl", "department:moon", "field:record.title", "field:record.x"]})
    assert [problem.kind for problem in found] == ["missing_reference", "missing_reference", "type_mismatch", "unknown_path"]
    assert {problem.where for problem in found} == {"nodes.n1.settings.author"}


def test_a_placeholder_that_names_nothing_is_refused() -> None:
    assert problems("add_comment", {"text": "{{ record.titel }}"})[0].kind == "unknown_path"


def test_a_comment_that_turns_out_empty_is_not_written() -> None:
    outcome = AddComment.with_values({"text": " ", "author": (1,)}).run(step_that_touches_nothing())
    assert isinstance(outcome, Fail)
    assert str(outcome.says) == "The comment is empty"


def test_a_comment_in_nobodys_name_is_not_written() -> None:
    outcome = AddComment.with_values({"text": "Hello", "author": ()}).run(step_that_touches_nothing())
    assert isinstance(outcome, Fail)
    assert "nobody" in str(outcome.says)
