"""Time-ordered 16-byte keys (UUID version 7, RFC 9562) for what is written far more often than it is named."""

from __future__ import annotations

import os
import threading
from datetime import datetime

_lock = threading.Lock()
_last_millisecond = 0
_count = 0


def new_key(now: datetime) -> bytes:
    """A key of 16 bytes that sorts by ``now``, and by the order of the calls within one process and millisecond."""
    global _last_millisecond, _count  # noqa: PLW0603  the order within a millisecond is a fact of the process
    millisecond = int(now.timestamp() * 1000)
    with _lock:
        _count = _count + 1 if millisecond == _last_millisecond else 0
        _last_millisecond = millisecond
        count = _count
    noise = int.from_bytes(os.urandom(7), "big")
    # 48 bits of time, 4 of version, 12 + 14 of order, 2 of variant, 48 of chance.
    high = (millisecond << 16) | 0x7000 | ((count >> 14) & 0xFFF)
    low = (0b10 << 62) | ((count & 0x3FFF) << 48) | (noise & 0xFFFF_FFFF_FFFF)
    return ((high << 64) | low).to_bytes(16, "big")
