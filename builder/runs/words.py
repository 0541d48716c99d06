"""The states of runs and steps in words, and a run in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crm.words import Phrase, phrase
from web.words import ngettext, say

# What each state is called, how it is tinted, and its picture.
RUNS: Mapping[str, tuple[Phrase, str | None]] = {
    "ready": (phrase("About to go on"), "accent"),
    "running": (phrase("Running"), "accent"),
    "parked": (phrase("Waiting"), "accent"),
    "paused": (phrase("Paused"), None),
    "finished": (phrase("Finished"), "done"),
    "stopped": (phrase("Stopped"), "forever"),
    "failed": (phrase("Failed"), "forever"),
    "cancelled": (phrase("Ended early"), None),
}
STEPS: Mapping[str, tuple[Phrase, str | None, str]] = {
    "ready": (phrase("About to run."), None, "clock"),
    "sleeping": (phrase("Waiting for its time."), None, "clock"),
    "holding": (phrase("Waiting for an answer."), None, "hourglass"),
    "done": (phrase("Done."), "done", "check"),
    "skipped": (phrase("Left out."), None, "chevron-right"),
    "failed": (phrase("Failed."), "forever", "alert-triangle"),
    "unknown": (phrase("Nobody knows whether it arrived."), "outgoing", "help"),
    "cancelled": (phrase("Dropped."), None, "x"),
    "dead": (phrase("It broke several times and was put aside."), "forever", "alert-triangle"),
}
WAITING = ("ready", "sleeping", "holding")
TROUBLE = ("failed", "dead", "unknown")


def headline(title: str, states: Iterable[str]) -> str:
    """What became of a run, in one or two sentences."""
    count = Counter(states)
    ran, waiting, failed = count["done"], sum(count[state] for state in WAITING), sum(count[state] for state in TROUBLE)
    if failed:
        first = ngettext("%(num)s rule failed for %(title)s", "%(num)s rules failed for %(title)s", failed, title=title)
        then = ngettext("%(num)s ran", "%(num)s ran", ran) if ran else ""
        told = f"{first}, {then}." if then else f"{first}."
    elif ran:
        told = ngettext("%(num)s rule ran for %(title)s.", "%(num)s rules ran for %(title)s.", ran, title=title)
    else:
        told = say(phrase("No rule has run for {title}.", title=title))
    still = ngettext("One is still waiting.", "%(num)s are still waiting.", waiting) if waiting else ""
    return f"{told} {still}".strip()
