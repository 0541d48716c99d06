"""Rehearses the draft of a stage on one real record: the real engine in the sandbox, played forward, and what came of it in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select

from crm import access, events
from crm.actor import Actor
from crm.database import Database
from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import NotAllowed
from crm.history import FieldChange, changes, sentence
from crm.models import Effect
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.engine import publishing
from runtime.engine.models import ChainRow, Run, StepRow, Version
from runtime.names import Names
from runtime.sandbox import Sandbox
from runtime.told import LookedUp, rule_title

HORIZON = timedelta(days=731)
_RUN, _STEP, _EFFECT, _VERSION, _CHAIN = (table_of(model) for model in (Run, StepRow, Effect, Version, ChainRow))
_REHEARSED = phrase("Rehearsed.")
Means = Literal["forever", "outgoing"]


@dataclass(frozen=True)
class Consequence:
    """One effect in words. ``changes`` are the fields that it changed; ``before`` and ``after`` are all that was kept of it."""

    at: datetime
    kind: str
    entity: str
    entity_id: int
    title: str
    says: Phrase
    changes: tuple[FieldChange, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    means: Means | None


@dataclass(frozen=True)
class RehearsedStep:
    """One node of one run. ``at`` is when it ended, or is due; ``run`` is the number of its run."""

    run: int
    node: str
    rule: str
    title: Phrase | str
    state: str
    at: datetime
    due_at: datetime | None
    says: Phrase | None
    exit: str | None
    consequences: tuple[Consequence, ...]


@dataclass(frozen=True)
class RehearsedRun:
    """A run; ``caused_by`` is the number of the run whose rule caused it, None for the one that is rehearsed."""

    number: int
    caused_by: int | None
    stage: str
    record_id: int
    title: str
    state: str
    reason: Phrase | None
    began_at: datetime


@dataclass(frozen=True)
class Rehearsal:
    """What would happen. ``stage`` is where the record ends, None where it is deleted; ``next_due`` is what lies beyond the horizon."""

    began_at: datetime
    runs: tuple[RehearsedRun, ...]
    steps: tuple[RehearsedStep, ...]
    by_hand: tuple[Consequence, ...]
    stage: str | None
    next_due: datetime | None
    is_cut_off: bool

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        """All that the rules would do, in order."""
        return tuple(each for step in self.steps for each in step.consequences)

    @property
    def forever(self) -> tuple[Consequence, ...]:
        """What would be deleted."""
        return tuple(each for each in self.consequences if each.means == "forever")

    @property
    def outgoing(self) -> tuple[Consequence, ...]:
        """What would leave the house."""
        return tuple(each for each in self.consequences if each.means == "outgoing")


def rehearse(
    database: Database,
    record_id: int,
    stage: str,
    draft: Mapping[str, Any],
    names: Names,
    *,
    actor: Actor,
    now: datetime,
    horizon: timedelta = HORIZON,
) -> Rehearsal:
    """What would happen to a record if it entered ``stage`` now and ``draft`` were its rules, published by ``actor``.

    Nothing real changes. Raises ``Invalid`` with everything that keeps the draft from running, ``NotFound``, and ``NotAllowed``
    where the person may not preview rules or not move the record.
    """
    if not access.may(actor, "rules.preview"):
        raise NotAllowed
    with database.reading() as connection:
        sandbox = Sandbox.of_record(connection, record_id, now)
    with sandbox:
        sandbox.act(lambda desk: _publish(desk, stage, draft, names, actor))
        earlier = sandbox.act(lambda desk: {run.id for run in desk.transaction.rows(select(_RUN), _RUN)})
        sandbox.act(lambda desk: _enter(desk, record_id, stage), actor)
        sandbox.play(now + horizon)
        to_come = sandbox.next_due(), sandbox.is_cut_off
        return sandbox.act(lambda desk: _report(desk, record_id, now, earlier, *to_come))


def _publish(desk: Desk, stage: str, draft: Mapping[str, Any], names: Names, actor: Actor) -> None:
    chain = publishing.chain_of(desk, desk.stage(stage))
    publishing.save_draft(desk, chain, draft, number=chain["draft_number"], says=_REHEARSED)
    publishing.publish(desk, chain, names, publisher=actor.user_id)
    publishing.switch(desk, chain, on=True)


def _enter(desk: Desk, record_id: int, stage: str) -> None:
    """Move the record there; where it stands there already, it enters anew."""
    record = desk.record(record_id)
    if desk.move(record, stage).count:
        return
    head = desk.lock([record.id])[record.id]
    left = head["entry_id"]
    desk.transaction.update(record, {"stage_entered_at": desk.now})
    entry = events.Entry(record, desk.enter(record, head, record["stage_id"]), left)
    events.send(desk, events.StageEntered([entry]))


def _report(desk: Desk, record_id: int, began_at: datetime, earlier: set[bytes], next_due: datetime | None, is_cut_off: bool) -> Rehearsal:
    runs = [run for run in desk.transaction.rows(select(_RUN).order_by(_RUN.c.id), _RUN) if run.id not in earlier]
    steps = desk.transaction.rows(select(_STEP).where(_STEP.c.run_id.in_([run.id for run in runs])).order_by(_STEP.c.id), _STEP)
    effects = desk.transaction.rows(select(_EFFECT).order_by(_EFFECT.c.id), _EFFECT)
    names = LookedUp(desk.transaction.connection, effects)
    by_step: dict[bytes | None, list[Consequence]] = defaultdict(list)
    for effect in effects:
        by_step[effect["step"]].append(_consequence(effect, names))
    record = desk.transaction.get(TABLES["deal"], record_id)
    stays = record is not None and record["deleted_at"] is None
    return Rehearsal(
        began_at=began_at,
        runs=tuple(_runs(desk, runs, steps, names)),
        steps=tuple(_steps(desk, runs, steps, by_step)),
        by_hand=tuple(by_step[None]),
        stage=desk.stage_reference(record["stage_id"]) if record is not None and stays else None,
        next_due=next_due,
        is_cut_off=is_cut_off,
    )


def _runs(desk: Desk, runs: Sequence[Row], steps: Sequence[Row], names: LookedUp) -> Iterator[RehearsedRun]:
    numbers = {run.id: number for number, run in enumerate(runs, 1)}
    run_of_step = {step.id: step["run_id"] for step in steps}
    chains = desk.transaction.load(_CHAIN, {run["chain_id"] for run in runs})
    for run in runs:
        record = desk.transaction.get(TABLES["deal"], run["record_id"])
        yield RehearsedRun(
            number=numbers[run.id],
            caused_by=numbers.get(run_of_step.get(run["cause"], b"")),
            stage=chains[run["chain_id"]]["stage"],
            record_id=run["record_id"],
            title=names.title(record["entity"], record.id) if record is not None else "",
            state=run["state"],
            reason=Phrase.from_json(run["reason"]) if run["reason"] else None,
            began_at=run["started_at"],
        )


def _steps(
    desk: Desk, runs: Sequence[Row], steps: Sequence[Row], by_step: Mapping[bytes | None, Sequence[Consequence]]
) -> list[RehearsedStep]:
    numbers = {run.id: (number, run["version_id"]) for number, run in enumerate(runs, 1)}
    versions = desk.transaction.load(_VERSION, {run["version_id"] for run in runs})
    told = []
    for step in steps:
        number, version_id = numbers[step["run_id"]]
        graph = versions[version_id]["graph"]
        told.append(
            RehearsedStep(
                run=number,
                node=step["node"],
                rule=graph["nodes"].get(step["node"], {}).get("rule", ""),
                title=rule_title(graph, step["node"]),
                state=step["state"],
                at=step["ended_at"] or step["due_at"] or step["reached_at"],
                due_at=step["due_at"],
                says=Phrase.from_json(step["says"]) if step["says"] else None,
                exit=step["exit"],
                consequences=tuple(by_step.get(step.id, ())),
            )
        )
    return sorted(told, key=lambda each: each.at)


def _consequence(effect: Row, names: LookedUp) -> Consequence:
    told = effect["before"] or effect["after"] or {}
    title = told.get("title") or names.title(effect["entity"], effect["entity_id"])
    return Consequence(
        at=effect["at"],
        kind=effect["kind"],
        entity=effect["entity"],
        entity_id=effect["entity_id"],
        title=str(title),
        says=sentence(effect, names),
        changes=changes(effect, names),
        before=effect["before"],
        after=effect["after"],
        means=_means(effect["kind"]),
    )


def _means(kind: str) -> Means | None:
    if kind.endswith(".posted"):
        return "outgoing"
    return "forever" if kind.endswith((".deleted", ".removed")) else None
