"""Random forests: what is sound is read, written and compiled without loss; what is broken is refused; edits keep it sound."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Invalid
from runtime.chain_edit import Place, add_node, copy_nodes, duplicate, move_node, paste_chain, remove_node
from runtime.example_world import EXAMPLE_WORLD
from runtime.graph import chain_json, check_draft, compile_chain, digest, read_chain, read_draft
from runtime.sentences import chain_context, chain_text

Json = dict[str, Any]

CONDITIONS = [None, {"field": "record.amount", "op": "gt", "value": 5}, {"any": [{"field": "contact.email", "op": "empty"}]}]
MOMENTS = [None, {"when": "after", "amount": 2, "unit": "days"}, {"when": "at", "of": "record.close_date", "past": "skip"}]


@st.composite
def forests(draw: st.DrawFn, most: int = 12) -> Json:
    """A sound chain: every node after the start or after a node before it, at an exit that this one has."""
    nodes: Json = {}
    edges: list[list[str]] = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        name = f"n{number}"
        node: Json = {"rule": draw(st.sampled_from(["write_to_log", "add_comment", "branch"]))}
        if node["rule"] != "branch":
            node["settings"] = {"text": draw(st.sampled_from(["Hello", "{{ record.title }}", "a {{ contact.name | upper }} b"]))}
        for key, values in (("condition", CONDITIONS), ("run_at", MOMENTS), ("enabled", [None, False]), ("title", [None, "Mine"])):
            if (value := draw(st.sampled_from(values))) is not None:
                node[key] = value
        source = draw(st.sampled_from(["start", *nodes]))
        exits = [["yes"], ["no"]] if source != "start" and nodes[source]["rule"] == "branch" else [[]]
        edges.append([source, name, *draw(st.sampled_from(exits))])
        nodes[name] = node
    order = draw(st.randoms(use_true_random=False))
    order.shuffle(edges)
    return {"format": "rulewright.chain/1", "nodes": nodes, "edges": edges}


@given(forests())
def test_what_is_read_is_written_as_it_was(chain: Json) -> None:
    read = read_chain(chain, "deal", EXAMPLE_WORLD)
    assert chain_json(read) == chain
    assert chain_json(read_chain(chain_json(read), "deal", EXAMPLE_WORLD)) == chain


@given(forests())
def test_every_node_is_reached_once_and_in_the_order_of_the_edges(chain: Json) -> None:
    compiled = compile_chain(read_chain(chain, "deal", EXAMPLE_WORLD))
    reached = [*compiled.start]
    for node in compiled.nodes.values():
        for following in node.after.values():
            places = [compiled.nodes[name].place for name in following]
            assert places == sorted(places)
            reached += following
    assert sorted(reached) == sorted(chain["nodes"])


@given(forests(), st.randoms(use_true_random=False))
def test_the_order_in_which_nodes_are_written_is_no_difference_and_that_of_edges_is(chain: Json, order: random.Random) -> None:
    names = list(chain["nodes"])
    order.shuffle(names)
    again = {**chain, "nodes": {name: chain["nodes"][name] for name in names}}
    assert digest(read_draft(chain)) == digest(read_draft(again))
    turned = {**chain, "edges": chain["edges"][::-1]}
    assert (digest(read_draft(chain)) == digest(read_draft(turned))) is (len(chain["edges"]) < 2)


@given(forests().filter(lambda chain: chain["edges"]), st.data())
def test_a_forest_that_is_broken_in_any_way_is_refused(chain: Json, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(chain["edges"]) - 1))
    target = chain["edges"][number][1]
    inside = read_draft(chain).with_rest(target)
    broken = data.draw(
        st.sampled_from(
            [
                [*chain["edges"], ["start", target]],
                [edge for edge in chain["edges"] if edge[1] != target],
                [edge if edge[1] != target else [data.draw(st.sampled_from(inside)), target] for edge in chain["edges"]],
                [*chain["edges"], ["start", "n99"]],
                [[*edge[:2], "sideways"] if edge[1] == target else edge for edge in chain["edges"]],
            ]
        )
    )
    found = check_draft({**chain, "edges": broken}, "deal", EXAMPLE_WORLD)
    assert found
    assert all(problem.where and str(problem.says) for problem in found)


@given(forests(), st.data())
def test_edits_keep_a_chain_sound_and_never_give_an_id_twice(chain: Json, data: st.DataObject) -> None:
    used = set(chain["nodes"])
    for _ in range(data.draw(st.integers(1, 6))):
        with suppress(Invalid):  # a place drawn at random need not exist
            chain = edited(chain, used, data)
        assert set(chain["nodes"]) <= used
        assert not [problem for problem in check_draft(chain, "deal", EXAMPLE_WORLD) if problem.kind != "missing_setting"]


def edited(chain: Json, used: set[str], data: st.DataObject) -> Json:
    """The chain after an edit drawn at random; new ids are added to those that were ever used, and were not among them."""
    anywhere = st.sampled_from(["start", *chain["nodes"]])
    place = data.draw(
        st.builds(
            Place,
            after=anywhere,
            exit=st.sampled_from([None, "yes", "no"]),
            position=st.none() | st.integers(0, 3),
            before=st.none() | anywhere,
        )
    )
    node = data.draw(anywhere)
    kind = data.draw(st.sampled_from(["add", "move", "move all", "remove", "remove all", "duplicate", "paste"]))
    new: set[str] = set()
    if kind == "add":
        chain, name = add_node(chain, data.draw(st.sampled_from(["add_comment", "branch"])), place, used=used)
        new = {name}
    elif kind.startswith("move"):
        chain = move_node(chain, node, place, with_rest=kind == "move all")
    elif kind.startswith("remove"):
        chain = remove_node(chain, node, with_rest=kind == "remove all")
    elif kind == "duplicate":
        before = set(chain["nodes"])
        chain, _ = duplicate(chain, node, used=used)
        new = set(chain["nodes"]) - before
    elif chain["nodes"]:
        fragment = copy_nodes(chain, data.draw(st.lists(st.sampled_from(list(chain["nodes"])), unique=True)))
        chain, names = paste_chain(chain, fragment, place, used=used, foreign=data.draw(st.booleans()))
        new = set(names.values())
    assert not new & used
    used |= new
    return chain


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["", "x", "n1.count", "record.amount", "{{ n1.count }}", "{{", "field:record.responsible", "now", "after", "gt", "user:anna"]
    )
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "all",
                    "any",
                    "none",
                    "field",
                    "op",
                    "value",
                    "when",
                    "of",
                    "amount",
                    "unit",
                    "date",
                    "time",
                    "text",
                    "author",
                    "stage",
                    "",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
PARTS = ("rule", "settings", "title", "run_at", "condition", "otherwise", "on_error", "enabled", "note", "other")
RULES = st.sampled_from(["add_comment", "write_to_log", "change_stage", "branch", "add_to_exceptions", "unknown"])


@given(
    st.dictionaries(
        st.sampled_from(["n1", "n2", "n3", "start", ""]),
        st.dictionaries(st.sampled_from(PARTS), JSON | RULES, max_size=5) | JSON,
        max_size=3,
    ),
    st.lists(st.lists(st.sampled_from(["start", "n1", "n2", "n3", "yes"]), max_size=4) | JSON, max_size=4),
)
def test_whatever_comes_in_is_answered_with_problems_and_never_breaks(nodes: Json, edges: list[Any]) -> None:
    raw = {"nodes": nodes, "edges": edges}
    found = check_draft(raw, "deal", EXAMPLE_WORLD, "sales/new")
    with suppress(Invalid):
        read = read_draft(raw)
        told = chain_text(read, chain_context(read, "deal", EXAMPLE_WORLD, "sales/new"))
        assert told.count("- ") >= len(read.nodes)
        assert chain_json(read_draft(chain_json(read))) == chain_json(read)
    if not found:
        compile_chain(read_draft(raw))


@given(RULES, st.dictionaries(st.sampled_from(["text", "author", "created_by", "stage"]), JSON), JSON, JSON)
def test_a_draft_with_anything_in_it_can_be_told_and_written(rule: str, settings: Json, condition: Any, run_at: Any) -> None:
    node: Json = {"rule": rule, "settings": settings}
    node |= {key: value for key, value in (("condition", condition), ("run_at", run_at)) if isinstance(value, dict)}
    raw = {"nodes": {"n1": node}, "edges": [["start", "n1"]]}
    read = read_draft(raw)
    assert chain_text(read, chain_context(read, "deal", EXAMPLE_WORLD)).startswith("- ")
    assert digest(read_draft(chain_json(read))) == digest(read)
    if not check_draft(raw, "deal", EXAMPLE_WORLD):
        compile_chain(read)
