"""Drives the engine over one database: claims, executes, and falls back to single runs where one of them breaks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from crm.database import Database
from crm.transaction import Transaction
from runtime.engine import claiming, interpreter
from runtime.engine.claiming import MOST_AT_ONCE, Claim
from runtime.engine.versions import CompiledVersions
from runtime.engine.walk import StepBroke, Verdicts

log = logging.getLogger(__name__)
HOLD = 0.020
HOLD_WHILE_SOMEBODY_WAITS = 0.005
BREATH = 0.001
FIRST_PACE = 10
Clock = Callable[[], datetime]


class Driver:
    """Takes ready runs onward. ``clock`` gives the present instant, ``owner`` names the process that works.

    After ``lease`` others may take over what it had claimed.
    """

    def __init__(self, database: Database, clock: Clock, owner: str = "here", lease: timedelta = claiming.LEASE) -> None:
        self.database, self.clock, self.owner, self.lease = database, clock, owner, lease
        self.versions = CompiledVersions()
        self._pace = FIRST_PACE

    def claim(self) -> list[Claim]:
        """Claim ready runs."""
        now = self.clock()
        return self.database.writing(lambda transaction: claiming.claim(transaction, now, self.owner, lease=self.lease))

    def drain_once(self) -> int:
        """Claim once and take those runs as far as they go; returns how many they were."""
        claims = self.claim()
        self.finish([each for each in claims if not each.alone])
        for each in claims:
            if each.alone:
                self._single(each, one_step=True)
        return len(claims)

    def drain(self) -> int:
        """Go on until nothing is ready; returns how many runs were claimed."""
        total = 0
        while count := self.drain_once():
            total += count
        return total

    def finish(self, claims: Sequence[Claim]) -> None:
        """Take claimed runs as far as they go, in transactions that never last long: as many at once as were done in time before."""
        waiting, kept_at = list(claims), self.clock()
        while waiting:
            if self.clock() - kept_at > self.lease / 2:
                kept_at = self._keep(waiting)
            now, batch = waiting[: self._pace], waiting[self._pace :]
            try:
                left = self._work(now, self._until())
            except StepBroke as broke:
                log.warning("a step broke, its runs are done singly", extra={"run": broke.run_id.hex(), "node": broke.node})
                for each in now:
                    self._single(each)
                left = []
            self._pace = max(1, len(now) - len(left)) if left else min(MOST_AT_ONCE, self._pace * 2)
            waiting = left + batch
            if waiting:
                self.database.breathe(BREATH)

    def _keep(self, claims: Sequence[Claim]) -> datetime:
        """Runs that wait for their turn in a long batch stay ours; returns when that was said."""
        now = self.clock()
        self.database.writing(lambda transaction: claiming.renew(transaction, claims, now, self.lease))
        return now

    def _single(self, claim: Claim, *, one_step: bool = False) -> None:
        """One run alone. A step that breaks is rolled back and told as failed; with ``one_step`` every step is committed by itself."""
        verdicts: dict[tuple[bytes, str], Exception] = {}
        left: list[Claim] = [claim]
        while left:
            try:
                left = self._work(left, _never if one_step else self._until(), verdicts)
            except StepBroke as broke:
                log.exception("a step failed", exc_info=broke.error, extra={"run": broke.run_id.hex(), "node": broke.node})
                verdicts[broke.run_id, broke.node] = broke.error

    def _work(self, claims: Sequence[Claim], go_on: Callable[[], bool], verdicts: Verdicts | None = None) -> list[Claim]:
        now = self.clock()

        def work(transaction: Transaction) -> list[Claim]:
            return interpreter.work(transaction, self.versions, claims, now, go_on, verdicts)

        return self.database.writing(work)

    def _until(self) -> Callable[[], bool]:
        began = time.monotonic()

        def go_on() -> bool:
            held = time.monotonic() - began
            return held < HOLD_WHILE_SOMEBODY_WAITS or (held < HOLD and not self.database.somebody_waits())

        return go_on


def _never() -> bool:
    return False
