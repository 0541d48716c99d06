"""Rule: note something in the History."""

from runtime.fields import Long, People
from runtime.rule import Done, Fail, Outcome, Rule, Step


class WriteToLog(
    Rule,
    key="write_to_log",
    title="Write to log",
    summary="Write to the log as {created_by}: {text}",
    example={"text": "Contract sent to {{ contact.email }}", "created_by": ["responsible"]},
    icon="log",
):
    """Writes an entry into the History of the record.

    The entry has the type Information and does not appear on the timeline. Without a person it is the system's own. Where several
    people are chosen, it is the first of them. An empty entry is not written.
    """

    text = Long("Text")
    created_by = People("Created by", required=False, when_empty="the system")

    def run(self, step: Step) -> Outcome:
        if not self.text.strip():
            return Fail("The entry is empty")
        step.desk.write_history(step.record, self.text, created_by=self.created_by[0] if self.created_by else None)
        return Done("Noted in the History")
