"""Change stage: the declaration."""

from __future__ import annotations

from runtime.catalog import catalog
from tests.rules.declared import problems, sentence


def test_the_card_names_the_stage_as_people_do() -> None:
    assert sentence("change_stage", {"stage": "sales/in_talks"}) == "Move to In talks"


def test_a_stage_of_the_same_pipeline_fits() -> None:
    assert not problems("change_stage", {"stage": "sales/won"})
    assert not problems("change_stage", {"stage": "leads/junk"}, entity="lead")


def test_a_stage_of_another_pipeline_is_refused() -> None:
    found = problems("change_stage", {"stage": "delivery/planned"})
    assert [(problem.where, problem.kind) for problem in found] == [("nodes.n1.settings.stage", "missing_reference")]
    assert "another pipeline" in str(found[0])


def test_a_stage_that_does_not_exist_is_refused() -> None:
    for stage in ("sales/no", "no/won", "sales", "sales/"):
        assert problems("change_stage", {"stage": stage})[0].kind == "missing_reference"


def test_the_stage_must_be_set() -> None:
    assert problems("change_stage")[0].kind == "missing_setting"


def test_it_ends_the_run() -> None:
    assert catalog().rules["change_stage"].facts.ends_run
