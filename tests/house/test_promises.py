"""What must not be in the project, and what must."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import app
from tests.house.files import HOUSE, name_of, sources, text_of, tracked

# Put together here, so that this file does not find itself.
MACHINES = re.compile(r"(?<![\w.~:/-])/(?:" + "|".join(("home", "root", "Users", "work", "farm")) + r")/[\w.-]")
REGISTRIES = re.compile("|".join(("pypi" + r"\.org", "files.python" + "hosted", "registry.npm" + "js", r"--(?:extra-)?index" + "-url[ =]")))
REQUIREMENTS = ("requirements.txt", "tests/requirements.txt")


def test_no_path_of_a_machine_is_in_the_project() -> None:
    assert not [name_of(path) for path in tracked() if MACHINES.search(text_of(path) or "")]


def test_no_address_of_a_registry_is_in_the_project() -> None:
    assert not [name_of(path) for path in tracked() if REGISTRIES.search(text_of(path) or "") and "static/vendor" not in name_of(path)]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    assert not [name_of(path) for path in sources() if marks.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    entries = (HOUSE / name).read_text().replace("\\\n", " ").splitlines()
    entries = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert entries
    assert not [entry.split()[0] for entry in entries if not re.match(r"[a-z0-9.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_what_is_asked_for_is_what_is_pinned(name: str) -> None:
    asked = re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==(\S+)", (HOUSE / name.replace(".txt", ".in")).read_text(), re.MULTILINE)
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==(\S+)", (HOUSE / name).read_text(), re.MULTILINE))
    assert asked
    assert {key: pinned.get(key) for key, _ in asked} == dict(asked)


def test_vendored_files_are_the_ones_that_are_written_down() -> None:
    folder = HOUSE / "static/vendor"
    written_down = dict(re.findall(r"^\| (\S+) \|.*\| (\S+) \|$", (folder / "VENDORED.md").read_text(), re.MULTILINE))
    kept = {path.relative_to(folder).as_posix() for path in tracked() if path.is_relative_to(folder)} - {"VENDORED.md"}
    assert kept
    assert not kept - written_down.keys()
    checksums = {name: checksum(folder / name) for name in written_down if (folder / name).suffix}
    assert {name: written_down[name] for name in checksums} == checksums


def test_every_rule_has_a_test_of_its_own() -> None:
    rules = [path for path in tracked() if re.fullmatch(r"runtime/rules/\w+/[a-z]\w*\.py", name_of(path))]
    tests = [path.stem for path in tracked() if name_of(path).startswith("tests/rules/")]
    assert not [name_of(path) for path in rules if not any(path.stem in test for test in tests)]


def test_every_file_says_in_its_first_line_what_it_is() -> None:
    assert not [name_of(path) for path in sources() if path.read_text(encoding="utf-8").strip()[:3] not in {'"""', ""}]


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    declared = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
    assert declared == app.VERSION
    assert f"## {declared}" in (HOUSE / "CHANGELOG.md").read_text()


def checksum(path: Path) -> str:
    """As browsers write it for the integrity of a script, without the name of the kind."""
    return base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
