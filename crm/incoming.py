"""What comes in from outside, as values: a message, a call, a form, and what the intake made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.transaction import Row
from crm.words import Phrase, phrase


class Outcome(StrEnum):
    """What became of something that came in. The values are stored."""

    NEW_LEAD = "new_lead"
    REPEAT_LEAD = "repeat_lead"
    ACTIVITY = "activity"
    REPLY = "reply"
    LISTED = "listed"
    AUTOMATIC = "automatic"
    OWN = "own"
    NO_NUMBER = "no_number"
    NO_PIPELINE = "no_pipeline"

    @classmethod
    def of(cls, stored: str) -> Outcome:
        """The outcome that was stored; what was sent out or logged by hand counts as added to its record."""
        return cls(stored) if stored in cls.__members__.values() else cls.ACTIVITY

    @property
    def makes_a_lead(self) -> bool:
        """Whether the record that it reached was made for it."""
        return self in (Outcome.NEW_LEAD, Outcome.REPEAT_LEAD)

    @property
    def says(self) -> Phrase:
        """The outcome in words; where it reached a record, that record's title follows."""
        return _WORDS[self]


_WORDS: Mapping[Outcome, Phrase] = {
    Outcome.NEW_LEAD: phrase("New lead"),
    Outcome.REPEAT_LEAD: phrase("New repeat lead"),
    Outcome.ACTIVITY: phrase("Added to"),
    Outcome.REPLY: phrase("Reply, added to"),
    Outcome.LISTED: phrase("Kept out: on the exceptions list"),
    Outcome.AUTOMATIC: phrase("Kept here only: an automatic message"),
    Outcome.OWN: phrase("Kept here only: from one of our own addresses"),
    Outcome.NO_NUMBER: phrase("Kept here only: there is no number to call back"),
    Outcome.NO_PIPELINE: phrase("Kept here only: there is no pipeline for leads"),
}


@dataclass(frozen=True)
class IncomingEmail:
    """A message. ``external_id`` is its Message-ID without brackets; an empty one stands for a message that comes only once.

    ``answers`` are the Message-IDs that it replies to, the nearest first. ``automatic`` is an auto-reply or bulk mail.
    """

    sender: str
    subject: str = ""
    text: str = ""
    external_id: str = ""
    sender_name: str | None = None
    recipients: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    automatic: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class IncomingCall:
    """A call from ``phone``, as the exchange wrote it, on one of our lines. ``seconds`` is how long people spoke."""

    phone: str
    answered: bool = True
    line: str | None = None
    seconds: int | None = None
    external_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class IncomingForm:
    """A web form. ``form`` is its key, ``fields`` what the visitor wrote: ``name email phone`` and whatever else the form asks."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    form: str | None = None
    title: str | None = None
    external_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class TakenIn:
    """What became of something that came in: its row in the mailbox, the call log or among the forms, and the record it reached.

    ``repeated`` where it had come before; the outcome is then the first one.
    """

    outcome: Outcome
    entry: Row
    record: Row | None = None
    repeated: bool = False
