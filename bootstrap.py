"""Makes .venv beside this file from the pinned requirements, and runs the rest of the program in it.

Only the standard library, and a syntax that old Pythons can read, so that they can be refused in words.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Sequence, Tuple

HOUSE = Path(__file__).resolve().parent
OLDEST = (3, 11)
STAMPS = {"requirements.txt": "runtime", "tests/requirements.txt": "tests"}
# Installers write a lot that is nobody's business: their words are shown only when they fail, and only the last of them.
WORDS_OF_THE_INSTALLER = 6


class SetUpError(Exception):
    """Something about this machine keeps the program from being set up; the message says what, and how to mend it."""


def ensure(script: str, arguments: Sequence[str], with_tests: bool = False) -> None:
    """Return when this process runs in a complete .venv; otherwise make it, and start ``script`` again in there."""
    try:
        folder, changed = prepare(HOUSE, with_tests)
    except SetUpError as error:
        sys.exit("Rulewright cannot be set up: %s" % error)
    except KeyboardInterrupt:
        sys.exit("\nStopped before everything was installed; the next start begins the set-up anew.")
    if changed or not runs_in(folder):
        python = str(interpreter(folder))
        os.execv(python, [python, str(script), *arguments])


def prepare(house: Path, with_tests: bool = False) -> Tuple[Path, bool]:
    """The folder of the complete virtual environment, and whether something had to be made or installed for that."""
    if sys.version_info[:2] < OLDEST:
        raise SetUpError("it needs Python %d.%d or newer; this is %d.%d (%s)." % (*OLDEST, *sys.version_info[:2], sys.executable))
    folder = house / ".venv"
    wanted = list(STAMPS)[: 2 if with_tests else 1]
    if all(is_complete(folder, house, name) for name in wanted):
        return folder, False
    try:
        with only_one_at_a_time(house):
            for name in wanted:
                if not is_complete(folder, house, name):
                    make(folder)
                    install(folder, house, name)
    except OSError as error:
        raise SetUpError("%s could not be written (%s)." % (error.filename or folder, error.strerror)) from error
    return folder, True


def is_complete(folder: Path, house: Path, name: str) -> bool:
    """Whether all that this file of requirements names was installed, for the Python that the folder has now.

    An upgrade of the system can put another Python behind the same folder; it notices when it runs in there.
    """
    try:
        hashed, version = stamp_file(folder, name).read_text().split()
    except (OSError, ValueError):
        return False
    if runs_in(folder) and version != running_version():
        return False
    return hashed == hash_of(house, name) and interpreter(folder).exists()


def runs_in(folder: Path) -> bool:
    return Path(sys.prefix).resolve() == folder.resolve()


def stamp_file(folder: Path, name: str) -> Path:
    return folder / ("rulewright-%s.stamp" % STAMPS[name])


def hash_of(house: Path, name: str) -> str:
    return hashlib.sha256((house / name).read_bytes()).hexdigest()


def running_version() -> str:
    return "%d.%d" % sys.version_info[:2]


def interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


class only_one_at_a_time:
    """Two starts at once: the second waits until the first has set up, and then finds everything there."""

    def __init__(self, house: Path) -> None:
        self.path = house / ".venv.lock"

    def __enter__(self) -> None:
        import fcntl  # not on Windows, where the words of SetUpError are still to be read

        self.file = open(self.path, "w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def make(folder: Path) -> None:
    """A virtual environment for the running Python; one of another Python, or a half installed one, is made anew."""
    if is_sound(folder):
        return
    say("Setting up in %s, only this once …" % folder)
    if folder.exists():
        shutil.rmtree(folder)
    made = run(base_interpreter(), "-m", "venv", str(folder))
    if made.returncode and lacks_venv(made.stdout):
        install_venv_package()
        shutil.rmtree(folder, ignore_errors=True)
        made = run(base_interpreter(), "-m", "venv", str(folder))
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise SetUpError("Python could not make %s.\n%s" % (folder, last_lines(made.stdout)))


def is_sound(folder: Path) -> bool:
    if not interpreter(folder).exists() or unfinished(folder).exists():
        return False
    asked = run(str(interpreter(folder)), "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])")
    return asked.returncode == 0 and asked.stdout.strip() == running_version()


def unfinished(folder: Path) -> Path:
    """There while packages are being installed: a folder in which it is found was left half installed."""
    return folder / "rulewright-unfinished"


def base_interpreter() -> str:
    """The Python outside of any virtual environment: the folder that is being replaced may be the one we run in."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def lacks_venv(words: str) -> bool:
    return "ensurepip" in words or "No module named venv" in words


def install_venv_package() -> None:
    """Debian keeps venv in a package of its own: install it if we may, say which one otherwise."""
    package = "python%s-venv" % running_version()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing the system package %s …" % package)
        if not run("apt-get", "install", "-y", "--no-install-recommends", package).returncode:
            return
        run("apt-get", "update")
        if not run("apt-get", "install", "-y", "--no-install-recommends", package).returncode:
            return
    raise SetUpError("this Python has no venv module; install it with: apt-get install %s" % package)


def install(folder: Path, house: Path, name: str) -> None:
    """Compiling is left to compileall, which, unlike pip, uses every core; a file that it cannot compile is nobody's loss."""
    say("Installing the packages of %s …" % name)
    unfinished(folder).touch()
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--retries", "2", "--no-compile", "--require-hashes"]
    command = ["-m", "pip", "install", *options, "--only-binary", ":all:", "-r", str(house / name)]
    done = run(str(interpreter(folder)), *command)
    if done.returncode:
        raise SetUpError(why_not_installed(name, done.stdout))
    run(str(interpreter(folder)), "-m", "compileall", "-q", "-j", "0", str(folder / "lib"))
    stamp_file(folder, name).write_text("%s %s\n" % (hash_of(house, name), running_version()))
    unfinished(folder).unlink()


def why_not_installed(name: str, words: str) -> str:
    if "No space left" in words:
        return "the disk is full."
    if any(sign in words for sign in ("NewConnectionError", "ConnectTimeout", "Temporary failure in name", "ProxyError", "Max retries")):
        return "the packages of %s could not be fetched; is this machine connected to the network?" % name
    if "DO NOT MATCH THE HASHES" in words:
        return "a package that was fetched is not the one that %s names (its hash differs).\n%s" % (name, last_lines(words))
    return "the packages of %s could not be installed.\n%s" % (name, last_lines(words))


def last_lines(words: str) -> str:
    lines = [line for line in words.splitlines() if line.strip() and not line.startswith("WARNING: Location")]
    return "\n".join("  " + line for line in lines[-WORDS_OF_THE_INSTALLER:])


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command silently; its words, both kinds, are in ``stdout``."""
    surroundings = dict(os.environ, LC_ALL="C.UTF-8", DEBIAN_FRONTEND="noninteractive")
    try:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=surroundings, check=False
        )
    except FileNotFoundError as error:
        return subprocess.CompletedProcess(command, 127, str(error))


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    try:
        print("Ready: %s" % prepare(HOUSE, with_tests="--tests" in sys.argv[1:])[0])
    except SetUpError as error:
        sys.exit("Rulewright cannot be set up: %s" % error)
