"""How fast conditions are: compiled ones against the same written by hand. Prints JSON.

python3 benchmarks/conditions.py
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from runtime.language.conditions import compile_condition
from runtime.language.scope import PlainScope

CONDITION = {
    "all": [
        {"field": "record.amount", "op": "gte", "value": 1000},
        {
            "any": [
                {"field": "contact.email", "op": "ends_with", "value": "@example.org"},
                {"field": "record.source", "op": "in", "value": ["web", "ads"]},
            ]
        },
    ]
}
THOUSAND, SOURCES = Decimal(1000), frozenset({"web", "ads"})
ROUNDS, PASSES = 7, 100


def by_hand(scope: PlainScope) -> bool:
    """The same condition as somebody would write it who minds missing values and the case of letters."""
    record = scope["record"]
    if record is None:
        return False
    amount = record.get("amount")
    if amount is None or amount < THOUSAND:
        return False
    contact = scope["contact"]
    email = contact.get("email") if contact is not None else None
    if email is not None and email.casefold().endswith("@example.org"):
        return True
    source = record.get("source")
    return source is not None and source.casefold() in SOURCES


def make_scopes() -> list[PlainScope]:
    """A thousand records of every sort: rich and poor, with and without a client, an address, a source."""
    amounts = (None, Decimal(10), Decimal(1000), Decimal("2500.50"))
    emails = (None, "eva@example.org", "Eva@EXAMPLE.org", "eva@example.com")
    sources = (None, "Web", "ads", "phone", "")
    now = datetime(2026, 1, 5, tzinfo=UTC)
    return [
        PlainScope(
            {
                "record": {"amount": amounts[number % 4], "source": sources[number % 5]},
                "contact": None if number % 7 == 0 else {"email": emails[number // 4 % 4]},
            },
            now,
        )
        for number in range(1000)
    ]


def a_second(holds: Callable[[PlainScope], bool], scopes: Sequence[PlainScope]) -> float:
    """How many conditions were asked in a second of processor time: the median of several rounds."""
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(PASSES):
            for scope in scopes:
                holds(scope)
        rates.append(len(scopes) * PASSES / (time.process_time() - start))
    return median(rates)


def main() -> None:
    """Compare, after making sure that both give the same answers."""
    scopes = make_scopes()
    compiled = compile_condition(CONDITION)
    answers = [compiled(scope) for scope in scopes]
    if answers != [by_hand(scope) for scope in scopes]:
        raise SystemExit("The compiled condition and the one written by hand disagree.")
    rates = {"compiled": a_second(compiled, scopes), "by_hand": a_second(by_hand, scopes)}
    print(
        json.dumps(
            {
                "benchmark": "conditions",
                "python": platform.python_version(),
                "records": len(scopes),
                "held": sum(answers),
                "compiled_per_second": round(rates["compiled"]),
                "by_hand_per_second": round(rates["by_hand"]),
                "share_of_by_hand": round(rates["compiled"] / rates["by_hand"], 3),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
