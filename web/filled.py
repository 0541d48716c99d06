"""A form as it is shown: what stands in its fields, and what is wrong with them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from crm.errors import Invalid, Problem
from web.words import say


@dataclass(frozen=True)
class Filled:
    """``form["name"]`` is what stands in a field, ``form.error("name")`` what is wrong with it, ``form.rest(...)`` what has no field."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def sent(cls, invalid: Invalid, **more: Any) -> Filled:
        """The form as it was sent, with what was wrong; ``more`` are values that are not plain text."""
        return cls({**request.form.to_dict(), **more}, invalid.problems)

    def __getitem__(self, name: str) -> Any:
        value = self.values.get(name)
        return "" if value is None else value

    def error(self, name: str) -> str:
        """What is wrong with a field and how it is mended; an empty text where nothing is."""
        return " ".join(_told(problem) for problem in self.problems if problem.where == name)

    def rest(self, *shown: str) -> list[Problem]:
        """The problems of fields that the form does not show."""
        return [problem for problem in self.problems if problem.where not in shown]

    @property
    def status(self) -> int:
        """With which status the form is answered."""
        return 422 if self.problems else 200


def _told(problem: Problem) -> str:
    return f"{say(problem.says)} {say(problem.mend)}" if problem.mend else say(problem.says)
