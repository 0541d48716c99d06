"""The time zones that this machine knows."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Their names, looked up once: each look walks through hundreds of files."""
    return frozenset(available_timezones())
