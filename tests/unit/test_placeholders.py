"""Placeholders: what a text becomes, what is refused, and that nothing in it is ever executed."""

import html
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.fields import Field, Kind
from crm.words import phrase
from runtime.language.paths import Paths
from runtime.language.placeholders import MOST_BYTES_OUT, Hole, TooLong, check, compile_text, json_schema
from runtime.language.scope import PlainScope

CUSTOM = (
    Field("colour", Kind.CHOICE, phrase("Colour"), {"red": "Red wine"}),
    Field("tags", Kind.CHOICES, phrase("Tags"), {"new": "New", "hot": "Hot"}),
    Field("visit", Kind.BOOKING, phrase("Visit")),
)
PATHS = Paths("lead", CUSTOM, outputs={"n1": {"lead_id": Kind.NUMBER}})
RECORD: dict[str, Any] = {
    "title": "the o'neil deal",
    "amount": Decimal("1234.5000"),
    "currency": "EUR",
    "stage": "sales/new",
    "responsible": 3,
    "observers": (3, 4),
    "close_date": date(2026, 1, 31),
    "created_at": datetime(2026, 1, 1, 23, 30, 15, tzinfo=UTC),
    "is_repeat": True,
    "source": "",
    "colour": "red",
    "tags": ("new", "hot"),
    "visit": {"starts": datetime(2026, 1, 7, 9, tzinfo=UTC), "ends": datetime(2026, 1, 7, 10, tzinfo=UTC)},
}
NAMES = {3: "Anna Nowak", 4: "Boris Le", "sales/new": "New deal"}


def make_scope(locale: str = "en", **changes: Any) -> PlainScope:
    return PlainScope(
        {"record": {**RECORD, **changes}, "contact": {"emails": ("a@x.example", "b@x.example")}, "n1": {"lead_id": Decimal(12)}},
        datetime(2026, 2, 10, 23, 30, tzinfo=UTC),
        ZoneInfo("Europe/Paris"),
        locale,
        names=NAMES,
        paths=PATHS,
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Contract for {{ record.title }}!", "Contract for the o'neil deal!"),
        ("{{deal.title}}{{lead.title}}", "the o'neil dealthe o'neil deal"),
        ("{{ record.amount }}", "1,234.5"),
        ("{{ record.amount | money }}", "€1,234.50"),
        ("{{ record.amount | number:0 }} {{ record.amount|number:3 }} {{ record.amount | number }}", "1,234 1,234.500 1,234.5"),
        ("{{ record.close_date }}", "31 Jan 2026"),
        ("{{ record.close_date | date:short }}", "31/01/2026"),
        ("{{ record.close_date | date:long }}", "31 January 2026"),
        ("{{ record.close_date | date:iso }}", "2026-01-31"),
        ("{{ record.close_date | datetime:iso }}", "2026-01-31T00:00:00+01:00"),
        ("{{ record.created_at }}", "2 Jan 2026, 00:30"),
        ("{{ record.created_at | date }}", "2 Jan 2026"),
        ("{{ record.created_at | datetime:iso }}", "2026-01-02T00:30:15+01:00"),
        ("{{ record.created_at | time }}", "00:30"),
        ("{{ record.close_date | days_since }} {{ record.created_at | days_since }}", "11 40"),
        ("{{ today | date:iso }} {{ now | time }}", "2026-02-11 00:30"),
        ("{{ record.responsible }}: {{ record.observers | upper }}", "Anna Nowak: ANNA NOWAK, BORIS LE"),
        ("{{ record.stage }} {{ record.colour }} {{ record.tags }}", "New deal Red wine New, Hot"),
        ("{{ record.visit }}", "7 Jan 2026, 10:00 – 11:00"),
        ("{{ record.visit.starts | time }}", "10:00"),
        ("{{ contact.emails }}", "a@x.example, b@x.example"),
        ("{{ record.is_repeat }}", "yes"),
        ("{{ n1.lead_id }}", "12"),
        ("{{ record.title | title }}", "The O'neil Deal"),
        ("{{ record.title | upper | lower | truncate:5 }}", "the…"),
        ("{{ record.title | truncate:15 }}", "the o'neil deal"),
        ("[{{ record.source }}] [{{ contact.name }}] [{{ company.title | upper }}]", "[] [] []"),
        ("{{ record.source | default:no source: a } b | upper }}", "NO SOURCE: A } B"),
        ("{{ contact.phone | default:none }} {{ record.title | default:none }}", "none the o'neil deal"),
        ("{{ contact.birthday | default:soon | date:long }}", "soon"),
        ("{{\n record.title\t|\nupper }}", "THE O'NEIL DEAL"),
        ("{{{ record.is_repeat }}}", "{yes}"),
        ("a } b }} c { d", "a } b }} c { d"),
        ("", ""),
    ],
)
def test_a_text_is_filled_in(text: str, becomes: str) -> None:
    assert compile_text(text).render(make_scope()) == becomes


