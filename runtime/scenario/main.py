"""The command that plays scenario files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from crm.errors import Invalid, Problem
from crm.words import phrase
from runtime.scenario.playing import play
from runtime.scenario.read import read_scenario
from runtime.strict_json import strict_json

FAILED, NOT_VALID = 1, 2


def main(paths: Sequence[Path | str]) -> int:
    """Play files, a line each; returns 1 where any failed, 2 where a file is not valid."""
    return max((_play(Path(path)) for path in paths), default=0)


def _play(path: Path) -> int:
    try:
        played = play(read_scenario(strict_json(_text_of(path))))
    except Invalid as invalid:
        for problem in invalid.problems:
            sys.stderr.write(f"{path}: {problem}\n")
        return NOT_VALID
    if played.is_ok:
        sys.stdout.write(f"ok {played.name}\n")
        return 0
    told = "; ".join(str(failure).replace("\n", " ") for failure in played.failures)
    sys.stdout.write(f"FAILED {played.name}: {told}\n")
    return FAILED


def _text_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        says = phrase("This file cannot be read: {reason}.", reason=error.strerror or "")
        raise Invalid([Problem("", says)]) from error
