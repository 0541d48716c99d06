"""Long files and functions have a reason, and the reasons are in one list."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.files import HOUSE, name_of, sources, tracked

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
LONGEST_SCRIPT = 120
REASONS = tomllib.loads((HOUSE / "tests/house/sizes.toml").read_text())


def test_a_long_file_has_a_reason() -> None:
    long = {name_of(path): lines(path) for path in sources() if lines(path) > LONGEST_FILE}
    assert not {name: count for name, count in long.items() if name not in REASONS["files"]}


def test_a_long_function_has_a_reason() -> None:
    long = {name: count for path in sources() for name, count in functions(path) if count > LONGEST_FUNCTION}
    assert not {name: count for name, count in long.items() if name not in REASONS["functions"]}


def test_no_reason_outlives_what_it_excused() -> None:
    long = {name_of(path) for path in sources() if lines(path) > LONGEST_FILE}
    long |= {name for path in sources() for name, count in functions(path) if count > LONGEST_FUNCTION}
    assert not [name for kind in ("files", "functions") for name in REASONS[kind] if name not in long]


def test_a_script_of_the_pages_has_one_behaviour() -> None:
    scripts = [path for path in tracked() if name_of(path).startswith("static/js/") and path.suffix == ".js"]
    assert not {name_of(path): lines(path) for path in scripts if lines(path) > LONGEST_SCRIPT and name_of(path) not in REASONS["files"]}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function as ``file::name`` with its length."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}::{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
