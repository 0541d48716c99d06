"""The checks that every rule's declaration passes before the product starts."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crm.errors import Problem
from crm.words import holes

if TYPE_CHECKING:
    from runtime.rule import Facts, Rule

_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CODE_WORD = re.compile(r"`|\w_\w|\{|\}|\bTrue\b|\bFalse\b|\bNone\b")
_RESERVED = frozenset({"facts", "run", "with_values"})
_SAYING = frozenset({"Done", "Skip", "Fail", "Hold", "Stop", "Temporary", "Permanent"})
_ENTITIES = frozenset({"lead", "deal"})


class BadDeclaration(Exception):
    """A rule file that cannot be used; it says which and why, for whoever writes rules."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")


def docstring(rule: type[Rule]) -> str:
    """The page that users read about the rule."""
    return inspect.cleandoc(rule.__dict__.get("__doc__") or "")


def file_of(rule: type[Rule]) -> str:
    """The file in which a rule is declared."""
    module = sys.modules.get(rule.__module__)
    return getattr(module, "__file__", None) or rule.__module__


def check(rule: type[Rule]) -> None:
    """Refuse a class whose declaration is not complete and consistent in itself."""
    for why in (*_about_names(rule.facts), *_about_sentence(rule.facts), *_about_page(rule), *_about_flow(rule)):
        raise BadDeclaration(file_of(rule), why)


def check_file(rule: type[Rule]) -> None:
    """Refuse a file that is not named after its rule, or whose outcomes are not words that can be translated."""
    path = Path(file_of(rule))
    if path.stem != rule.facts.key:
        raise BadDeclaration(str(path), f"the key {rule.facts.key!r} is not the name of the file")
    for call in _sayings(ast.parse(path.read_text(encoding="utf-8"))):
        for why in _about_words(call):
            raise BadDeclaration(f"{path}:{call.lineno}", why)


def check_example(rule: type[Rule], problems: Sequence[Problem]) -> None:
    """Refuse a rule whose own example is not valid."""
    for problem in problems:
        raise BadDeclaration(file_of(rule), f"the example does not check: {problem}")


def _about_names(facts: Facts) -> Iterator[str]:
    for name in (facts.key, *facts.aliases, *facts.settings, *facts.outputs):
        if not _KEY.fullmatch(name):
            yield f"{name!r} is not a key: lower case letters, digits and single underscores, beginning with a letter"
    for name in facts.settings.keys() & _RESERVED:
        yield f"a setting cannot be called {name!r}"
    if not facts.applies_to or not _ENTITIES.issuperset(facts.applies_to):
        yield f"applies_to names something other than {sorted(_ENTITIES)}: {facts.applies_to}"
    if not facts.title.text:
        yield "the title is empty"


def _about_sentence(facts: Facts) -> Iterator[str]:
    named = set(holes(facts.summary.text))
    allowed = facts.settings.keys() | ({"condition"} if facts.branches else set())
    for hole in sorted(named - allowed):
        yield f"the summary has a hole {{{hole}}} that names no setting"
    for key, setting in facts.settings.items():
        if setting.required and key not in named:
            yield f"the summary does not mention the setting {key!r}, which must be set"


def _about_page(rule: type[Rule]) -> Iterator[str]:
    if not rule.facts.doc:
        yield "the class has no docstring, and that is the page that users read"
    elif word := _CODE_WORD.search(rule.facts.doc):
        yield f"the docstring is a page for users and contains a code word near {word[0]!r}"


def _about_flow(rule: type[Rule]) -> Iterator[str]:
    facts = rule.facts
    if not facts.exits or len(set(facts.exits)) != len(facts.exits):
        yield f"exits must be given, each once: {facts.exits}"
    for key in facts.exits_if:
        if key not in facts.settings or facts.settings[key].form != "switch":
            yield f"exits_if names {key!r}, which is no switch"
    if "run" not in rule.__dict__ and not facts.branches:
        yield "there is no run()"


def _sayings(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAYING:
            yield node


def _about_words(call: ast.Call) -> Iterator[str]:
    said = call.args[0] if call.args else None
    if not (isinstance(said, ast.Constant) and isinstance(said.value, str)):
        yield "the words of an outcome must be a literal text"
        return
    given = {keyword.arg for keyword in call.keywords}
    for hole in holes(said.value):
        if hole not in given and None not in given:
            yield f"the words have a hole {{{hole}}} to which no value is given"
