"""The catalogue: every rule there is, found in the folder ``runtime/rules``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import ModuleType

from crm.errors import Problem
from crm.words import Phrase
from runtime import declaration, rules
from runtime.example_world import EXAMPLE_WORLD
from runtime.language.paths import Paths
from runtime.rule import Rule
from runtime.settings.base import Context


@dataclass(frozen=True)
class Shelf:
    """A group of the palette with its rules."""

    key: str
    title: Phrase
    rules: tuple[type[Rule], ...]


class Catalog:
    """Rules by key and by the keys that they once had."""

    def __init__(self, found: Mapping[str, type[Rule]], groups: Mapping[str, Phrase]) -> None:
        self.rules = found
        self.groups = groups
        self._aliases = {alias: rule for rule in found.values() for alias in rule.facts.aliases}

    def find(self, key: str) -> type[Rule] | None:
        """The rule that is or was called so."""
        return self.rules.get(key) or self._aliases.get(key)

    def nearest(self, key: str) -> str | None:
        """A key that reads much like this one."""
        return next(iter(get_close_matches(key, self.rules, n=1)), None)

    def palette(self, entity: str) -> tuple[Shelf, ...]:
        """The shelves in order with the rules for leads or deals, empty shelves left out."""
        shelves = (Shelf(key, title, tuple(self._on_shelf(key, entity))) for key, title in self.groups.items())
        return tuple(shelf for shelf in shelves if shelf.rules)

    def _on_shelf(self, group: str, entity: str) -> Iterator[type[Rule]]:
        return (rule for rule in self.rules.values() if rule.facts.group == group and entity in rule.facts.applies_to)


@cache
def catalog() -> Catalog:
    """The rules of the product and of the packages added to it, read once; raises ``BadDeclaration`` where one cannot be used."""
    found = read_folder(rules, rules.GROUPS)
    for name in _also:
        package = importlib.import_module(name)
        more = read_folder(package, package.GROUPS)
        for key in more.rules.keys() & found.rules.keys():
            raise declaration.BadDeclaration(declaration.file_of(more.rules[key]), f"{key!r} is taken by a rule of the product")
        found = Catalog({**found.rules, **more.rules}, {**found.groups, **more.groups})
    check_examples(found)
    return found


def use_also(*packages: str) -> None:
    """Offer the rules of other packages too; each is built like ``runtime.rules``: a sub-package a group, ``GROUPS`` naming them."""
    _also[:] = packages
    catalog.cache_clear()


def read_folder(package: ModuleType, groups: Mapping[str, Phrase]) -> Catalog:
    """The rules in the sub-packages of a package; these are called as the ``groups`` are."""
    found: dict[str, type[Rule]] = {}
    taken: dict[str, type[Rule]] = {}
    for rule in _rules_in(package, groups):
        declaration.check_file(rule)
        for key in (rule.facts.key, *rule.facts.aliases):
            if key in taken:
                raise declaration.BadDeclaration(declaration.file_of(rule), f"{key!r} is taken by {declaration.file_of(taken[key])}")
            taken[key] = rule
        found[rule.facts.key] = rule
    return Catalog(found, groups)


def check_examples(found: Catalog) -> None:
    """Refuse rules whose own examples are not valid."""
    for rule in found.rules.values():
        declaration.check_example(rule, _example_problems(rule))


_also: list[str] = []


def _rules_in(package: ModuleType, groups: Mapping[str, Phrase]) -> Iterator[type[Rule]]:
    for group in pkgutil.iter_modules(package.__path__):
        shelf = importlib.import_module(f"{package.__name__}.{group.name}")
        if group.name not in groups:
            raise declaration.BadDeclaration(str(shelf.__file__), f"there is no group {group.name!r}")
        for file in pkgutil.iter_modules(shelf.__path__):
            module = importlib.import_module(f"{shelf.__name__}.{file.name}")
            yield _only_rule(module)


def _only_rule(module: ModuleType) -> type[Rule]:
    own = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Rule)]
    declared = [rule for rule in own if rule.__module__ == module.__name__]
    if len(declared) != 1:
        raise declaration.BadDeclaration(str(module.__file__), f"a file declares one rule, and this one {len(declared)}")
    return declared[0]


def _example_problems(rule: type[Rule]) -> list[Problem]:
    """What is wrong with the example where it fits best: that of a deal's stage need not make sense for a lead."""
    return min((_problems_for(entity, rule) for entity in rule.facts.applies_to), key=len)


def _problems_for(entity: str, rule: type[Rule]) -> list[Problem]:
    context = Context(EXAMPLE_WORLD, Paths(entity, EXAMPLE_WORLD.fields), entity, settings=rule.facts.example)
    return rule.facts.check(rule.facts.example, context, "example")
