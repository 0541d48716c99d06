"""What can go wrong, in words that a person understands; the docstring of a class is its default message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm.words import Phrase, phrase


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with its place (``nodes.n2.settings.text``, ``line 14``) and its mend.

    ``kind`` and ``level`` (``error``, ``warning``, ``hint``) are those of the lint.
    """

    where: str
    says: Phrase
    mend: Phrase | None = None
    kind: str = "broken_graph"
    level: str = "error"

    def __str__(self) -> str:
        mend = f" {self.mend}" if self.mend else ""
        return f"{self.where}: {self.says}{mend}" if self.where else f"{self.says}{mend}"


class RulewrightError(Exception):
    """Something went wrong."""

    def __init__(self, says: Phrase | None = None, **values: Any) -> None:
        self.says = says or Phrase((type(self).__doc__ or "").strip().splitlines()[0], values)
        super().__init__(str(self.says))


class NotAllowed(RulewrightError):
    """You are not allowed to do that."""


class NotFound(RulewrightError):
    """That does not exist, or not any more."""


class Stale(RulewrightError):
    """Somebody else changed this in the meantime."""


class Busy(RulewrightError):
    """The database is busy; please try again in a moment."""


class Invalid(RulewrightError):
    """Something in what was given is not valid; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(phrase("{where}: {what}", where=first.where, what=first.says) if first.where else first.says)

    @classmethod
    def at(cls, where: str, text: Phrase, mend: Phrase | None = None) -> Invalid:
        """The error for a single place."""
        return cls([Problem(where, text, mend)])
