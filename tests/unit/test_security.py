"""What every response forbids, and that no change is made for a page that is not ours."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.pages import HTMX, STRANGER, make_pages
from tests.reading import token_of
from web.security import CHANGING, csrf, unmasked


@pytest.fixture
def pages() -> Flask:
    return make_pages()


@pytest.fixture
def reader(pages: Flask) -> FlaskClient:
    return pages.test_client()


@pytest.mark.parametrize("path", ["/style-guide", "/nowhere", "/fault", "/chain"])
def test_every_answer_forbids_what_a_page_of_ours_never_needs(reader: FlaskClient, path: str) -> None:
    headers = reader.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert all(part in policy for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-cache" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/style-guide", "/nowhere", "/sign-in"])
def test_no_page_contains_what_the_policy_forbids(reader: FlaskClient, path: str) -> None:
    html = reader.get(path).text
    assert "<style" not in html
    assert " style=" not in html
    assert "javascript:" not in html
    assert not [part for part in html.split("<script")[1:] if not part.lstrip().startswith("src=")]


def test_no_route_of_the_whole_product_changes_anything_without_a_token(app: Flask) -> None:
    reader = app.test_client()
    routes = app.url_map.bind("localhost")
    tried = set()
    for rule in app.url_map.iter_rules():
        for method in CHANGING & (rule.methods or set()):
            path = routes.build(rule.endpoint, {name: _something_for(rule, name) for name in rule.arguments}, method=method)
            tried.add(path)
            status = reader.open(path, method=method).status_code
            # What brings a proof of its own is refused for the lack of that one, if it is there at all.
            refused = {401, 404} if csrf.exempts(rule.endpoint, app) else {400}
            assert status in refused, f"{method} {path} was answered with {status}"
    assert {"/preferences", "/sessions"} <= tried


def _something_for(rule: Rule, name: str) -> str:
    """A value that an address takes: one of its choices where it has some."""
    choices = getattr(rule._converters[name], "items", None)
    return min(choices) if choices else "1"


def test_the_token_of_a_page_is_taken_from_a_form_and_from_a_header(reader: FlaskClient) -> None:
    token = token_of(reader)
    assert reader.post("/moves", data={"csrf_token": token}).status_code == 204
    assert reader.post("/moves", headers={**HTMX, "X-CSRFToken": token}).status_code == 204


def test_the_token_of_somebody_else_is_not_taken(pages: Flask, reader: FlaskClient) -> None:
    theirs = token_of(pages.test_client())
    token_of(reader)
    assert reader.post("/moves", data={"csrf_token": theirs}).status_code == 400


@pytest.mark.parametrize("made_up", ["", "a", "AAAA", "é", "====", "a" * 10_000])
def test_a_token_that_was_made_up_is_not_taken(reader: FlaskClient, made_up: str) -> None:
    token_of(reader)
    assert reader.post("/moves", data={"csrf_token": made_up}).status_code == 400


def test_the_token_looks_different_in_every_page_so_that_compression_gives_nothing_away(reader: FlaskClient) -> None:
    first, second = token_of(reader), token_of(reader)
    shared = max(len(first[at : at + size]) for size in (1, 6) for at in range(len(first)) if first[at : at + size] in second)
    assert first != second
    assert shared < 6
    assert len(first) > 100


def test_the_masks_come_off_again(pages: Flask) -> None:
    with pages.test_request_context():
        token = pages.jinja_env.globals["csrf_token"]
        masked = token()
        assert masked == token()
        bare = unmasked(masked)
        assert bare is not None
        assert bare not in masked


@pytest.mark.parametrize(
    "headers", [STRANGER, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://localhost.elsewhere.example"}]
)
def test_another_site_s_page_changes_nothing_even_with_a_token(reader: FlaskClient, headers: dict[str, str]) -> None:
    assert reader.post("/moves", data={"csrf_token": token_of(reader)}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_our_own_pages_change_what_they_ask_for(reader: FlaskClient, headers: dict[str, str]) -> None:
    assert reader.post("/moves", data={"csrf_token": token_of(reader)}, headers=headers).status_code == 204


def test_what_brings_a_proof_of_its_own_needs_no_token(reader: FlaskClient) -> None:
    assert reader.post("/hooks", headers=STRANGER).text == "taken"


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_session_cookie_is_out_of_reach_of_scripts_and_only_sent_safely(reader: FlaskClient, scheme: str, secure: bool) -> None:
    cookie = reader.get("/style-guide", base_url=f"{scheme}://localhost").headers["Set-Cookie"]
    assert cookie.startswith("rulewright=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


def test_only_what_has_said_so_is_exempt(pages: Flask) -> None:
    assert {name for name in csrf._exempt_views if not name.startswith("api.")} == {"tests.pages.hook"}
