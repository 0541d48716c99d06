"""The settings of the company as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any


@dataclass(frozen=True)
class WorkingHours:
    """The days (1 is Monday) and hours on which the company works, and its holidays."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    start: time = time(9)
    end: time = time(18)
    holidays: frozenset[date] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """As it stands in a scenario or a setting."""
        return {
            "days": list(self.days),
            "from": f"{self.start:%H:%M}",
            "to": f"{self.end:%H:%M}",
            "holidays": sorted(day.isoformat() for day in self.holidays),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> WorkingHours:
        """From what ``as_json`` gives; parts left out take their default."""
        return cls(
            tuple(stored.get("days", (1, 2, 3, 4, 5))),
            time.fromisoformat(stored.get("from", "09:00")),
            time.fromisoformat(stored.get("to", "18:00")),
            frozenset(date.fromisoformat(day) for day in stored.get("holidays", ())),
        )


@dataclass(frozen=True)
class Settings:
    """``region`` is the country in which a phone without ``+`` is read."""

    name: str = "My company"
    time_zone: str = "UTC"
    region: str = "US"
    language: str = "en"
    currency: str = "EUR"
    own_addresses: tuple[str, ...] = ()
    has_demo: bool = False
    working_hours: WorkingHours = field(default_factory=WorkingHours)
    variables: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Mapping[str, Any]) -> Settings:
        """From the rows of the settings table, each holding ``{"value": …}``."""
        values = {key: row["value"] for key, row in rows.items() if key in cls.__dataclass_fields__}
        if "working_hours" in values:
            values["working_hours"] = WorkingHours.from_json(values["working_hours"])
        if "own_addresses" in values:
            values["own_addresses"] = tuple(values["own_addresses"])
        return cls(**values)
