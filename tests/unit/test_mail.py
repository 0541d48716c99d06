"""Messages as strangers send them: what is understood, what is made up for, and what is refused in words."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from crm.errors import Invalid
from crm.incoming import IncomingEmail
from crm.mail import LONGEST, read_email

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAIN = "From: Jean Martin <jean@client.example>\nTo: office@roofs.example\nSubject: A roof\nMessage-ID: <1@client.example>\n"
ALTERNATIVE = """Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Caf=C3=A9, s'il vous pla=C3=AEt
--inner
Content-Type: text/html; charset=utf-8

<p>Caf&eacute;</p>
--inner--
--outer
Content-Type: application/pdf; name="offer.pdf"
Content-Disposition: attachment; filename="offer.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--outer--
"""


def test_a_plain_message_is_read_whole() -> None:
    message = read(
        "Cc: Eva <eva@new.example>\nDate: Mon, 2 Mar 2026 09:30:00 +0100\nIn-Reply-To: <0@roofs.example>\n", "Hello,\r\n\r\nJean\r\n"
    )
    assert message == IncomingEmail(
        sender="jean@client.example",
        sender_name="Jean Martin",
        subject="A roof",
        text="Hello,\n\nJean",
        external_id="1@client.example",
        recipients=("office@roofs.example", "eva@new.example"),
        answers=("0@roofs.example",),
        at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("sender", ["", "From:\n", "From: <>\n", "From: undisclosed-recipients:;\n", "From: ,,,\n", "From: =?utf-8?q??=\n"])
def test_a_message_without_a_sender_is_refused_by_name(sender: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_email(f"{sender}To: office@roofs.example\nSubject: Who am I\n\nHello".encode(), NOW)
    (problem,) = refused.value.problems
    assert problem.where == "From"
    assert problem.mend is not None


@pytest.mark.parametrize("sender", ["root", "Cron Daemon <root>", "jean at client.example", "<jean@>", "@client.example"])
def test_a_sender_that_is_no_address_is_refused_by_name(sender: str) -> None:
    with pytest.raises(Invalid, match=r"From: "):
        read_email(f"From: {sender}\n\nHello".encode(), NOW)


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("jean@client.example", None, "jean@client.example"),
        ("JEAN@Client.EXAMPLE (Jean)", None, "jean@client.example"),
        ("=?utf-8?b?SsOpcsO0bWU=?= <jean@client.example>", "Jérôme", "jean@client.example"),
        ("=?iso-8859-2?q?Pawe=B3?= <jean@client.example>", "Paweł", "jean@client.example"),
        ("=?no-such-charset?q?J=E9r?= <jean@client.example>", None, "jean@client.example"),
        ('"Boss <boss@roofs.example>" <jean@client.example>', "Boss <boss@roofs.example>", "jean@client.example"),
        ("Jean <jean@client.example>, Eva <eva@new.example>", "Jean", "jean@client.example"),
        ("Jean <jean@bücher.example>", "Jean", "jean@xn--bcher-kva.example"),
        ("Jean\r\n <jean@client.example>", "Jean", "jean@client.example"),
        ("Martin, Jean <jean@client.example>", None, "jean@client.example"),
    ],
)
def test_the_sender_is_found_however_it_is_written(written: str, name: str | None, address: str) -> None:
    message = read_email(f"From: {written}\nSubject: A roof\n\nHello".encode(), NOW)
    assert message.sender == address
    assert name is None or message.sender_name == name


def test_raw_bytes_in_a_header_are_read_as_utf_8() -> None:
    message = read_email("From: Jérôme <jean@client.example>\nSubject: Toit à réparer\n\nHello".encode(), NOW)
    assert (message.sender_name, message.subject) == ("Jérôme", "Toit à réparer")


def test_the_sender_stands_in_where_from_is_missing() -> None:
    assert read_email(b"Sender: jean@client.example\n\nHello", NOW).sender == "jean@client.example"


def test_a_message_without_an_id_gets_the_same_one_each_time_it_comes() -> None:
    def came(received: str, subject: str = "A roof") -> str:
        return read_email(f"Received: {received}\nFrom: jean@client.example\nSubject: {subject}\n\nHello".encode(), NOW).external_id

    assert came("by mx1") == came("by mx2") != came("by mx1", "Another roof")


def test_an_overlong_id_is_kept_short_enough_and_still_names_one_message() -> None:
    ids = {read_email(f"From: a@b.example\nMessage-ID: <{'x' * 800}{end}@b.example>\n\n".encode(), NOW).external_id for end in "12"}
    assert len(ids) == 2
    assert max(map(len, ids)) < 100


@pytest.mark.parametrize(
    "date",
    [
        "",
        "Date: yesterday\n",
        "Date: Mon, 99 Foo 9999 99:99:99\n",
        "Date: Thu, 1 Jan 1970 00:00:00 +0000\n",
        "Date: Fri, 1 Jan 2027 00:00:00 +0000\n",
    ],
)
def test_a_message_without_a_believable_date_came_now(date: str) -> None:
    assert read(date).at == NOW


def test_a_date_without_a_zone_is_read_in_utc() -> None:
    assert read("Date: Mon, 2 Mar 2026 08:00:00 -0000\n").at == NOW - timedelta(hours=1)


def test_the_plain_part_is_taken_and_the_attachment_is_named() -> None:
    assert read(body=ALTERNATIVE, gap="").text == "Café, s'il vous plaît\n\n[offer.pdf]"


def test_of_a_message_in_html_only_the_text_is_kept() -> None:
    html = """<html><head><title>T</title><style>p{}</style></head><body onload=x()><h1>Hello &amp; welcome</h1><p>One<br>two</p>
    <script>alert("x")</script><ul><li>first</li><li>second</li></ul><a href="http://x.example">a link</a></body></html>"""
    text = read("Content-Type: text/html; charset=utf-8\n", html).text
    assert " ".join(text.split()) == "Hello & welcome One two • first • second a link"
    assert "One\ntwo" in text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello", "Hello"),
        ("Hello</p", "Hello"),
        ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ('<img alt="a > b">Hello', "Hello"),
        ("<script>alert(1)</script>Hello", "Hello"),
        ("<SCRIPT>alert(1)</Script >Hello", "Hello"),
        ("<!-- <p>no -->Hello", "Hello"),
        ("<!doctype html><?xml ?>Hello", "Hello"),
        ("Hello<script>never closed", "Hello"),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "one two"),
        ("&#0;&lt;b&gt;", "\ufffd<b>"),
    ],
)
def test_broken_html_is_read_as_a_browser_would(html: str, text: str) -> None:
    assert read("Content-Type: text/html\n", html).text == text


@pytest.mark.parametrize("piece", ["<p ", "<", "&", "<!--", "<a href='", '<a "', "<script>", "</script", "<![CDATA[", "<p>"])
def test_html_made_to_be_slow_is_read_in_a_moment(piece: str) -> None:
    begun = time.process_time()
    assert len(read("Content-Type: text/html\n", piece * 300_000).text) <= 64_000
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "Café".encode("latin-1")),
        ("no-such-charset", "Café".encode()),
        ("iso-8859-1", "Café".encode("latin-1")),
        ("", "Café".encode()),
    ],
)
def test_a_wrong_charset_does_not_cost_the_text(charset: str, body: bytes) -> None:
    raw = PLAIN.encode() + f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: 8bit\n\n'.encode() + body
    assert read_email(raw, NOW).text == "Café"


def test_a_new_line_hidden_in_a_header_stays_on_one_line() -> None:
    raw = "From: =?utf-8?q?Jean=0D=0ABcc=3A?= <jean@client.example>\nSubject: =?utf-8?q?Roof=0D=0ABcc=3A_all=40roofs.example?=\n\nHello"
    message = read_email(raw.encode(), NOW)
    assert message.subject == "Roof Bcc: all@roofs.example"
    assert "\n" not in (message.sender_name or "")


def test_nothing_that_a_database_refuses_is_left_in() -> None:
    message = read_email(b"From: a@b.example\nSubject: a\0b \xff\n\none\0two\x1b \xff\xfe", NOW)
    for text in (message.subject, message.text, message.external_id):
        assert "\0" not in text
        assert text.encode()


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (cron)",
        "Precedence: bulk",
        "Precedence: JUNK",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
    ],
)
def test_an_automatic_message_is_told_apart(header: str) -> None:
    assert read(f"{header}\n").automatic


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: no", "Auto-Submitted: No; x=y", "Precedence: list", "X-Autoreply: no", "Return-Path: <jean@client.example>"]
)
def test_a_message_by_hand_is_told_apart(header: str) -> None:
    assert not read(f"{header}\n").automatic


def test_the_nearest_message_of_a_conversation_comes_first() -> None:
    assert read("References: <1@a>\n <2@a> <3@a>\nIn-Reply-To: <3@a>\n").answers == ("3@a", "2@a", "1@a")


@pytest.mark.parametrize("raw", [b"", b"  \n\n"])
def test_an_empty_message_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid, match="empty"):
        read_email(raw, NOW)


def test_a_message_that_is_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="5 MiB"):
        read_email(PLAIN.encode() + b"\n" + b"x" * LONGEST, NOW)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\nTo: " + b"x@y.example, " * 200_000 + b"\n\nHello",
        b"From: " + b"(" * 100_000 + b" a@b.example\n\nHello",
        b"From: " + b"<" * 100_000 + b"a@b.example>\n\nHello",
        b"From: a@b.example\nSubject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nHello",
        b"From: a@b.example\nReferences: " + b"<1@a> " * 100_000 + b"\n\nHello",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=" + b"x" * 200_000 + b"\n\nHello",
        b"From: a@b.example\nContent-Type: multipart/mixed\n\nHello",
        b"From: a@b.example\n" + b"X-Many: x\n" * 100_000 + b"\nHello",
        b"From: a@b.example\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
        + b"\nHello",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nHello\n" * 100_000,
        b"From: a@b.example\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!=not=base64",
        b"\xff\xfe\x00\x01garbage" * 1000,
        b"no headers at all, only text",
    ],
    ids=[
        "recipients",
        "comments",
        "brackets",
        "words",
        "references",
        "boundary",
        "no-boundary",
        "headers",
        "depth",
        "parts",
        "base64",
        "bytes",
        "text",
    ],
)
def test_a_hostile_message_is_read_or_refused_in_a_moment(raw: bytes) -> None:
    begun = time.process_time()
    with suppress(Invalid):
        assert len(read_email(raw, NOW).text) <= 64_000
    assert time.process_time() - begun < 5


def read(headers: str = "", body: str = "Hello", *, gap: str = "\n") -> IncomingEmail:
    return read_email(f"{PLAIN}{headers}{gap}{body}".encode(), NOW)
