"""What there is to translate in Python: marked texts, and everything in the declaration of a rule that a person reads."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from typing import IO, Any

SAID = frozenset({"_", "gettext", "lazy_gettext", "phrase", "Phrase", "Done", "Skip", "Fail", "Hold", "Stop", "Temporary", "Permanent"})
COUNTED = frozenset({"ngettext", "lazy_ngettext", "counted"})
DECLARED = frozenset({"Rule", "Trigger"})
FACTS = frozenset({"title", "summary"})
ERRORS = frozenset({"Exception", "RulewrightError", "NotAllowed", "NotFound", "Stale", "Busy", "Invalid", "Full"})

Found = tuple[int, str, str | tuple[str, str], list[str]]


def extract_python(file: IO[bytes], keywords: Sequence[str], comment_tags: Sequence[str], options: dict[str, Any]) -> Iterator[Found]:
    """The texts of a Python file, in the shape that Babel asks of an extractor."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.ClassDef):
            yield from _declared(node)


def paragraphs(doc: str) -> list[str]:
    """The paragraphs of a docstring, each on one line: the units in which it is translated."""
    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(doc).split("\n\n") if paragraph.strip()]


def _called(call: ast.Call) -> Iterator[Found]:
    name = _name(call.func)
    if name in SAID and call.args:
        yield from _texts(call.args[:1])
    elif name in COUNTED and len(call.args) > 1:
        one, many = (list(_texts([argument])) for argument in call.args[:2])
        if one and many:
            yield call.lineno, "ngettext", (str(one[0][2]), str(many[0][2])), []


def _declared(declaration: ast.ClassDef) -> Iterator[Found]:
    bases = {_name(base) for base in declaration.bases}
    doc = ast.get_docstring(declaration)
    if bases & ERRORS and doc:
        yield declaration.lineno, "gettext", doc.splitlines()[0], []
    if not bases & DECLARED:
        return
    yield from _texts([fact.value for fact in declaration.keywords if fact.arg in FACTS])
    for paragraph in paragraphs(doc or ""):
        yield declaration.lineno, "gettext", paragraph, []
    for statement in declaration.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and isinstance(statement.value, ast.Call):
            yield from _setting(statement.value)


def _setting(call: ast.Call) -> Iterator[Found]:
    """Label, help and choices of a setting; what is stored (keys, defaults) is not for translators."""
    yield from _texts(call.args[:1])
    yield from _texts([given.value for given in call.keywords if given.arg in ("help", "when_empty", "label")])
    for argument in (*call.args[1:], *(given.value for given in call.keywords if given.arg != "default")):
        if isinstance(argument, ast.Dict):
            yield from _texts(argument.values)


def _texts(nodes: Sequence[ast.expr]) -> Iterator[Found]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.lineno, "gettext", node.value, []


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
