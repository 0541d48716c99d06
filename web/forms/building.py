"""Builds the form of a rule from its declaration, and the controls that every node has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Form

from crm.errors import Problem
from crm.words import phrase
from runtime import fields
from runtime.rule import Facts
from runtime.settings.base import Context, Setting
from web.forms import choices
from web.forms.choices import ChoiceControl, PeopleControl, SeveralControl
from web.forms.conditions import ConditionControl
from web.forms.control import LEFT_OUT, Control, Json, Sent
from web.forms.moments import MomentControl
from web.forms.simple import LinesControl, LongControl, NumberControl, SwitchControl, TextControl
from web.words import say

_Kwargs = dict[str, Any]
_Build = Callable[[Any, Context, ZoneInfo], tuple[type[Control], _Kwargs]]


class SettingsForm(Form):
    """The settings of one node; what the form cannot know (settings that the rule does not have) is carried along."""

    def __init__(self, facts: Facts, stored: Mapping[str, Any], *arguments: Any, **others: Any) -> None:
        self.facts, self.stored = facts, stored
        super().__init__(*arguments, **others)

    @property
    def controls(self) -> list[Control]:
        """The controls in the order of the declaration."""
        return list(self)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as they are stored: defaults left out."""
        unknown = {key: raw for key, raw in self.stored.items() if key not in self.facts.settings}
        held = {control.short_name: control.data for control in self.controls if control.data is not LEFT_OUT}
        return self.facts.said({**held, **unknown})

    @property
    def has_broken(self) -> bool:
        """Whether something was typed that cannot be stored at all."""
        return any(control.problems for control in self.controls)

    @property
    def shape(self) -> str:
        """What decides which inputs are drawn."""
        return " ".join(control.shape for control in self.controls)

    def tell(self, problems: list[Problem], where: str) -> None:
        """Put the problems of stored settings beside their controls; what is only not filled in yet is no mistake."""
        for control in self.controls:
            place = f"{where}.{control.short_name}"
            wrong = (each for each in problems if each.kind != "missing_setting")
            control.problems += [each for each in wrong if each.where == place or each.where.startswith(f"{place}.")]


def settings_form(facts: Facts, stored: Mapping[str, Any], context: Context, zone: ZoneInfo, sent: Sent | None = None) -> SettingsForm:
    """The form of a rule: what is stored, or what was sent instead."""
    made: dict[str, Any] = {}
    for key, setting in facts.settings.items():
        raw = stored.get(key, setting.default)
        kind, more = _control(setting, raw, context, zone)
        made[key] = kind(setting.label, context, help=setting.help, required=setting.required, **more)
    form = type("RuleForm", (SettingsForm,), made)
    data = {key: LEFT_OUT if (raw := stored.get(key, setting.default)) is None else raw for key, setting in facts.settings.items()}
    return form(facts, stored, sent, prefix="s", data=data)


def node_controls(
    node: Any, context: Context, zone: ZoneInfo, sent: Sent | None = None
) -> tuple[MomentControl | Json, ConditionControl | Json]:
    """The controls for when a node runs and on which condition."""
    form = type("NodeForm", (Form,), {"at": _when(node, context, zone), "c": _condition(node, context)})
    data = {"at": node.run_at if node.run_at is not None else LEFT_OUT, "c": node.condition if node.condition is not None else LEFT_OUT}
    made = form(sent, data=data)
    return made["at"], made["c"]


def _when(node: Any, context: Context, zone: ZoneInfo) -> Any:
    if node.run_at is None or MomentControl.shows(node.run_at):
        return MomentControl(phrase("When"), context, as_run_time=True, zone=zone)
    return Json(phrase("When"), context)


def _condition(node: Any, context: Context) -> Any:
    fits = node.condition is None or ConditionControl.shows(node.condition)
    return (ConditionControl if fits else Json)(phrase("Only if"), context)


def _control(setting: Setting[Any], raw: Any, context: Context, zone: ZoneInfo) -> tuple[type[Control], _Kwargs]:
    build = _BUILDERS.get(type(setting)) or next((made for kind, made in _BUILDERS.items() if isinstance(setting, kind)), None)
    if build is None:
        return Json, {}
    kind, more = build(setting, context, zone)
    return (kind, more) if raw is None or raw == setting.empty or kind.shows(raw) else (Json, {})


def _choice(setting: fields.Choice, context: Context, zone: ZoneInfo) -> tuple[type[Control], _Kwargs]:
    return ChoiceControl, {"choices": [(key, say(text)) for key, text in setting.options.items()]}


def _stage(setting: fields.Stage, context: Context, zone: ZoneInfo) -> tuple[type[Control], _Kwargs]:
    pipeline = context.settings.get(setting.of) if setting.of else context.pipeline
    wanted = pipeline if isinstance(pipeline, str) and pipeline in context.names.pipelines else None
    return ChoiceControl, {"choices": choices.stage_choices(context, pipeline=wanted, entity=None if setting.of else context.entity)}


_BUILDERS: Mapping[type[Setting[Any]], _Build] = {
    fields.Text: lambda setting, context, zone: (TextControl, {}),
    fields.Long: lambda setting, context, zone: (LongControl, {}),
    fields.Lines: lambda setting, context, zone: (LinesControl, {}),
    fields.Number: lambda setting, context, zone: (NumberControl, {}),
    fields.Switch: lambda setting, context, zone: (SwitchControl, {}),
    fields.Choice: _choice,
    fields.People: lambda setting, context, zone: (PeopleControl, {"choices": choices.people_choices(context)}),
    fields.When: lambda setting, context, zone: (MomentControl, {"zone": zone}),
    fields.Stage: _stage,
    fields.Stages: lambda setting, context, zone: (SeveralControl, {"choices": choices.stage_choices(context, entity=context.entity)}),
    fields.Pipeline: lambda setting, context, zone: (ChoiceControl, {"choices": choices.pipeline_choices(context, setting.entity)}),
}
