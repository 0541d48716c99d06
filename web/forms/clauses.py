"""One clause of a condition as inputs: which control fits the kind of its field, and what was sent as JSON again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from crm.errors import Invalid
from crm.fields import LISTS, NUMERIC, TEMPORAL, Kind
from crm.words import phrase
from runtime.language.conditions import OPERATORS, Arity
from runtime.language.instants import read_moment
from runtime.language.paths import Known
from runtime.settings.base import Context
from runtime.strict_json import strict_json
from web.forms import choices
from web.forms.control import Sent
from web.words import say

Way = Literal["nothing", "text", "number", "day", "moment", "select", "lines", "checks", "field", "json"]
_ELEMENT = {Kind.PEOPLE: Kind.USER, Kind.CHOICES: Kind.CHOICE, Kind.EMAILS: Kind.TEXT, Kind.PHONES: Kind.TEXT, Kind.LIST: Kind.TEXT}
_CHOSEN = (Kind.YES_NO, Kind.CHOICE, Kind.USER, Kind.STAGE, Kind.PIPELINE)
_ONLY_FIELDS = (Kind.CONTACTS, Kind.COMPANY)


@dataclass(frozen=True)
class Clause:
    """A clause at a place of the form."""

    name: str
    raw: Mapping[str, Any]
    context: Context

    @property
    def known(self) -> Known | None:
        """What its field is, if there is such a field."""
        return self.context.paths.find(self.raw["field"])

    @property
    def kind(self) -> Kind:
        """The kind of a single value that it is compared with."""
        kind = self.known.kind if self.known else Kind.TEXT
        return _ELEMENT.get(kind, kind)

    @property
    def operators(self) -> choices.Choices:
        """The operators that fit its field."""
        kind = self.known.kind if self.known else Kind.TEXT
        fitting = [(row.key, say(row.label)) for row in OPERATORS.values() if kind in row.kinds]
        return choices.with_chosen(fitting, self.raw["op"], empty=False)

    @property
    def count(self) -> Arity:
        """How many values it is compared with."""
        row = OPERATORS.get(self.raw["op"])
        if row is None:
            return Arity.ONE
        whole = self.known is not None and self.known.kind in LISTS and row.key in ("eq", "ne")
        return Arity.MANY if whole else row.arity

    @property
    def way(self) -> Way:
        """Which input its value stands in."""
        if self.count is Arity.NOTHING:
            return "nothing"
        value = self.raw.get("value", "")
        if isinstance(value, Mapping) and isinstance(value.get("field"), str) and len(value) == 1:
            return "field"
        plain = value if isinstance(value, list) else [value]
        several = self.count is not Arity.ONE
        if not all(isinstance(each, (str, int, float)) for each in plain) or (value != "" and several != isinstance(value, list)):
            return "json"
        if self.kind in _ONLY_FIELDS:
            return "field" if value == "" else "json"
        return self._input(plain)

    @property
    def texts(self) -> list[str]:
        """The values as they stand in the inputs: two for a range."""
        value = self.raw.get("value", "")
        plain = value if isinstance(value, list) else [value]
        texts = [_text(each, self.kind) for each in plain]
        return [*texts, "", ""][:2] if self.count is Arity.TWO else texts

    @property
    def value_text(self) -> str:
        """The value in a single input."""
        if self.way == "field":
            return str(self.raw["value"]["field"]) if isinstance(self.raw.get("value"), Mapping) else ""
        if self.way == "json":
            return json.dumps(self.raw.get("value"), ensure_ascii=False)
        return "\n".join(self.texts) if self.way == "lines" else self.texts[0]

    @property
    def was(self) -> str:
        """The stored value, so that what nobody touched comes back as it was."""
        return json.dumps(self.raw["value"], ensure_ascii=False) if "value" in self.raw else ""

    @property
    def offered(self) -> choices.Choices:
        """What can be chosen as the value."""
        return choices.with_chosen(self._offered(), self.texts[0] if self.way == "select" else "", empty=self.way == "select")

    @property
    def comparable(self) -> dict[str, list[tuple[str, str]]]:
        """The fields with which it can be compared."""
        return fields(self.context)

    @property
    def shape(self) -> str:
        """What decides which inputs are drawn."""
        return f"{self.kind}/{self.count.value}/{self.way}/{self.known is None}"

    def sends(self) -> Iterator[tuple[str, str]]:
        """What a browser would send of it."""
        yield f"{self.name}.field", self.raw["field"]
        yield f"{self.name}.op", self.raw["op"]
        if self.way == "nothing":
            return
        yield f"{self.name}.way", self.way
        yield f"{self.name}.was", self.was
        texts = self.texts if self.way == "checks" or (self.count is Arity.TWO and self.way != "json") else [self.value_text]
        for text in texts:
            yield f"{self.name}.value", text

    def _input(self, plain: list[Any]) -> Way:
        if self.kind in _CHOSEN:
            known = {key for key, _ in choices.flat(self._offered())}
            if self.count is Arity.MANY:
                return "checks" if all(_text(each, self.kind) in known for each in plain if each != "") else "json"
            return "select"
        if self.count is Arity.MANY:
            texts = [each for each in plain if isinstance(each, str)]
            return "lines" if not any({"\n", "\r"} & {*text} for text in texts) else "json"
        if self.kind in TEMPORAL:
            readable = all(each == "" or (isinstance(each, str) and read_moment(each)) for each in plain)
            return ("day" if self.kind is Kind.DATE else "moment") if readable else "json"
        if any(isinstance(each, str) and {"\n", "\r"} & {*each} for each in plain):
            return "json"
        return "number" if self.kind in NUMERIC else "text"

    def _offered(self) -> choices.Choices:
        if self.kind is Kind.YES_NO:
            return [("true", say(phrase("yes"))), ("false", say(phrase("no")))]
        if self.kind is Kind.USER:
            is_list = self.known is not None and self.known.kind in LISTS
            return choices.people_choices(self.context, several=is_list or self.count is Arity.MANY)
        if self.kind is Kind.STAGE:
            return choices.stage_choices(self.context, entity=self.context.entity)
        if self.kind is Kind.PIPELINE:
            return choices.pipeline_choices(self.context, self.context.entity)
        return list((self.known.options or {}).items()) if self.known else []


def read(sent: Sent, name: str, context: Context) -> dict[str, Any]:
    """The clause that was sent. A field or operator that was just chosen brings an operator that fits, and an empty value."""
    field, op = sent[f"{name}.field"], sent.get(f"{name}.op", "not_empty")
    known = context.paths.find(field)
    if known is not None and (op not in OPERATORS or known.kind not in OPERATORS[op].kinds) and op in OPERATORS:
        op = "eq" if known.kind in OPERATORS["eq"].kinds else "not_empty"
    empty = Clause(name, {"field": field, "op": op}, context)
    if empty.count is Arity.NOTHING:
        return {"field": field, "op": op}
    asked = sent.getlist("act")
    if f"field:{name}:" in asked:
        return {"field": field, "op": op, "value": {"field": field}}
    if f"value:{name}:" in asked or f"{name}.way" not in sent:
        return {"field": field, "op": op, "value": ""}
    return {"field": field, "op": op, "value": _value(sent, name, empty)}


def fields(context: Context) -> dict[str, list[tuple[str, str]]]:
    """Every field that can be read in this chain, in groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for known in context.paths.all():
        groups.setdefault(group_of(known.path, context.entity), []).append((known.path, say(known.label)))
    return groups


