"""The files of the project, as git knows them."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
OURS = ("api", "benchmarks", "builder", "crm", "runtime", "tests", "web", "workspace", "migrations")
GENERATED = ("migrations/versions/", "static/vendor/")


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """Every file that is committed or about to be; in an unpacked archive, without git, every file of the packages."""
    asked = subprocess.run(
        ["git", "-c", f"safe.directory={HOUSE}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        check=False,
    )
    if asked.returncode == 0:
        found = [HOUSE / name for name in asked.stdout.decode().split("\0") if name]
    else:
        found = [*HOUSE.glob("*.*"), *(path for folder in OURS for path in (HOUSE / folder).rglob("*") if "__pycache__" not in path.parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def sources() -> list[Path]:
    """Our Python files, without what is generated."""
    return [path for path in tracked() if path.suffix == ".py" and not name_of(path).startswith(GENERATED)]


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def text_of(path: Path) -> str | None:
    """The text of a file; None when it is none (a picture, a font)."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
