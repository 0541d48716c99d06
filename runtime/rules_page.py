"""The page about all rules, ``docs/rules.md``, made from their declarations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from runtime.catalog import catalog
from runtime.rule import Facts
from runtime.settings.base import Setting

_INTRODUCTION = """\
# The rules

This page is made from the rules themselves. Every rule also has a title of its own, a run time, a condition, what happens where
the condition does not hold, what happens after an error, a switch, and a note.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([_INTRODUCTION, *_shelves()]).rstrip() + "\n"


def _shelves() -> Iterator[str]:
    rules = catalog().rules.values()
    for key, title in catalog().groups.items():
        shelf = [rule.facts for rule in rules if rule.facts.group == key]
        if shelf:
            yield f"## {title}\n"
            yield from (_rule(facts) for facts in shelf)


def _rule(facts: Facts) -> str:
    parts = [f"### {facts.title}", f"`{facts.key}` · for {' and '.join(f'{entity}s' for entity in facts.applies_to)}", facts.doc]
    parts += [remark for remark in _remarks(facts) if remark]
    if facts.settings:
        parts.append("\n".join(["| setting | | must be | default |", "|---|---|---|---|", *map(_setting, facts.settings.values())]))
    if facts.example:
        parts.append(f"```json\n{json.dumps({'rule': facts.key, 'settings': facts.example}, indent=2, ensure_ascii=False)}\n```")
    return "\n\n".join(parts) + "\n"


def _remarks(facts: Facts) -> Iterator[str]:
    if facts.exits != (None,):
        yield f"Exits: {', '.join(f'`{exit}`' for exit in facts.exits)}."
    for switch, exits in facts.exits_if.items():
        yield f"With `{switch}` on, its exits are {', '.join(f'`{exit}`' for exit in exits)}."
    if facts.outputs:
        yield f"Results for later rules: {', '.join(f'`{name}`' for name in facts.outputs)}."
    if facts.ends_run:
        yield "Ends the run."


def _setting(setting: Setting[Any]) -> str:
    must = " *" if setting.required else ""
    label = f"{setting.label}. {setting.help}" if setting.help.text else f"{setting.label}"
    default = f"`{json.dumps(setting.default, ensure_ascii=False)}`" if setting.has_default else ""
    return f"| `{setting.key}`{must} | {label} | {setting.wants} | {default} |"
