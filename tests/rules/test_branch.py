"""If … then … else: the declaration."""

from __future__ import annotations

from runtime.catalog import catalog
from runtime.example_world import EXAMPLE_WORLD
from runtime.graph import check_draft, compile_chain, read_chain
from tests.rules.declared import chain, problems, sentence

CONDITION = {
    "all": [{"field": "record.amount", "op": "gt", "value": 10000}, {"field": "record.responsible", "op": "eq", "value": "user:anna"}]
}


def test_the_card_asks_the_condition() -> None:
    assert sentence("branch", condition=CONDITION) == "If Amount is more than 10000 and Responsible is Anna Nowak"


def test_without_a_condition_the_card_says_always() -> None:
    assert sentence("branch") == "If always"


def test_it_has_two_exits_and_no_otherwise() -> None:
    assert catalog().rules["branch"].facts.branches
    assert problems("branch", otherwise="stop")[0].where == "nodes.n1.otherwise"


def test_what_follows_must_say_at_which_exit() -> None:
    raw = chain("branch", condition=CONDITION)
    raw["nodes"] |= {name: {"rule": "add_to_exceptions"} for name in ("n2", "n3", "n4")}
    raw["edges"] += [["n1", "n2", "yes"], ["n1", "n3"], ["n1", "n4", "maybe"]]
    found = check_draft(raw, "deal", EXAMPLE_WORLD)
    assert [problem.where for problem in found] == ["edges.2", "edges.3"]
    assert all("yes, no" in str(problem.mend) for problem in found)


def test_compiled_it_knows_what_follows_each_exit() -> None:
    raw = chain("branch", condition=CONDITION)
    raw["nodes"] |= {name: {"rule": "add_to_exceptions"} for name in ("n2", "n3", "n4")}
    raw["edges"] += [["n1", "n2", "no"], ["n1", "n3", "yes"], ["n1", "n4", "no"]]
    node = compile_chain(read_chain(raw, "deal", EXAMPLE_WORLD)).nodes["n1"]
    assert node.exits == ("yes", "no")
    assert node.after == {"yes": ("n3",), "no": ("n2", "n4")}


def test_a_condition_that_names_nobody_here_is_refused() -> None:
    found = problems("branch", condition={"any": [{"field": "record.responsible", "op": "in", "value": ["user:carl"]}]})
    assert [problem.kind for problem in found] == ["missing_reference"]
