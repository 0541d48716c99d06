"""Passwords: hashed with Argon2id, checked in the same time whether or not somebody of that name exists."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from crm.errors import Invalid
from crm.words import phrase

SHORTEST = 10
# Hashing takes time and memory that grow with the text: nobody types more than this.
LONGEST = 200
# Without letters and digits that look alike, since somebody has to type it once.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hashed(password: str) -> str:
    """The hash that is stored. It takes a tenth of a second, so it is made before a write transaction begins, never in it."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one of a hash. Without a hash the answer is no, and takes as long."""
    try:
        _hasher.verify(stored or _nobodys(), password[:LONGEST])
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def check(password: str, where: str = "password") -> str:
    """A password that may be chosen, else ``Invalid``."""
    if len(password) < SHORTEST:
        raise Invalid.at(where, phrase("A password needs at least {least} characters.", least=SHORTEST))
    if len(password) > LONGEST:
        raise Invalid.at(where, phrase("A password has at most {most} characters.", most=LONGEST))
    if len(set(password)) < 4:
        raise Invalid.at(
            where, phrase("This password is too easy to guess."), phrase("Four words that do not belong together are a good one.")
        )
    return password


def invented() -> str:
    """A password that nobody can guess and somebody can type: four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex())
