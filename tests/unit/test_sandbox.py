"""The sandbox: what goes into it, how its time passes, and that nothing comes out."""

from __future__ import annotations

import builtins
import socket
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.entities import TABLES, table_of
from crm.errors import NotFound
from crm.models import Base, Exception_, Outgoing
from runtime.copying import COPIES, FIRST_NEW_ID
from runtime.sandbox import Sandbox
from tests.makers import MONDAY, World, after, comment, to_stage


def ids(sandbox: Sandbox, entity: str) -> set[int]:
    return sandbox.act(lambda desk: set(desk.transaction.execute(select(TABLES[entity].c.id)).scalars()))


def copied(world: World, record_id: int) -> Sandbox:
    with world.database.reading() as connection:
        return Sandbox.of_record(connection, record_id, world.now)


def test_every_table_says_whether_it_is_copied() -> None:
    assert COPIES.keys() == Base.metadata.tables.keys()


def test_a_copy_holds_the_record_its_clients_and_what_these_have_elsewhere() -> None:
    world = World()
    firm = world.act(lambda desk: desk.create_company({"title": "Acme"}).id)
    jean, colleague, stranger = world.contact(company=firm), world.contact(company=firm), world.contact()
    deal, other = world.deal(contacts=[jean], company=firm), world.deal(contacts=[jean])
    of_colleague, unrelated = world.deal(contacts=[colleague]), world.deal(contacts=[stranger])
    with copied(world, deal) as sandbox:
        assert ids(sandbox, "deal") == {deal, other, of_colleague}
        assert ids(sandbox, "contact") == {jean, colleague}
        assert ids(sandbox, "company") == {firm}
    assert unrelated


def test_what_was_deleted_cannot_be_copied() -> None:
    world = World()
    deal = world.deal()
    world.act(lambda desk: desk.delete_records([desk.record(deal)]))
    with pytest.raises(NotFound):
        copied(world, deal)


def test_passwords_do_not_go_into_the_sandbox() -> None:
    world = World()
    world.act(lambda desk: desk.create_user("Boris Le", "boris@roofs.example", password_hash="a hash"))
    with copied(world, world.deal()) as sandbox:
        assert sandbox.act(lambda desk: {user["password_hash"] for user in desk.people().values()}) == {None}


def test_of_a_long_exceptions_list_only_what_concerns_the_client_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.copying.MOST_EXCEPTIONS", 2)
    world = World()
    deal = world.deal(contacts=[world.contact(emails=["jean@mail.client.example"])])
    world.act(lambda desk: desk.import_exceptions(["jean@mail.client.example", "@client.example", "@other.example", "+33 6 12 34 56 78"]))
    with copied(world, deal) as sandbox:
        found = sandbox.act(lambda desk: set(desk.transaction.execute(select(Exception_.value)).scalars()))
    assert found == {"jean@mail.client.example", "@client.example"}


def test_what_is_made_in_a_copy_is_numbered_far_from_what_was_copied() -> None:
    world = World()
    deal = world.deal()
    with copied(world, deal) as sandbox:
        sandbox.act(lambda desk: desk.add_comment(desk.record(deal), "Rehearsed"))
        assert min(ids(sandbox, "comment")) > FIRST_NEW_ID


def test_timers_fire_in_order_at_their_own_time() -> None:
    with Sandbox(MONDAY) as sandbox:
        world = World(sandbox.database)
        nodes = {"late": comment("{{ now }}", **after(2, "days")), "early": comment("{{ now }}", **after(1, "days"))}
        world.rules("sales/talks", nodes, [["start", "late"], ["start", "early"]])
        deal = world.deal()
        sandbox.act(lambda desk: desk.move(desk.record(deal), "sales/talks"))
        sandbox.play(MONDAY + timedelta(days=10))
        assert [text[:10] for text in world.comments(deal)] == ["6 Jan 2026", "7 Jan 2026"]
        assert sandbox.now == MONDAY + timedelta(days=10)


def test_it_plays_until_nothing_is_to_come_and_no_further() -> None:
    with Sandbox(MONDAY) as sandbox:
        world = World(sandbox.database)
        world.rules("sales/talks", {"n1": comment("Years later", **after(3, "years"))})
        deal = world.deal()
        sandbox.act(lambda desk: desk.move(desk.record(deal), "sales/talks"))
        sandbox.play()
        assert world.comments(deal) == ["Years later"]
        assert sandbox.now.year == 2029


def test_rules_that_never_come_to_an_end_are_left_at_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.sandbox.MOST_WAKINGS", 3)
    with Sandbox(MONDAY) as sandbox:
        world = World(sandbox.database)
        world.rules("sales/new", {"n1": to_stage("sales/talks", **after(1, "weeks"))})
        world.rules("sales/talks", {"n1": to_stage("sales/new", **after(1, "weeks"))})
        world.deal()
        sandbox.play()
        assert sandbox.is_cut_off


def test_what_is_posted_counts_as_sent_at_once() -> None:
    with Sandbox(MONDAY) as sandbox:
        deal = World(sandbox.database).deal()
        sandbox.act(lambda desk: desk.post("email", {"to": "jean@client.example"}, desk.record(deal)))
        sandbox.settle()
        outgoing = sandbox.act(lambda desk: desk.transaction.rows(select(table_of(Outgoing)), table_of(Outgoing)))
        assert [row["state"] for row in outgoing] == ["sent"]


def test_nothing_gets_out_of_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody wanted to get out")

    with Sandbox(MONDAY) as sandbox:
        deal = World(sandbox.database).deal()
        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(builtins, "open", refuse)
        for channel in ("email", "sms", "webhook"):
            sandbox.act(lambda desk, channel=channel: desk.post(channel, {"url": "http://127.0.0.1:9/"}, desk.record(deal)))
        sandbox.play()
        assert sandbox.act(lambda desk: set(desk.transaction.execute(select(Outgoing.state)).scalars())) == {"sent"}


def test_a_sandbox_that_is_used_again_is_empty() -> None:
    for _ in range(6):
        with Sandbox(MONDAY) as sandbox:
            assert not ids(sandbox, "user")
            World(sandbox.database).deal()
