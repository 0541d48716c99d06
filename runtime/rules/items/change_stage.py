"""Rule: move the record to another stage of its pipeline."""

from runtime.fields import Stage
from runtime.rule import Done, Outcome, Rule, Skip, Step


class ChangeStage(
    Rule,
    key="change_stage",
    title="Change stage",
    summary="Move to {stage}",
    example={"stage": "sales/won"},
    icon="flag",
    ends_run=True,
):
    """Moves the record to another stage of the same pipeline.

    This chain ends there with all its branches, and the rules of the new stage start. A record that stands on that stage already
    stays as it is, and the chain goes on.
    """

    stage = Stage("To stage")

    def run(self, step: Step) -> Outcome:
        moved = step.desk.move(step.record, self.stage)
        name = step.desk.stage(self.stage)["name"]
        return Done("Moved to {stage}", stage=name) if moved.count else Skip("It stands on {stage} already", stage=name)
