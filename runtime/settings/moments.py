"""Settings that are moments: dates and times counted from now or from a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from crm.errors import Problem
from crm.words import phrase
from runtime.language import moment
from runtime.pieces import Piece, spaced
from runtime.settings.base import ChangePath, Context, Resolver, Setting, StepScope

_Person = Callable[[StepScope], int | None]


class When(Setting[datetime | None]):
    """A date and time. ``zone_of`` names the setting that holds the person in whose time zone it is read, else the responsible's.

    An empty field leaves it empty, a date that has passed is kept.
    """

    form = "moment"
    wants = phrase("an object that says when")
    empty = None
    unset = None

    def __init__(self, label: str, *, zone_of: str | None = None, **others: Any) -> None:
        super().__init__(label, **others)
        self.zone_of = zone_of

    def shape(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/date"}

    def fits(self, raw: Any) -> bool:
        return isinstance(raw, dict)

    def inspect(self, raw: Any, context: Context, where: str) -> list[Problem]:
        return moment.check(raw, context.paths, where, as_run_time=False)

    def compile(self, raw: Any, beside: Mapping[str, Any]) -> Resolver[datetime | None]:
        compiled = moment.compile_moment(raw)
        person = self._person(beside)

        def resolve(scope: StepScope) -> datetime | None:
            return compiled.falls_on(scope.now, scope, scope.zone_of(person(scope)), scope.working_time)

        return resolve

    def describe(self, raw: Any, context: Context) -> tuple[Piece, ...]:
        if moment.check(raw, context.paths, "", as_run_time=False):
            return (Piece("value", self.when_empty),)
        return spaced("value", moment.sentence(raw, context.paths, context.locale))

    def map_paths(self, raw: Any, change: ChangePath) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("of"), str):
            return {**raw, "of": change(raw["of"])}
        return raw

    def _person(self, beside: Mapping[str, Any]) -> _Person:
        chosen = self.owner.facts.settings[self.zone_of] if self.zone_of else None
        people = chosen.resolver(beside[chosen.key], beside) if chosen else _responsible
        return lambda scope: next(iter(people(scope)), None)


def _responsible(scope: StepScope) -> tuple[int, ...]:
    return tuple(sorted(scope.expand(["responsible"])))
