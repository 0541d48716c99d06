"""The demo company itself: a small firm that repairs roofs, its people, its pipelines, its own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COMPANY: Mapping[str, object] = {
    "name": "Nowak Roofing",
    "time_zone": "Europe/Paris",
    "region": "FR",
    "language": "en",
    "currency": "EUR",
    "own_addresses": ["@nowak-roofing.example"],
    "working_hours": {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00", "holidays": []},
}
MAILBOX = "office@nowak-roofing.example"
LINE = "+33170180050"


@dataclass(frozen=True)
class Person:
    """Somebody who works here. Those who ``sign_in`` get a password."""

    key: str
    name: str
    role: str
    department: str
    position: str
    sign_in: bool = False
    leads: bool = False
    time_zone: str | None = None


DEPARTMENTS = (("office", "Office", None), ("sales", "Sales", "office"), ("repairs", "Repairs", "office"))
PEOPLE = (
    Person("anna", "Anna Nowak", "admin", "office", "Owner", sign_in=True, leads=True),
    Person("elodie", "Élodie Martin", "manager", "sales", "Head of sales", sign_in=True, leads=True),
    Person("camille", "Camille Lefèvre", "employee", "sales", "Sales", sign_in=True),
    Person("minh", "Trần Minh", "employee", "sales", "Sales"),
    Person("boris", "Boris Keller", "manager", "repairs", "Head of repairs", leads=True),
    Person("zofia", "Zofia Wójcik", "employee", "repairs", "Roofer", sign_in=True),
    Person("hugo", "Hugo Moreau", "employee", "repairs", "Roofer"),
    Person("lucia", "Lucía Fernández", "employee", "office", "Office", time_zone="Europe/Madrid"),
)

# key, name, kind, colour
SALES = (
    ("new", "New", "process", "sky"),
    ("talks", "In talks", "process", "teal"),
    ("contract", "Contract agreement", "process", "violet"),
    ("invoice", "Invoice", "process", "rose"),
    ("won", "Closed won", "success", "green"),
    ("lost", "Lost", "failure", "stone"),
    ("spam", "Spam", "failure", "brick"),
)
REPAIRS = (
    ("reported", "Reported", "process", "sky"),
    ("inspection", "Inspection", "process", "teal"),
    ("scheduled", "Scheduled", "process", "violet"),
    ("on_the_roof", "On the roof", "process", "rose"),
    ("done", "Done", "success", "green"),
)
LEADS = (
    ("new", "New", "process", "sky"),
    ("contacted", "Contacted", "process", "teal"),
    ("qualified", "Qualified", "process", "violet"),
    ("converted", "Converted", "success", "green"),
    ("junk", "Junk", "failure", "stone"),
)
# key, entity, name, stages, who takes turns
PIPELINES = (
    ("sales", "deal", "Sales", SALES, ("camille", "minh")),
    ("repairs", "deal", "Repairs", REPAIRS, ("zofia", "hugo")),
    ("leads", "lead", "Leads", LEADS, ("camille", "minh", "lucia")),
)
# entity, key, label, kind, options
FIELDS = (
    ("deal", "roof", "Kind of roof", "choice", ("Tiles", "Slate", "Flat", "Zinc")),
    ("deal", "roof_area", "Area in m²", "number", ()),
)
