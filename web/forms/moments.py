"""The control of a moment: at once, after, before, on a date; the sentence that comes out is the page's to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crm.fields import TEMPORAL
from crm.words import phrase
from runtime.language.instants import at_clock, on_wall, read_moment, read_time
from runtime.language.moment.checks import MOST
from web.forms.choices import Pairs, with_chosen
from web.forms.control import LEFT_OUT, Control, Sent
from web.words import say

_KEYS = {
    "now": {"when"},
    "after": {"when", "amount", "unit", "of", "time", "working_time", "past"},
    "before": {"when", "amount", "unit", "of", "time", "working_time", "past"},
    "at": {"when", "of", "time", "working_time", "past"},
    "on": {"when", "date", "past"},
}
UNITS = {
    "minutes": phrase("minutes"),
    "hours": phrase("hours"),
    "days": phrase("days"),
    "weeks": phrase("weeks"),
    "months": phrase("months"),
    "years": phrase("years"),
}
_ELAPSED, _LONG = ("minutes", "hours"), ("months", "years")


class MomentControl(Control):
    """Parts of a sentence that says when. A run time may be skipped where it has passed; a date may be left open."""

    form = "moment"
    whole = True

    def __init__(self, *arguments: Any, as_run_time: bool = False, zone: ZoneInfo, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.as_run_time, self.zone = as_run_time, zone

    @classmethod
    def shows(cls, raw: Any) -> bool:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("when"), str) or not set(raw) <= _KEYS.get(raw["when"], set()):
            return False
        texts = all(isinstance(raw.get(key, ""), str) for key in ("unit", "of", "time", "date"))
        amount = raw.get("amount", 0)
        plain = isinstance(amount, str) or (isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) < 10**15)
        flags = isinstance(raw.get("working_time", False), bool) and raw.get("past", "run") in ("run", "skip")
        clock = read_time(raw["time"]) is not None if isinstance(raw.get("time"), str) else True
        fixed = read_moment(raw["date"]) is not None if isinstance(raw.get("date"), str) else True
        counted = raw.get("unit", "days") in MOST and (raw["when"] != "at" or bool(raw.get("of")))
        return texts and plain and flags and clock and fixed and counted

    def read(self, sent: Sent) -> Any:
        when = sent.get(f"{self.name}.when", "")
        if not when or (when == "now" and self.as_run_time):
            return LEFT_OUT
        read = {"now": self._now, "after": self._away, "before": self._away, "on": self._on}.get(when, self._now)
        found = {"when": when, **read(sent)}
        if when == "on" and "of" in found:
            found["when"] = "at"
        if self.as_run_time and when != "now" and f"{self.name}.past" in sent:
            found["past"] = "skip"
        return found

    def sends(self) -> Iterator[tuple[str, str]]:
        yield f"{self.name}.when", self.way
        for key in ("amount", "unit", "of", "time", "day", "clock", "was"):
            if self.draws(key):
                yield f"{self.name}.{key}", self.part(key)
        for key in ("working", "past"):
            if self.draws(key) and self.part(key):
                yield f"{self.name}.{key}", "y"

    @property
    def moment(self) -> Mapping[str, Any]:
        """The stored value, or an empty one."""
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def way(self) -> str:
        """Which of the choices is chosen; a field's own date counts as *on a date*."""
        when = str(self.moment.get("when", "now" if self.as_run_time else ""))
        return "on" if when == "at" else when

    @property
    def ways(self) -> Pairs:
        """The choices."""
        offered = [("now", phrase("At once") if self.as_run_time else phrase("Now")), ("after", phrase("After"))]
        offered += [("before", phrase("Before")), ("on", phrase("On a date"))]
        if not self.as_run_time and not self.must:
            offered.insert(0, ("", phrase("Never")))
        return [(key, say(text)) for key, text in offered]

    @property
    def units(self) -> Pairs:
        """The units, in the reader's language."""
        return [(key, say(text)) for key, text in UNITS.items()]

    @property
    def fields(self) -> Any:
        """The dates from which one can count."""
        known = [each for each in self.context.paths.all() if each.kind in TEMPORAL]
        fits = [each for each in known if not self.as_run_time or each.path.startswith("record.")]
        first = {"after": say(phrase("from now on")), "on": say(phrase("a fixed date"))}.get(self.way)
        if self.way == "after" and self.as_run_time:
            first = say(phrase("this rule’s turn"))
        pairs = [(each.path, say(each.label)) for each in fits]
        return with_chosen([*([("", first)] if first else []), *pairs], self.part("of"), empty=False)

    def draws(self, key: str) -> bool:
        """Whether a part is drawn."""
        counted, fixed = self.way in ("after", "before"), self.way == "on" and not self.moment.get("of")
        unit = self.moment.get("unit", "days")
        drawn = {
            "amount": counted,
            "unit": counted,
            "of": self.way in ("after", "before", "on"),
            "time": "time" in self.moment or (counted and unit not in _ELAPSED) or (self.way == "on" and not fixed),
            "working": bool(self.moment.get("working_time")) or (counted and unit not in _LONG) or (self.way == "on" and not fixed),
            "past": self.as_run_time and self.way != "now",
            "day": fixed,
            "clock": fixed,
            "was": fixed,
        }
        return drawn[key]

    def part(self, key: str) -> str:
        """A part as it stands in its input."""
        if key in ("day", "clock"):
            return _wall(str(self.moment.get("date", "")), self.zone)[0 if key == "day" else 1]
        if key == "working":
            return "y" if self.moment.get("working_time") else ""
        if key == "past":
            return "y" if self.moment.get("past") == "skip" else ""
        return str(self.moment.get("date" if key == "was" else key, "days" if key == "unit" else ""))

    @property
    def shape(self) -> str:
        drawn = [key for key in ("amount", "of", "time", "working", "past", "day") if self.draws(key)]
        return f"moment {self.way} {drawn}"

    def _now(self, sent: Sent) -> dict[str, Any]:
        return {}

    def _away(self, sent: Sent) -> dict[str, Any]:
        text = sent.get(f"{self.name}.amount", "1").strip()
        found: dict[str, Any] = {"amount": int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else text}
        found["unit"] = sent.get(f"{self.name}.unit", "days")
        return {**found, **self._beside(sent)}

    def _on(self, sent: Sent) -> dict[str, Any]:
        if sent.get(f"{self.name}.of"):
            return self._beside(sent)
        was, day, clock = (sent.get(f"{self.name}.{key}", "") for key in ("was", "day", "clock"))
        if was and _wall(was, self.zone) == (day, clock):
            return {"date": was}
        chosen = read_moment(day)
        if chosen is None:
            return {}
        return {"date": _written(chosen, read_time(clock), self.zone)}

    def _beside(self, sent: Sent) -> dict[str, Any]:
        found: dict[str, Any] = {key: value for key in ("of", "time") if (value := sent.get(f"{self.name}.{key}", ""))}
        if f"{self.name}.working" in sent:
            found["working_time"] = True
        # A unit that was just chosen takes away what cannot stand beside it.
        unit = sent.get(f"{self.name}.unit", "")
        for units, key in ((_ELAPSED, "time"), (_LONG, "working_time")):
            if unit in units and self.moment.get("unit") not in units:
                found.pop(key, None)
        return found


def _wall(text: str, zone: ZoneInfo) -> tuple[str, str]:
    """A stored date as the day and the clock time that stand in the inputs."""
    found = read_moment(text)
    if found is None:
        return "", ""
    if not isinstance(found, datetime):
        return found.isoformat(), ""
    wall = on_wall(found, zone) if found.tzinfo is not None else found
    return wall.date().isoformat(), f"{wall:%H:%M}"


def _written(day: date, clock: time | None, zone: ZoneInfo) -> str:
    if clock is None:
        return day.isoformat()[:10]
    return at_clock(datetime.combine(day, clock), zone).astimezone(zone).isoformat(timespec="seconds")
