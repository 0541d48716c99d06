"""The states of runs and steps, and the only changes between them that are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from crm.errors import RulewrightError
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase


class StepState(StrEnum):
    """``sleeping``: its run time has not come; ``holding``: it has begun and waits for a client, a task, a sender."""

    READY = "ready"
    SLEEPING = "sleeping"
    HOLDING = "holding"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    DEAD = "dead"


class RunState(StrEnum):
    """``parked``: nothing can be done now; ``paused``: its chain is off; ``stopped``: by a limit or a rule."""

    READY = "ready"
    RUNNING = "running"
    PARKED = "parked"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S, _R = StepState, RunState
PENDING_STEPS = (_S.READY, _S.SLEEPING, _S.HOLDING)
LIVE_RUNS = (_R.READY, _R.RUNNING, _R.PARKED, _R.PAUSED)
_ENDS = frozenset({_S.DONE, _S.SKIPPED, _S.FAILED, _S.UNKNOWN, _S.CANCELLED, _S.DEAD})

# Failed, unknown and dead steps can be tried again by a person; the rest of the ends are final.
STEPS: Mapping[StepState, frozenset[StepState]] = {
    _S.READY: frozenset({_S.SLEEPING, _S.HOLDING}) | _ENDS,
    _S.SLEEPING: frozenset({_S.READY, _S.SKIPPED, _S.CANCELLED}),
    _S.HOLDING: frozenset({_S.READY, _S.DONE, _S.FAILED, _S.UNKNOWN, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.SKIPPED: frozenset(),
    _S.FAILED: frozenset({_S.READY}),
    _S.UNKNOWN: frozenset({_S.READY, _S.DONE}),
    _S.CANCELLED: frozenset(),
    _S.DEAD: frozenset({_S.READY, _S.CANCELLED}),
}
RUNS: Mapping[RunState, frozenset[RunState]] = {
    _R.READY: frozenset({_R.RUNNING, _R.PAUSED, _R.CANCELLED, _R.STOPPED}),
    _R.RUNNING: frozenset(set(_R) - {_R.RUNNING}),
    _R.PARKED: frozenset({_R.READY, _R.PAUSED, _R.CANCELLED, _R.FINISHED, _R.FAILED, _R.STOPPED}),
    _R.PAUSED: frozenset({_R.READY, _R.PARKED, _R.CANCELLED, _R.STOPPED}),
    _R.FINISHED: frozenset(),
    _R.STOPPED: frozenset({_R.READY, _R.CANCELLED}),
    _R.FAILED: frozenset({_R.READY, _R.CANCELLED}),
    _R.CANCELLED: frozenset(),
}


class WrongTransition(RulewrightError):
    """A run or step cannot go from the one state to the other."""


def turn_step(transaction: Transaction, step: Row, state: StepState, now: datetime, **changes: object) -> None:
    """Bring a step into another state; an end state also notes when."""
    if state not in STEPS[StepState(step["state"])]:
        raise WrongTransition(phrase("A step cannot go from {old} to {new}.", old=step["state"], new=state.value))
    ended = now if state in _ENDS else None
    transaction.update(step, {"state": state.value, "ended_at": ended, **changes})


def turn_run(transaction: Transaction, run: Row, state: RunState, now: datetime, reason: Phrase | None = None, **changes: object) -> None:
    """Bring a run into another state; whoever worked on it no longer owns it."""
    if state not in RUNS[RunState(run["state"])]:
        raise WrongTransition(phrase("A run cannot go from {old} to {new}.", old=run["state"], new=state.value))
    told = {"reason": reason.as_json()} if reason is not None else {}
    ended = None if state in LIVE_RUNS else now
    owned = {} if state is RunState.RUNNING else {"owner": None, "lease_until": None}
    transaction.update(run, {"state": state.value, "ended_at": ended, **owned, **told, **changes})
