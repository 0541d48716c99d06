"""Verbs of the exceptions list: whose mail and calls are kept out of the CRM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm.entities import TABLES, revived, table_of
from crm.errors import Invalid, NotFound, Problem
from crm.mail import one_line
from crm.models import Effect
from crm.names import title_of
from crm.reach import domains_of, normal_domain, normal_email, normal_phone
from crm.transaction import Row
from crm.values import LINE
from crm.verbs.bin import BinVerbs
from crm.words import phrase

MOST_LINES = 50_000
_LIST = TABLES["exception"]
_EFFECTS = table_of(Effect)


@dataclass(frozen=True)
class Excluded:
    """What *Add to exceptions* did: ``count`` new entries out of ``found`` addresses and numbers, and what was removed, by name."""

    count: int
    found: int
    deleted: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """What an import did: new entries, lines that were on the list or in the file already, and the bad lines with their numbers."""

    added: int
    repeated: int
    bad: tuple[Problem, ...]


class ExceptionVerbs(BinVerbs):
    """List, import and take off; and the removal of a spammer's deal or lead with what hangs on it."""

    def add_exceptions(self, entries: Mapping[tuple[str, str], str | None], *, origin: Row | None = None) -> list[Row]:
        """Put normalised ``(kind, value)`` pairs with their comments on the list; returns the new ones, those listed stay as they are."""
        listed = self.listed(value for _, value in entries)
        return [
            self.create(
                "exception",
                "exception.added",
                {
                    "kind": kind,
                    "value": value,
                    "comment": comment,
                    "added_by": self.actor.user_id,
                    "record_id": origin.id if origin is not None else None,
                    "run": self.origin.run,
                    "created_at": self.now,
                },
                origin.id if origin is not None else None,
            )
            for (kind, value), comment in entries.items()
            if (kind, value) not in listed
        ]

    def add_exception(self, written: str, comment: str | None = None) -> list[Row]:
        """Put on the list what a person typed: an address, a whole domain or a phone. Raises ``Invalid`` where it is none of them."""
        self.allow("exceptions.edit")
        return self.add_exceptions({self._entry(written, "value"): one_line(comment, LINE) or None})

    def import_exceptions(self, lines: Iterable[str]) -> Imported:
        """Add lines ``value;comment``; bad lines are told by their number and change nothing, the good ones are added."""
        self.allow("exceptions.edit")
        good: dict[tuple[str, str], str | None] = {}
        bad: list[Problem] = []
        repeated = 0
        for number, line in enumerate(lines, 1):
            value, _, comment = line.strip().lstrip("\ufeff").partition(";")
            if not value.strip():
                continue
            if number > MOST_LINES:
                raise Invalid.at(f"line {number}", phrase("The file has more than {most} lines.", most=MOST_LINES), phrase("Split it."))
            try:
                entry = self._entry(value, f"line {number}")
            except Invalid as invalid:
                bad.extend(invalid.problems)
                continue
            repeated += entry in good
            good.setdefault(entry, one_line(comment, LINE) or None)
        added = self.add_exceptions(good)
        return Imported(len(added), repeated + len(good) - len(added), tuple(bad))

    def remove_exception(self, entry_id: int) -> None:
        """Take an entry off the list."""
        self.allow("exceptions.edit")
        entry = self.row("exception", entry_id)
        self.remove(entry, "exception.removed", entry["record_id"])

    def put_back_exception(self, entry_id: int) -> Row | None:
        """Put an entry on the list again that was taken off it, as it was; None where its value is listed anew already."""
        self.allow("exceptions.edit")
        removals = select(_EFFECTS).where(_EFFECTS.c.entity_id == entry_id, _EFFECTS.c.kind == "exception.removed")
        found = self.transaction.rows(removals.order_by(_EFFECTS.c.id.desc()).limit(1), _EFFECTS)
        if not found:
            raise NotFound
        values = revived("exception", found[0]["before"])
        if self.listed([values["value"]]):
            return None
        return self.create("exception", "exception.added", values, values["record_id"])

    def listed(self, values: Iterable[str]) -> set[tuple[str, str]]:
        """Which of these normalised values are on the list, as ``(kind, value)``."""
        wanted: Sequence[str] = list(values)
        found: set[tuple[str, str]] = set()
        for start in range(0, len(wanted), 500):
            statement = select(_LIST.c.kind, _LIST.c.value).where(_LIST.c.value.in_(wanted[start : start + 500]))
            found.update((kind, value) for kind, value in self.transaction.execute(statement))
        return found

    def is_listed(self, *, email: str | None = None, phone: str | None = None) -> bool:
        """Whether an address (or its domain, or a domain above that) or a phone is on the list."""
        values = [phone] if phone else []
        if email:
            values += [email, *domains_of(email)]
        return bool(self.listed(values))

    def exclude(self, record: Row) -> Excluded:
        """List how a record's client is reached and remove the record, with those clients that only it has.

        Of a deal go its primary contact (unless in another deal, or in a company other than the deal's) and its company (unless in
        another deal, or with a contact that stays); of a lead the lead alone. All go to the recycle bin together.
        """
        self.allow("record.delete", record)
        reach = self.reach_of(record)
        entries = [("email", value) for value in reach.emails] + [("phone", value) for value in reach.phones]
        added = self.add_exceptions(dict.fromkeys(entries), origin=record)
        going = self.removed_with(record)
        self.delete_records(going, record=record)
        return Excluded(len(added), len(reach), tuple(title_of(row) for row in going))

    def removed_with(self, record: Row) -> list[Row]:
        """What ``exclude`` removes: the record first, then of a deal those clients that only it has."""
        return [record, *(self._clients_going_with(record) if record["entity"] == "deal" else ())]

    def _clients_going_with(self, deal: Row) -> list[Row]:
        contact = next(iter(self.contacts_of(deal)), None)
        company = self.company_of(deal)
        going: list[Row] = []
        if contact is not None and contact["company_id"] in (None, deal["company_id"]) and not self.deals_with(contact.id, but=deal.id):
            going.append(contact)
        if company is not None and not self.deals_with(company.id, but=deal.id):
            leaving = {row.id for row in going}
            if all(person.id in leaving for person in self.people_of_company(company.id)):
                going.append(company)
        return going

    def _entry(self, written: str, where: str) -> tuple[str, str]:
        text = written.strip()
        if "@" in text and not text.startswith("@"):
            found, kind = normal_email(text), "email"
        elif text.startswith("@") or any(character.isalpha() for character in text):
            found, kind = normal_domain(text), "domain"
        else:
            found, kind = normal_phone(text, self.settings.region), "phone"
        if found is None:
            mend = phrase("Write an address (name@example.com), a domain (@example.com) or a phone (+33 6 12 34 56 78).")
            raise Invalid.at(
                where, phrase("“{value}” is neither an e-mail address nor a domain nor a phone number.", value=text[:80]), mend
            )
        return kind, found
