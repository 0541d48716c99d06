"""What is written into the log, and what never is."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime import log


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_fault_is_told_without_the_values_that_led_to_it(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("web", as_json=as_json)
    try:
        refuse("tulip" + "s in may")
    except ValueError:
        structlog.get_logger().exception("signing in failed")
    words = capsys.readouterr().err
    assert "signing in failed" in words
    assert "ValueError: wrong" in words
    assert "tulips in may" not in words


def test_an_event_of_a_library_looks_like_one_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("worker", as_json=True)
    structlog.get_logger().info("ours", run="ab12")
    logging.getLogger("somebody").warning("theirs %s", "too")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours.keys() - theirs.keys() == {"run"}
    assert (theirs["event"], theirs["part"]) == ("theirs too", "worker")


def refuse(password: str) -> None:
    assert password
    raise ValueError("wrong")
