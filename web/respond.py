"""Page or fragment, toasts and redirects: the only file that knows the headers of htmx."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from flask import Flask, Response, flash, g, get_flashed_messages, redirect, render_template
from htmx_flask import Htmx, make_response, request
from htmx_flask.requests import HtmxHeaders
from markupsafe import Markup

from crm.words import Phrase
from web.words import say

VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")
_FIRST_TAG = re.compile(r"^(\s*<[a-zA-Z][\w-]*)")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def init_app(app: Flask) -> None:
    """Let requests be asked whether htmx made them, and send along what was told with ``toast`` and ``signal``."""
    Htmx(app)
    app.jinja_env.globals.update(dom_id=dom_id, toasts=take_toasts)
    app.after_request(_send_along)


def respond(
    page: str,
    fragment: str | None = None,
    status: int = 200,
    *,
    also: Sequence[str] = (),
    retarget: str | None = None,
    push_url: str | None = None,
    **context: Any,
) -> Response:
    """Render ``page``, or ``fragment`` if htmx asked for a part of one.

    ``also`` names further fragments, each swapped in by the id of its root element. ``retarget`` is the id of the element
    that the fragment replaces instead of the one that the page asked for.
    """
    if fragment is None or not wants_fragment():
        return vary(make_response(render_template(page, **context), status))
    parts = [render_template(fragment, **context), *(out_of_band(render_template(name, **context)) for name in also)]
    response = make_response("\n".join(parts), status, push_url=push_url)
    if retarget:
        response.headers["HX-Retarget"] = f"#{retarget}"
        response.headers["HX-Reswap"] = "outerHTML"
    return vary(response)


def nothing(status: int = 204, *, also: Sequence[str] = (), **context: Any) -> Response:
    """Leave the page as it is, but for the fragments in ``also``."""
    parts = [out_of_band(render_template(name, **context)) for name in also]
    response = make_response("\n".join(parts), 200 if parts else status, reswap="none")
    return vary(response)


def redirect_to(url: str) -> Response:
    """Send the user to another page: 303, or in words that htmx understands."""
    if is_htmx():
        return vary(make_response("", 200, redirect=url))
    response = redirect(url, 303)
    assert isinstance(response, Response)
    return vary(response)


def toast(
    says: Phrase | str, undo_url: str | None = None, *, means: str = "done", see_url: str | None = None, see: Phrase | None = None
) -> None:
    """Tell the user what just happened and offer the way back; shown now or on the next page, whichever comes first.

    ``see_url`` is where more can be seen about it, ``see`` what that link says.
    """
    words = say(says) if isinstance(says, Phrase) else says
    more = {"see": {"url": see_url, "label": say(see)}} if see_url and see is not None else {}
    _told().append({"says": words, "undo": undo_url, "means": means, **more})


def signal(name: str, **detail: Any) -> None:
    """Send an event to the page, for elements that wait for it (``hx-trigger="board-changed from:body"``)."""
    g.setdefault("signals", {})[name] = detail


def is_htmx() -> bool:
    """Whether htmx made the request."""
    return bool(_htmx())


def wants_fragment() -> bool:
    """Whether a part of a page is asked for: by htmx, and neither as a boosted link nor to restore history."""
    return is_htmx() and not _htmx().boosted and not _htmx().history_restore_request


def vary(response: Response) -> Response:
    """Say that the response depends on who asked, so that no cache mixes pages with fragments."""
    response.vary.update(VARY)
    return response


def out_of_band(html: str) -> Markup:
    """A fragment marked to be swapped in by the id of its root element."""
    return Markup(_FIRST_TAG.sub(r'\1 hx-swap-oob="true"', html, count=1))


def dom_id(thing: object, *parts: object) -> str:
    """The id of the element that shows a thing: ``dom_id(deal)`` is ``deal-12``, ``dom_id("node", "n2")`` is ``node-n2``.

    A thing is named by its ``entity`` where it has one, or else by its class; the parts follow it.
    """
    return "-".join(filter(None, (_part(part) for part in (*_name(thing), *parts))))


def take_toasts() -> list[dict[str, Any]]:
    """The toasts that this page has to show, those of the page before among them; each is given once."""
    if wants_fragment():
        return []
    taken = [json.loads(str(stored)) for stored in get_flashed_messages(category_filter=["toast"])] + list(_told())
    _told().clear()
    return taken


def _htmx() -> HtmxHeaders:
    return cast(HtmxHeaders, request.htmx)  # type: ignore[attr-defined]  # htmx-flask puts it there


def _told() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = g.setdefault("toasts", [])
    return told


def _send_along(response: Response) -> Response:
    elsewhere = "HX-Redirect" in response.headers or 300 <= response.status_code < 400
    if elsewhere or not is_htmx():
        for told in _told():
            flash(json.dumps(told), "toast")
        return response
    events = dict(g.get("signals", {}))
    if _told():
        events["toast"] = {"toasts": list(_told())}
    if events:
        response.headers["HX-Trigger"] = json.dumps(events)
    return response


def _name(thing: object) -> tuple[object, ...]:
    if isinstance(thing, (str, int, bytes)):
        return (thing,)
    kind = getattr(thing, "entity", None) or _WORD_START.sub("-", type(thing).__name__).lower()
    return (kind, getattr(thing, "id", None) or getattr(thing, "key", ""))


def _part(part: object) -> str:
    text = part.hex() if isinstance(part, bytes) else str(part)
    return _NOT_IN_AN_ID.sub("-", text).strip("-")
