"""Static files: kept by browsers for good, small, few; and pages sent compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages import make_pages
from web.assets import ROOT, Shelf

GZIP = {"Accept-Encoding": "gzip, br"}
JS = sorted((ROOT / "js").glob("*.js"))
CSS = sorted((ROOT / "css").glob("*.css"))


@pytest.fixture
def pages() -> Flask:
    return make_pages()


@pytest.fixture
def reader(pages: Flask) -> FlaskClient:
    return pages.test_client()


def addresses(html: str) -> set[str]:
    return set(re.findall(r'"(/assets/[^"#]+)', html))


def test_a_file_is_kept_for_a_year_under_an_address_that_changes_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("<svg/>")
    first = Shelf(tmp_path)["a.svg"].fingerprint
    (tmp_path / "a.svg").write_text("<svg ></svg>")
    assert Shelf(tmp_path)["a.svg"].fingerprint != first


def test_the_address_of_today_is_kept_and_that_of_yesterday_still_answers(reader: FlaskClient) -> None:
    today = next(address for address in addresses(reader.get("/chain").text) if address.endswith("screen.css"))
    yesterday = re.sub("/assets/[0-9a-f]+", "/assets/000000000000", today)
    assert "immutable" in reader.get(today).headers["Cache-Control"]
    assert reader.get(yesterday).headers["Cache-Control"] == "no-cache"
    assert reader.get(yesterday).data == reader.get(today).data


@pytest.mark.parametrize("name", ["../app.py", "css/../../app.py", "%2e%2e/app.py", "css", "nothing.js"])
def test_only_static_files_are_served(reader: FlaskClient, name: str) -> None:
    assert reader.get(f"/assets/000000000000/{name}").status_code == 404


def test_a_file_is_sent_compressed_to_whoever_accepts_it(reader: FlaskClient) -> None:
    address = next(address for address in addresses(reader.get("/chain").text) if address.endswith("library.js"))
    small, plain = reader.get(address, headers=GZIP), reader.get(address)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2


def test_a_whole_page_needs_few_requests_and_little_data(reader: FlaskClient) -> None:
    page = reader.get("/style-guide", headers=GZIP)
    found = addresses(gzip.decompress(page.data).decode())
    size = len(page.data) + sum(len(reader.get(address, headers=GZIP).data) for address in found)
    assert any("Sortable" in address for address in found)
    assert 1 + len(found) <= 14
    assert size <= 120_000


def test_every_stylesheet_is_in_the_one_that_pages_load_and_the_layers_come_first() -> None:
    screen = Shelf()["screen.css"].body.decode()
    assert screen.lstrip().startswith("@layer reset, tokens, base, components, screens, utilities;")
    for path in CSS:
        rules = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL).strip()
        assert rules in screen, path.name


def test_every_behaviour_is_in_the_script_that_pages_load_each_in_a_block_of_its_own() -> None:
    app = Shelf()["app.js"].body.decode()
    for path in JS:
        assert path.name == "app.js" or path.read_text("utf-8") in app, path.name
    assert not re.search(r"^(import|export)\b", app, re.MULTILINE)


@pytest.mark.parametrize("path", JS, ids=lambda path: path.name)
def test_a_behaviour_is_small_and_says_what_it_is(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) < 120
    assert lines[0].startswith("// ")


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_a_stylesheet_wins_by_its_layer_and_names_no_colour_of_its_own(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "!important" not in text
    if path.name != "tokens.css":
        assert not re.search(r"#[0-9a-f]{3,8}\b(?=[;, )])|\brgba?\(", text)


def test_every_icon_that_a_template_or_a_rule_names_is_drawn() -> None:
    drawn = set(re.findall(r'symbol id="([a-z-]+)"', (ROOT / "icons.svg").read_text("utf-8")))
    house = ROOT.parent
    named = {
        (path.name, name)
        for pattern, folder, suffix in (
            (r'icon\("([a-z-]+)"', "templates", "*.html"),
            (r'icon_name="([a-z-]+)"', "templates", "*.html"),
            (r'\bicon="([a-z-]+)"', "runtime", "*.py"),
        )
        for path in (house / folder).rglob(suffix)
        for name in re.findall(pattern, path.read_text("utf-8"))
    }
    assert len(named) > 10
    assert {(file, name) for file, name in named if name not in drawn} == set()


def test_a_long_page_is_sent_compressed_and_a_short_one_is_not(reader: FlaskClient) -> None:
    long, refused = reader.get("/long", headers=GZIP), reader.get("/long", headers={"Accept-Encoding": "gzip;q=0"})
    assert long.headers["Content-Encoding"] == "gzip"
    assert b"a roof a roof" in gzip.decompress(long.data)
    assert "Content-Encoding" not in refused.headers
    assert "Accept-Encoding" in refused.headers["Vary"]
    assert "Content-Encoding" not in reader.post("/hooks", headers=GZIP).headers
