"""Where on the pages of a pipeline one is: the switcher and the tabs that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, url_for

from builder import trouble
from builder.pipelines import find_pipeline
from crm.desk import Desk
from crm.transaction import Row
from web.words import gettext

DEALS, RECORD = "workspace.board", "records.show"


@dataclass(frozen=True)
class Place:
    """A pipeline among its siblings, and how many errors wait on it."""

    pipeline: Row
    pipelines: Sequence[Row]
    troubles: int

    @property
    def entity(self) -> str:
        """What moves on it: leads or deals."""
        return str(self.pipeline["entity"])


def place(desk: Desk, pipeline_key: str) -> Place:
    """The place of a pipeline, else ``NotFound``."""
    pipeline = find_pipeline(desk, pipeline_key)
    return Place(pipeline, list(desk.pipelines().values()), trouble.count(desk, pipeline))


def init_app(app: Flask) -> None:
    """Give templates the addresses of pages that other parts may have."""
    app.jinja_env.globals.update(deals_url=deals_url, record_url=record_url, tabs_of=tabs)


def deals_url(pipeline_key: str) -> str | None:
    """The board on which the records of a pipeline are moved, where there is one."""
    return _url(DEALS, pipeline_key)


def record_url(record_id: int) -> str | None:
    """The page of a record, where there is one."""
    return _url(RECORD, record_id)


def _url(endpoint: str, value: object) -> str | None:
    if endpoint not in current_app.view_functions:
        return None
    # The other part names the place in its address as it likes.
    names = [name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments]
    given: dict[str, Any] = {names[0]: value} if names else {}
    return url_for(endpoint, **given)


def tabs(place: Place) -> list[tuple[str, str, str, int]]:
    """The sibling pages of a pipeline: key, label, address, count. Those that are not there are left out."""
    key = place.pipeline["key"]
    offered = [
        ("deals", gettext("Leads") if place.entity == "lead" else gettext("Deals"), deals_url(key), 0),
        ("rules", gettext("Automation rules"), url_for("board.show", pipeline=key), 0),
        ("preview", gettext("Preview"), _known("rehearsals.show", key), 0),
        ("runs", gettext("Runs"), _known("runs.listed", key), 0),
        ("errors", gettext("Errors"), _known("troubles.show", key), place.troubles),
    ]
    return [(name, label, href, count) for name, label, href, count in offered if href]


def _known(endpoint: str, key: str) -> str | None:
    return url_for(endpoint, pipeline=key) if endpoint in current_app.view_functions else None
