"""How much of the processor's time a scenario takes: ``python -m benchmarks.scenarios [FILE…]``, by default those of the tests."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from runtime.scenario import play, read_scenario
from runtime.strict_json import strict_json

USUAL = Path(__file__).parents[1] / "tests" / "scenarios"
ROUNDS = 10


def main(paths: Sequence[Path]) -> None:
    """Print the median of each file, in milliseconds, and that over all of them."""
    medians = {path.stem: statistics.median(timed(path)) for path in paths}
    for name, milliseconds in sorted(medians.items(), key=lambda each: -each[1]):
        print(f"{milliseconds:7.1f} ms  {name}")
    print(f"{statistics.median(medians.values()):7.1f} ms  in the median of {len(medians)}")


def timed(path: Path) -> list[float]:
    """Milliseconds of each round, reading included; the first, in which statements are compiled, is left out."""
    rounds = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        play(read_scenario(strict_json(path.read_bytes())))
        rounds.append((time.process_time() - began) * 1000)
    return rounds[1:]


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(USUAL.glob("*.json")))
