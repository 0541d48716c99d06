"""Loads the demo company: its people, its pipelines, and sixty days of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from crm import passwords
from crm.actor import SYSTEM
from crm.database import Database
from crm.demo import company
from crm.demo.history import History, junk_mail, walk
from crm.demo.records import JOBS, JUNK, LEAD_LIST, SOURCES, Client, Inquiry, Job, Junk
from crm.demo.sign_ins import SignIn
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid
from crm.models import Owner, Setting
from crm.transaction import Row, Transaction
from crm.words import phrase

OPENED = timedelta(days=75)


def load(database: Database, now: datetime) -> list[SignIn]:
    """Add the demo company to what is there; returns how to sign in. Raises ``Invalid`` where it is loaded already."""
    signing_in = [person for person in company.PEOPLE if person.sign_in]
    secrets = {person.key: passwords.invented() for person in signing_in}
    hashes = {key: passwords.hashed(secret) for key, secret in secrets.items()}
    database.writing(lambda transaction: _load(transaction, now, hashes))
    return [SignIn(person.name, email_of(person), secrets[person.key], person.role) for person in signing_in]


def email_of(person: company.Person) -> str:
    """The address under which somebody of the demo company signs in."""
    return f"{person.key}@nowak-roofing.example"


def _load(transaction: Transaction, now: datetime, hashes: Mapping[str, str]) -> None:
    desk = Desk(transaction, SYSTEM, now - OPENED)
    desk.quiet = True
    if desk.settings.has_demo:
        raise Invalid.at("", phrase("The demo company is loaded already."))
    settings = _set_up(desk)
    departments = _departments(desk)
    people = _people(desk, departments, hashes)
    pipelines = {key: _pipeline(desk, people, key, entity, name, stages, turns) for key, entity, name, stages, turns in company.PIPELINES}
    fields = [_field(desk, *each) for each in company.FIELDS]
    own = {
        "departments": [row.id for row in departments.values()],
        "fields": [row.id for row in fields],
        "settings": settings,
    }
    desk.put_settings({"has_demo": True, "demo": own})
    history = History(transaction, now, people)
    references = {key: f"{row['key']}/" for key, row in pipelines.items()}
    _work(history, references)
    _absence(history)


def _set_up(desk: Desk) -> dict[str, Any]:
    """The settings of the company, where nobody has chosen others; returns those that were set."""
    chosen = set(desk.transaction.execute(select(Setting.key)).scalars())
    wanted = {key: value for key, value in company.COMPANY.items() if key not in chosen}
    desk.change_settings(wanted)
    return wanted


def _departments(desk: Desk) -> dict[str, Row]:
    made: dict[str, Row] = {}
    taken = {row["name"] for row in desk.departments().values()}
    for key, name, parent in company.DEPARTMENTS:
        shown = f"{name} (Nowak Roofing)" if name in taken else name
        made[key] = desk.create_department(shown, parent=made[parent].id if parent else None)
    return made


def _people(desk: Desk, departments: Mapping[str, Row], hashes: Mapping[str, str]) -> dict[str, Row]:
    taken = {row["key"] for row in desk.people().values()}
    made: dict[str, Row] = {}
    for person in company.PEOPLE:
        made[person.key] = desk.create_user(
            person.name,
            email_of(person),
            person.role,
            key=None if person.key in taken else person.key,
            password_hash=hashes.get(person.key),
            department=departments[person.department].id,
            position=person.position,
            time_zone=person.time_zone,
            demo=True,
        )
        if person.leads:
            desk.edit_department(departments[person.department], {"head_id": made[person.key].id})
    desk.transaction.insert(table_of(Owner), {"kind": "mailbox", "key": company.MAILBOX, "user_id": made["lucia"].id})
    return made


def _pipeline(desk: Desk, people: Mapping[str, Row], key: str, entity: str, name: str, stages: Any, turns: tuple[str, ...]) -> Row:
    taken = {row["key"] for row in desk.pipelines().values()}
    listed = [{"key": each[0], "name": each[1], "kind": each[2], "colour": each[3]} for each in stages]
    pipeline = desk.create_pipeline(entity, name, key=None if key in taken else key, stages=listed)
    desk.write(pipeline, {"demo": True, "people": [people[each].id for each in turns]})
    return pipeline


def _field(desk: Desk, entity: str, key: str, label: str, kind: str, options: tuple[str, ...]) -> Row:
    taken = {row["key"] for row in desk.custom_fields() if row["entity"] == entity}
    return desk.create_field(entity, label, kind, key=None if key in taken else key, options=options)


def _work(history: History, pipelines: Mapping[str, str]) -> None:
    clients: dict[str, tuple[Row, Row | None]] = {}
    for job in JOBS:
        _job(history, pipelines, job, clients)
    for inquiry in LEAD_LIST:
        _inquiry(history, pipelines["leads"], inquiry)
    for junk in JUNK:
        _junk(history, pipelines, junk)


def _job(history: History, pipelines: Mapping[str, str], job: Job, clients: dict[str, tuple[Row, Row | None]]) -> None:
    pipeline, _, last = job.stage.partition("/")
    stages = _way(pipeline, last, pipelines[pipeline])
    moments = history.moments(job.age, len(stages))
    desk = history.desk(moments[0], job.who if history.chance.random() < 0.6 else "lucia")
    contact, firm = _client(desk, job.client, clients)
    closing = (history.now + timedelta(days=history.chance.randint(5, 40))).date()
    record = desk.create_record(
        "deal",
        {
            "title": job.title,
            "amount": job.amount,
            "responsible": history.people[job.who].id,
            "source": history.chance.choice(SOURCES),
            "contacts": [contact.id],
            "company": firm.id if firm is not None else None,
            "close_date": closing if last not in ("won", "lost", "done") else None,
            "roof": job.roof,
            "roof_area": job.area,
            "demo": True,
        },
        stage=stages[0][1],
    )
    walk(history, record, job.client, job.who, stages, moments)


def _client(desk: Desk, client: Client, clients: dict[str, tuple[Row, Row | None]]) -> tuple[Row, Row | None]:
    if client.email not in clients:
        firm = None
        if client.company:
            firm = desk.create_company({"title": client.company, "address": client.address, "phones": [client.phone], "demo": True})
        contact = desk.create_contact(
            {
                "first_name": client.first,
                "last_name": client.last,
                "emails": [client.email],
                "phones": [client.phone],
                "address": client.address,
                "company": firm.id if firm is not None else None,
                "demo": True,
            }
        )
        clients[client.email] = contact, firm
    return clients[client.email]


def _inquiry(history: History, pipeline: str, inquiry: Inquiry) -> None:
    stages = _way("leads", inquiry.stage, pipeline)
    moments = history.moments(inquiry.age, len(stages))
    fields = {
        "title": inquiry.title,
        "first_name": inquiry.first,
        "last_name": inquiry.last,
        "emails": [inquiry.email] if inquiry.email else [],
        "phones": [inquiry.phone],
        "amount": inquiry.amount,
        "source": "Phone" if not inquiry.email else history.chance.choice(SOURCES),
        "responsible": history.people[inquiry.who].id if inquiry.who else None,
        "demo": True,
    }
    record = history.desk(moments[0], "lucia").create_record("lead", fields, stage=stages[0][1])
    walk(history, record, inquiry, inquiry.who or "lucia", stages, moments)


def _junk(history: History, pipelines: Mapping[str, str], junk: Junk) -> None:
    moment = history.at(history.chance.uniform(0.2, 2.5))
    desk = history.desk(moment)
    sender: dict[str, Any] = {"emails": [junk.email]}
    fields: dict[str, Any] = {"title": junk.title, "source": "E-mail", "demo": True}
    if junk.entity == "deal":
        fields["contacts"] = [desk.create_contact({"last_name": junk.sender, **sender, "demo": True}).id]
    else:
        fields |= {"last_name": junk.sender, **sender}
    record = desk.create_record(junk.entity, fields, stage=pipelines["sales" if junk.entity == "deal" else "leads"] + "new")
    junk_mail(desk, record, junk.sender, junk.email, junk.text)


def _way(pipeline: str, last: str, prefix: str) -> list[tuple[str, str]]:
    """The stages on the way to one, as key and reference. What failed or was junk did not come through all the others."""
    stages = next(each[3] for each in company.PIPELINES if each[0] == pipeline)
    keys = [each[0] for each in stages]
    kinds = {each[0]: each[2] for each in stages}
    if kinds[last] == "failure":
        keys = [*keys[:2], last]
    else:
        keys = [key for key in keys[: keys.index(last) + 1] if kinds[key] == "process" or key == last]
    return [(key, prefix + key) for key in keys]


def _absence(history: History) -> None:
    """Somebody is away next week, so that rules have somebody to leave out."""
    monday: date = (history.now + timedelta(days=7 - history.now.weekday())).date()
    history.desk(history.now, "hugo").add_absence(history.people["hugo"], monday, monday + timedelta(days=4))
