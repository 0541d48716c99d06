"""Rule: never hear of a client again, and remove what came from them."""

from runtime.rule import Done, Kind, Outcome, Rule, Step


class AddToExceptions(
    Rule,
    key="add_to_exceptions",
    title="Add to exceptions",
    summary="Put the client’s e-mails and phones on the exceptions list and delete the record",
    outputs={"count": Kind.NUMBER},
    icon="ban",
    means="forever",
    ends_run=True,
):
    """Puts the client's e-mails and phones on the exceptions list, then deletes the record.

    Messages and calls from a client on that list make no new leads any more. A deal takes its main contact and its company
    with it, unless these belong to other deals too. Everything goes to the recycle bin together, and comes back together.
    A client without e-mail and phone cannot be listed; the record is deleted all the same. The chain ends here.
    """

    def run(self, step: Step) -> Outcome:
        excluded = step.desk.exclude(step.record)
        if not excluded.found:
            return Done("There was no e-mail and no phone to list. Deleted: {deleted}", count=0, deleted=", ".join(excluded.deleted))
        return Done("New on the exceptions list: {count}. Deleted: {deleted}", count=excluded.count, deleted=", ".join(excluded.deleted))
