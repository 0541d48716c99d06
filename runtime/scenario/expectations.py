"""What a scenario expects: what each expectation asks of the world, by the key that names it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import RulewrightError
from crm.history import sentence
from crm.models import Effect, Outgoing
from crm.reach import normal_domain, normal_email, normal_phone
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine.models import Run, StepRow
from runtime.engine.states import RunState, StepState
from runtime.scenario.counting import ENTITIES, count, fits, shown
from runtime.scenario.frame import FIELDS, RECORD, ROW, STAGE, USER
from runtime.scenario.shapes import Fields, ListOf, MapOf, Named, OneAtLeast, OneOf, OrNull, Shape
from runtime.scenario.values import ANYTHING, COUNT, LINE, REGEX
from runtime.scenario.world import World, placed
from runtime.told import LookedUp

_RUN, _STEP, _EFFECT, _OUTGOING = (table_of(model) for model in (Run, StepRow, Effect, Outgoing))
STATES = ("done", "skipped", "failed", "sleeping", "holding", "cancelled", "unknown", "dead", "absent")
_TROUBLE = (StepState.FAILED.value, StepState.DEAD.value, StepState.UNKNOWN.value)


class NotAsExpected(RulewrightError):
    """Something else was found than was expected."""


@dataclass(frozen=True)
class Found:
    """Whether an expectation holds, and what was found."""

    holds: bool
    told: str


Ask = Callable[[World, Desk, Mapping[str, Any]], Found]


def must_hold(world: World, expectation: Mapping[str, Any]) -> None:
    """Raise ``NotAsExpected`` with the expectation and what was found instead."""
    ask = next(ask for name, (_, ask) in EXPECTATIONS.items() if name in expectation)
    found = world.sandbox.act(lambda desk: ask(world, desk, expectation))
    if not found.holds:
        expected = json.dumps(expectation, ensure_ascii=False)
        raise NotAsExpected(phrase("expected {expected}, found {found}", expected=expected, found=found.told))


def _exceptions(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    wanted = [_normal(each, desk.settings.region) for each in expectation["exceptions"]]
    return Found(set(wanted) <= _listed(desk), _told(sorted(_listed(desk))))


def _no_exceptions(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    unwanted = {_normal(each, desk.settings.region) for each in expectation["no_exceptions"]}
    return Found(not unwanted & _listed(desk), _told(sorted(_listed(desk))))


def _deleted(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    alive = [key for key in expectation["deleted"] if world.row(desk, key)["deleted_at"] is None]
    return Found(not alive, f"{_told(alive)} not deleted")


def _alive(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    deleted = [key for key in expectation["alive"] if world.row(desk, key)["deleted_at"] is not None]
    return Found(not deleted, f"{_told(deleted)} deleted")


def _record(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    row = world.row(desk, expectation["record"])
    wanted = {key: expectation[key] for key in ("stage", "responsible", "title") if key in expectation}
    others = [key for key, value in wanted.items() if not fits(world, desk, row, key, value, exactly=True)]
    with placed("fields"):
        others += [key for key, value in expectation.get("fields", {}).items() if not fits(world, desk, row, key, value, exactly=True)]
    return Found(not others, ", ".join(f"{key} {shown(world, desk, row, key)}" for key in others))


def _count(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    found = count(world, desk, expectation["count"], expectation.get("where", {}))
    return Found(found == expectation["equals"], str(found))


def _timeline(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    record_id = world.id(expectation["timeline"])
    texts = []
    for entity in ("comment", "activity"):
        table = TABLES[entity]
        statement = select(table).where(table.c.record_id == record_id, table.c.deleted_at.is_(None)).order_by(table.c.id)
        texts += [f"{row.get('subject') or ''}\n{row.get('text') or ''}".strip() for row in desk.transaction.rows(statement, table)]
    return _contains(texts, expectation)


def _history(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    row_id = world.id(expectation["history"])
    about = or_(_EFFECT.c.record_id == row_id, _EFFECT.c.entity_id == row_id)
    effects = desk.transaction.rows(select(_EFFECT).where(about).order_by(_EFFECT.c.id), _EFFECT)
    shown_effects = [effect for effect in effects if effect["kind"] != "log.written" or effect["undone_by"] is None]
    names = LookedUp(desk.transaction.connection, shown_effects)
    return _contains([str(sentence(effect, names)) for effect in shown_effects], expectation)


def _run(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    step = _newest_step(world, desk, expectation["run"], expectation["node"])
    state = step["state"] if step is not None else "absent"
    says = f": {Phrase.from_json(step['says'])}" if step is not None and step["says"] else ""
    return Found(state == expectation["state"], f"{state}{says}")


def _runs(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    found = len(_runs_of(world, desk, expectation["runs"]))
    return Found(found == expectation["equals"], str(found))


def _stopped(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    states = [run["state"] for run in _runs_of(world, desk, expectation["stopped"])]
    return Found(RunState.STOPPED.value in states, f"runs {_told(states)}")


def _inbox(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    runs = _runs_of(world, desk, expectation["inbox"])
    steps = select(_STEP).where(_STEP.c.run_id.in_([run.id for run in runs]), _STEP.c.state.in_(_TROUBLE)).order_by(_STEP.c.id)
    told = [step["says"] for step in desk.transaction.rows(steps, _STEP) if step["says"]]
    told += [run["reason"] for run in runs if run["reason"] and run["state"] == RunState.STOPPED.value]
    return _contains([str(Phrase.from_json(each)) for each in told], expectation)


def _output(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    step = _newest_step(world, desk, expectation["output"], expectation["node"])
    outputs = (step["outputs"] or {}) if step is not None else {}
    value = outputs.get(expectation["name"])
    holds = value is not None and re.search(expectation["matches"], str(value)) is not None
    return Found(holds, _told(outputs))


def _sent(world: World, desk: Desk, expectation: Mapping[str, Any]) -> Found:
    found = len(desk.transaction.rows(select(_OUTGOING).where(_OUTGOING.c.state == "sent"), _OUTGOING))
    return Found(found == expectation["sent"], str(found))


def _listed(desk: Desk) -> set[str]:
    return set(desk.transaction.execute(select(TABLES["exception"].c.value)).scalars())


def _normal(written: str, region: str) -> str:
    if written.strip().startswith("@"):
        return normal_domain(written) or written
    return normal_email(written) or normal_phone(written, region) or normal_domain(written) or written


def _runs_of(world: World, desk: Desk, key: str) -> list[Row]:
    return desk.transaction.rows(select(_RUN).where(_RUN.c.record_id == world.id(key)).order_by(_RUN.c.id), _RUN)


def _newest_step(world: World, desk: Desk, key: str, node: str) -> Row | None:
    runs = _runs_of(world, desk, key)
    if not runs:
        return None
    found = desk.transaction.rows(select(_STEP).where(_STEP.c.run_id == runs[-1].id, _STEP.c.node == node), _STEP)
    return found[0] if found else None


def _contains(texts: Iterable[str], expectation: Mapping[str, Any]) -> Found:
    entries = list(texts)
    has, lacks = expectation.get("contains"), expectation.get("not_contains")
    holds = (has is None or any(has in entry for entry in entries)) and (lacks is None or not any(lacks in entry for entry in entries))
    return Found(holds, _told(entries))


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _text(name: str, key: Shape) -> Shape:
    return OneAtLeast(Fields({name: key}, {"contains": LINE, "not_contains": LINE}), ("contains", "not_contains"))


EXPECTATIONS: Mapping[str, tuple[Shape, Ask]] = {
    "exceptions": (Fields({"exceptions": ListOf(LINE)}), _exceptions),
    "no_exceptions": (Fields({"no_exceptions": ListOf(LINE)}), _no_exceptions),
    "deleted": (Fields({"deleted": ListOf(ROW)}), _deleted),
    "alive": (Fields({"alive": ListOf(ROW)}), _alive),
    "record": (Fields({"record": RECORD}, {"stage": STAGE, "responsible": OrNull(USER), "title": LINE, "fields": FIELDS}), _record),
    "count": (Fields({"count": OneOf(ENTITIES), "equals": COUNT}, {"where": MapOf(ANYTHING)}), _count),
    "timeline": (_text("timeline", RECORD), _timeline),
    "history": (_text("history", ROW), _history),
    "run": (Fields({"run": RECORD, "node": LINE, "state": OneOf(STATES)}), _run),
    "runs": (Fields({"runs": RECORD, "equals": COUNT}), _runs),
    "stopped": (Fields({"stopped": RECORD}), _stopped),
    "inbox": (_text("inbox", RECORD), _inbox),
    "output": (Fields({"output": RECORD, "node": LINE, "name": LINE, "matches": REGEX}), _output),
    "sent": (Fields({"sent": COUNT}), _sent),
}
SHAPE = Named({name: shape for name, (shape, _) in EXPECTATIONS.items()}, phrase("an expectation"))
