"""Whether the people, stages and pipelines that a condition names exist here, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm.errors import Problem
from crm.fields import Kind
from crm.words import Phrase, phrase
from runtime.language.conditions import references
from runtime.names import find_stage
from runtime.settings.base import Context
from runtime.settings.people import check_reference, describe_reference


def check_references(condition: Mapping[str, Any], context: Context, where: str) -> Iterator[Problem]:
    """What a condition of the right shape names and does not exist here."""
    for kind, reference in dict.fromkeys(references(condition, context.paths)):
        if kind is Kind.USER:
            problem = check_reference(reference, context, where)
            if problem:
                yield problem
        elif not _exists(kind, reference, context):
            says = phrase("There is no {what} “{key}” here.", what=_WHAT[kind], key=reference)
            yield Problem(where, says, phrase("Choose one that exists."), "missing_reference")


def called(value: Any, kind: Kind, context: Context) -> Phrase | str:
    """What a value that stands in a condition is called."""
    if kind is Kind.USER and isinstance(value, str):
        return describe_reference(value, context).text
    if kind is Kind.STAGE and (found := find_stage(context.names, str(value))):
        return found[1].name
    if kind is Kind.PIPELINE and (pipeline := context.names.pipelines.get(str(value))):
        return pipeline.name
    return str(value)


def _exists(kind: Kind, reference: str, context: Context) -> bool:
    return bool(find_stage(context.names, reference)) if kind is Kind.STAGE else reference in context.names.pipelines


_WHAT = {Kind.STAGE: phrase("stage"), Kind.PIPELINE: phrase("pipeline")}
