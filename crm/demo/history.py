"""Plays the last sixty days of the demo company: who made, said and moved what, each at its time and by its person."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm.actor import SYSTEM, Actor
from crm.demo.company import COMPANY, LINE, MAILBOX
from crm.demo.said import SAID
from crm.desk import Desk
from crm.entities import table_of
from crm.keys import new_key
from crm.models import Call, Message
from crm.transaction import Row, Transaction
from crm.words import fill

_MESSAGES = table_of(Message)
_CALLS = table_of(Call)
_ZONE = ZoneInfo(str(COMPANY["time_zone"]))


@dataclass
class History:
    """A transaction, the people, and ``now``; ``at(days_ago)`` finds times, ``desk(when, who)`` acts at them."""

    transaction: Transaction
    now: datetime
    people: dict[str, Row]
    chance: random.Random = field(default_factory=lambda: random.Random(1908))  # noqa: S311  the same company every time

    def desk(self, at: datetime, who: str | None = None) -> Desk:
        """The desk of a person at a moment; quiet, since nothing shall start over what is long past."""
        person = self.people.get(who or "")
        actor = SYSTEM if person is None else Actor("person", person.id, person["role"], person["department_id"])
        desk = Desk(self.transaction, actor, at)
        desk.quiet = True
        return desk

    def at(self, days_ago: float) -> datetime:
        """A moment in working hours about so many days ago; never on a Sunday, never ahead of now."""
        day = (self.now - timedelta(days=days_ago)).astimezone(_ZONE).date()
        if day.isoweekday() == 7:
            day -= timedelta(days=1)
        clock = time(self.chance.randint(8, 17), self.chance.randint(0, 59), self.chance.randint(0, 59))
        moment = datetime.combine(day, clock, _ZONE)
        while moment >= self.now:
            moment -= timedelta(hours=self.chance.randint(5, 9), minutes=self.chance.randint(1, 50))
        return moment.astimezone(self.now.tzinfo)

    def between(self, first: datetime, last: datetime, count: int) -> list[datetime]:
        """So many moments between two others in their order, in working hours where there are some."""
        found = []
        for _ in range(count):
            moment = first + (last - first) * self.chance.uniform(0.05, 0.9)
            local = moment.astimezone(_ZONE)
            awake = local.replace(hour=self.chance.randint(8, 17)) - timedelta(days=1 if local.isoweekday() == 7 else 0)
            found.append(awake.astimezone(first.tzinfo) if first < awake < last else moment)
        return sorted(found)

    def moments(self, age: int, count: int) -> list[datetime]:
        """So many moments in their order, the first about ``age`` days ago, the last not long ago."""
        step = (age + 0.6) / count
        found = [self.at(max(0.0, age - step * number)) for number in range(count)]
        return sorted(found)


def walk(
    history: History, record: Row, client: Any, who: str | None, stages: Sequence[tuple[str, str]], moments: Sequence[datetime]
) -> None:
    """Bring a record from stage to stage (key and ``pipeline/stage``), and let people write and speak on the way."""
    for number, ((key, reference), moment) in enumerate(zip(stages, moments, strict=True)):
        if number:
            history.desk(moment, who).move(record, reference)
        until = moments[number + 1] if number + 1 < len(moments) else history.now
        lines = _picked(history, key)
        for later, (kind, subject, text) in zip(history.between(moment, until, len(lines)), lines, strict=True):
            _SPEAKING[kind](history.desk(later, who), record, client, fill(subject, {"title": record["title"]}), text)


def junk_mail(desk: Desk, record: Row, sender: str, email: str, text: str) -> None:
    """What nobody asked for, as it came in."""
    _mail(desk, record, email, sender, record["title"], text, incoming=True)


def _picked(history: History, stage: str) -> Sequence[tuple[str, str, str]]:
    lines = SAID[stage]
    wanted = history.chance.randint(0 if stage == "new" else 1, min(2, len(lines)))
    return [lines[number] for number in sorted(history.chance.sample(range(len(lines)), wanted))]


def _comment(desk: Desk, record: Row, _client: Any, _subject: str, text: str) -> None:
    desk.add_comment(record, text)


def _mail_in(desk: Desk, record: Row, client: Any, subject: str, text: str) -> None:
    if client.email:
        _mail(desk, record, client.email, f"{client.first} {client.last}", subject, text, incoming=True)


def _mail_out(desk: Desk, record: Row, client: Any, subject: str, text: str) -> None:
    if client.email:
        _mail(desk, record, client.email, f"{client.first} {client.last}", subject, text, incoming=False)


def _mail(desk: Desk, record: Row, email: str, name: str, subject: str, text: str, *, incoming: bool) -> None:
    sender, recipient = (email, MAILBOX) if incoming else (MAILBOX, email)
    direction = "in" if incoming else "out"
    told = {"direction": direction, "subject": subject, "text": text, "details": {"from": sender, "to": [recipient]}}
    activity = desk.log_activity(record, "email", told)
    desk.transaction.insert(
        _MESSAGES,
        {
            "id": desk.transaction.next_id(),
            "external_id": f"{new_key(desk.now).hex()}@demo",
            "mailbox": MAILBOX,
            "direction": direction,
            "sender": sender,
            "sender_name": name if incoming else None,
            "recipients": [recipient],
            "subject": subject,
            "text": text,
            "outcome": "activity",
            "record_id": record.id,
            "activity_id": activity.id,
            "at": desk.now,
            "received_at": desk.now,
        },
    )


def _call_in(desk: Desk, record: Row, client: Any, subject: str, text: str) -> None:
    _call(desk, record, client.phone, subject, text, "in")


def _call_out(desk: Desk, record: Row, client: Any, subject: str, text: str) -> None:
    _call(desk, record, client.phone, subject, text, "out")


def _call(desk: Desk, record: Row, phone: str, subject: str, text: str, direction: str) -> None:
    number = phone.replace(" ", "")
    seconds = 60 + (record.id * 37) % 540
    told = {"direction": direction, "subject": subject, "text": text, "details": {"phone": number, "answered": True, "seconds": seconds}}
    activity = desk.log_activity(record, "call", told)
    desk.transaction.insert(
        _CALLS,
        {
            "id": desk.transaction.next_id(),
            "external_id": f"{new_key(desk.now).hex()}@demo",
            "direction": direction,
            "phone": number,
            "line": LINE,
            "answered": True,
            "seconds": seconds,
            "outcome": "activity",
            "record_id": record.id,
            "activity_id": activity.id,
            "at": desk.now,
        },
    )


_SPEAKING: dict[str, Callable[[Desk, Row, Any, str, str], None]] = {
    "comment": _comment,
    "email_in": _mail_in,
    "email_out": _mail_out,
    "call_in": _call_in,
    "call_out": _call_out,
}
