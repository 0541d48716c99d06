"""How somebody can be reached: e-mail addresses and phone numbers, brought to one form so that they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
_DOMAIN = re.compile(r"@?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True)
class Reach:
    """E-mail addresses and phones, normalised and without repetitions."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.emails) + len(self.phones)


def collect(emails: Iterable[str], phones: Iterable[str], region: str) -> Reach:
    """What can be normalised of some addresses and numbers as people wrote them; the rest is left out."""
    return Reach(
        tuple(dict.fromkeys(found for each in emails if (found := normal_email(each)))),
        tuple(dict.fromkeys(found for each in phones if (found := normal_phone(each, region)))),
    )


def normal_email(written: str) -> str | None:
    """An address in lower case with its domain in ASCII; None where it is not an address."""
    address = written.strip().strip("<>").removeprefix("mailto:").lower()
    if len(address) > 254 or not address.isprintable() or not _EMAIL.fullmatch(address):
        return None
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


def normal_domain(written: str) -> str | None:
    """A whole domain as ``@agency.example``; None where it is not a domain."""
    domain = written.strip().lower().removeprefix("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    return f"@{domain}" if _DOMAIN.fullmatch(domain) else None


def domains_of(address: str) -> tuple[str, ...]:
    """The domain of an address and those above it, as they stand on the exceptions list: ``@mail.agency.example``, ``@agency.example``."""
    parts = address.rpartition("@")[2].split(".")
    return tuple(f"@{'.'.join(parts[start:])}" for start in range(len(parts) - 1))


@lru_cache(maxsize=20_000)
def normal_phone(written: str, region: str) -> str | None:
    """A number as E.164, read in ``region`` (``FR``) where it has no ``+``; None where it is not a possible number."""
    if len(written) > 60 or not any(character.isdigit() for character in written):
        return None
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(number: str, region: str) -> str:
    """A number as people of a region read it: their own without the country's code, others with it."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    own = parsed.country_code == phonenumbers.country_code_for_region(region)
    shape = phonenumbers.PhoneNumberFormat.NATIONAL if own else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, shape)
