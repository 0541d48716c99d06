"""What the audit trail says about each thing that was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm.words import Phrase, phrase

Details = Mapping[str, Any]


def said(verb: str, subject: str, details: Details) -> Phrase:
    """A row of the trail as a sentence; of what has no sentence yet, its bare names."""
    known = _SAID.get(verb)
    if known is not None:
        return known(subject, details)
    return phrase("{verb}: {subject}", verb=verb, subject=str(details.get("name") or subject))


def _name(details: Details, subject: str) -> str:
    return str(details.get("name") or details.get("label") or subject.partition(":")[2] or subject)


def _about(text: str) -> Callable[[str, Details], Phrase]:
    return lambda subject, details: Phrase(text, {"name": _name(details, subject), "subject": subject.partition(":")[2]})


def _changed(text: Phrase, subject: str, details: Details) -> Phrase:
    fields = [_FIELDS.get(name, name) for name in details.get("changes", ())]
    return Phrase(text.text, {"name": _name(details, subject), "fields": fields})


def _owner(subject: str, details: Details) -> Phrase:
    what = subject.partition(":")[2]
    if details.get("name"):
        return phrase("Gave {what} to {name}", what=what, name=details["name"])
    return phrase("Took {what} from its owner", what=what)


_FIELDS: Mapping[str, Phrase] = {
    "name": phrase("name"),
    "email": phrase("e-mail"),
    "phone": phrase("phone"),
    "position": phrase("position"),
    "role": phrase("role"),
    "department_id": phrase("department"),
    "parent_id": phrase("department above"),
    "head_id": phrase("head"),
    "time_zone": phrase("time zone"),
    "language": phrase("language"),
    "region": phrase("country"),
    "currency": phrase("currency"),
    "own_addresses": phrase("own addresses"),
    "working_hours": phrase("working hours"),
}
_SAID: Mapping[str, Callable[[str, Details], Phrase]] = {
    "user.created": _about(phrase("Invited {name}").text),
    "user.changed": lambda subject, details: _changed(phrase("Changed {fields} of {name}"), subject, details),
    "user.dismissed": _about(phrase("Dismissed {name}").text),
    "user.readmitted": _about(phrase("Let {name} work here again").text),
    "user.password_changed": _about(phrase("Changed the password of {name}").text),
    "department.created": _about(phrase("Made the department {name}").text),
    "department.changed": lambda subject, details: _changed(phrase("Changed {fields} of the department {name}"), subject, details),
    "department.deleted": _about(phrase("Removed the department {name}").text),
    "pipeline.created": _about(phrase("Made the pipeline {name}").text),
    "pipeline.renamed": _about(phrase("Renamed a pipeline to {name}").text),
    "pipeline.people": _about(phrase("Changed who takes turns in {name}").text),
    "pipeline.deleted": _about(phrase("Removed the pipeline {name}").text),
    "stage.created": _about(phrase("Made the stage {name}").text),
    "stage.changed": _about(phrase("Changed the stage {subject}").text),
    "stages.ordered": _about(phrase("Put the stages of {subject} into another order").text),
    "stage.deleted": _about(phrase("Removed the stage {name}").text),
    "settings.changed": lambda subject, details: _changed(phrase("Changed {fields} of the company"), subject, details),
    "owner.changed": _owner,
    "field.created": _about(phrase("Made the field {name}").text),
    "field.changed": _about(phrase("Changed the field {name}").text),
    "field.deleted": _about(phrase("Removed the field {name}").text),
    "token.created": _about(phrase("Made the API token {name}").text),
    "token.revoked": _about(phrase("Revoked the API token {name}").text),
    "demo.removed": _about(phrase("Removed the demo company").text),
}