@pytest.mark.parametrize(
    ("locale", "becomes"),
    [
        ("en", "1,234.5 €1,234.50 31 January 2026 yes"),
        ("fr", "1 234,5 1 234,50 € 31 janvier 2026 oui"),
        ("es", "1.234,5 1.234,50 € 31 de enero de 2026 sí"),
        ("pl", "1 234,5 1 234,50 € 31 stycznia 2026 tak"),
        ("vi", "1.234,5 1.234,50 € 31 tháng 1, 2026 có"),
        ("no such language", "1,234.5 €1,234.50 31 January 2026 yes"),
    ],
)
def test_values_read_as_in_the_language_of_the_company(locale: str, becomes: str) -> None:
    text = "{{ record.amount }} {{ record.amount | money }} {{ record.close_date | date:long }} {{ record.is_repeat }}"
    assert " ".join(compile_text(text).render(make_scope(locale)).split()) == becomes


@pytest.mark.parametrize("amount", ["1E+30", "NaN", "-Infinity", "123456789012345678901234.5678", "0.0001"])
def test_an_amount_of_any_size_can_be_shown(amount: str) -> None:
    for text in ("{{ record.amount }}", "{{ record.amount | money }}", "{{ record.amount | number:10 }}"):
        assert compile_text(text).render(make_scope(amount=Decimal(amount)))


def test_an_amount_without_a_currency_is_a_number_with_two_decimals() -> None:
    assert compile_text("{{ record.amount | money }}").render(make_scope(currency=None)) == "1,234.50"


def test_without_known_paths_values_are_shown_by_what_they_look_like() -> None:
    scope = PlainScope({"record": RECORD, "n1": {"on": True}}, datetime(2026, 1, 1, tzinfo=UTC), names=NAMES)
    assert compile_text("{{ record.responsible }} {{ record.colour }} {{ n1.on }}").render(scope) == "Anna Nowak red yes"


INJECTIONS = [
    "{{7*7}}",
    "{{ 7*7 }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% for x in range(9) %}x{% endfor %}",
    "{% import os %}{{ os.system('id') }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ config.items() }}",
    "{{ record['title'] }}",
    "{{ record.title() }}",
    "{{ record.delete() }}",
    "{{ record.title|attr('__class__') }}",
    "{{ record.title | eval:1 }}",
    "{{ record.title | truncate:-1 }}",
    "{{ record.title | number:99 }}",
    "{{ record.title | date:%Y }}",
    "{{ record . title }}",
    "{{ record.title | }}",
    "{{ | upper }}",
    "{{ }}",
    "{{}}",
    "{{",
    "}} {{ record.title",
    "{{ record.title }",
    "{{ ｒecord.title }}",
    "{{ record\u200b.title }}",
    "{{ record.títle }}",
    "%s %(title)s %n",
    "{0.__init__.__globals__} {title}",
    "$title ${title}",
    "__import__('os').system('id')",
    "{{ record.title\x00 }}",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_no_placeholder_comes_out_as_it_is_written(text: str) -> None:
    assert compile_text(text).render(make_scope()) == text


@pytest.mark.parametrize("text", [text for text in INJECTIONS if "{{" in text])
def test_what_is_no_placeholder_is_an_error_before_it_runs(text: str) -> None:
    assert [(problem.kind, problem.where) for problem in check(text, PATHS, "text")] == [("unknown_path", "text")]


@pytest.mark.parametrize(
    "path", ["record.__class__", "record.title.__class__", "record.title.upper", "__class__.x", "record.__init__.__globals__"]
)
def test_only_what_stands_in_the_record_can_be_read(path: str) -> None:
    text = f"{{{{ {path} }}}}"
    assert compile_text(text).render(make_scope()) in ("", text)
    assert [problem.kind for problem in check(text, PATHS, "text")] == ["unknown_path"]


@pytest.mark.parametrize("value", ["{{ record.amount }}", "{{ record.title }}", "}}{{", *INJECTIONS])
def test_what_a_value_contains_is_never_read_again(value: str) -> None:
    text = "{{ record.title }}|{{ company.title | default:x }}|{{ record.stage }}"
    assert compile_text(text).render(make_scope(title=value)) == f"{value}|x|New deal"


def test_two_values_cannot_make_a_placeholder_together() -> None:
    assert (
        compile_text("{{ record.title }}{{ record.source }}").render(make_scope(title="{{ record.", source="amount }}"))
        == "{{ record.amount }}"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{ record.nothing }}", "unknown_path"),
        ("{{ n2.lead_id }}", "unknown_path"),
        ("{{ record.title | money }}", "type_mismatch"),
        ("{{ record.title | days_since }}", "type_mismatch"),
        ("{{ record.amount | date }}", "type_mismatch"),
        ("{{ record.close_date | date | datetime }}", "type_mismatch"),
        ("{{ record.title | default }}", "unknown_path"),
        ("{{ record.title | shout }}", "unknown_path"),
        ("Hello {{ record.title and {{ record.amount }}", "unknown_path"),
        (5, "type_mismatch"),
        ("x" * 65537, "type_mismatch"),
        ("é" * 40000, "type_mismatch"),
        ("{{ record.title }}" * 201, "type_mismatch"),
    ],
)
def test_a_text_that_cannot_work_is_an_error_before_it_runs(text: Any, kind: str) -> None:
    [problem] = check(text, PATHS, "nodes.n1.settings.text")
    assert (problem.kind, problem.where) == (kind, "nodes.n1.settings.text")


