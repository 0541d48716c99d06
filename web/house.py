"""The menu of the house: where one can go from anywhere. Each package says which pages of it stand there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for

from crm.words import Phrase


@dataclass(frozen=True)
class Room:
    """A page in the menu; ``roles`` are those who see it, nobody named means everyone. ``order`` sorts, lower first.

    ``in_bar`` rooms stand in the bar too, on pages that have no siblings of their own to show there.
    """

    label: Phrase
    endpoint: str
    icon: str
    order: int = 100
    roles: tuple[str, ...] = ()
    in_bar: bool = True


def init_app(app: Flask) -> None:
    """Give templates ``rooms()`` and ``home()``."""
    app.extensions["house"] = []
    app.jinja_env.globals.update(rooms=rooms, home=home, is_in_room=is_in_room)


def open_room(app: Flask, room: Room) -> None:
    """Put a page into the menu."""
    app.extensions["house"].append(room)


def rooms() -> list[tuple[Room, str]]:
    """The pages that the reader may go to, with their addresses."""
    role = getattr(g.get("viewer"), "role", None)
    seen = [room for room in current_app.extensions["house"] if not room.roles or role in room.roles]
    return [(room, url_for(room.endpoint)) for room in sorted(seen, key=lambda room: room.order)]


def is_in_room(address: str) -> bool:
    """Whether the page asked for is the room at this address, or lies behind it."""
    path = request.path
    return path == address or path.startswith(f"{address.rstrip('/')}/")


def home() -> str:
    """The address of the first page of the menu."""
    return next((address for _, address in rooms()), "/")
