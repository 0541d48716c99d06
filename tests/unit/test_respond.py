"""Page or fragment, toasts, redirects and ids."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages import HTMX, make_pages
from tests.reading import token_of
from web.respond import dom_id, out_of_band


@pytest.fixture
def pages() -> Flask:
    return make_pages()


@pytest.fixture
def reader(pages: Flask) -> FlaskClient:
    return pages.test_client()


def test_a_browser_gets_the_whole_page(reader: FlaskClient) -> None:
    assert "<!doctype html>" in reader.get("/chain").text


def test_htmx_gets_only_the_part(reader: FlaskClient) -> None:
    assert "<!doctype html>" not in reader.get("/chain", headers=HTMX).text


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_the_way_back_get_the_whole_page(reader: FlaskClient, header: str) -> None:
    assert "<!doctype html>" in reader.get("/chain", headers={**HTMX, header: "true"}).text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_no_cache_may_mix_pages_with_parts(reader: FlaskClient, headers: dict[str, str]) -> None:
    vary = reader.get("/chain", headers=headers).headers["Vary"]
    assert all(name in vary for name in ("HX-Request", "HX-Boosted", "HX-History-Restore-Request"))


def test_what_else_changed_is_swapped_in_by_its_own_id(reader: FlaskClient) -> None:
    assert 'hx-swap-oob="true"' in reader.get("/chain", headers=HTMX).text
    assert out_of_band('\n<li id="node-n1" class="rule"><p>Copy') == '\n<li hx-swap-oob="true" id="node-n1" class="rule"><p>Copy'


def test_a_part_that_is_told_something_shows_it_as_a_toast_with_the_way_back(reader: FlaskClient) -> None:
    answer = reader.post("/moves", data={"csrf_token": token_of(reader)}, headers=HTMX)
    events = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 204
    assert events["toast"]["toasts"] == [{"says": "Copy deal moved", "undo": "/moves/7/undo", "means": "done"}]
    assert events["board-changed"] == {"chain": 7}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_toast_told_before_a_redirect_is_shown_once_on_the_page_where_one_arrives(reader: FlaskClient, headers: dict[str, str]) -> None:
    reader.post("/moves", data={"csrf_token": token_of(reader), "elsewhere": "yes"}, headers=headers)
    assert reader.get("/chain").text.count("Copy deal moved") == 1
    assert "Copy deal moved" not in reader.get("/chain").text


def test_a_plain_form_is_sent_elsewhere_with_303_and_htmx_in_its_own_words(reader: FlaskClient) -> None:
    form = {"csrf_token": token_of(reader), "elsewhere": "yes"}
    plain, htmx = reader.post("/moves", data=form), reader.post("/moves", data=form, headers=HTMX)
    assert (plain.status_code, plain.headers["Location"]) == (303, "/chain")
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (200, "/chain")


class StageEntry(SimpleNamespace):
    pass


@pytest.mark.parametrize(
    ("thing", "parts", "expected"),
    [
        (SimpleNamespace(entity="deal", id=12), (), "deal-12"),
        (SimpleNamespace(entity="deal", id=12), ("card",), "deal-12-card"),
        (StageEntry(id=bytes([1, 171])), (), "stage-entry-01ab"),
        ("node", ("n2", "settings"), "node-n2-settings"),
        ("field", ("contact.e-mail",), "field-contact-e-mail"),
    ],
)
def test_an_element_is_named_after_the_thing_it_shows(thing: object, parts: tuple[str, ...], expected: str) -> None:
    assert dom_id(thing, *parts) == expected


class TestErrors:
    def test_an_error_is_a_page_with_words_and_the_number_of_the_request(self, reader: FlaskClient) -> None:
        answer = reader.get("/nowhere")
        assert answer.status_code == 404
        assert "That does not exist, or not any more." in answer.text
        assert answer.headers["X-Request-Id"] in answer.text

    @pytest.mark.parametrize(("kind", "status"), [("invalid", 422), ("denied", 403), ("stale", 409)])
    def test_errors_of_the_product_have_the_status_that_fits(self, reader: FlaskClient, kind: str, status: int) -> None:
        assert reader.post(f"/troubles/{kind}", data={"csrf_token": token_of(reader)}).status_code == status

    def test_an_error_while_part_of_a_page_is_asked_for_leaves_the_page_as_it_is_and_says_so(self, reader: FlaskClient) -> None:
        answer = reader.post("/troubles/stale", data={"csrf_token": token_of(reader)}, headers=HTMX)
        told = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]
        assert (answer.status_code, answer.headers["HX-Reswap"], answer.text) == (409, "none", "")
        assert (told["says"], told["means"]) == ("Somebody else changed this in the meantime.", "forever")

    def test_a_program_gets_json(self, reader: FlaskClient) -> None:
        answer = reader.post("/troubles/invalid", data={"csrf_token": token_of(reader)}, headers={"Accept": "application/json"})
        assert answer.json is not None
        assert answer.json["problems"] == [{"where": "title", "says": "Say what it is called", "mend": None}]

    def test_a_fault_of_ours_tells_the_user_nothing_of_the_inside(self, reader: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
        answer = reader.get("/fault")
        assert answer.status_code == 500
        assert "secret of the inside" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["X-Request-Id"] in caplog.text

    @pytest.mark.parametrize("headers", [{}, HTMX, {"Accept": "application/json"}])
    def test_a_page_that_is_too_old_says_that_it_should_be_loaded_again(self, reader: FlaskClient, headers: dict[str, str]) -> None:
        answer = reader.post("/moves", headers=headers)
        assert answer.status_code == 400
        assert "Load it again" in answer.text + answer.headers.get("HX-Trigger", "")
