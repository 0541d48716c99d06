"""History in words: each effect as a sentence that says who did what, and each changed field as it was and as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from crm.fields import Field, Kind
from crm.values import COLUMNS
from crm.words import Phrase, phrase

Effect = Mapping[str, Any]


class Names(Protocol):
    """What things are called. Whoever tells History knows them for all the effects at once."""

    def user(self, user_id: int) -> str:
        """The name of a user, dismissed ones too."""

    def rule(self, effect: Effect) -> Phrase | str | None:
        """The title of the rule by which an effect came about; None where no rule did it."""

    def stage(self, reference: str) -> str:
        """The name of the stage ``pipeline/stage``; the reference itself where it does not exist any more."""

    def field(self, entity: str, key: str) -> Field | None:
        """A standard or custom field of an entity."""

    def title(self, entity: str, entity_id: int) -> str:
        """What a record, contact or company is called now; empty where it is gone for good."""


@dataclass(frozen=True)
class FieldChange:
    """A field before and after: typed values, or the names of those that the field names. Empty is ``nothing``."""

    key: str
    label: Phrase | str
    before: Any
    after: Any

    @property
    def says(self) -> Phrase:
        """The change in words."""
        return phrase("{field}: {before} → {after}", field=self.label, before=self.before, after=self.after)


def sentence(effect: Effect, names: Names) -> Phrase:
    """What happened, and who or what did it: a person, a rule, the client or the system."""
    kind, entity = effect["kind"], effect["entity"]
    if kind == "log.written":
        return _logged(effect, names)
    told = _SENTENCES.get((kind, entity)) or _SENTENCES.get((kind, "")) or _usual(kind)
    values = {"who": _who(effect, names), "title": _title(effect, names), **_details(effect, names)}
    return Phrase(told.text, {**told.values, **values})


def changes(effect: Effect, names: Names) -> tuple[FieldChange, ...]:
    """The fields that an effect changed; none where it made, moved or removed something."""
    before, after = effect["before"], effect["after"]
    if not str(effect["kind"]).endswith(".changed") or before is None or after is None:
        return ()
    return tuple(_field_change(effect["entity"], column, before[column], after.get(column), names) for column in before)


def _logged(effect: Effect, names: Names) -> Phrase:
    author = effect["after"].get("created_by")
    if author is None:
        return phrase("{text}", text=effect["after"]["text"])
    return phrase("{who}: {text}", who=names.user(author), text=effect["after"]["text"])


def _who(effect: Effect, names: Names) -> Phrase | str:
    if (rule := names.rule(effect)) is not None:
        return phrase("The rule {rule}", rule=rule)
    if effect["actor_id"] is not None:
        return names.user(effect["actor_id"])
    return phrase("The client") if _came_in(effect) else phrase("The system")


def _came_in(effect: Effect) -> bool:
    after = effect["after"] or {}
    return (
        str(effect["kind"]).endswith(".received")
        or after.get("direction") == "in"
        or (effect["kind"] == "record.created" and after.get("source") in ("email", "call", "form"))
    )


def _title(effect: Effect, names: Names) -> str:
    for told in (effect["after"] or {}, effect["before"] or {}):
        found = _own_title(effect, told)
        if found:
            return found
    return names.title(effect["entity"], effect["entity_id"])


def _own_title(effect: Effect, told: Mapping[str, Any]) -> str:
    if str(effect["kind"]).endswith(".changed") and effect["entity"] != "comment":
        return ""  # only what changed is told here, and that may be the very title
    person = " ".join(str(told[name]) for name in ("first_name", "last_name") if told.get(name))
    if effect["entity"] == "contact" and person:
        return person
    found = next((told[name] for name in ("title", "name", "subject", "value", "text", "label", "phone", "form") if told.get(name)), "")
    return str(found)


def _details(effect: Effect, names: Names) -> dict[str, Any]:
    kind, before, after = effect["kind"], effect["before"] or {}, effect["after"] or {}
    if kind == "record.moved":
        return {"before": names.stage(before.get("stage", "")), "after": names.stage(after.get("stage", ""))}
    if kind == "undo.done":
        return {"count": after.get("taken_back", 0)}
    if kind.endswith(".changed"):
        return {"changes": _joined([change.says for change in changes(effect, names)])}
    return {}


def _joined(phrases: Sequence[Phrase]) -> Phrase:
    holes = {f"change_{number}": each for number, each in enumerate(phrases)}
    return Phrase("; ".join(f"{{{name}}}" for name in holes), holes)


def _field_change(entity: str, column: str, before: Any, after: Any, names: Names) -> FieldChange:
    key = _KEYS.get(column, column.removeprefix("custom."))
    field = names.field(entity, key)
    label = field.label if field is not None else key
    return FieldChange(key, label, _shown(field, before, names), _shown(field, after, names))


def _shown(field: Field | None, value: Any, names: Names) -> Any:
    if value is None or value in ("", []):
        return phrase("nothing")
    if isinstance(value, bool):
        return phrase("yes") if value else phrase("no")
    if isinstance(value, list):
        return ", ".join(str(_shown(field, each, names)) for each in value)
    if isinstance(value, dict):
        return str(value.get("name") or ", ".join(f"{name} {part}" for name, part in value.items()))
    return value if field is None else _named(field, value, names)


def _named(field: Field, value: Any, names: Names) -> Any:
    if field.kind in (Kind.USER, Kind.PEOPLE):
        return names.user(value)
    if field.kind is Kind.CONTACTS:
        return names.title("contact", value)
    if field.kind is Kind.COMPANY:
        return names.title("company", value)
    if field.options:
        return field.options.get(value, value)
    try:
        return _TYPED[field.kind](value) if field.kind in _TYPED else value
    except (ValueError, InvalidOperation):
        return value


def _number(value: Any) -> Decimal:
    number = Decimal(str(value))
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _usual(kind: str) -> Phrase:
    """How a kind of effect that has no sentence of its own is told: by its last word."""
    return _VERBS.get(kind.rpartition(".")[2], phrase("{who} changed “{title}”"))


_KEYS = {column: key for key, column in COLUMNS.items()}
_TYPED: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DATE: lambda value: date.fromisoformat(str(value)),
    Kind.DATETIME: lambda value: datetime.fromisoformat(str(value)),
}
_VERBS: Mapping[str, Phrase] = {
    "created": phrase("{who} created “{title}”"),
    "added": phrase("{who} added “{title}”"),
    "changed": phrase("{who} changed “{title}”: {changes}"),
    "deleted": phrase("{who} deleted “{title}”"),
    "removed": phrase("{who} removed “{title}”"),
    "restored": phrase("{who} restored “{title}”"),
    "posted": phrase("{who} sent “{title}”"),
}
_SENTENCES: Mapping[tuple[str, str], Phrase] = {
    ("record.created", "deal"): phrase("{who} created the deal “{title}”"),
    ("record.created", "lead"): phrase("{who} created the lead “{title}”"),
    ("record.changed", "deal"): phrase("{who} changed the deal “{title}”: {changes}"),
    ("record.changed", "lead"): phrase("{who} changed the lead “{title}”: {changes}"),
    ("record.moved", "deal"): phrase("{who} moved the deal “{title}” from {before} to {after}"),
    ("record.moved", "lead"): phrase("{who} moved the lead “{title}” from {before} to {after}"),
    ("record.deleted", "deal"): phrase("{who} deleted the deal “{title}”"),
    ("record.deleted", "lead"): phrase("{who} deleted the lead “{title}”"),
    ("record.deleted", "contact"): phrase("{who} deleted the contact “{title}”"),
    ("record.deleted", "company"): phrase("{who} deleted the company “{title}”"),
    ("record.restored", "deal"): phrase("{who} restored the deal “{title}” from the recycle bin"),
    ("record.restored", "lead"): phrase("{who} restored the lead “{title}” from the recycle bin"),
    ("record.restored", "contact"): phrase("{who} restored the contact “{title}” from the recycle bin"),
    ("record.restored", "company"): phrase("{who} restored the company “{title}” from the recycle bin"),
    ("contact.created", ""): phrase("{who} created the contact “{title}”"),
    ("contact.changed", ""): phrase("{who} changed the contact “{title}”: {changes}"),
    ("company.created", ""): phrase("{who} created the company “{title}”"),
    ("company.changed", ""): phrase("{who} changed the company “{title}”: {changes}"),
    ("comment.added", ""): phrase("{who} commented: “{title}”"),
    ("comment.changed", ""): phrase("{who} changed a comment: “{title}”"),
    ("comment.deleted", ""): phrase("{who} deleted a comment"),
    ("comment.restored", ""): phrase("{who} restored a comment"),
    ("activity.logged", ""): phrase("{who} added the activity “{title}”"),
    ("activity.completed", ""): phrase("{who} completed the activity “{title}”"),
    ("activity.reopened", ""): phrase("{who} reopened the activity “{title}”"),
    ("activity.deleted", ""): phrase("{who} deleted the activity “{title}”"),
    ("exception.added", ""): phrase("{who} put {title} on the exceptions list"),
    ("exception.removed", ""): phrase("{who} took {title} off the exceptions list"),
    ("message.received", ""): phrase("{who} wrote “{title}”"),
    ("call.received", ""): phrase("{who} called from {title}"),
    ("submission.received", ""): phrase("{who} sent the form “{title}”"),
    ("undo.done", ""): phrase("{who} undid what rules had done: {count} changes taken back"),
    ("pipeline.created", ""): phrase("{who} created the pipeline “{title}”"),
    ("pipeline.changed", ""): phrase("{who} changed the pipeline “{title}”: {changes}"),
    ("pipeline.deleted", ""): phrase("{who} deleted the pipeline “{title}”"),
    ("stage.created", ""): phrase("{who} created the stage “{title}”"),
    ("stage.changed", ""): phrase("{who} changed the stage “{title}”: {changes}"),
    ("stage.deleted", ""): phrase("{who} deleted the stage “{title}”"),
    ("user.created", ""): phrase("{who} added {title} to the people"),
    ("user.changed", ""): phrase("{who} changed {title}: {changes}"),
    ("user.dismissed", ""): phrase("{who} dismissed {title}"),
    ("user.readmitted", ""): phrase("{who} readmitted {title}"),
    ("user.password_changed", ""): phrase("{who} changed the password of {title}"),
    ("department.created", ""): phrase("{who} created the department “{title}”"),
    ("department.changed", ""): phrase("{who} changed the department “{title}”: {changes}"),
    ("department.deleted", ""): phrase("{who} deleted the department “{title}”"),
    ("absence.added", ""): phrase("{who} entered an absence"),
    ("absence.removed", ""): phrase("{who} removed an absence"),
    ("field.created", ""): phrase("{who} added the field “{title}”"),
    ("field.changed", ""): phrase("{who} changed the field “{title}”: {changes}"),
    ("field.deleted", ""): phrase("{who} deleted the field “{title}”"),
    ("settings.changed", ""): phrase("{who} changed the settings of the company: {changes}"),
    ("owner.changed", ""): phrase("{who} changed to whom something that comes in belongs"),
    ("token.created", ""): phrase("{who} made the token “{title}”"),
    ("token.revoked", ""): phrase("{who} revoked a token"),
    ("email.posted", ""): phrase("{who} sent the e-mail “{title}”"),
    ("sms.posted", ""): phrase("{who} sent the text message “{title}”"),
    ("webhook.posted", ""): phrase("{who} called a webhook"),
}