def group_of(path: str, entity: str) -> str:
    """Under which heading a field stands in a picker."""
    root = path.partition(".")[0]
    named = {
        "record": phrase("Lead") if entity == "lead" else phrase("Deal"),
        "contact": phrase("Contact"),
        "company": phrase("Company"),
        "responsible": phrase("People"),
        "supervisor": phrase("People"),
        "creator": phrase("People"),
        "trigger": phrase("What moved it here"),
        "var": phrase("Variables and constants"),
        "const": phrase("Variables and constants"),
        "now": phrase("Now"),
        "today": phrase("Now"),
    }
    return say(named.get(root, phrase("Results of earlier rules")))


def _value(sent: Sent, name: str, empty: Clause) -> Any:
    sent_way, was = sent[f"{name}.way"], sent.get(f"{name}.was", "")
    texts = [each.replace("\r\n", "\n") for each in sent.getlist(f"{name}.value")]
    stored = strict_json(was) if was else ""
    before = Clause(name, {**empty.raw, "value": stored}, empty.context) if was else empty
    if before.way == sent_way and _as_sent(before) == texts:
        return stored
    if sent_way == "field":
        return {"field": texts[0]} if texts and texts[0] else ""
    if sent_way == "json":
        return _json(texts[0] if texts else "", stored)
    values = [line for line in texts[0].split("\n") if line.strip()] if sent_way == "lines" and texts else [each for each in texts if each]
    read_values = [_read_one(each, empty) for each in values]
    if empty.count is Arity.ONE:
        return read_values[0] if read_values else ""
    return read_values if empty.count is Arity.MANY or len(read_values) == 2 else ([*read_values, ""][:2] if read_values else "")


def _as_sent(clause: Clause) -> list[str]:
    return [text for key, text in clause.sends() if key.endswith(".value")]


def _json(text: str, stored: Any) -> Any:
    try:
        return strict_json(text)
    except Invalid:
        return stored


def _read_one(text: str, clause: Clause) -> Any:
    if clause.kind is Kind.YES_NO:
        return text == "true" if text in ("true", "false") else text
    if clause.kind in NUMERIC:
        return _number(text)
    if clause.kind is Kind.DATETIME and isinstance(read_moment(text), date):
        return text
    return text


def _number(text: str) -> Any:
    plain = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    digits = plain.removeprefix("-")
    if digits.isascii() and digits.isdecimal() and len(digits) < 16:
        return int(plain)
    return plain if digits.replace(".", "", 1).isdecimal() and digits.isascii() else text


def _text(value: Any, kind: Kind) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if kind is Kind.DATETIME and isinstance(value, str):
        found = read_moment(value)
        return f"{found:%Y-%m-%dT%H:%M}" if isinstance(found, datetime) else (f"{found}T00:00" if found else value)
    if kind is Kind.DATE and isinstance(value, str):
        found = read_moment(value)
        return f"{found:%Y-%m-%d}" if found else value
    return str(value)
