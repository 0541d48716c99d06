"""Pages sent compressed to browsers that accept it.

A compressed page must not repeat a secret unchanged next to what a stranger can put into it (BREACH): the only secret in
a page is the token against forged requests, and ``web.security`` masks it anew for each response.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

WORTHWHILE = 1024
TEXTUAL = frozenset({"text/html", "application/json", "text/plain", "text/csv", "application/problem+json"})


def init_app(app: Flask) -> None:
    """Compress what leaves the application."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """The response, smaller where that is possible and worth the time."""
    if response.mimetype not in TEXTUAL or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or request.accept_encodings["gzip"] <= 0:
        return response
    body = response.get_data()
    if len(body) >= WORTHWHILE:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
