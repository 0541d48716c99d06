"""Rule: bring the worker down."""

import os
import signal

from runtime.rule import Outcome, Rule, Step


class BringDown(Rule, key="bring_down", title="Bring the worker down", summary="Kill the process that works on it", icon="bolt"):
    """Kills its own process, as a rule with a bad fault might."""

    def run(self, step: Step) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives this")
