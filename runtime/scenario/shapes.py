"""What may stand where in a file: shapes that check a value, name its references, and describe themselves as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.errors import Problem
from crm.words import Phrase, phrase

Schema = dict[str, Any]
_SHORT = 60
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass
class Seen:
    """What was found while reading a file: what is wrong, which keys it defines, and which it uses where."""

    problems: list[Problem] = field(default_factory=list)
    defined: dict[tuple[str, str], str] = field(default_factory=dict)
    used: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def wrong(self, where: str, says: Phrase, mend: Phrase | None = None, kind: str = "type_mismatch") -> None:
        """Note a problem."""
        self.problems.append(Problem(where, says, mend, kind))

    def define(self, kind: str, key: str, where: str) -> None:
        """Note a key; each may be given once."""
        if (kind, key) in self.defined:
            self.wrong(where, phrase("The key “{key}” is given twice.", key=key), phrase("Give each thing a key of its own."))
        self.defined.setdefault((kind, key), where)

    def check_uses(self) -> None:
        """Note every use of a key that nothing has."""
        for kinds, key, where in self.used:
            if not any((kind, key) in self.defined for kind in kinds):
                says = phrase("There is nothing here with the key “{key}”.", key=key[:_SHORT])
                self.wrong(where, says, phrase("Add it under “given”, or correct the key."), "missing_reference")


class Shape:
    """One kind of value."""

    def read(self, value: Any, where: str, seen: Seen) -> None:
        """Note what is wrong with a value that stands at a place, and what it refers to."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """The shape as JSON Schema."""
        raise NotImplementedError


@dataclass(frozen=True)
class Is(Shape):
    """A value that a test accepts; ``wants`` says what must stand there."""

    wants: Phrase
    test: Callable[[Any], bool]
    described: Mapping[str, Any]

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if not self.test(value):
            seen.wrong(where, phrase("Here must stand {wants}.", wants=self.wants))

    def schema(self) -> Schema:
        return dict(self.described)


@dataclass(frozen=True)
class Defines(Shape):
    """A key by which others name this thing."""

    kind: str

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if isinstance(value, str) and _KEY.fullmatch(value):
            seen.define(self.kind, value, where)
        else:
            seen.wrong(where, phrase("Here must stand a key of letters, digits, “_”, “-” and “.”."))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_KEY.pattern}$"}


@dataclass(frozen=True)
class Uses(Shape):
    """The key of something of one of these kinds, with ``prefix`` before it."""

    kinds: tuple[str, ...]
    prefix: str = ""

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if isinstance(value, str) and value.startswith(self.prefix):
            seen.used.append((self.kinds, value.removeprefix(self.prefix), where))
        elif self.prefix:
            seen.wrong(where, phrase("Here must stand a user, written as {example}.", example=f"{self.prefix}anna"))
        else:
            seen.wrong(where, phrase("Here must stand a key."))

    def schema(self) -> Schema:
        return {"type": "string", **({"pattern": f"^{self.prefix}"} if self.prefix else {})}


@dataclass(frozen=True)
class OneOf(Shape):
    """One of some words."""

    words: tuple[str, ...]

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if value not in self.words:
            seen.wrong(where, phrase("Here must stand one of {words}.", words=", ".join(self.words)))

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class OrNull(Shape):
    """A value or ``null``."""

    of: Shape

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if value is not None:
            self.of.read(value, where, seen)

    def schema(self) -> Schema:
        return {"anyOf": [self.of.schema(), {"type": "null"}]}


@dataclass(frozen=True)
class ListOf(Shape):
    """A list; ``exactly`` where it has a fixed length."""

    of: Shape
    exactly: int | None = None

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if not isinstance(value, list) or (self.exactly is not None and len(value) != self.exactly):
            seen.wrong(where, phrase("Here must stand a list."))
            return
        for number, each in enumerate(value):
            self.of.read(each, f"{where}.{number}", seen)

    def schema(self) -> Schema:
        bounds = {} if self.exactly is None else {"minItems": self.exactly, "maxItems": self.exactly}
        return {"type": "array", "items": self.of.schema(), **bounds}


@dataclass(frozen=True)
class MapOf(Shape):
    """An object with any keys; what they mean is known once the world is built."""

    of: Shape

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if not isinstance(value, dict):
            seen.wrong(where, phrase("Here must stand an object."))
            return
        for key, each in value.items():
            self.of.read(each, f"{where}.{key[:_SHORT]}", seen)

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.of.schema()}


@dataclass(frozen=True)
class Fields(Shape):
    """An object with these keys and no others."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if not isinstance(value, dict):
            seen.wrong(where, phrase("Here must stand an object."))
            return
        known = {**self.required, **self.optional}
        for key in self.required:
            if key not in value:
                seen.wrong(_at(where, key), phrase("This is missing."), kind="missing_setting")
        for key, each in value.items():
            if key in known:
                known[key].read(each, _at(where, key), seen)
            else:
                mend = phrase("Leave it out; what may stand here is {keys}.", keys=", ".join(known))
                seen.wrong(_at(where, key[:_SHORT]), phrase("“{key}” means nothing here.", key=key[:_SHORT]), mend)

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {key: shape.schema() for key, shape in (*self.required.items(), *self.optional.items())},
            "required": list(self.required),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class OneAtLeast(Shape):
    """An object in which at least one of some optional keys must stand."""

    of: Fields
    keys: tuple[str, ...]

    def read(self, value: Any, where: str, seen: Seen) -> None:
        self.of.read(value, where, seen)
        if isinstance(value, dict) and not any(key in value for key in self.keys):
            seen.wrong(where, phrase("At least one of {keys} must stand here.", keys=", ".join(self.keys)), kind="missing_setting")

    def schema(self) -> Schema:
        return {**self.of.schema(), "anyOf": [{"required": [key]} for key in self.keys]}


