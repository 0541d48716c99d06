"""Time-ordered 16-byte keys (UUID version 7, RFC 9562) for what is written far more often than it is named."""

from __future__ import annotations

import itertools
import os
from datetime import datetime

# Never begun anew: threads that work at different moments (the sandbox has its own clock) must not disturb each other's order.
_order = itertools.count()


def new_key(now: datetime) -> bytes:
    """A key of 16 bytes that sorts by ``now``, and by the order of the calls within one process and millisecond."""
    millisecond = int(now.timestamp() * 1000)
    count = next(_order)
    noise = int.from_bytes(os.urandom(6), "big")
    # 48 bits of time, 4 of version, 12 + 14 of order, 2 of variant, 48 of chance.
    high = (millisecond << 16) | 0x7000 | ((count >> 14) & 0xFFF)
    low = (0b10 << 62) | ((count & 0x3FFF) << 48) | noise
    return ((high << 64) | low).to_bytes(16, "big")
