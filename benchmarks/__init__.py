"""Measures the product on this machine: ``run(name)`` prints one JSON document with figures, goals and a bare reference of the same run."""

from __future__ import annotations

import json
from importlib import import_module

from benchmarks.report import machine


def run(name: str) -> None:
    """Measure ``engine``, ``move`` or ``board``."""
    before = machine()
    figures = import_module(f"benchmarks.{name}").measure()
    print(json.dumps({"benchmark": name, "machine": before, **figures, "load_at_the_end": machine()["load"]}, indent=2, ensure_ascii=False))
