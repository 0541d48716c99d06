"""How a step can end: what a rule returns, and what it raises where it cannot go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crm.errors import RulewrightError
from crm.words import Phrase


@dataclass(frozen=True, init=False)
class Outcome:
    """What became of a step, in words with values; values that are named as outputs go to later rules."""

    says: Phrase

    def __init__(self, says: str, /, **values: Any) -> None:
        object.__setattr__(self, "says", Phrase(says, values))

    def outputs(self, names: Iterable[str]) -> dict[str, Any]:
        """Those values that the rule declares as its outputs."""
        return {name: self.says.values[name] for name in names if name in self.says.values}


class Done(Outcome):
    """The rule did what it is for, or found that nothing was left to do."""


class Skip(Outcome):
    """The rule left everything as it was, and says why."""


class Fail(Outcome):
    """The rule could not do it and would not be able to later; a person is told."""


class Hold(Outcome):
    """The rule has begun and waits: for a client, a task or a sender."""


class Stop(Outcome):
    """The rule ends its branch or the run, and says why."""


class Temporary(RulewrightError):
    """It did not work this time; it is tried again."""

    def __init__(self, says: str, /, **values: Any) -> None:
        super().__init__(Phrase(says, values))


class Permanent(RulewrightError):
    """It cannot work; a person is told."""

    def __init__(self, says: str, /, **values: Any) -> None:
        super().__init__(Phrase(says, values))
