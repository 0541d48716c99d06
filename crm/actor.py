"""Who or what acts: a person, a rule with its publisher's rights, the client from outside, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "manager", "employee"]


@dataclass(frozen=True, slots=True)
class Actor:
    """``user_id`` is the person, or the publisher with whose rights a rule acts; None for the client and the system."""

    kind: Literal["person", "rule", "client", "system"]
    user_id: int | None = None
    role: Role = "employee"
    department_id: int | None = None

    @property
    def person_id(self) -> int | None:
        """The person who did it with their own hands, else None."""
        return self.user_id if self.kind == "person" else None


SYSTEM = Actor("system", role="admin")
CLIENT = Actor("client", role="admin")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act comes from: its run and step where a rule acts, the first cause (``root``), and how many causes lie between."""

    run: bytes | None = None
    step: bytes | None = None
    root: bytes | None = None
    depth: int = 0


NOWHERE = Origin()
