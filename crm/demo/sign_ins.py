"""How people of the demo company sign in, and the file in which that can be looked up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FILE = "demo-sign-ins.txt"


@dataclass(frozen=True)
class SignIn:
    """How somebody signs in. The database only knows a hash of the password."""

    name: str
    email: str
    password: str = field(repr=False)
    role: str = "employee"


def as_table(sign_ins: Sequence[SignIn]) -> str:
    """Address, password, name and role, a line each."""
    width = max((len(each.email) for each in sign_ins), default=0)
    return "".join(f"  {each.email:<{width}}  {each.password}  {each.name}, {each.role}\n" for each in sign_ins)


def keep_sign_ins(sign_ins: Sequence[SignIn], folder: Path) -> Path:
    """Write the sign-ins into the data folder, for our eyes only."""
    path = folder / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(as_table(sign_ins))
    return path


def forget_sign_ins(folder: Path) -> None:
    """The passwords are good for nothing any more."""
    (folder / FILE).unlink(missing_ok=True)
