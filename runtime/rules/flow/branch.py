"""Rule: go one way where a condition holds, and another where it does not."""

from runtime.rule import Rule


class Branch(
    Rule,
    key="branch",
    title="If … then … else",
    summary="If {condition}",
    icon="split",
    exits=("yes", "no"),
):
    """Goes on with Yes where the condition holds, and with No where it does not.

    The condition is looked at when the record gets here. Without a condition it is always Yes.
    """
