"""Plays a scenario in a sandbox and compares what came of it with what it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from crm.database import Database
from crm.errors import RulewrightError
from crm.words import Phrase
from runtime.sandbox import Sandbox
from runtime.scenario.expectations import must_hold
from runtime.scenario.steps import STEPS
from runtime.scenario.world import BadScenario, World, build, placed

USUAL_START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Failure:
    """What did not come as expected, or could not be done, at a place such as ``when.2`` or ``then.0``."""

    where: str
    says: Phrase

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


@dataclass(frozen=True)
class Played:
    """What came of a scenario."""

    name: str
    failures: tuple[Failure, ...]

    @property
    def is_ok(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures


def play(scenario: Mapping[str, Any], database: Database | None = None) -> Played:
    """Play a scenario that ``read_scenario`` accepted, in memory or in an empty ``database``.

    Raises ``Invalid`` with the place where its world or its chains cannot be.
    """
    now = datetime.fromisoformat(scenario["now"]) if "now" in scenario else USUAL_START
    with Sandbox(now.astimezone(UTC), database) as sandbox:
        world = build(scenario, sandbox)
        failures = [*_take_steps(world, scenario), *_compare(world, scenario)]
    return Played(scenario["name"], tuple(failures))


def _take_steps(world: World, scenario: Mapping[str, Any]) -> Iterator[Failure]:
    for number, step in enumerate(scenario.get("when", ())):
        kind = next(kind for name, kind in STEPS.items() if name in step)
        yield from _failures(f"when.{number}", partial(kind.do, world, step))
        world.sandbox.settle()


def _compare(world: World, scenario: Mapping[str, Any]) -> Iterator[Failure]:
    for number, expectation in enumerate(scenario.get("then", ())):
        yield from _failures(f"then.{number}", partial(must_hold, world, expectation))


def _failures(where: str, act: Callable[[], None]) -> list[Failure]:
    """What went wrong at a place. What the product refuses is a failure, what the scenario has no right to ask for is not."""
    try:
        act()
    except BadScenario as bad:
        with placed(where):
            raise bad
    except RulewrightError as error:
        return [Failure(where, error.says)]
    return []
