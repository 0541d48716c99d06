"""Settings: what holds for the whole company."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names
from babel.numbers import get_currency_name, list_currencies
from flask import Response, request, url_for

from crm.errors import Invalid
from crm.settings import Settings
from crm.words import phrase
from web.access import company as current_company
from web.access import require, write
from web.filled import Filled
from web.me import time_zones
from web.respond import redirect_to, respond, toast
from web.words import LANGUAGES, current_locale
from workspace.settings.rooms import settings

# What people here are likely to want stands first.
COMMON_CURRENCIES = ("EUR", "USD", "GBP", "PLN", "VND", "CHF", "CZK", "SEK", "NOK", "DKK")


@settings.get("/company")
@require("settings.edit")
def company() -> Response:
    """The settings as they are."""
    return _page(Filled(_shown(current_company())))


@settings.post("/company")
@require("settings.edit")
def change_company() -> Response:
    """Change them."""
    form = request.form
    lines = form.get("own_addresses", "").splitlines()
    hours = {
        "days": form.getlist("days"),
        "from": form.get("from", ""),
        "to": form.get("to", ""),
        "holidays": [line for line in form.get("holidays", "").splitlines() if line.strip()],
    }
    plain = {name: form.get(name, "") for name in ("name", "time_zone", "region", "language", "currency")}
    try:
        write(lambda desk: desk.change_settings({**plain, "own_addresses": lines, "working_hours": hours}))
    except Invalid as invalid:
        return _page(Filled.sent(invalid, days=hours["days"]))
    toast(phrase("Saved."))
    return redirect_to(url_for("settings.company"))


def _page(form: Filled) -> Response:
    locale = current_locale()
    names = get_day_names("wide", locale=locale)
    return respond(
        "settings/company/page.html",
        status=form.status,
        form=form,
        zones=[("UTC", "UTC"), *time_zones()],
        regions=_regions(str(locale)),
        languages_here=list(LANGUAGES.items()),
        currencies=_currencies(str(locale)),
        day_names=[(str(number), names[number - 1]) for number in range(1, 8)],
    )


def _shown(now: Settings) -> dict[str, Any]:
    hours = now.working_hours.as_json()
    return {
        "name": now.name,
        "time_zone": now.time_zone,
        "region": now.region,
        "language": now.language,
        "currency": now.currency,
        "own_addresses": "\n".join(now.own_addresses),
        "days": [str(day) for day in hours["days"]],
        "from": hours["from"],
        "to": hours["to"],
        "holidays": "\n".join(hours["holidays"]),
    }


@lru_cache(maxsize=8)
def _regions(locale: str) -> list[tuple[str, str]]:
    names = _locale(locale).territories
    return sorted(((code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS), key=lambda pair: pair[1])


@lru_cache(maxsize=8)
def _currencies(locale: str) -> list[tuple[str, str]]:
    others = sorted(code for code in list_currencies() if code not in COMMON_CURRENCIES)
    return [(code, f"{code} · {get_currency_name(code, locale=_locale(locale))}") for code in (*COMMON_CURRENCIES, *others)]


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
