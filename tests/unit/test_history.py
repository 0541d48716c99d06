"""History in words, as somebody reads it who was not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import crm.verbs
from crm.actor import CLIENT, SYSTEM, Actor
from crm.desk import Desk
from crm.entities import table_of
from crm.history import _SENTENCES, changes, sentence
from crm.incoming import IncomingEmail
from crm.models import Effect
from runtime.told import LookedUp
from tests.makers import World, comment, to_stage

_EFFECT = table_of(Effect)


@pytest.fixture
def world() -> World:
    return World()


def told(world: World, act: Callable[[Desk], object], actor: Actor = SYSTEM) -> list[str]:
    """What the act adds to History."""

    def read(desk: Desk) -> list[str]:
        effects = desk.transaction.rows(select(_EFFECT).order_by(_EFFECT.c.id), _EFFECT)
        names = LookedUp(desk.transaction.connection, effects)
        return [str(sentence(effect, names)) for effect in effects]

    before = len(world.act(read))
    world.act(act, actor)
    world.run()
    return world.act(read)[before:]


def anna(world: World) -> Actor:
    return world.as_person(world.anna, "admin")


def test_a_person_is_told_by_name(world: World) -> None:
    deal = world.deal()
    assert told(world, lambda desk: desk.move(desk.record(deal), "sales/talks"), anna(world)) == [
        "Anna Nowak moved the deal “Roof repair” from New to Talks"
    ]
    assert told(world, lambda desk: desk.delete_records([desk.record(deal)]), anna(world)) == ["Anna Nowak deleted the deal “Roof repair”"]


def test_a_rule_is_told_by_its_title_and_a_node_by_its_own(world: World) -> None:
    world.rules("sales/talks", {"n1": comment("Hello", title="Greeting"), "n2": to_stage("sales/won")})
    deal = world.deal()
    assert told(world, lambda desk: desk.move(desk.record(deal), "sales/talks"), anna(world))[1:] == [
        "The rule Greeting commented: “Hello”",
        "The rule Change stage moved the deal “Roof repair” from Talks to Won",
    ]


def test_an_exclusion_says_that_the_deal_and_its_contact_were_deleted(world: World) -> None:
    world.rules("sales/spam", {"n1": {"rule": "add_to_exceptions"}})
    deal = world.deal("Cheap ads", contacts=[world.contact(first_name="Great", last_name="Offer", emails=["offer@spam.example"])])
    assert told(world, lambda desk: desk.move(desk.record(deal), "sales/spam"), anna(world))[1:] == [
        "The rule Add to exceptions put offer@spam.example on the exceptions list",
        "The rule Add to exceptions deleted the deal “Cheap ads”",
        "The rule Add to exceptions deleted the contact “Great Offer”",
    ]


def test_what_came_from_outside_is_told_as_the_clients(world: World) -> None:
    mail = IncomingEmail("jean@client.example", "A roof", "Please call.")
    assert told(world, lambda desk: desk.take_in_email(mail), CLIENT) == [
        "The client created the lead “A roof”",
        "The client added the activity “A roof”",
        "The client wrote “A roof”",
    ]


def test_what_nobody_did_was_the_system(world: World) -> None:
    deal = world.deal()
    assert told(world, lambda desk: desk.move(desk.record(deal), "sales/won"))[0].startswith("The system moved the deal")


def test_each_changed_field_is_told_as_it_was_and_as_it_is(world: World) -> None:
    boris = world.act(lambda desk: desk.create_user("Boris Le", "boris@roofs.example").id)
    jean = world.contact(first_name="Jean")
    world.act(lambda desk: desk.create_field("deal", "Size", "choice", key="size", options=["Big", "Small"]))
    deal = world.deal(amount="1200")
    given = {"amount": "1500.50", "responsible": boris, "close_date": "2026-03-01", "contacts": [jean], "size": "big", "comment": "Hurry"}
    (edited,) = told(world, lambda desk: desk.edit_record(desk.record(deal), given), anna(world))
    assert edited.partition(": ")[2].split("; ") == [
        "Amount: 1200 → 1500.5",
        "Responsible: Anna Nowak → Boris Le",
        "Close date: nothing → 2026-03-01",
        "Contacts: nothing → Jean Martin",
        "Size: nothing → Big",
        "Comment: nothing → Hurry",
    ]


def test_a_changed_title_does_not_hide_what_it_is_about(world: World) -> None:
    deal = world.deal()
    assert told(world, lambda desk: desk.edit_record(desk.record(deal), {"title": "Barn"}), anna(world)) == [
        "Anna Nowak changed the deal “Barn”: Title: Roof repair → Barn"
    ]


def test_an_entry_of_the_log_is_told_as_it_was_written(world: World) -> None:
    deal = world.deal()
    assert told(world, lambda desk: desk.write_history(desk.record(deal), "Contract {sent}")) == ["Contract {sent}"]
    assert told(world, lambda desk: desk.write_history(desk.record(deal), "Sent", created_by=world.anna)) == ["Anna Nowak: Sent"]


def test_what_people_wrote_is_never_read_as_a_template(world: World) -> None:
    deal = world.deal("{who} {title}")
    assert told(world, lambda desk: desk.delete_records([desk.record(deal)]), anna(world)) == [
        "Anna Nowak deleted the deal “{who} {title}”"
    ]


def test_only_changes_have_changed_fields(world: World) -> None:
    world.deal()
    effects = world.look(lambda transaction: transaction.rows(select(_EFFECT), _EFFECT))
    names = world.look(lambda transaction: LookedUp(transaction.connection, effects))
    assert not [change for effect in effects for change in changes(effect, names)]


def test_every_kind_of_effect_that_a_verb_writes_has_a_sentence_of_its_own() -> None:
    sources = "\n".join(path.read_text() for path in Path(crm.verbs.__path__[0]).glob("*.py"))
    written = set(re.findall(r'(?:journal|create|change|remove)\(\s*(?:[\w.]+, )?(?:"\w+", )?"(\w+\.\w+)"', sources))
    assert len(written) > 30
    assert sorted(written - {kind for kind, _ in _SENTENCES} - {"log.written"}) == []
