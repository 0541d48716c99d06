"""What the pages say, in the reader's language: which language that is, and the words of the product in it.

How numbers, money and times are written stands in ``web.formats``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from babel import Locale
from babel.lists import format_list
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as gettext
from flask_babel import ngettext as ngettext
from markupsafe import Markup, escape

from crm.words import Phrase, fill
from web import formats
from web.extraction import paragraphs
from web.pseudo import PSEUDO, Pseudo

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "pl": "Polski", "vi": "Tiếng Việt"}
CATALOGUES = Path(__file__).parent / "translations"
COOKIE = "language"

# English dates and times are written the British way: 14:00, 10 March.
_LOCALES = {"en": "en_GB", PSEUDO: "en_150"}


class Words(Domain):
    """The catalogues; one language is not real and marks what goes through here."""

    def get_translations(self) -> Translations | NullTranslations:
        # Asked for with every word of a page, so it is found once a request.
        locale, kept = get_locale(), g.get("catalogue")
        if kept is None or kept[0] is not locale:
            kept = g.catalogue = locale, Pseudo() if str(locale) == _LOCALES[PSEUDO] else super().get_translations()
        found: Translations | NullTranslations = kept[1]
        return found


class OurBabel(Babel):
    """Flask-Babel with our catalogues."""

    @cached_property
    def domain_instance(self) -> Words:
        return Words(domain=self.domain)


def init_app(app: Flask) -> None:
    """Translate the pages of an application; ``PSEUDO_LANGUAGE`` in its configuration allows the language that marks."""
    app.config.setdefault("PSEUDO_LANGUAGE", False)
    OurBabel(
        app,
        default_locale=_LOCALES["en"],
        default_translation_directories=str(CATALOGUES),
        locale_selector=lambda: _LOCALES.get(language(), language()),
    )
    app.jinja_env.filters.update(say=say, paragraphs=said_by_paragraph)
    app.jinja_env.globals.update(language=language, languages=LANGUAGES)
    formats.init_app(app)


def language() -> str:
    """The language of the reader: what they chose for themselves, or else in this browser, or else what it asks for."""
    chosen = (getattr(g.get("viewer"), "language", None), request.cookies.get(COOKIE))
    asked = (wish.partition("-")[0].lower() for wish in request.accept_languages.values())
    known = {*LANGUAGES, *([PSEUDO] if current_app.config["PSEUDO_LANGUAGE"] else [])}
    return next((wish for wish in (*chosen, *asked) if wish in known), "en")


def say(told: Phrase | str, *, marked: bool = False) -> str:
    """A phrase in the reader's language, with its values; ``marked`` sets the values in bold.

    A text that is no phrase is somebody's own words and stays as it is.
    """
    if not isinstance(told, Phrase):
        return told
    text = _translated(told.text) if told.one is None else ngettext(told.one, told.text, told.values["count"])
    if not marked:
        return fill(text, {name: _written(value) for name, value in told.values.items()})
    return Markup(fill(str(escape(text)), _in_bold(told.values)))


def said_by_paragraph(doc: str) -> list[str]:
    """A page of help, such as the docstring of a rule, in the reader's language."""
    return [_translated(paragraph) for paragraph in paragraphs(doc)]


def _translated(text: str) -> str:
    found: str = gettext(text) if text else ""
    return found


def _in_bold(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: f'<b class="value" data-user-text>{escape(_written(value))}</b>' for name, value in values.items()}


def _written(value: Any) -> str:
    if isinstance(value, Phrase):
        return say(value)
    if isinstance(value, (list, tuple)):
        return format_list([_written(item) for item in value], locale=current_locale())
    return formats.written(value)


def current_locale() -> Locale:
    """The locale of the reader."""
    return get_locale() or Locale.parse(_LOCALES["en"])
