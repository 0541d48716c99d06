"""A control: a field of a form whose data is what a chain stores, and which can say what it would be sent as."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import Field as FormField

from crm.errors import Invalid, Problem
from crm.words import Phrase
from runtime.settings.base import Context
from runtime.strict_json import strict_json
from web.words import say

Sent = MultiDict[str, str]
LEFT_OUT = object()


class Control(FormField):
    """One control of a form. ``data`` is JSON, or ``LEFT_OUT`` where nothing is stored.

    ``form`` names the macro that draws it. ``act`` in what was sent may ask a control to add or remove something of its own:
    ``add:NAME…`` or ``remove:NAME…``.
    """

    form: ClassVar[str] = "text"
    whole = False  # whether a fieldset with a legend stands around it instead of a label

    def __init__(self, says: Phrase | str, context: Context, *, help: Phrase | str = "", required: bool = False, **others: Any) -> None:
        super().__init__(**others)
        self.says, self.context, self.help_text, self.must = says, context, help, required
        self.problems: list[Problem] = []

    @classmethod
    def shows(cls, raw: Any) -> bool:
        """Whether the control can show a stored value without losing any of it."""
        return isinstance(raw, str)

    def process(self, formdata: Any, data: Any = LEFT_OUT, extra_filters: Any = None) -> None:
        """Take the stored value, or read what was sent."""
        self.process_errors = []  # type: ignore[assignment]  # as WTForms itself sets it
        self.data = self.object_data = data
        if formdata is not None:
            try:
                self.data = self.read(formdata)
            except Invalid as invalid:
                self.data = data
                self.problems = [Problem(self.name, problem.says, problem.mend) for problem in invalid.problems]

    def read(self, sent: Sent) -> Any:
        """The value that was sent, or ``LEFT_OUT``."""
        return sent.get(self.name, "")

    def sends(self) -> Iterator[tuple[str, str]]:
        """What a browser would send of the control as it is drawn."""
        yield self.name, self.text

    @property
    def text(self) -> str:
        """The value as it stands in the control."""
        return "" if self.data in (LEFT_OUT, None) else str(self.data)

    @property
    def shape(self) -> str:
        """What decides which inputs are drawn: where it differs after a change, the control has to be drawn anew."""
        return self.form

    @property
    def label_text(self) -> str:
        """The label in the reader's language."""
        return say(self.says)

    @property
    def hint(self) -> str:
        """What helps to fill it in, in the reader's language."""
        return say(self.help_text)

    def acts(self, sent: Mapping[str, Any], verb: str) -> list[str]:
        """What the pressed button asks of this control: the rest of ``VERB:NAME:rest``."""
        start = f"{verb}:{self.name}:"
        asked = sent.getlist("act") if isinstance(sent, MultiDict) else []
        return [act[len(start) :] for act in asked if act.startswith(start)]


class Json(Control):
    """The stored value as it is, for what no other control can show without losing some of it."""

    form = "json"

    @classmethod
    def shows(cls, raw: Any) -> bool:  # noqa: ARG003  it shows whatever there is
        return True

    def read(self, sent: Sent) -> Any:
        text = sent.get(self.name, "").replace("\r\n", "\n")
        self.typed = text
        return strict_json(text) if text.strip() else LEFT_OUT

    @property
    def text(self) -> str:
        if self.problems:
            return str(self.typed)
        return "" if self.data is LEFT_OUT else json.dumps(self.data, ensure_ascii=False, indent=2)


def stored(controls: Sequence[Control]) -> dict[str, Any]:
    """What the controls hold, those left out left out."""
    return {control.short_name: control.data for control in controls if control.data is not LEFT_OUT}
