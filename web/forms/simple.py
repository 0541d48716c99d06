"""Controls of a single input: text, long text, lines, number, switch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from web.forms.control import LEFT_OUT, Control, Sent


class TextControl(Control):
    """One line with placeholders."""

    form = "text"

    @classmethod
    def shows(cls, raw: Any) -> bool:
        return isinstance(raw, str) and "\n" not in raw and "\r" not in raw


class LongControl(Control):
    """Several lines with placeholders."""

    form = "long"

    @classmethod
    def shows(cls, raw: Any) -> bool:
        return isinstance(raw, str) and "\r" not in raw

    def read(self, sent: Sent) -> Any:
        return _unix(sent.get(self.name, ""))


class LinesControl(Control):
    """A list of texts, one a line."""

    form = "lines"

    @classmethod
    def shows(cls, raw: Any) -> bool:
        return isinstance(raw, list) and all(isinstance(line, str) and line.strip() and not {"\n", "\r"} & {*line} for line in raw)

    def read(self, sent: Sent) -> Any:
        return [line for line in _unix(sent.get(self.name, "")).split("\n") if line.strip()]

    @property
    def text(self) -> str:
        return "" if self.data is LEFT_OUT else "\n".join(self.data)


class NumberControl(Control):
    """A whole number. What is no number stays as it was typed, so that it can be told what is wrong with it."""

    form = "number"

    @classmethod
    def shows(cls, raw: Any) -> bool:
        if isinstance(raw, bool):
            return False
        return raw is None or (isinstance(raw, (int, float)) and raw == int(raw)) or (isinstance(raw, str) and not _is_whole(raw))

    def read(self, sent: Sent) -> Any:
        text = sent.get(self.name, "").strip()
        if not text:
            return LEFT_OUT
        return int(text) if _is_whole(text) else text

    @property
    def text(self) -> str:
        if isinstance(self.data, (int, float)):
            return str(int(self.data))
        return super().text


class SwitchControl(Control):
    """On or off."""

    form = "switch"

    @classmethod
    def shows(cls, raw: Any) -> bool:
        return isinstance(raw, bool)

    def read(self, sent: Sent) -> Any:
        return self.name in sent

    def sends(self) -> Iterator[tuple[str, str]]:
        if self.data is True:
            yield self.name, "y"


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 16
