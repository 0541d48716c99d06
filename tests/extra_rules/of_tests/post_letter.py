"""Rule: put a letter into the maildir."""

from runtime.fields import Text
from runtime.rule import Hold, Outcome, Rule, Step


class PostLetter(
    Rule,
    key="post_letter",
    title="Post a letter",
    summary="Post the letter {subject}",
    example={"subject": "Hello"},
    icon="mail",
    means="outgoing",
    outside=True,
):
    """Writes a letter about the record and waits until it is posted."""

    subject = Text("Subject")

    def run(self, step: Step) -> Outcome:
        letter = {"from": "us@roofs.example", "to": "client@example.org", "subject": self.subject, "text": step.record["title"]}
        step.desk.post("maildir", letter, step.record)
        return Hold("The letter waits to be posted")
