"""Who works here: inviting, changing and dismissing people, departments, and what belongs to the whole company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from crm import passwords, sessions
from crm.access import VERBS, may
from crm.actor import SYSTEM, Actor
from crm.database import Database
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, NotAllowed, RulewrightError
from crm.models import Audit, Effect, Owner, Session, Setting, Token, User
from crm.settings import Settings
from crm.transaction import Row
from crm.verbs.audit import seal_of
from tests.signing import make_person, secret_for

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at_desk(database: Database, work: Callable[[Desk], Any], actor: Actor = SYSTEM) -> Any:
    return database.writing(lambda transaction: work(Desk(transaction, actor, NOW)))


def acting(person: Row) -> Actor:
    return Actor("person", person.id, person["role"], person["department_id"])


def stored(database: Database, person: Row) -> dict[str, Any]:
    with database.reading() as connection:
        return dict(connection.execute(select(table_of(User)).where(User.id == person.id)).mappings().one())


def problems(work: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        work()
    return {problem.where: str(problem.says) for problem in raised.value.problems}


def test_two_people_of_one_name_get_keys_of_their_own(database: Database) -> None:
    first, second = make_person(database, "Łucja Żak"), make_person(database, "Łucja Żak", email="other@roofs.example")
    assert (first["key"], second["key"]) == ("lucja_zak", "lucja_zak_2")


def test_an_invitation_names_everything_that_is_wrong_with_it(database: Database) -> None:
    make_person(database, "Anna Nowak")
    assert problems(lambda: make_person(database, "", role="boss", email="anna@roofs.example", time_zone="Mars/Olympus")) == {
        "name": "A name is missing.",
        "email": "Somebody signs in with this address already.",
        "role": "A person is an admin, a manager or an employee.",
        "time_zone": "This is not one of the choices.",
    }


def test_addresses_are_compared_without_regard_to_their_case(database: Database) -> None:
    make_person(database, "Anna Nowak", email="Anna@Roofs.Example")
    assert "email" in problems(lambda: make_person(database, "Anna Other", email="anna@roofs.example"))


def test_the_only_admin_can_be_neither_dismissed_nor_demoted(database: Database) -> None:
    anna, boris = make_person(database, "Anna Nowak"), make_person(database, "Boris Keller", "manager")
    assert (
        "“Anna Nowak” is the only admin."
        in problems(lambda: at_desk(database, lambda desk: desk.dismiss(desk.user("anna_nowak")))).values()
    )
    assert "role" in problems(lambda: at_desk(database, lambda desk: desk.edit_user(desk.user("anna_nowak"), {"role": "manager"})))
    at_desk(database, lambda desk: desk.edit_user(desk.user("boris_keller"), {"role": "admin"}))
    at_desk(database, lambda desk: desk.dismiss(desk.user("anna_nowak")))
    assert not stored(database, anna)["active"]
    assert stored(database, boris)["role"] == "admin"


def test_nobody_dismisses_themselves(database: Database) -> None:
    anna = make_person(database, "Anna Nowak")
    make_person(database, "Boris Keller", "admin")
    assert "user" in problems(lambda: at_desk(database, lambda desk: desk.dismiss(desk.user("anna_nowak")), acting(anna)))


def test_whoever_is_dismissed_is_signed_out_everywhere(database: Database) -> None:
    make_person(database, "Anna Nowak")
    camille = make_person(database, "Camille Lefèvre", "employee")
    secret = secret_for(database, camille)
    at_desk(database, lambda desk: desk.dismiss(desk.user("camille_lefevre")))
    at_desk(database, lambda desk: desk.readmit(desk.user("camille_lefevre")))
    with database.reading() as connection:
        assert sessions.find(connection, secret, datetime.now(UTC)) is None


def test_a_new_password_signs_out_all_browsers_but_the_one_that_chose_it(database: Database) -> None:
    anna = make_person(database, "Anna Nowak")
    kept, other = secret_for(database, anna), secret_for(database, anna)
    at_desk(database, lambda desk: desk.set_own_password("hash", keep=sessions.hash_of(kept)), acting(anna))
    with database.reading() as connection:
        assert list(connection.execute(select(Session.token_hash)).scalars()) == [sessions.hash_of(kept)]
    assert other != kept


def test_no_password_and_no_hash_of_one_is_ever_written_down_elsewhere(database: Database) -> None:
    make_person(database, "Anna Nowak", password_hash="the-hash-of-anna")
    at_desk(database, lambda desk: desk.set_password(desk.user("anna_nowak"), "another-hash"))
    with database.reading() as connection:
        told = [*connection.execute(select(Effect.before, Effect.after)), *connection.execute(select(Audit.details))]
    assert "hash-of-anna" not in str(told)
    assert "another-hash" not in str(told)


def test_a_department_never_stands_under_itself(database: Database) -> None:
    def three(desk: Desk) -> None:
        office = desk.create_department("Office")
        sales = desk.create_department("Sales", parent=office.id)
        desk.create_department("Inside sales", parent=sales.id)

    at_desk(database, three)

    def below_its_own(desk: Desk) -> None:
        by_name = {row["name"]: row for row in desk.departments().values()}
        desk.edit_department(by_name["Office"], {"parent_id": by_name["Inside sales"].id})

    assert problems(lambda: at_desk(database, below_its_own)) == {"parent_id": "“Office” would stand under itself."}


def test_a_department_in_which_people_work_stays(database: Database) -> None:
    office = at_desk(database, lambda desk: desk.create_department("Office"))
    make_person(database, "Anna Nowak", department=office.id)
    assert "department" in problems(lambda: at_desk(database, lambda desk: desk.delete_department(desk.department(office.id))))


def test_everyone_notes_their_own_absence_and_only_admins_that_of_others(database: Database) -> None:
    anna, camille = make_person(database, "Anna Nowak"), make_person(database, "Camille Lefèvre", "employee")

    def away(who: str) -> Callable[[Desk], Row]:
        return lambda desk: desk.add_absence(desk.user(who), date(2026, 3, 9), date(2026, 3, 13))

    at_desk(database, away("camille_lefevre"), acting(camille))
    at_desk(database, away("camille_lefevre"), acting(anna))
    with pytest.raises(NotAllowed):
        at_desk(database, away("anna_nowak"), acting(camille))


def test_an_absence_does_not_end_before_it_begins(database: Database) -> None:
    make_person(database, "Anna Nowak")
    work = lambda desk: desk.add_absence(desk.user("anna_nowak"), date(2026, 3, 9), date(2026, 3, 8))  # noqa: E731
    assert "last" in problems(lambda: at_desk(database, work))


def test_settings_are_stored_or_refused_as_a_whole(database: Database) -> None:
    wrong = {"name": "Nowak", "region": "XX", "working_hours": {"days": [], "from": "18:00", "to": "nine", "holidays": ["soon"]}}
    assert set(problems(lambda: at_desk(database, lambda desk: desk.change_settings(wrong)))) == {"region", "days", "to", "holidays"}
    right = {"name": "Nowak", "own_addresses": ["Office@Nowak.example", "@nowak.example", ""], "currency": "PLN"}
    at_desk(database, lambda desk: desk.change_settings(right))
    with database.reading() as connection:
        settings = Settings.from_rows({row.key: row.value for row in connection.execute(select(Setting.key, Setting.value))})
    assert (settings.name, settings.currency, settings.own_addresses) == ("Nowak", "PLN", ("office@nowak.example", "@nowak.example"))


def test_an_option_that_keeps_its_name_keeps_its_values(database: Database) -> None:
    field = at_desk(database, lambda desk: desk.create_field("deal", "Roof", "choice", options=["Tiles", "Slate"]))
    at_desk(database, lambda desk: desk.edit_field(desk.custom_field(field.id), "Kind of roof", ["Zinc", "Slate"]))
    options = at_desk(database, lambda desk: desk.custom_field(field.id)["options"])
    assert options == [{"key": "zinc", "label": "Zinc"}, {"key": "slate", "label": "Slate"}]


def test_a_field_of_ones_own_never_hides_a_standard_one(database: Database) -> None:
    field = at_desk(database, lambda desk: desk.create_field("deal", "Amount", "number"))
    assert field["key"] == "amount_2"


def test_a_token_shows_its_secret_once_and_only_its_hash_is_kept(database: Database) -> None:
    anna = make_person(database, "Anna Nowak")
    _, secret = at_desk(database, lambda desk: desk.create_token("Web shop"), acting(anna))
    with database.reading() as connection:
        everything = str(list(connection.execute(select(*table_of(Token).c)))) + str(list(connection.execute(select(Effect.after))))
    assert secret.removeprefix("rw_") not in everything


def test_a_mailbox_changes_hands_and_can_belong_to_nobody(database: Database) -> None:
    anna, boris = make_person(database, "Anna Nowak"), make_person(database, "Boris Keller", "manager")

    def owner() -> int | None:
        with database.reading() as connection:
            found: int | None = connection.execute(select(Owner.user_id)).scalar()
            return found

    for person in (anna, boris):
        at_desk(database, lambda desk, person=person: desk.set_owner("mailbox", "office@roofs.example", person.id))
        assert owner() == person.id
    at_desk(database, lambda desk: desk.set_owner("mailbox", "office@roofs.example", None))
    assert owner() is None


def test_every_act_about_people_is_sealed_into_the_audit_trail(database: Database) -> None:
    make_person(database, "Anna Nowak")
    make_person(database, "Boris Keller", "manager")
    at_desk(database, lambda desk: desk.edit_user(desk.user("boris_keller"), {"position": "Head of repairs"}))
    with database.reading() as connection:
        rows = [dict(row) for row in connection.execute(select(table_of(Audit)).order_by(Audit.id)).mappings()]
    assert [row["verb"] for row in rows] == ["user.created", "user.created", "user.changed"]
    previous = ""
    for row in rows:
        assert row["seal"] == seal_of(previous, row)
        previous = row["seal"]


EMPLOYEES_MAY_NOT: dict[str, Callable[[Desk], Any]] = {
    "create_user": lambda desk: desk.create_user("X", "x@roofs.example"),
    "edit_user": lambda desk: desk.edit_user(desk.user("anna_nowak"), {"role": "admin"}),
    "dismiss": lambda desk: desk.dismiss(desk.user("anna_nowak")),
    "readmit": lambda desk: desk.readmit(desk.user("anna_nowak")),
    "set_password": lambda desk: desk.set_password(desk.user("anna_nowak"), "hash"),
    "create_department": lambda desk: desk.create_department("X"),
    "change_settings": lambda desk: desk.change_settings({"name": "X"}),
    "create_field": lambda desk: desk.create_field("deal", "X", "text"),
    "create_token": lambda desk: desk.create_token("X"),
    "revoke_token": lambda desk: desk.revoke_token(1),
    "set_owner": lambda desk: desk.set_owner("mailbox", "x@roofs.example", None),
    "create_pipeline": lambda desk: desk.create_pipeline("deal", "X"),
}


@pytest.mark.parametrize("verb", EMPLOYEES_MAY_NOT)
def test_an_employee_is_refused_at_the_desk_itself(sqlite: Database, verb: str) -> None:
    make_person(sqlite, "Anna Nowak")
    camille = make_person(sqlite, "Camille Lefèvre", "employee")
    with pytest.raises(NotAllowed):
        at_desk(sqlite, EMPLOYEES_MAY_NOT[verb], acting(camille))


def test_only_admins_change_people_pipelines_settings_and_tokens() -> None:
    house = {verb for verb in VERBS if verb.partition(".")[0] in ("people", "pipelines", "settings", "tokens", "demo")}
    assert house
    assert not [verb for verb in house for role in ("manager", "employee") if may(Actor("person", 1, role), verb)]


def test_a_password_is_recognised_and_another_is_not() -> None:
    stored_hash = passwords.hashed("four words that fit")
    assert passwords.matches(stored_hash, "four words that fit")
    assert not passwords.matches(stored_hash, "four words that do not")
    assert not passwords.matches(None, "four words that fit")
    assert not passwords.is_outdated(stored_hash)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 201])
def test_a_password_that_protects_nothing_is_refused(password: str) -> None:
    with pytest.raises(RulewrightError):
        passwords.check(password)
