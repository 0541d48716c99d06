"""Style, types and arrows: what the tools say about the code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import HOUSE

pytestmark = pytest.mark.timeout(300)


def test_ruff_has_nothing_to_say() -> None:
    assert said_by("ruff", "check", "--no-cache", "--output-format=concise", ".") == ""


def test_every_file_is_laid_out_alike() -> None:
    assert said_by("ruff", "format", "--no-cache", "--check", ".") == ""


def test_the_types_agree() -> None:
    assert said_by("mypy", "--no-error-summary") == ""


def test_the_arrows_between_the_packages_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    assert said(str(program), "--no-cache") == ""


def said_by(module: str, *arguments: str) -> str:
    return said(sys.executable, "-m", module, *arguments)


def said(*command: str) -> str:
    """What a tool says when it is not content."""
    done = subprocess.run(command, cwd=HOUSE, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""
