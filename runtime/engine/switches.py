"""The emergency switches: everything, one pipeline, or one kind of effect is held back until somebody lets it go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select

from crm.desk import Desk
from crm.entities import TABLES, table_of
from crm.errors import Invalid
from crm.transaction import Row, Transaction
from crm.words import phrase
from runtime.engine.models import ChainRow, Run, StepRow, Switch
from runtime.engine.states import RunState, StepState, turn_run

Kind = Literal["all", "pipeline", "effect"]
MEANS = {"forever": phrase("deleting"), "outgoing": phrase("sending out")}
HELD = phrase("Held back by an emergency switch.")
_SWITCH, _CHAIN, _RUN, _STEP = (table_of(model) for model in (Switch, ChainRow, Run, StepRow))


@dataclass(frozen=True)
class Held:
    """What is held back: everything, the chains of some pipelines (by chain id), some kinds of effects."""

    everything: bool = False
    chains: frozenset[int] = frozenset()
    effects: frozenset[str] = frozenset()


def held(transaction: Transaction) -> Held:
    """What is held back now."""
    on = [(kind, key) for kind, key in transaction.execute(select(_SWITCH.c.kind, _SWITCH.c.key))]
    if not on:
        return Held()
    pipelines = [key for kind, key in on if kind == "pipeline"]
    return Held(
        any(kind == "all" for kind, _ in on),
        frozenset(_chains_of(transaction, pipelines)),
        frozenset(key for kind, key in on if kind == "effect"),
    )


def hold(desk: Desk, kind: Kind, key: str = "") -> None:
    """Hold something back from now on: what falls due waits. ``key`` is a pipeline's key, or forever or outgoing."""
    desk.allow("rules.switch")
    _check(desk, kind, key)
    if desk.transaction.execute(select(_SWITCH.c.key).where(_SWITCH.c.kind == kind, _SWITCH.c.key == key)).first() is None:
        desk.transaction.insert(_SWITCH, {"kind": kind, "key": key, "at": desk.now, "actor_id": desk.actor.user_id})
        desk.audit("rules.held", f"{kind}:{key}", {})


def let_go(desk: Desk, kind: Kind, key: str = "") -> None:
    """Let it go on; what fell due meanwhile runs now."""
    desk.allow("rules.switch")
    desk.transaction.execute(delete(_SWITCH).where(_SWITCH.c.kind == kind, _SWITCH.c.key == key))
    for run in desk.transaction.rows(select(_RUN).where(_RUN.c.state == RunState.PAUSED.value), _RUN):
        if run["reason"] == HELD.as_json():
            _wake(desk, run)
    desk.transaction.memory["kick"] = True
    desk.audit("rules.let_go", f"{kind}:{key}", {})


def _wake(desk: Desk, run: Row) -> None:
    ready = select(_STEP.c.id).where(_STEP.c.run_id == run.id, _STEP.c.state == StepState.READY.value).limit(1)
    state = RunState.READY if desk.transaction.execute(ready).first() else RunState.PARKED
    turn_run(desk.transaction, run, state, desk.now, ready_at=desk.now)
    desk.transaction.update(run, {"reason": None})


def _chains_of(transaction: Transaction, pipelines: list[str]) -> list[int]:
    if not pipelines:
        return []
    stage, pipeline = TABLES["stage"], TABLES["pipeline"]
    statement = (
        select(_CHAIN.c.id)
        .join_from(_CHAIN, stage, stage.c.id == _CHAIN.c.stage_id)
        .join(pipeline, pipeline.c.id == stage.c.pipeline_id)
        .where(pipeline.c.key.in_(pipelines))
    )
    return list(transaction.execute(statement).scalars())


def _check(desk: Desk, kind: str, key: str) -> None:
    known = {
        "all": {""},
        "pipeline": {pipeline["key"] for pipeline in desk.pipelines().values()},
        "effect": set(MEANS),
    }
    if key not in known.get(kind, ()):
        raise Invalid.at("key", phrase("There is nothing of this name to hold back."))
