"""What pages of everyday work show of other things: where the page of a record is, and a number as people write it."""

from __future__ import annotations

from flask import Flask, current_app, url_for

from crm.reach import shown_phone
from web.access import company

RECORD_PAGE = "records.show"


def init_app(app: Flask) -> None:
    """Give templates ``record_url`` and the filter ``phone``."""
    app.jinja_env.globals["record_url"] = record_url
    app.jinja_env.filters["phone"] = lambda number: shown_phone(number, company().region)


def record_url(record_id: int) -> str | None:
    """The address of the page of a lead or deal, where there is such a page."""
    return url_for(RECORD_PAGE, record_id=record_id) if RECORD_PAGE in current_app.view_functions else None
