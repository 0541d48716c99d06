"""What the tests need of the machine beyond Python: a browser and a PostgreSQL server to start. Nothing is skipped without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The browser that the tests drive: ``CHROMIUM`` names one, else the usual names are looked for."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def postgres_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``; Debian keeps it away from PATH, one folder a version."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    on_path = shutil.which("initdb")
    # The link on PATH leads to the folder in which the server itself is, too.
    found = installed[-1] if installed else Path(on_path).resolve() if on_path else None
    return found.parent if found else None


def missing_packages() -> list[str]:
    """Debian's names of what is not there."""
    packages = []
    if not browser():
        packages += ["chromium", "fonts-dejavu-core"]
    if not postgres_programs():
        packages.append("postgresql")
    return packages


def make_ready() -> None:
    """Install what is missing where we may; otherwise end, and say what to install."""
    packages = missing_packages()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing for the tests: {' '.join(packages)} …", flush=True)
        if not installed(packages):
            quietly("apt-get", "update")
            installed(packages)
    if missing_packages():
        sys.exit(
            f"The tests need a browser and PostgreSQL; install them with: apt-get install {' '.join(packages)}\n"
            "(CHROMIUM=/path/of/chromium names a browser that is installed elsewhere.)"
        )


def installed(packages: list[str]) -> bool:
    return quietly("apt-get", "install", "-y", "--no-install-recommends", *packages)


def quietly(*command: str) -> bool:
    surroundings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        print("\n".join(done.stderr.strip().splitlines()[-3:]), file=sys.stderr)
    return done.returncode == 0
