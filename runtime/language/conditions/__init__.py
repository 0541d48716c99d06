"""Conditions: checked, put into words, compiled into functions, and explained."""

from runtime.language.conditions.checks import check, references
from runtime.language.conditions.compiling import compile_condition, paths_in
from runtime.language.conditions.explaining import Explained, explain
from runtime.language.conditions.operators import OPERATORS, Arity, Operator
from runtime.language.conditions.schema import json_schema
from runtime.language.conditions.words import Names, as_written, sentence

__all__ = [
    "OPERATORS",
    "Arity",
    "Explained",
    "Names",
    "Operator",
    "as_written",
    "check",
    "compile_condition",
    "explain",
    "json_schema",
    "paths_in",
    "references",
    "sentence",
]
