"""The intake: the one way in from outside. Whatever a message, a call or a form becomes, it becomes here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from crm import events
from crm.entities import TABLES
from crm.errors import Invalid, NotFound
from crm.forms import FormFields, read_form
from crm.incoming import IncomingCall, IncomingEmail, IncomingForm, Outcome, TakenIn
from crm.keys import new_key
from crm.mail import one_line, shortened, storable
from crm.reach import normal_email, normal_phone
from crm.transaction import Row
from crm.values import LINE
from crm.verbs.finding import FindingVerbs, Sender
from crm.words import phrase

_Placed = tuple[Outcome, Row | None, Row | None]


@dataclass(frozen=True)
class _Arrival:
    """What all that comes in has in common, once it is known who sent it.

    ``kind`` is that of its activity; ``news`` that of the event, whose details are ``told``; ``owner`` says whose it is.
    """

    kind: str
    news: str
    sender: Sender
    title: str
    lead: Mapping[str, Any]
    activity: Mapping[str, Any]
    owner: tuple[str, tuple[str, ...]]
    told: Mapping[str, Any] = field(default_factory=dict)


class IntakeVerbs(FindingVerbs):
    """Take in messages, calls and forms, each once."""

    def take_in_email(self, email: IncomingEmail) -> TakenIn:
        """Keep a message in the mailbox and bring it to where it belongs.

        Raises ``Invalid`` where it has no sender; nothing is kept then.
        """
        self.close_the_gate()
        if (known := self._known("message", email.external_id)) is not None:
            return known
        sender = normal_email(email.sender)
        if sender is None:
            raise Invalid.at("from", phrase("An e-mail needs a sender."), phrase("Give an address such as jean@client.example."))
        mailboxes = tuple(filter(None, map(normal_email, email.recipients)))
        listed = self.is_listed(email=sender)
        outcome, record, activity = self._place_email(email, sender, mailboxes, listed=listed)
        values = {
            "mailbox": self._mailbox(mailboxes),
            "direction": "in",
            "sender": sender,
            "sender_name": email.sender_name and one_line(email.sender_name, 200),
            "recipients": list(mailboxes),
            "subject": one_line(email.subject, LINE),
            "text": storable(email.text),
            "in_reply_to": next(iter(email.answers), None),
            "automatic": email.automatic,
            "listed": listed,
            "at": email.at or self.now,
            "received_at": self.now,
        }
        return self._keep("message", email.external_id, values, outcome, record, activity)

    def take_in_call(self, call: IncomingCall) -> TakenIn:
        """Keep a call in the call log and bring it to where it belongs; a stranger who was missed shall be called back."""
        self.close_the_gate()
        if (known := self._known("call", call.external_id)) is not None:
            return known
        written = one_line(call.phone, 60)
        if not written:
            raise Invalid.at("from", phrase("A call needs the number of the caller."), phrase("Give it as +33 6 12 34 56 78."))
        phone = normal_phone(written, self.settings.region)
        listed = phone is not None and self.is_listed(phone=phone)
        outcome, record, activity = self._place_call(call, phone, listed=listed)
        values = {
            "direction": "in",
            "phone": phone or written,
            "line": call.line and one_line(call.line, LINE),
            "answered": call.answered,
            "seconds": call.seconds,
            "listed": listed,
            "at": call.at or self.now,
        }
        return self._keep("call", call.external_id, values, outcome, record, activity)

    def take_in_form(self, form: IncomingForm) -> TakenIn:
        """Bring a web form to where it belongs. The exceptions list does not concern forms: whoever fills one in wants an answer.

        Raises ``Invalid`` where it has neither an e-mail nor a phone by which its sender could be answered.
        """
        self.close_the_gate()
        if (known := self._known("submission", form.external_id)) is not None:
            return known
        read = read_form(form, self.custom_fields_of("lead"), self.settings.region)
        outcome, record, activity = self._place(self._arrived_form(form, read), form.at)
        values = {"form": form.form and one_line(form.form, LINE), "fields": read.fields, "at": form.at or self.now}
        return self._keep("submission", form.external_id, values, outcome, record, activity)

    def _place_email(self, email: IncomingEmail, sender: str, mailboxes: tuple[str, ...], *, listed: bool) -> _Placed:
        if self.is_own_address(sender):
            return Outcome.OWN, None, None
        if email.automatic:
            return Outcome.AUTOMATIC, None, None
        arrival = self._arrived_email(email, sender, mailboxes)
        conversation = self.conversation_of([shortened(each) for each in email.answers])
        if conversation is not None:
            return Outcome.REPLY, conversation, self._add_to(conversation, arrival, email.at)
        if listed:
            return Outcome.LISTED, None, None
        return self._place(arrival, email.at)

    def _arrived_email(self, email: IncomingEmail, sender: str, mailboxes: tuple[str, ...]) -> _Arrival:
        subject = one_line(email.subject, LINE)
        title = subject or str(phrase("E-mail from {sender}", sender=sender))
        return _Arrival(
            kind="email",
            news="incoming_email",
            sender=self.sender_behind(emails=[sender]),
            title=title,
            lead={**_names(email.sender_name), "emails": [sender]},
            activity={"subject": title, "text": storable(email.text), "details": {"from": sender, "to": list(mailboxes)}},
            owner=("mailbox", mailboxes),
            told={"subject": subject, "from": sender},
        )

    def _place_call(self, call: IncomingCall, phone: str | None, *, listed: bool) -> _Placed:
        if phone is None:
            return Outcome.NO_NUMBER, None, None
        if listed:
            return Outcome.LISTED, None, None
        outcome, record, activity = self._place(self._arrived_call(call, phone), call.at)
        if record is not None and not call.answered and outcome is Outcome.NEW_LEAD:
            self._plan_call_back(record, phone)
        return outcome, record, activity

    def _arrived_call(self, call: IncomingCall, phone: str) -> _Arrival:
        told = {"phone": phone, "seconds": call.seconds, "line": call.line}
        subject = phrase("Call from {phone}", phone=phone) if call.answered else phrase("Missed call from {phone}", phone=phone)
        return _Arrival(
            kind="call",
            news="incoming_call" if call.answered else "missed_call",
            sender=self.sender_behind(phones=[phone]),
            title=str(phrase("Call from {phone}", phone=phone)),
            lead={"phones": [phone]},
            activity={"subject": str(subject), "details": {**told, "answered": call.answered}},
            owner=("line", self._line_keys(call.line)),
            told=told,
        )

    def _arrived_form(self, form: IncomingForm, read: FormFields) -> _Arrival:
        return _Arrival(
            kind="form",
            news="form_submitted",
            sender=self.sender_behind(emails=read.reach.emails, phones=read.reach.phones),
            title=read.title,
            lead=read.lead,
            activity={"subject": read.title, "text": read.told, "details": {"form": form.form, "fields": read.fields}},
            owner=("form", (form.form,) if form.form else ()),
            told={"form": form.form, "fields": read.fields},
        )

    def _place(self, arrival: _Arrival, at: datetime | None) -> _Placed:
        record = self.open_record_of(arrival.sender)
        if record is not None:
            return Outcome.ACTIVITY, record, self._add_to(record, arrival, at)
        try:
            lead = self._new_lead(arrival)
        except NotFound:
            return Outcome.NO_PIPELINE, None, None
        outcome = Outcome.REPEAT_LEAD if arrival.sender.is_client else Outcome.NEW_LEAD
        return outcome, lead, self._log(lead, arrival, at)

    def _add_to(self, record: Row, arrival: _Arrival, at: datetime | None) -> Row:
        activity = self._log(record, arrival, at)
        events.send(self.desk, events.ClientActed(record, arrival.news, arrival.told))
        return activity

    def _log(self, record: Row, arrival: _Arrival, at: datetime | None) -> Row:
        then = at or self.now
        return self.log_activity(record, arrival.kind, {**arrival.activity, "direction": "in", "at": then, "completed_at": then})

    def _new_lead(self, arrival: _Arrival) -> Row:
        stage = self.first_stage("lead")
        fields = {**arrival.lead, "title": arrival.title}
        if arrival.sender.is_client:
            fields = {
                "title": arrival.title,
                "contacts": arrival.sender.contacts[:1],
                "company": next(iter(arrival.sender.companies), None),
            }
        fields.setdefault("source", arrival.kind)
        fields["responsible"] = self.responsible_for_new(*arrival.owner, self.pipelines()[stage["pipeline_id"]])
        return self.create_record("lead", fields, stage=self.stage_reference(stage.id))

    def _plan_call_back(self, record: Row, phone: str) -> None:
        subject = str(phrase("Call {phone} back", phone=phone))
        self.log_activity(
            record, "call", {"subject": subject, "open": True, "due_at": self.now, "direction": "out", "details": {"phone": phone}}
        )

    def _keep(
        self, entity: str, external_id: str, values: Mapping[str, Any], outcome: Outcome, record: Row | None, activity: Row | None
    ) -> TakenIn:
        row = self.create(
            entity,
            f"{entity}.received",
            {
                **values,
                "external_id": _known_as(entity, external_id) or f"once:{new_key(self.now).hex()}",
                "outcome": outcome.value,
                "record_id": record.id if record is not None else None,
                "activity_id": activity.id if activity is not None else None,
            },
        )
        return TakenIn(outcome, row, record)

    def _known(self, entity: str, external_id: str) -> TakenIn | None:
        table = TABLES[entity]
        wanted = _known_as(entity, external_id)
        found = self.transaction.rows(select(table).where(table.c.external_id == wanted), table) if wanted else []
        if not found:
            return None
        row = found[0]
        return TakenIn(Outcome.of(row["outcome"]), row, self.transaction.get(TABLES["deal"], row["record_id"]), repeated=True)

    def _mailbox(self, recipients: tuple[str, ...]) -> str | None:
        return next(filter(self.is_own_address, recipients), next(iter(recipients), None))

    def _line_keys(self, line: str | None) -> tuple[str, ...]:
        written = one_line(line, LINE)
        return tuple(filter(None, (written, normal_phone(written, self.settings.region) if written else None)))


def _known_as(entity: str, external_id: str) -> str:
    written = one_line(external_id, 2000)
    return shortened(written.strip("<>")) if entity == "message" else shortened(written)


def _names(written: str | None) -> dict[str, str]:
    """First and last name of ``Jean Martin`` or ``Martin, Jean``."""
    name = one_line(written, 200)
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.partition(" ")
    return {key: value.strip() for key, value in (("first_name", first), ("last_name", last)) if value.strip()}
