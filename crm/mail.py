"""Reads a message as it travels (RFC 5322) into an ``IncomingEmail``; what strangers send is broken in every possible way."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import AddressHeader, BaseHeader, DateHeader
from email.message import Message
from email.policy import compat32, default
from typing import Any

from crm.errors import Invalid
from crm.incoming import IncomingEmail
from crm.markup import text_of
from crm.reach import normal_email
from crm.values import LINE, LONG
from crm.words import phrase

LONGEST = 5 * 1024 * 1024
# The parser of headers takes its time with long ones; nobody reads beyond this.
LONGEST_HEADER = 16_000
MOST_RECIPIENTS = 50
MOST_ANSWERED = 30
MOST_PARTS = 200
# A tenth of a second for the parser; no text has so many lines that look like the border of a part.
MOST_BOUNDARIES = 10_000
LONGEST_ID = 400
OLDEST = timedelta(days=60)
# What the parser raises on broken headers and structures, by experience.
_BROKEN = (ValueError, LookupError, AttributeError, TypeError, AssertionError, MessageError, RecursionError)
_ID = re.compile(r"<\s*([^<>\s]{1,900})\s*>")
_ADDRESS = re.compile(r"([^<>,;]{0,200})<([^<>\s]+@[^<>\s]+)>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_email(raw: bytes, received_at: datetime) -> IncomingEmail:
    """The message in some bytes. Raises ``Invalid`` that names what is missing; a missing date or Message-ID is made up for."""
    if len(raw) > LONGEST:
        raise Invalid.at("message", phrase("The message is larger than 5 MiB."), phrase("Send large files by a link."))
    if not raw.strip():
        raise Invalid.at("message", phrase("The message is empty."))
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise Invalid.at("message", phrase("The message has too many parts."))
    try:
        message = message_from_bytes(raw, policy=compat32)
        text = _text_of(message)
    except _BROKEN as broken:
        raise Invalid.at("message", phrase("The message cannot be read: its parts are broken.")) from broken
    name, sender = _sender(message)
    subject = one_line(_header(message, "Subject"), LINE)
    return IncomingEmail(
        sender=sender,
        sender_name=name,
        subject=subject,
        text=text,
        recipients=_recipients(message),
        external_id=_message_id(message) or _fingerprint(message, sender, subject, text),
        answers=_answers(message),
        automatic=_is_automatic(message),
        at=_sent_at(message, received_at),
    )


def one_line(text: object, longest: int) -> str:
    """A text on one line, without anything that cannot be stored or would begin a new header."""
    written = str(text or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"\s+", " ", _CONTROL.sub(" ", written)).strip()[:longest].strip()


def storable(text: str, longest: int = LONG) -> str:
    """A text of several lines, without anything that cannot be stored."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:longest].strip()


def _header(message: Message, name: str) -> BaseHeader | str:
    """A header as the modern policy reads it, or as it stands there where that fails.

    The structure is read with the older policy, which looks at headers only when asked: one broken header must not cost the message.
    """
    raw = next(_raw(message, name), "")
    try:
        parsed: BaseHeader = default.header_factory(name, re.sub(r"[\r\n]+", "", raw))
    except _BROKEN:
        return raw
    return parsed


def _raw(message: Message, name: str) -> Iterator[str]:
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            yield str(value)[:LONGEST_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _sender(message: Message) -> tuple[str | None, str]:
    written = ""
    for header in ("From", "Sender"):
        value = _header(message, header)
        for name, address in _addresses(value):
            normal = normal_email(address)
            if normal is not None:
                return one_line(name, 200) or None, normal
        written = written or one_line(value, 80).strip("<> ")
    mend = phrase("The header From has to name one address, such as Jean Martin <jean@client.example>.")
    if written:
        raise Invalid.at("From", phrase("“{sender}” is not an e-mail address.", sender=written), mend)
    raise Invalid.at("From", phrase("The message has no sender."), mend)


def _addresses(header: BaseHeader | str) -> Iterator[tuple[str, str]]:
    """Name and address of each that a header names; from a header that the parser gave up on, whatever looks like one."""
    named = [each for each in header.addresses if "@" in each.addr_spec] if isinstance(header, AddressHeader) else []
    if named:
        yield from ((each.display_name, each.addr_spec) for each in named)
    else:
        yield from ((found[1].strip(' "'), found[2].strip()) for found in _ADDRESS.finditer(str(header)))


def _recipients(message: Message) -> tuple[str, ...]:
    delivered = [str(_header(message, name)) for name in ("Delivered-To", "X-Original-To")]
    named = [address for name in ("To", "Cc") for _, address in _addresses(_header(message, name))]
    found = (normal_email(each) for each in (*delivered, *named))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_RECIPIENTS]


def _message_id(message: Message) -> str | None:
    found = _ids(_raw(message, "Message-ID"))
    return shortened(found[0]) if found else None


def shortened(message_id: str) -> str:
    """A Message-ID as it is stored; an overlong one is stored as its hash."""
    return message_id if len(message_id) <= LONGEST_ID else f"{hashlib.sha256(message_id.encode()).hexdigest()}@overlong"


def _fingerprint(message: Message, sender: str, subject: str, text: str) -> str:
    told = "\0".join((sender, one_line(_header(message, "Date"), 100), subject, text))
    return f"{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()}@without-id"


def _answers(message: Message) -> tuple[str, ...]:
    nearest_first = [*_ids(_raw(message, "In-Reply-To")), *reversed(_ids(_raw(message, "References")))]
    return tuple(dict.fromkeys(shortened(each) for each in nearest_first))[:MOST_ANSWERED]


def _ids(values: Iterable[str]) -> list[str]:
    return [one_line(found, 900) for value in values for found in _ID.findall(value)]


def _is_automatic(message: Message) -> bool:
    def says(name: str) -> str:
        return re.split(r"[;\s(]", next(_raw(message, name), "").strip().lower())[0]

    return (
        says("Auto-Submitted") not in ("", "no")
        or says("Precedence") in ("bulk", "junk", "auto_reply")
        or says("X-Autoreply") not in ("", "no")
        or any(value.strip() == "<>" for value in _raw(message, "Return-Path"))
    )


def _sent_at(message: Message, received_at: datetime) -> datetime:
    header = _header(message, "Date")
    sent: datetime | None = header.datetime if isinstance(header, DateHeader) else None
    if sent is None:
        return received_at
    try:
        sent = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return received_at
    return sent if received_at - OLDEST <= sent <= received_at else received_at


def _text_of(message: Message) -> str:
    """The plain parts, or else the text of the HTML ones; files are only named."""
    plain: list[str] = []
    markup: list[str] = []
    files: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if _is_file(part):
            files.append(one_line(_file_name(part), 120))
        elif kind == "text/html":
            markup.append(_decoded(part))
        else:
            plain.append(_decoded(part))
    text = "\n\n".join(filter(None, (each.strip() for each in plain))) or "\n\n".join(text_of(each) for each in markup)
    named = "\n".join(f"[{name}]" for name in files if name)
    return storable(f"{storable(text)}\n\n{named}" if named else text)


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of a message from first to last; a message within the message is a leaf."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        inside: Any = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting.extend(reversed(inside))
        else:
            yield part


def _is_file(part: Message) -> bool:
    if part.get_content_maintype() == "multipart":  # without a boundary its parts are one text
        return False
    return part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment"


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or part.get_content_type()
    except _BROKEN:
        return part.get_content_type()


def _decoded(part: Message) -> str:
    payload: Any = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (str(part.get_content_charset() or "utf-8"), "utf-8", "cp1252"):
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):
            continue
    return payload.decode("latin-1")
