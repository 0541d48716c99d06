"""The language of the reader: how it is chosen, what is said in it, how values are written, and that nothing is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from flask import Flask, g
from markupsafe import Markup

from crm.words import Phrase, counted, phrase
from tests.pages import make_pages
from tests.reading import untranslated
from web import catalogues, formats
from web.extraction import extract_python, paragraphs
from web.pseudo import pseudo
from web.words import language, said_by_paragraph, say

NOW = datetime(2026, 3, 3, 12, 20, tzinfo=UTC)


@pytest.fixture
def pages() -> Flask:
    return make_pages(CLOCK=lambda: NOW)


class TestLanguage:
    @pytest.mark.parametrize(
        ("viewer", "cookie", "accepts", "expected"),
        [
            ("pl", "fr", "es", "pl"),
            (None, "fr", "es", "fr"),
            (None, None, "es-MX, en;q=0.5", "es"),
            (None, "tlh", "de", "en"),
            (None, "pseudo", "", "en"),
        ],
    )
    def test_it_is_the_reader_s_own_choice_then_the_browser_s(
        self, pages: Flask, viewer: str | None, cookie: str | None, accepts: str, expected: str
    ) -> None:
        with pages.test_request_context(headers={"Cookie": f"language={cookie or ''}", "Accept-Language": accepts}):
            g.viewer = SimpleNamespace(language=viewer)
            assert language() == expected

    def test_the_page_says_in_which_language_it_is(self, pages: Flask) -> None:
        assert '<html lang="vi"' in pages.test_client().get("/nowhere", headers={"Accept-Language": "vi"}).text

    def test_a_language_can_be_chosen_without_signing_in_and_brings_one_back(self, pages: Flask) -> None:
        pages.config["WTF_CSRF_ENABLED"] = False
        reader = pages.test_client()
        answer = reader.post("/preferences", data={"language": "pl", "back": "/chain?x=1"})
        assert answer.headers["Location"] == "/chain?x=1"
        assert '<html lang="pl"' in reader.get("/chain").text

    @pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example"])
    def test_nobody_is_sent_to_another_site(self, pages: Flask, back: str) -> None:
        pages.config["WTF_CSRF_ENABLED"] = False
        assert pages.test_client().post("/preferences", data={"language": "pl", "back": back}).headers["Location"] == "/"

    def test_an_unknown_choice_is_refused(self, pages: Flask) -> None:
        pages.config["WTF_CSRF_ENABLED"] = False
        assert pages.test_client().post("/preferences", data={"theme": "purple"}).status_code == 422


class TestPhrases:
    def test_a_phrase_is_translated_with_the_phrases_in_it(self, pages: Flask) -> None:
        pages.config["PSEUDO_LANGUAGE"] = True
        told = phrase("{person} moved it {when}", person="Anna {when}", when=phrase("by hand"))
        with pages.test_request_context(headers={"Cookie": "language=pseudo"}):
            assert say(told) == "⟦Anna {when} ɱöṽéð îţ ⟦ƀý ĥåñð⟧⟧"

    def test_values_are_written_as_the_reader_writes_them(self, pages: Flask) -> None:
        told = phrase("{count} until {day}: {people}", count=Decimal("1240.5"), day=date(2026, 3, 10), people=("Anna", "Boris"))
        with pages.test_request_context(headers={"Accept-Language": "fr"}):
            assert say(told) == "1\u202f240,5 until mar. 10 mars: Anna et Boris"

    def test_what_people_wrote_is_never_taken_for_markup(self, pages: Flask) -> None:
        with pages.test_request_context():
            marked = say(phrase("Comment: {text}", text="<b>{text}</b>"), marked=True)
        assert isinstance(marked, Markup)
        assert marked == 'Comment: <b class="value" data-user-text>&lt;b&gt;{text}&lt;/b&gt;</b>'

    def test_a_page_of_help_is_said_paragraph_by_paragraph(self, pages: Flask) -> None:
        pages.config["PSEUDO_LANGUAGE"] = True
        with pages.test_request_context(headers={"Cookie": "language=pseudo"}):
            assert said_by_paragraph("Sweeps the\n    yard.\n\n    And so on.") == ["⟦Šŵééþš ţĥé ýåŕð.⟧", "⟦Åñð šö öñ.⟧"]

    def test_the_language_that_marks_leaves_holes_and_tags_alone(self) -> None:
        assert pseudo('Move %(count)s to <a href="/x">{stage}</a>') == '⟦Ṁöṽé %(count)s ţö <a href="/x">{stage}</a>⟧'


class TestFormats:
    @pytest.mark.parametrize(
        ("tongue", "expected"),
        [
            ("en", ["€4,850", "€4,850.50", "₫1,000"]),
            ("pl", ["4\xa0850\xa0€", "4\xa0850,50\xa0€", "1\xa0000\xa0VND"]),
            ("vi", ["4.850\xa0€", "4.850,50\xa0€", "1.000\xa0₫"]),
        ],
    )
    def test_money(self, pages: Flask, tongue: str, expected: list[str]) -> None:
        with pages.test_request_context(headers={"Accept-Language": tongue}):
            shown = [formats.money(Decimal(4850), "EUR"), formats.money(Decimal("4850.5"), "EUR"), formats.money(Decimal(1000), "VND")]
        assert shown == expected

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (NOW, "today 13:20"),
            (NOW + timedelta(hours=11), "tomorrow 00:20"),
            (NOW - timedelta(days=1), "yesterday 13:20"),
            (NOW + timedelta(days=7), "Tue 10 Mar, 13:20"),
            (NOW + timedelta(days=365), "3 Mar 2027, 13:20"),
        ],
    )
    def test_a_time_is_said_as_people_say_it_in_the_reader_s_zone(self, pages: Flask, at: datetime, expected: str) -> None:
        with pages.test_request_context():
            assert formats.when(at) == expected

    def test_the_reader_s_own_zone_goes_before_the_company_s(self, pages: Flask) -> None:
        with pages.test_request_context():
            g.viewer = SimpleNamespace(time_zone="Asia/Ho_Chi_Minh", language=None)
            assert formats.when(NOW) == "today 19:20"

    def test_a_duration(self, pages: Flask) -> None:
        with pages.test_request_context(headers={"Accept-Language": "pl"}):
            assert formats.duration(timedelta(seconds=5)) == "5 sekund"


class TestCatalogues:
    SOURCE = b'''
class Sweep(Rule, key="sweep", title="Sweep up", summary="Sweep {what}"):
    """Sweeps the
    yard.

    And the stairs.
    """

    what = Choice("What", {"yard": "the yard"}, default="yard", help="One of them")

    def run(self, step):
        return Done("Swept {count} " "steps", count=3)

class Soaked(RulewrightError):
    """It rains."""

ngettext("%(num)s step", "%(num)s steps", 2)
'''

    def test_everything_in_the_declaration_of_a_rule_that_a_person_reads_can_be_translated(self) -> None:
        import io

        texts = {text for _, _, text, _ in extract_python(io.BytesIO(self.SOURCE), (), (), {})}
        assert texts == {
            "Sweep up",
            "Sweep {what}",
            "Sweeps the yard.",
            "And the stairs.",
            "What",
            "the yard",
            "One of them",
            "Swept {count} steps",
            "It rains.",
            ("%(num)s step", "%(num)s steps"),
        }

    def test_a_page_of_help_is_translated_by_the_paragraph(self) -> None:
        assert paragraphs("Sweeps the\n    yard.\n\n    And the stairs.\n") == ["Sweeps the yard.", "And the stairs."]

    def test_words_of_python_and_of_templates_are_found(self) -> None:
        texts = {str(message.id) for message in catalogues.collected()}
        assert {"You are not allowed to do that.", "Skip to the content", "Add comment"} <= texts

    def test_a_translation_survives_when_the_catalogue_is_brought_up_to_date(self) -> None:
        old, today = Catalog(locale="fr"), Catalog()
        old.add("Undo", "Annuler")
        old.add("Gone", "Parti")
        today.add("Undo")
        today.add("New")
        old.update(today, no_fuzzy_matching=True)
        assert catalogues.compiled(old).count(b"Annuler") == 1
        assert [message.id for message in old if message.id] == ["Undo", "New"]


class TestNothingIsLeftOut:
    def test_pages_in_the_language_that_marks_say_nothing_unmarked(self, pages: Flask) -> None:
        pages.config["PSEUDO_LANGUAGE"] = True
        pages.config["WTF_CSRF_ENABLED"] = False
        reader = pages.test_client()
        reader.set_cookie("language", "pseudo")
        answers = [reader.get(path) for path in ("/style-guide", "/nowhere", "/fault", "/sign-in")]
        answers += [reader.post(f"/troubles/{kind}") for kind in ("invalid", "denied", "stale")]
        assert {answer.request.path: untranslated(answer.text) for answer in answers if untranslated(answer.text)} == {}

    def test_a_forgotten_text_would_be_noticed(self) -> None:
        html = '<p>⟦Šåṽéð⟧</p><p>Forgotten</p><p data-user-text>Roof repair</p><button aria-label="Close">×</button><p>13:20</p>'
        assert untranslated(html) == ["Forgotten", "Close"]


def test_one_thing_is_told_otherwise_than_many() -> None:
    told = [str(counted("One record stands here.", "{count} records stand here.", count=count)) for count in (0, 1, 2)]
    assert told == ["0 records stand here.", "One record stands here.", "2 records stand here."]


def test_a_counted_phrase_survives_being_stored() -> None:
    told = counted("One record", "{count} records", count=1)
    assert str(Phrase.from_json(told.as_json())) == "One record"
