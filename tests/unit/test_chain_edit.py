"""Edits of a draft: where rules end up, what follows what, and what becomes of results that others read."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from crm.errors import Invalid
from runtime.chain_edit import (
    Place,
    add_node,
    copy_nodes,
    duplicate,
    enable,
    move_node,
    paste_chain,
    remove_node,
    set_condition,
    set_note,
    set_on_error,
    set_once,
    set_run_at,
    set_settings,
    set_title,
)
from runtime.example_world import EXAMPLE_WORLD
from runtime.graph import check_draft

FORMAT = "rulewright.chain/1"
LIST = {"rule": "add_to_exceptions"}
EMPTY = {"format": FORMAT, "nodes": {}, "edges": []}


def log(text: str) -> dict[str, Any]:
    return {"rule": "write_to_log", "settings": {"text": text}}


def row() -> dict[str, Any]:
    """n1, then n2, then n3."""
    return {
        "format": FORMAT,
        "nodes": {"n1": log("one"), "n2": log("two"), "n3": log("three")},
        "edges": [["start", "n1"], ["n1", "n2"], ["n2", "n3"]],
    }


def fork() -> dict[str, Any]:
    """n1 asks; n2, then n4, at yes; n3 at no; beside it n5."""
    return {
        "format": FORMAT,
        "nodes": {"n1": {"rule": "branch"}, "n2": log("yes"), "n3": log("no"), "n4": log("and"), "n5": log("beside")},
        "edges": [["start", "n1"], ["n1", "n2", "yes"], ["n1", "n3", "no"], ["n2", "n4"], ["start", "n5"]],
    }


def test_a_rule_is_added_at_the_start_and_gets_the_first_id() -> None:
    chain, added = add_node(EMPTY, "write_to_log", settings={"text": "x"})
    assert added == "n1"
    assert chain == {"format": FORMAT, "nodes": {"n1": log("x")}, "edges": [["start", "n1"]]}


def test_an_id_is_never_given_twice() -> None:
    chain, added = add_node(row(), "add_comment", used={"n7", "n2", "intro", "n03x"})
    assert added == "n8"
    assert "n8" in chain["nodes"]


def test_ids_that_count_as_high_as_they_can_do_not_use_up_the_names() -> None:
    assert add_node(row(), "add_comment", used={"n" + "9" * 31})[1] == "n4"
    assert add_node(row(), "add_comment", used={"n999999999", "n1000000000"})[1] == "n1000000001"


def test_a_rule_is_added_after_another_beside_what_follows() -> None:
    chain, added = add_node(row(), "add_comment", Place("n1"))
    assert chain["edges"] == [["start", "n1"], ["n1", "n2"], ["n1", added], ["n2", "n3"]]


def test_a_rule_is_added_as_the_first_of_those_that_follow() -> None:
    chain, added = add_node(row(), "add_comment", Place("n1", position=0))
    assert chain["edges"] == [["start", "n1"], ["n1", added], ["n1", "n2"], ["n2", "n3"]]


def test_a_rule_is_added_between_two() -> None:
    chain, added = add_node(row(), "add_comment", Place(before="n2"))
    assert chain["edges"] == [["start", "n1"], ["n1", added], [added, "n2"], ["n2", "n3"]]


def test_a_branch_put_between_two_goes_on_with_yes() -> None:
    chain, added = add_node(row(), "branch", Place(before="n2"))
    assert [added, "n2", "yes"] in chain["edges"]


def test_a_rule_is_added_at_an_exit() -> None:
    chain, added = add_node(fork(), "add_comment", Place("n1", "yes", 0))
    assert [edge for edge in chain["edges"] if edge[0] == "n1"] == [["n1", added, "yes"], ["n1", "n2", "yes"], ["n1", "n3", "no"]]


@pytest.mark.parametrize(
    "place", [Place("n1"), Place("n1", "maybe"), Place("n5", "yes"), Place("n9"), Place(before="n9"), Place("start", "yes")]
)
def test_a_place_that_is_not_there_is_refused(place: Place) -> None:
    with pytest.raises(Invalid):
        add_node(fork(), "add_comment", place)


def test_a_chain_has_at_most_a_thousand_rules() -> None:
    names = [f"n{number}" for number in range(1, 1001)]
    full = {"format": FORMAT, "nodes": dict.fromkeys(names, log("x")), "edges": [["start", name] for name in names]}
    with pytest.raises(Invalid, match="at most 1000 rules"):
        add_node(full, "add_comment")


def test_a_rule_moves_alone_and_what_followed_it_closes_up() -> None:
    assert move_node(row(), "n1", Place("n3"))["edges"] == [["start", "n2"], ["n2", "n3"], ["n3", "n1"]]
    assert move_node(row(), "n3", Place(before="n1"))["edges"] == [["start", "n3"], ["n3", "n1"], ["n1", "n2"]]


def test_a_rule_moves_with_everything_after_it() -> None:
    chain = move_node(fork(), "n1", Place("n5"), with_rest=True)
    assert chain["edges"] == [["n1", "n2", "yes"], ["n1", "n3", "no"], ["n2", "n4"], ["start", "n5"], ["n5", "n1"]]


def test_rules_that_run_side_by_side_change_places() -> None:
    chain = move_node(fork(), "n5", Place(position=0))
    assert [edge[1] for edge in chain["edges"] if edge[0] == "start"] == ["n5", "n1"]


def test_nothing_can_be_moved_behind_itself() -> None:
    for place in (Place("n2"), Place("n4"), Place(before="n4"), Place(before="n2")):
        with pytest.raises(Invalid, match="behind itself"):
            move_node(fork(), "n2", place, with_rest=True)
    with pytest.raises(Invalid, match="behind itself"):
        move_node(fork(), "n2", Place(before="n2"))


def test_a_branch_cannot_leave_its_rules_behind() -> None:
    with pytest.raises(Invalid, match="without being asked") as refused:
        move_node(fork(), "n1", Place("n5"))
    assert "everything after it" in str(refused.value.problems[0].mend)


def test_what_followed_a_removed_rule_follows_its_predecessor() -> None:
    assert remove_node(row(), "n2") == {
        "format": FORMAT,
        "nodes": {"n1": log("one"), "n3": log("three")},
        "edges": [["start", "n1"], ["n1", "n3"]],
    }
    assert ["n1", "n4", "yes"] in remove_node(fork(), "n2")["edges"]


def test_a_branch_with_rules_is_removed_only_with_them() -> None:
    with pytest.raises(Invalid, match="without being asked"):
        remove_node(fork(), "n1")
    assert remove_node(fork(), "n1", with_rest=True) == {"format": FORMAT, "nodes": {"n5": log("beside")}, "edges": [["start", "n5"]]}


def test_a_branch_without_rules_is_removed_like_any_other() -> None:
    chain, added = add_node(EMPTY, "branch")
    assert remove_node(chain, added) == EMPTY


def test_a_copy_comes_right_behind_its_original() -> None:
    chain, added = duplicate(row(), "n2")
    assert chain["nodes"][added] == log("two")
    assert chain["edges"] == [["start", "n1"], ["n1", "n2"], ["n2", added], [added, "n3"]]


def test_a_branch_is_copied_with_its_rules_and_stands_beside() -> None:
    chain, added = duplicate(fork(), "n1")
    assert [edge[1] for edge in chain["edges"] if edge[0] == "start"] == ["n1", added, "n5"]
    assert len(chain["nodes"]) == 9
    assert [edge[2] for edge in chain["edges"] if edge[0] == added] == ["yes", "no"]


def reads(node: str) -> dict[str, Any]:
    return {
        "rule": "add_comment",
        "settings": {"text": f"{{{{ {node}.count | number:0 }}}} of {{{{ record.title }}}}", "author": [f"field:{node}.person"]},
        "condition": {"any": [{"field": f"{node}.count", "op": "gt", "value": {"field": f"{node}.count"}}]},
    }


def test_a_pasted_rule_reads_the_result_of_the_copy_beside_it() -> None:
    chain = {"nodes": {"n1": LIST, "n2": reads("n1")}, "edges": [["start", "n1"], ["n1", "n2"]]}
    pasted, names = paste_chain(chain, copy_nodes(chain, ["n1", "n2"]), Place("n2"))
    assert names == {"n1": "n3", "n2": "n4"}
    assert pasted["nodes"]["n4"] == reads("n3")
    assert pasted["nodes"]["n2"] == reads("n1")
    assert pasted["edges"] == [["start", "n1"], ["n1", "n2"], ["n2", "n3"], ["n3", "n4"]]


def test_a_rule_pasted_alone_in_its_own_chain_still_reads_the_same_result() -> None:
    chain = {"nodes": {"n1": LIST, "n2": reads("n1")}, "edges": [["start", "n1"], ["n1", "n2"]]}
    pasted, names = paste_chain(chain, copy_nodes(chain, ["n2"]), Place("n2"))
    assert pasted["nodes"][names["n2"]] == reads("n1")


def test_a_rule_pasted_into_another_chain_never_reads_a_stranger() -> None:
    source = {"nodes": {"n1": LIST, "n2": reads("n1")}, "edges": [["start", "n1"], ["n1", "n2"]]}
    target = {"nodes": {"n1": LIST}, "edges": [["start", "n1"]]}
    pasted, names = paste_chain(target, copy_nodes(source, ["n2"]), Place("n1"), foreign=True)
    found = check_draft(pasted, "deal", EXAMPLE_WORLD)
    assert "n1." not in str(pasted["nodes"][names["n2"]])
    assert {problem.kind for problem in found} == {"unknown_path"}


def test_a_piece_is_pasted_between_two_rules() -> None:
    pasted, names = paste_chain(row(), copy_nodes(fork(), ["n2", "n4"]), Place(before="n2"), foreign=True)
    first, last = names["n2"], names["n4"]
    assert ["n1", first] in pasted["edges"]
    assert [last, "n2"] in pasted["edges"]
    assert not check_draft(pasted, "deal", EXAMPLE_WORLD)


def test_rules_that_are_copied_from_different_places_start_side_by_side() -> None:
    fragment = copy_nodes(fork(), ["n3", "n4"])
    assert fragment["edges"] == [["start", "n3"], ["start", "n4"]]


def test_pasting_nothing_changes_nothing() -> None:
    assert paste_chain(row(), copy_nodes(row(), []))[0] == row()


def test_what_is_pasted_is_not_trusted() -> None:
    with pytest.raises(Invalid):
        paste_chain(row(), {"nodes": {"n1": {"rule": "branch", "script": "x"}}, "edges": []})


def test_the_parts_of_a_rule_are_set_and_taken_back() -> None:
    chain = row()
    moment = {"when": "after", "amount": 1, "unit": "days"}
    condition = {"field": "record.amount", "op": "gt", "value": 1}
    changed = set_condition(set_run_at(set_title(set_note(chain, "n1", " why "), "n1", " Name "), "n1", moment), "n1", condition, "stop")
    changed = set_on_error(enable(set_settings(changed, "n1", {"text": "new"}), "n1", False), "n1", "stop")
    assert changed["nodes"]["n1"] == {
        "rule": "write_to_log",
        "settings": {"text": "new"},
        "title": "Name",
        "note": "why",
        "run_at": moment,
        "condition": condition,
        "otherwise": "stop",
        "on_error": "stop",
        "enabled": False,
    }
    back = set_condition(set_run_at(set_title(set_note(changed, "n1", ""), "n1", ""), "n1", None), "n1", None)
    back = set_on_error(enable(set_settings(back, "n1", {"text": "one"}), "n1", True), "n1", "continue")
    assert back == chain


def test_a_chain_can_be_made_to_run_once() -> None:
    assert set_once(row(), True)["once"] is True
    assert set_once(set_once(row(), True), False) == row()


def test_a_node_that_somebody_else_removed_is_told() -> None:
    for edit in (lambda: set_title(row(), "n9", "x"), lambda: remove_node(row(), "n9"), lambda: duplicate(row(), "n9")):
        with pytest.raises(Invalid, match="any more"):
            edit()


def test_what_was_given_stays_as_it_was() -> None:
    chain = fork()
    before = copy.deepcopy(chain)
    move_node(chain, "n2", Place("n5"))
    duplicate(chain, "n1")
    remove_node(chain, "n1", with_rest=True)
    set_settings(chain, "n2", {"text": "other"})
    assert chain == before
