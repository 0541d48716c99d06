"""The steps of a scenario: what each does to the world, by the key that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from sqlalchemy import select

from crm.actor import CLIENT, SYSTEM, Actor
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import NotFound
from crm.incoming import IncomingCall, IncomingEmail, IncomingForm
from crm.transaction import Row
from crm.words import phrase
from runtime.engine import publishing, undoing
from runtime.engine.models import Run
from runtime.language.instants import at_clock, on_wall
from runtime.scenario import expectations
from runtime.scenario.frame import CHAIN, FIELDS, RECORD, RECORD_GIVEN, ROW, STAGE, USER
from runtime.scenario.shapes import Fields, Named, OneAtLeast, OneOf, Shape
from runtime.scenario.values import FLAG, INSTANT, LENGTH, LINE, LONG
from runtime.scenario.world import BadScenario, World, placed

_RUN = table_of(Run)
_ACTIVITIES = TABLES["activity"]
_BY: Mapping[str, Shape] = {"by": USER}


@dataclass(frozen=True)
class StepKind:
    """A kind of step: what it looks like, and what it does."""

    shape: Shape
    do: Callable[[World, Mapping[str, Any]], None]


def move(world: World, step: Mapping[str, Any]) -> None:
    """A person moves the record."""
    _by_person(world, step, step["move"], lambda desk, row: desk.move(row, step["to"]))


def create(world: World, step: Mapping[str, Any]) -> None:
    """A new record appears on its stage; its rules start."""
    given = step["create"]

    def make(desk: Desk) -> None:
        with placed("create"):
            values = world.given_values(desk, given["entity"], given)
        actor = world.actor(desk, step.get("by") or given.get("responsible"))
        world.create_record(_desk_of(desk, actor), given, values)

    world.sandbox.act(make)


def update(world: World, step: Mapping[str, Any]) -> None:
    """A person edits fields, and may move the record in the same save."""

    def edit(desk: Desk, row: Row) -> None:
        entity = world.entity(step["update"])
        with placed("fields"):
            values = world.values(desk, entity, step.get("fields", {}))
        if entity in ("lead", "deal"):
            desk.edit_record(row, values, stage=step.get("stage"))
        else:
            desk.edit_client(row, values)

    _by_person(world, step, step["update"], edit)


def delete(world: World, step: Mapping[str, Any]) -> None:
    """To the recycle bin."""
    _by_person(world, step, step["delete"], lambda desk, row: desk.delete_records([row]))


def restore(world: World, step: Mapping[str, Any]) -> None:
    """From the recycle bin, with what went there with it."""

    def bring_back(desk: Desk, row: Row) -> None:
        if row["bin_id"] is None:
            raise NotFound(phrase("This is not in the recycle bin."))
        desk.restore(row["bin_id"])

    _by_person(world, step, step["restore"], bring_back)


def advance(world: World, step: Mapping[str, Any]) -> None:
    """The clock goes on by a length of time; from days on the clock time stays the same."""
    count, unit = step["advance"].split(" ")
    try:
        until = later(world, int(count), unit.rstrip("s"))
    except (OverflowError, ValueError):
        raise BadScenario.at("advance", phrase("The calendar ends before that.")) from None
    world.sandbox.play(until)


def advance_to(world: World, step: Mapping[str, Any]) -> None:
    """The clock goes on to a moment."""
    until = datetime.fromisoformat(step["advance_to"])
    if until < world.sandbox.now:
        raise BadScenario.at("advance_to", phrase("The clock of a scenario cannot go back."))
    world.sandbox.play(until)


def email(world: World, step: Mapping[str, Any]) -> None:
    """An e-mail comes in."""
    given = step["email"]
    name, address = parseaddr(given["from"])
    told = IncomingEmail(
        sender=address or given["from"],
        sender_name=name or None,
        recipients=(given["to"],) if given.get("to") else (),
        subject=given.get("subject", ""),
        text=given.get("text", ""),
    )
    world.sandbox.act(lambda desk: desk.take_in_email(told), CLIENT)


def call(world: World, step: Mapping[str, Any]) -> None:
    """A call comes in."""
    given = step["call"]
    told = IncomingCall(given["from"], answered=given.get("answered", True), line=given.get("line"))
    world.sandbox.act(lambda desk: desk.take_in_call(told), CLIENT)


def form(world: World, step: Mapping[str, Any]) -> None:
    """A web form comes in."""
    given = step["form"]
    told = IncomingForm(
        {key: given[key] for key in ("name", "email", "phone") if key in given}, form=given.get("form"), title=given.get("title")
    )
    world.sandbox.act(lambda desk: desk.take_in_form(told), CLIENT)


def complete(world: World, step: Mapping[str, Any]) -> None:
    """A person closes an open task or activity."""
    given = step["complete"]
    _by_person(world, step, given["of"], lambda desk, row: desk.complete_activity(_activity(desk, row, given, is_open=True)))


def reopen(world: World, step: Mapping[str, Any]) -> None:
    """A person reopens a closed task or activity."""
    given = step["reopen"]
    _by_person(world, step, given["of"], lambda desk, row: desk.reopen_activity(_activity(desk, row, given, is_open=False)))


def publish(world: World, step: Mapping[str, Any]) -> None:
    """A newer version of the rules of a stage."""
    with placed("chain"):
        _as_admin(
            world, step, lambda desk: world.publish(desk, step["publish"], step["chain"], step.get("running", "finish"), step.get("by"))
        )


def switch(world: World, step: Mapping[str, Any]) -> None:
    """The rules of a stage off and on."""

    def turn(desk: Desk) -> None:
        publishing.switch(desk, publishing.chain_of(desk, desk.stage(step["switch"])), step["on"])

    _as_admin(world, step, turn)


def undo(world: World, step: Mapping[str, Any]) -> None:
    """The last run on a record is undone; where that has been undone already, the one before it."""

    def take_back(desk: Desk) -> None:
        record_id = world.id(step["undo"]["run_of"])
        runs = desk.transaction.rows(select(_RUN).where(_RUN.c.record_id == record_id).order_by(_RUN.c.id.desc()), _RUN)
        if not runs:
            raise NotFound(phrase("There is no run to undo."))
        undoing.undo_run(desk, next((run for run in runs if run["undone_by"] is None), runs[0]).id)

    _as_admin(world, step, take_back)


def expect(world: World, step: Mapping[str, Any]) -> None:
    """What must hold in between."""
    expectations.must_hold(world, step["expect"])


def later(world: World, count: int, unit: str) -> datetime:
    """The clock of a scenario moved on."""
    now = world.sandbox.now
    if unit in ("minute", "hour"):
        return now + timedelta(**{f"{unit}s": count})
    wall = on_wall(now, world.zone)
    if unit in ("day", "week"):
        return at_clock(wall + timedelta(days=count * (7 if unit == "week" else 1)), world.zone)
    months = wall.year * 12 + wall.month - 1 + count * (12 if unit == "year" else 1)
    return at_clock(_on_day(wall, months // 12, months % 12 + 1), world.zone)


def _on_day(wall: datetime, year: int, month: int) -> datetime:
    for day in range(wall.day, 27, -1):
        try:
            return wall.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return wall.replace(year=year, month=month)


def _by_person(world: World, step: Mapping[str, Any], key: str, work: Callable[[Desk, Row], object]) -> None:
    def act(desk: Desk) -> None:
        row = world.row(desk, key) if "restore" in step else world.row_that_is_there(desk, key)
        work(_desk_of(desk, world.actor(desk, step.get("by"), key)), row)

    world.sandbox.act(act)


def _as_admin(world: World, step: Mapping[str, Any], work: Callable[[Desk], object]) -> None:
    """By the person who is named, else by the publisher, else (where that is no admin) by the system."""

    def act(desk: Desk) -> None:
        actor = world.actor(desk, step.get("by"))
        work(_desk_of(desk, actor if "by" in step or actor.role == "admin" else SYSTEM))

    world.sandbox.act(act)


def _desk_of(desk: Desk, actor: Actor) -> Desk:
    return Desk(desk.transaction, actor, desk.now)


def _activity(desk: Desk, record: Row, given: Mapping[str, Any], *, is_open: bool) -> Row:
    statement = select(_ACTIVITIES).where(
        _ACTIVITIES.c.record_id == record.id, _ACTIVITIES.c.open == is_open, _ACTIVITIES.c.deleted_at.is_(None)
    )
    wanted = given.get("task", given.get("activity"))
    for row in desk.transaction.rows(statement.order_by(_ACTIVITIES.c.id), _ACTIVITIES):
        if wanted in f"{row['subject']}\n{row['text'] or ''}" and ("task" not in given or row["kind"] == "task"):
            return row
    raise NotFound(phrase("There is no such activity on the record."))


def _closing(name: str) -> Shape:
    both = {kind: Fields({name: Fields({kind: LINE, "of": RECORD})}, _BY) for kind in ("task", "activity")}
    return _Either(name, both)


@dataclass(frozen=True)
class _Either(Shape):
    """A step about a task or about any activity, told apart within."""

    name: str
    by_kind: Mapping[str, Shape]

    def read(self, value: Any, where: str, seen: Any) -> None:
        inside = value.get(self.name)
        self.by_kind["task" if isinstance(inside, dict) and "task" in inside else "activity"].read(value, where, seen)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [shape.schema() for shape in self.by_kind.values()]}


STEPS: Mapping[str, StepKind] = {
    "move": StepKind(Fields({"move": RECORD, "to": STAGE}, _BY), move),
    "create": StepKind(Fields({"create": RECORD_GIVEN}, _BY), create),
    "update": StepKind(Fields({"update": ROW}, {"fields": FIELDS, "stage": STAGE, **_BY}), update),
    "delete": StepKind(Fields({"delete": ROW}, _BY), delete),
    "restore": StepKind(Fields({"restore": ROW}, _BY), restore),
    "advance": StepKind(Fields({"advance": LENGTH}), advance),
    "advance_to": StepKind(Fields({"advance_to": INSTANT}), advance_to),
    "email": StepKind(Fields({"email": Fields({"from": LINE}, {"to": LINE, "subject": LINE, "text": LONG})}), email),
    "call": StepKind(Fields({"call": Fields({"from": LINE}, {"answered": FLAG, "line": LINE})}), call),
    "form": StepKind(
        Fields(
            {"form": OneAtLeast(Fields({}, {"name": LINE, "email": LINE, "phone": LINE, "title": LINE, "form": LINE}), ("email", "phone"))}
        ),
        form,
    ),
    "complete": StepKind(_closing("complete"), complete),
    "reopen": StepKind(_closing("reopen"), reopen),
    "publish": StepKind(Fields({"publish": STAGE, "chain": CHAIN}, {"running": OneOf(("finish", "move", "stop")), **_BY}), publish),
    "switch": StepKind(Fields({"switch": STAGE, "on": FLAG}, _BY), switch),
    "undo": StepKind(Fields({"undo": Fields({"run_of": RECORD})}, _BY), undo),
    "expect": StepKind(Fields({"expect": expectations.SHAPE}), expect),
}
# Steps of the format whose subject this product does not have (yet); a scenario that uses one is told so.
UNPLAYED = ("called", "opened", "clicked", "viewed", "end_wait", "webhook", "pay", "refuse")
SHAPE = Named({name: kind.shape for name, kind in STEPS.items()}, phrase("a step"), UNPLAYED)
