"""The contract that the declaration of every rule keeps."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from runtime.catalog import catalog
from runtime.chains.canonical import chain_json
from runtime.declaration import file_of
from runtime.example_world import EXAMPLE_STAGES, EXAMPLE_WORLD
from runtime.graph import check_draft, compile_chain, read_chain
from runtime.language.calendar import WorkingTime
from runtime.language.scope import PlainScope
from runtime.pieces import plain
from runtime.rule import Rule
from runtime.rules_page import page
from runtime.schema import json_schema
from runtime.sentences import chain_context, node_sentence
from tests.rules.declared import chain
from web.extraction import extract_python, paragraphs

HOUSE = Path(__file__).resolve().parents[2]
RULES = list(catalog().rules.values())
every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.facts.key for rule in RULES])

# What only those who know the company can see; the schema cannot.
NEEDS_THE_COMPANY = {"missing_reference", "unknown_path", "output_not_ready"}
STRANGE = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2.5,
    3.0,
    10**9,
    "",
    " ",
    "\n",
    "a",
    "a\nb",
    [],
    [""],
    ["x"],
    ["user:a", "user:a"],
    [1],
    {},
    {"a": 1},
)


class Living(PlainScope):
    """A scope with working time and people's time zones."""

    working_time = WorkingTime()

    def zone_of(self, person: int | None) -> ZoneInfo:
        return self.zone


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema("chain"))


def entity_of(rule: type[Rule]) -> str:
    """For whom the example is: deals, where the rule is for both."""
    return "deal" if "deal" in rule.facts.applies_to else rule.facts.applies_to[0]


def example(rule: type[Rule]) -> dict[str, Any]:
    return chain(rule.facts.key, dict(rule.facts.example))


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema("chain"))


@every_rule
def test_the_example_can_be_published_and_fits_the_schema(rule: type[Rule]) -> None:
    read = read_chain(example(rule), entity_of(rule), EXAMPLE_WORLD, EXAMPLE_STAGES[entity_of(rule)])
    assert validator().is_valid(example(rule))
    assert validator().is_valid(chain_json(read))


@every_rule
def test_the_schema_refuses_what_the_check_refuses(rule: type[Rule]) -> None:
    settings = dict(rule.facts.example)
    tried = [{**settings, "no_such_setting": 1}]
    for key in rule.facts.settings:
        tried.append({name: value for name, value in settings.items() if name != key})
        tried += [{**settings, key: strange} for strange in STRANGE]
    for wrong in tried:
        raw = chain(rule.facts.key, wrong)
        found = check_draft(raw, entity_of(rule), EXAMPLE_WORLD, EXAMPLE_STAGES[entity_of(rule)])
        refused = [problem for problem in found if problem.kind not in NEEDS_THE_COMPANY]
        assert validator().is_valid(raw) is not bool(refused), (wrong, [str(problem) for problem in refused])


@every_rule
def test_everything_wrong_names_its_place_and_a_mend(rule: type[Rule]) -> None:
    for key in rule.facts.settings:
        raw = chain(rule.facts.key, {**rule.facts.example, key: {"no": "such thing"}})
        found = check_draft(raw, entity_of(rule), EXAMPLE_WORLD)
        assert [problem for problem in found if problem.where.startswith(f"nodes.n1.settings.{key}")]
        assert all(problem.mend for problem in found if problem.where == f"nodes.n1.settings.{key}")


@every_rule
def test_the_sentence_mentions_every_setting_that_must_be_set(rule: type[Rule]) -> None:
    read = read_chain(example(rule), entity_of(rule), EXAMPLE_WORLD, EXAMPLE_STAGES[entity_of(rule)])
    context = chain_context(read, entity_of(rule), EXAMPLE_WORLD, EXAMPLE_STAGES[entity_of(rule)])
    told = str(node_sentence(read.nodes["n1"], context))
    for key, setting in rule.facts.settings.items():
        if setting.required:
            assert plain(setting.show(rule.facts.example[key], context)) in told
    assert "{" not in told


@every_rule
def test_the_example_resolves_to_a_rule_that_has_all_its_settings(rule: type[Rule]) -> None:
    read = read_chain(example(rule), entity_of(rule), EXAMPLE_WORLD, EXAMPLE_STAGES[entity_of(rule)])
    scope = Living({}, datetime(2026, 3, 2, 9, tzinfo=UTC), people={"responsible": (1,), "user:anna": (1,)})
    ready = compile_chain(read).nodes["n1"].resolve(scope)
    assert isinstance(ready, rule)
    assert vars(ready).keys() == rule.facts.settings.keys()


@every_rule
def test_every_word_that_people_read_is_found_for_translation(rule: type[Rule]) -> None:
    source = Path(file_of(rule))
    with source.open("rb") as file:
        found = {text for _, _, text, _ in extract_python(file, (), (), {})}
    facts = rule.facts
    words = {facts.title.text, facts.summary.text, *paragraphs(facts.doc)}
    for setting in facts.settings.values():
        words |= {setting.label.text, setting.help.text, setting.when_empty.text}
        words |= {option.text for option in getattr(setting, "options", {}).values()}
    assert words - {"", "…"} <= found


@every_rule
def test_a_rule_imports_only_what_a_rule_may(rule: type[Rule]) -> None:
    tree = ast.parse(Path(file_of(rule)).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    own = {module for module in modules if module.partition(".")[0] in ("runtime", "crm", "web", "app")}
    assert own <= {"runtime.fields", "runtime.rule"}


@every_rule
def test_a_rule_has_an_icon_and_a_test(rule: type[Rule]) -> None:
    icons = (HOUSE / "static/icons.svg").read_text(encoding="utf-8")
    assert re.search(rf'<symbol[^>]* id="{rule.facts.icon}"', icons)
    assert (HOUSE / f"tests/rules/test_{rule.facts.key}.py").exists()


@every_rule
def test_a_rule_is_on_the_palette_of_the_records_that_it_is_for(rule: type[Rule]) -> None:
    for entity in ("lead", "deal"):
        on_it = any(rule in shelf.rules for shelf in catalog().palette(entity))
        assert on_it is (entity in rule.facts.applies_to)


def test_the_page_about_all_rules_is_the_one_that_the_declarations_make() -> None:
    assert (HOUSE / "docs/rules.md").read_text(encoding="utf-8") == page()
