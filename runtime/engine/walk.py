"""One run's way through its chain: which step is next, what becomes of it, what follows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from crm.actor import SYSTEM, Actor, Origin
from crm.desk import Desk
from crm.errors import Busy, RulewrightError
from crm.transaction import Row, Transaction
from crm.words import Phrase, phrase
from runtime.engine.limits import broken_by_message
from runtime.engine.scope import RunScope
from runtime.engine.starting import LEFT_STAGE, cancel_rest, reach
from runtime.engine.states import PENDING_STEPS, RunState, StepState, turn_run, turn_step
from runtime.engine.switches import HELD
from runtime.graph import CompiledChain, CompiledNode
from runtime.language.moment import Due
from runtime.rule import Done, Fail, Hold, Outcome, Permanent, Skip, Step, Stop, Temporary

UNPUBLISHED = Actor("rule", role="admin")
TRIES = 6
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
OFF = phrase("The rule is switched off.")
CONDITION = phrase("Its condition did not hold.")
PAST = phrase("Its moment had passed.")
Verdicts = Mapping[tuple[bytes, str], Exception]


class StepBroke(RulewrightError):
    """A step failed after it had changed something; all of it has to be rolled back."""

    def __init__(self, run_id: bytes, node: str, error: Exception) -> None:
        self.run_id, self.node, self.error = run_id, node, error
        super().__init__()


class Walk:
    """Takes one run onward.

    ``verdicts`` tell of steps that broke in a transaction that was rolled back: they are not tried again. ``held`` are the
    kinds of effects that are held back.
    """

    def __init__(
        self,
        transaction: Transaction,
        run: Row,
        record: Row | None,
        chain: CompiledChain | None,
        steps: list[Row],
        now: datetime,
        verdicts: Verdicts,
        held: Collection[str] = (),
    ) -> None:
        self.transaction, self.run, self.record, self.chain, self.now = transaction, run, record, chain, now
        self.steps = {step["node"]: step for step in steps}
        self.verdicts, self.held = verdicts, held
        self.people = Desk(transaction, SYSTEM, now).people()
        self.actor = self._actor()

    def go(self, go_on: Callable[[], bool]) -> bool:
        """Take steps while any is ready; False where ``go_on()`` interrupted it before the run was parked or ended."""
        if self.chain is None or self.record is None:
            self._end(RunState.CANCELLED, phrase("The record or its chain does not exist any more."))
            return True
        publisher = self.people.get(self.run["publisher_id"])
        if publisher is not None and not publisher["active"]:
            says = phrase("{name}, who published these rules, does not work here any more.", name=publisher["name"])
            turn_run(self.transaction, self.run, RunState.PAUSED, self.now, says)
            return True
        while (step := self._next()) is not None:
            if self._stands_back(step):
                return True
            self._take(step, self.chain.nodes.get(step["node"]))
            if self._has_ended_itself(step):
                return True
            if not go_on() and self._next() is not None:
                return False
        self._settle()
        return True

    def follow(self, node: CompiledNode, exit: str | None) -> None:
        """Reach the nodes behind an exit."""
        for target in node.after.get(exit, ()):
            if target not in self.steps:
                place = self.chain.nodes[target].place if self.chain else 0
                self.steps[target] = reach(self.transaction, self.run, target, place, self.now)

    def _next(self) -> Row | None:
        ready = [step for step in self.steps.values() if step["state"] == StepState.READY.value]
        return min(ready, key=lambda step: step["place"], default=None)

    def _stands_back(self, step: Row) -> bool:
        """Whether the step must not be taken now: its kind of effect is held back, or its cause has sent enough."""
        node = self.chain.nodes.get(step["node"]) if self.chain else None
        if node is None or not node.enabled:
            return False
        if node.facts.means in self.held:
            turn_run(self.transaction, self.run, RunState.PAUSED, self.now, HELD)
            return True
        limit = broken_by_message(self.transaction, self.run["root"]) if node.facts.outside else None
        if limit is not None:
            self._end(RunState.STOPPED, limit)
        return limit is not None

    def _take(self, step: Row, node: CompiledNode | None) -> None:
        if node is None:
            turn_step(self.transaction, step, StepState.CANCELLED, self.now, says=phrase("The rule was removed.").as_json())
            return
        if not node.enabled:
            self._leave_out(step, node, OFF)
            return
        desk = self._desk(step)
        scope = RunScope(desk, self._alive(), self._outputs(), self.run["trigger"])
        if node.moment is not None and step["due_at"] is None and not self._has_come(step, node, scope):
            return
        if node.facts.branches:
            self._branch(step, node, node.condition is None or node.condition(scope))
        elif node.condition is not None and not node.condition(scope):
            self._leave_out(step, node, CONDITION, stop=node.stop_otherwise)
        else:
            self._act(step, node, desk, scope)

    def _has_come(self, step: Row, node: CompiledNode, scope: RunScope) -> bool:
        assert node.moment is not None
        zone = scope.zone_of(self._alive()["responsible_id"])
        due = node.moment.due(step["reached_at"], scope, zone, scope.working_time)
        if due is Due.SKIP and step["rescheduled"]:
            return True  # what slept already runs at once where its moment has been moved into the past
        if due is Due.SKIP:
            self._leave_out(step, node, PAST)
            return False
        if isinstance(due, datetime) and due > self.now:
            turn_step(self.transaction, step, StepState.SLEEPING, self.now, due_at=due)
            return False
        return True

    def _branch(self, step: Row, node: CompiledNode, holds: bool) -> None:
        exit = "yes" if holds else "no"
        says = phrase("The condition held.") if holds else phrase("The condition did not hold.")
        turn_step(self.transaction, step, StepState.DONE, self.now, says=says.as_json(), exit=exit, began_at=self.now)
        self.follow(node, exit)

    def _leave_out(self, step: Row, node: CompiledNode, says: Phrase, *, stop: bool = False) -> None:
        turn_step(self.transaction, step, StepState.SKIPPED, self.now, says=says.as_json())
        if not stop and not node.facts.branches:
            self.follow(node, "timeout" if "timeout" in node.exits else None)

    def _act(self, step: Row, node: CompiledNode, desk: Desk, scope: RunScope) -> None:
        self.transaction.update(step, {"began_at": self.now, "attempts": step["attempts"] + 1})
        verdict = self.verdicts.get((self.run.id, node.id))
        if verdict is not None:
            self._fail(step, node, verdict)
            return
        writes = self.transaction.writes
        try:
            self.transaction.memory.pop("ended", None)
            rule = node.resolve(scope)
            outcome = rule.run(Step(desk, self._alive(), self.now, self._seed(node), node.id, node.settings))
        except (DBAPIError, Busy, MemoryError):
            raise
        except Exception as error:  # whatever a rule raises becomes a row that a person can read
            if self.transaction.writes != writes or not isinstance(error, RulewrightError):
                raise StepBroke(self.run.id, node.id, error) from error
            self._fail(step, node, error)
        else:
            self._conclude(step, node, outcome)

    def _conclude(self, step: Row, node: CompiledNode, outcome: Outcome) -> None:
        told: dict[str, Any] = {"says": outcome.says.as_json(), "outputs": outcome.outputs(node.facts.outputs) or None}
        if isinstance(outcome, Hold):
            turn_step(self.transaction, step, StepState.HOLDING, self.now, **told)
            return
        state = {Done: StepState.DONE, Stop: StepState.DONE, Skip: StepState.SKIPPED, Fail: StepState.FAILED}[type(outcome)]
        turn_step(self.transaction, step, state, self.now, **told)
        if isinstance(outcome, Done) and node.facts.ends_run:
            self.transaction.memory.setdefault("ended", set()).add(self.run.id)
        elif isinstance(outcome, Stop):
            if outcome.says.values.get("scope") == "all":
                cancel_rest(self._desk(step), self.run, phrase("The run was stopped by a rule."), but=step.id)
        elif not (isinstance(outcome, Fail) and node.stop_on_error):
            self.follow(node, None)

    def _fail(self, step: Row, node: CompiledNode, error: Exception) -> None:
        if isinstance(error, Temporary) and step["attempts"] < TRIES:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (step["attempts"] - 1))
            turn_step(self.transaction, step, StepState.SLEEPING, self.now, due_at=self.now + pause, says=error.says.as_json())
            return
        known = isinstance(error, RulewrightError)
        says = error.says if isinstance(error, RulewrightError) else phrase("Something unexpected went wrong in this rule.")
        fault = None if known and isinstance(error, (Permanent, Temporary)) else f"{type(error).__name__}: {error}"[:2000]
        turn_step(self.transaction, step, StepState.FAILED, self.now, says=says.as_json(), error=fault)
        if not node.stop_on_error:
            self.follow(node, None)

    def _has_ended_itself(self, step: Row) -> bool:
        """Whether the step has moved or removed the record, and so ended its own run."""
        if self.run.id not in self.transaction.memory.get("ended", ()):
            return False
        self.transaction.memory["ended"].discard(self.run.id)
        cancel_rest(self._desk(step), self.run, LEFT_STAGE, but=step.id)
        self._end(RunState.FINISHED, None)
        return True

    def _settle(self) -> None:
        states = {step["state"] for step in self.steps.values()}
        if states & {state.value for state in PENDING_STEPS}:
            turn_run(self.transaction, self.run, RunState.PARKED, self.now)
        elif states & {StepState.FAILED.value, StepState.DEAD.value}:
            self._end(RunState.FAILED, None)
        else:
            self._end(RunState.FINISHED, None)

    def _end(self, state: RunState, reason: Phrase | None) -> None:
        turn_run(self.transaction, self.run, state, self.now, reason)

    def _desk(self, step: Row) -> Desk:
        origin = Origin(self.run.id, step.id, self.run["root"], self.run["depth"])
        return Desk(self.transaction, self.actor, self.now, origin)

    def _actor(self) -> Actor:
        publisher = self.people.get(self.run["publisher_id"])
        if publisher is None:
            return UNPUBLISHED
        return Actor("rule", publisher.id, publisher["role"], publisher["department_id"])

    def _alive(self) -> Row:
        assert self.record is not None
        return self.record

    def _outputs(self) -> Mapping[str, Mapping[str, Any]]:
        return {node: step["outputs"] for node, step in self.steps.items() if step["outputs"]}

    def _seed(self, node: CompiledNode) -> int:
        """The same for a rehearsal and the run that it rehearses: version, record, node and which stay of the record it is."""
        assert self.chain is not None
        told = f"{self.chain.sha256}/{self.run['record_id']}/{node.id}/{self.run['seq']}"
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")