@dataclass(frozen=True)
class Named(Shape):
    """An object that is told apart by one of its keys, which all but one of the shapes lack: a step, an expectation."""

    by_name: Mapping[str, Shape]
    what: Phrase
    unplayed: Sequence[str] = ()

    def read(self, value: Any, where: str, seen: Seen) -> None:
        keys = value if isinstance(value, dict) else ()
        name = next((key for key in keys if key in self.by_name), None)
        unplayed = next((key for key in keys if key in self.unplayed), None)
        if name is not None:
            self.by_name[name].read(value, where, seen)
        elif unplayed is not None:
            says = phrase("“{name}” is known, but cannot be played by this version.", name=unplayed)
            seen.wrong(where, says, phrase("Leave it out, or play the file with a newer version."), "unknown_rule")
        else:
            said = ", ".join(value)[:_SHORT] if isinstance(value, dict) else str(value)[:_SHORT]
            mend = phrase("There are {names}.", names=", ".join(self.by_name))
            seen.wrong(where, phrase("“{said}” is not {what}.", said=said, what=self.what), mend)

    def schema(self) -> Schema:
        return {"anyOf": [shape.schema() for shape in self.by_name.values()]}


@dataclass(frozen=True)
class AnyOf(Shape):
    """A value of one of several shapes; the first that could be meant is the one that is told about."""

    shapes: Sequence[Shape]

    def read(self, value: Any, where: str, seen: Seen) -> None:
        tries = []
        for shape in self.shapes:
            one = Seen()
            shape.read(value, where, one)
            tries.append(one)
        best = min(tries, key=lambda one: len(one.problems))
        seen.problems += best.problems
        seen.used += best.used

    def schema(self) -> Schema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


@dataclass(frozen=True)
class Refers(Shape):
    """Something that is described elsewhere among the definitions (a chain), and is checked when the world is there."""

    name: str

    def read(self, value: Any, where: str, seen: Seen) -> None:
        if not isinstance(value, dict):
            seen.wrong(where, phrase("Here must stand an object."))

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
