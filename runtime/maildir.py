"""The simplest way out: a message becomes a file in a maildir, under a name by which a second delivery is the same as the first."""

from __future__ import annotations

import os
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from crm.words import phrase
from runtime.outbox import Answer, Channel


def maildir(folder: Path) -> Channel:
    """A channel that writes into ``folder``; what it is given has ``from to subject text``."""

    def deliver(key: bytes, request: Mapping[str, Any]) -> Answer:
        try:
            _write(folder, f"{key.hex()}.rulewright", _message(key, request))
        except OSError as error:
            return Answer("later", phrase("The maildir cannot be written: {reason}", reason=error.strerror or str(error)))
        return Answer("sent", phrase("Put into the maildir."))

    return Channel(deliver, repeatable=True)


def _message(key: bytes, request: Mapping[str, Any]) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = request["from"], request["to"], request["subject"]
    message["Message-ID"] = f"<{key.hex()}@rulewright.invalid>"
    message.set_content(request["text"])
    return message.as_bytes()


def _write(folder: Path, name: str, content: bytes) -> None:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if any((folder / part / name).exists() for part in ("new", "cur")):
        return
    passing = folder / "tmp" / name
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.rename(folder / "new" / name)
