"""The catalogues of translations: ``python -m web.catalogues`` collects what there is to translate, brings the catalogue of
each language up to date and compiles it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from web.words import CATALOGUES, LANGUAGES

ROOT = Path(__file__).parent.parent
PACKAGES = ("crm", "runtime", "web", "builder", "workspace", "api")
EXTENSIONS = {"extensions": "jinja2.ext.i18n", "silent": "false", "trimmed": "true"}
# The style guide shows sample words to those who build pages.
NOT_TRANSLATED = ("style_guide",)


def main() -> int:
    """Bring everything up to date, and say how much is left to translate."""
    template = collected()
    for language in (code for code in LANGUAGES if code != "en"):
        catalogue = updated(language, template)
        _write(language, catalogue)
        messages = [message for message in catalogue if message.id]
        left = sum(not _is_translated(message) for message in messages)
        print(f"{language}: {len(messages)} texts, {left} to translate")
    return 0


def collected() -> Catalog:
    """Every text of the product, with the files it stands in."""
    catalogue = _new_catalogue()
    for method, path in _sources():
        with path.open("rb") as file:
            for _, text, comments, context in extract(method, file, options=dict(EXTENSIONS)):
                catalogue.add(text, auto_comments=[path.relative_to(ROOT).as_posix(), *comments], context=context)
    return catalogue


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with today's texts; translations of texts that are gone are dropped."""
    path = _folder(language) / "messages.po"
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    else:
        catalogue = _new_catalogue(language)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as it is read when the product runs."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _new_catalogue(language: str | None = None) -> Catalog:
    """An empty one. Its date is fixed: a catalogue changes when its texts do."""
    return Catalog(
        locale=language,
        project="Rulewright",
        version="1",
        copyright_holder="the authors of Rulewright",
        msgid_bugs_address="the people of this project",
        last_translator="the authors of Rulewright",
        language_team="the authors of Rulewright",
        header_comment="# The words of Rulewright; brought up to date by python -m web.catalogues.",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
    )


def _write(language: str, catalogue: Catalog) -> None:
    folder = _folder(language)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "messages.po").open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, sort_output=True)
    (folder / "messages.mo").write_bytes(compiled(catalogue))


def _folder(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES"


def _sources() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield "web.extraction:extract_python", path
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if not path.relative_to(ROOT / "templates").as_posix().startswith(NOT_TRANSLATED):
            yield "jinja2.ext:babel_extract", path


def _is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else message.string or [""]
    return not message.fuzzy and all(strings)


if __name__ == "__main__":
    sys.exit(main())
