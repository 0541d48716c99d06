"""The chain graph: read what was stored or sent, write it in one way, compile it for the interpreter."""

from __future__ import annotations

from crm.errors import Invalid, Problem
from runtime.chains.canonical import canonical, chain_json, digest
from runtime.chains.check import check_chain
from runtime.chains.compiled import CompiledChain, CompiledNode, compile_chain
from runtime.chains.model import FORMAT, START, Chain, Edge, Node
from runtime.chains.shape import read_shape
from runtime.names import KnownNames, Names

__all__ = [
    "FORMAT",
    "START",
    "Chain",
    "CompiledChain",
    "CompiledNode",
    "Edge",
    "KnownNames",
    "Names",
    "Node",
    "chain_json",
    "check_draft",
    "compile_chain",
    "digest",
    "read_chain",
    "read_draft",
]


def read_chain(raw: object, entity: str, names: Names, stage: str | None = None) -> Chain:
    """A chain that could be published for leads or deals; raises ``Invalid`` with every problem.

    ``stage`` (``sales/spam``) is where it stands, where that is known: rules that name stages of the same pipeline ask for it.
    """
    chain, problems = _read(raw, entity, names, stage)
    if problems:
        raise Invalid(problems)
    return canonical(chain)


def read_draft(raw: object) -> Chain:
    """A chain that may be kept as a draft: a forest of nodes, whatever their settings; raises ``Invalid`` for anything else."""
    chain, problems = read_shape(raw)
    if problems:
        raise Invalid(problems)
    return canonical(chain)


def check_draft(raw: object, entity: str, names: Names, stage: str | None = None) -> list[Problem]:
    """Everything that keeps a draft from being published."""
    return _read(raw, entity, names, stage)[1]


def _read(raw: object, entity: str, names: Names, stage: str | None) -> tuple[Chain, list[Problem]]:
    chain, problems = read_shape(raw)
    return chain, [*problems, *check_chain(chain, entity, names, stage)]