def test_a_problem_names_the_filter_and_those_that_there_are() -> None:
    [problem] = check("{{ record.title | shout:loud }}", PATHS, "text")
    assert str(problem.says) == "“shout:loud” is not a filter that can stand in {{ record.title | shout:loud }}."
    assert "truncate" in str(problem.mend)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "x" * 65536,
        "{{ record.title }}" * 200,
        "{{ record.close_date | default:none | date:long | upper }}",
        "{{ today | days_since | number:0 }}",
    ],
)
def test_a_text_that_can_work_has_no_problems(text: str) -> None:
    assert check(text, PATHS, "text") == []
    assert len(text) <= json_schema()["maxLength"]


def test_a_text_grows_to_256_kilobytes_and_no_further() -> None:
    template = compile_text("{{ record.title }}" * 4)
    assert len(template.render(make_scope(title="x" * (MOST_BYTES_OUT // 4)))) == MOST_BYTES_OUT
    for title in ("x" * (MOST_BYTES_OUT // 4 + 1), "é" * (MOST_BYTES_OUT // 8 + 1)):
        with pytest.raises(TooLong, match="256 KB"):
            template.render(make_scope(title=title))


def test_only_values_are_escaped_in_a_document() -> None:
    template = compile_text("<h1>{{ record.title }}</h1>")
    assert template.render(make_scope(title="<b>&"), escape=html.escape) == "<h1>&lt;b&gt;&amp;</h1>"


def test_a_template_tells_its_paths_and_its_pieces() -> None:
    template = compile_text("To {{ deal.title | upper }}, {{ contact.name }}{{ deal.title }}.")
    assert template.paths == ("record.title", "contact.name")
    assert [piece.path if isinstance(piece, Hole) else piece for piece in template.pieces] == [
        "To ",
        "record.title",
        ", ",
        "contact.name",
        "record.title",
        ".",
    ]


@pytest.mark.parametrize(
    "text", ["{{" * 32768, "{{" * 32000 + "}}", "{{ a.b }} }}" * 5000, "{{ a.b | " * 7000 + "}}", "{{a.b|" + "upper:" * 10000 + "}}"]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    start = time.process_time()
    check(text, PATHS, "text")
    assert time.process_time() - start < 1


@given(
    st.lists(
        st.sampled_from(
            ["{{", "}}", "{", "}", "|", ":", " ", "record.title", "contact.name", "upper", "default", "truncate", "x", "7", "\n"]
        )
    )
)
def test_any_text_is_read_without_a_crash_and_nothing_of_it_is_lost(parts: list[str]) -> None:
    text = "".join(parts)
    template = compile_text(text)
    assert "".join(piece.source if isinstance(piece, Hole) else piece for piece in template.pieces) == text
    template.render(make_scope())
