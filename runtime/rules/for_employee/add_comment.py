"""Rule: say something on the timeline."""

from runtime.fields import Long, People
from runtime.rule import Done, Fail, Outcome, Rule, Step


class AddComment(
    Rule,
    key="add_comment",
    title="Add comment",
    summary="Comment as {author}: {text}",
    example={"text": "Welcome call done with {{ contact.name }}", "author": ["responsible"]},
    icon="comment",
):
    """Writes a comment on the timeline of the record.

    The comment stands there in the name of the author, as if that person had written it. Where several people are chosen, it is
    the first of them. An empty comment is not written, and neither is one without an author.
    """

    text = Long("Comment")
    author = People("Author", default=["responsible"])

    def run(self, step: Step) -> Outcome:
        if not self.text.strip():
            return Fail("The comment is empty")
        if not self.author:
            return Fail("There is nobody in whose name to comment")
        step.desk.add_comment(step.record, self.text, author=self.author[0])
        return Done("Commented on the timeline")
