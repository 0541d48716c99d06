"""A declaration that is not sound stops the start, and the error names the file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from crm.words import Phrase
from runtime.catalog import Catalog, check_examples, read_folder
from runtime.declaration import BadDeclaration

SOUND = '''
    """Rule: greet."""
    from runtime.fields import People, Switch, Text
    from runtime.rule import Done, Outcome, Rule, Step

    class Greet(Rule, key="greet", title="Greet", summary="Say {text} to {to}", example={"text": "Hello", "to": ["responsible"]}):
        """Greets people."""

        text = Text("What")
        to = People("Whom", default=["responsible"])
        loud = Switch("Loudly")

        def run(self, step: Step) -> Outcome:
            return Done("Greeted {count}", count=len(self.to))
'''

Read = Callable[..., Catalog]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Reads a folder of rules that holds the given files."""
    folder = tmp_path / "made_up_rules"
    (folder / "flow").mkdir(parents=True)
    for package in (folder, folder / "flow"):
        (package / "__init__.py").write_text('"""Made up."""')
    monkeypatch.syspath_prepend(tmp_path)

    def read_files(**files: str) -> Catalog:
        for name, text in files.items():
            (folder / "flow" / f"{name}.py").write_text(dedent(text))
        importlib.invalidate_caches()
        found = read_folder(importlib.import_module("made_up_rules"), {"flow": Phrase("Flow")})
        check_examples(found)
        return found

    yield read_files
    for module in [name for name in sys.modules if name.partition(".")[0] == "made_up_rules"]:
        del sys.modules[module]


def test_a_sound_file_becomes_a_rule_on_the_palette(read: Read) -> None:
    found = read(greet=SOUND)
    assert [rule.facts.key for shelf in found.palette("deal") for rule in shelf.rules] == ["greet"]
    assert found.rules["greet"].facts.group == "flow"


def test_a_rule_is_found_by_a_key_that_it_once_had(read: Read) -> None:
    found = read(greet=SOUND.replace('key="greet"', 'key="greet", aliases=("say_hello",)'))
    assert found.find("say_hello") is found.find("greet") is found.rules["greet"]


@pytest.mark.parametrize(
    ("sound", "unsound", "why"),
    [
        ('key="greet"', 'key="Greet"', "not a key"),
        ('key="greet"', 'key="hello"', "not the name of the file"),
        ('"Say {text} to {to}"', '"Say {text} to {everybody}"', "{everybody} that names no setting"),
        ('"Say {text} to {to}"', '"Greet {to}"', "does not mention the setting 'text'"),
        ('title="Greet"', 'title=""', "title is empty"),
        ('"""Greets people."""', "", "no docstring"),
        ('"""Greets people."""', '"""Greets `people`."""', "code word"),
        ('"""Greets people."""', '"""Greets user_id people."""', "code word"),
        ('{"text": "Hello", "to": ["responsible"]}', "{}", "example does not check: example.text"),
        ('{"text": "Hello", "to": ["responsible"]}', '{"text": "Hello", "to": ["user:nobody"]}', "example does not check: example.to"),
        ('{"text": "Hello", "to": ["responsible"]}', '{"text": "Hello", "when": 1}', "example does not check: example.when"),
        ('Done("Greeted {count}", count=len(self.to))', 'Done(f"Greeted {len(self.to)}")', "must be a literal text"),
        ('Done("Greeted {count}", count=len(self.to))', 'Done("Greeted " + self.text)', "must be a literal text"),
        ('Done("Greeted {count}", count=len(self.to))', 'Done("Greeted {people}", count=1)', "{people} to which no value is given"),
        ("loud = Switch", "facts = Switch", "cannot be called 'facts'"),
        ('key="greet"', 'key="greet", applies_to=("contact",)', "applies_to"),
        ('key="greet"', 'key="greet", exits_if={"to": ("a", "b")}', "no switch"),
        ('key="greet"', 'key="greet", exits=()', "exits must be given"),
        ("def run", "def walk", "no run()"),
        ("class Greet(Rule, key", "class Other: pass\n    class Greet(Other, key", "declares one rule, and this one 0"),
    ],
)
def test_an_unsound_declaration_stops_the_start_and_names_the_file(read: Read, sound: str, unsound: str, why: str) -> None:
    assert sound in SOUND
    text = SOUND.replace(sound, unsound, 1)
    if "Other" in unsound:
        text = text.replace("class Other: pass", "class Other:\n        def __init_subclass__(cls, **facts: object) -> None: pass\n")
    with pytest.raises(BadDeclaration) as stopped:
        read(greet=text)
    assert "greet.py" in str(stopped.value)
    assert why in str(stopped.value)


def test_two_rules_cannot_have_one_key(read: Read) -> None:
    other = SOUND.replace('key="greet"', 'key="hail", aliases=("greet",)').replace("class Greet", "class Hail")
    with pytest.raises(BadDeclaration, match=r"hail\.py: 'greet' is taken by .*greet\.py"):
        read(greet=SOUND, hail=other)


def test_a_folder_that_is_no_group_is_refused(read: Read, tmp_path: Path) -> None:
    (tmp_path / "made_up_rules" / "elsewhere").mkdir()
    (tmp_path / "made_up_rules" / "elsewhere" / "__init__.py").write_text('"""Made up."""')
    with pytest.raises(BadDeclaration, match="there is no group 'elsewhere'"):
        read()
