"""A signed-in person who asks the real web server for pages and posts to it, over one kept connection."""

from __future__ import annotations

import http.client
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from crm import sessions
from crm.database import Database
from web.access import COOKIE


class Visitor:
    """Signed in without a password: the session is made in the database."""

    def __init__(self, port: int, database: Database, user_id: int) -> None:
        moment = datetime.now(UTC)
        secret = database.writing(lambda transaction: sessions.start(transaction, user_id, moment, browser="Benchmark"))
        self.cookies = {COOKIE: secret}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._token = ""

    def get(self, path: str) -> tuple[str, int]:
        """A page, and how many bytes of it came over the wire; its token is kept for posting."""
        response = self._ask("GET", path)
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"{path} answers {response.status}")
        page = body.decode()
        if found := re.search(r'name="csrf-token" content="([^"]+)"', page):
            self._token = found[1]
        return page, len(body)

    def post(self, path: str, **fields: object) -> str:
        """Post a form as the scripts of the page do; returns the fragment that comes back."""
        headers = {"X-CSRFToken": self._token, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        response = self._ask("POST", path, urlencode(fields), headers)
        body = response.read().decode()
        if response.status not in (200, 204):
            raise SystemExit(f"{path} answers {response.status}: {body[:500]}")
        return body

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
        response = self._connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
        return response
