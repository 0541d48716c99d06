"""The draft with one node as the panel sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.inspector.view import Inspector
from crm.errors import Invalid
from crm.words import phrase
from runtime.chain_edit import set_condition, set_note, set_on_error, set_run_at, set_settings, set_title
from web.forms.control import LEFT_OUT, Sent

WAYS = ("continue", "stop")


def node_from(draft: Mapping[str, Any], node: str, read: Inspector, sent: Sent) -> Mapping[str, Any]:
    """The draft with the node's settings, run time, condition, and what else the panel holds."""
    problems = [problem for control in (read.at, read.condition) for problem in control.problems if problem.where == control.name]
    if problems:
        raise Invalid(problems)
    changed = draft
    if read.form is not None:
        changed = set_settings(changed, node, read.form.settings)
    changed = set_run_at(changed, node, _held(read.at.data))
    otherwise = sent.get("otherwise")
    told = otherwise if otherwise in WAYS and not (read.facts and read.facts.branches) else read.node.otherwise
    changed = set_condition(changed, node, _held(read.condition.data), told)  # type: ignore[arg-type]  # one of WAYS
    if sent.get("on_error") in WAYS:
        changed = set_on_error(changed, node, sent["on_error"])  # type: ignore[arg-type]  # one of WAYS
    if "title" in sent:
        changed = set_title(changed, node, sent["title"][:200])
    if "note" in sent:
        changed = set_note(changed, node, sent["note"].replace("\r\n", "\n"))
    return changed


def _held(data: Any) -> Any:
    if data is LEFT_OUT:
        return None
    if not isinstance(data, Mapping):
        raise Invalid.at("condition", phrase("Here must stand an object."))
    return data
