"""What every benchmark tells: the machine that it ran on, medians, and each figure beside its goal."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any


def machine() -> dict[str, Any]:
    """The machine and what else it was doing, without its name and its paths."""
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": [round(each, 2) for each in os.getloadavg()],
    }


def at_most(goal: float, value: float) -> dict[str, Any]:
    """A figure that should be small, beside its goal."""
    return {"value": _short(value), "goal": f"≤ {goal}", "met": value <= goal}


def at_least(goal: float, value: float) -> dict[str, Any]:
    """A figure that should be large, beside its goal."""
    return {"value": _short(value), "goal": f"≥ {goal}", "met": value >= goal}


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median of several values and where they lie."""
    return {"median": _short(median(values)), "lowest": _short(min(values)), "highest": _short(max(values)), "count": len(values)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _first(path: str, name: str) -> str:
    """What a file of the kernel says behind a name, where there is such a file."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), platform.processor())
