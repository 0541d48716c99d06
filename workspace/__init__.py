"""Pages of everyday CRM work."""

from flask import Blueprint, Flask

from crm.words import phrase
from web.house import Room, open_room
from workspace.settings import settings

BLUEPRINTS: tuple[Blueprint, ...] = (settings,)
ROOMS: tuple[Room, ...] = (Room(phrase("Settings"), "settings.first", "settings", order=900, roles=("admin", "manager")),)


def register(app: Flask) -> None:
    """Add everything of this package to an application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for room in ROOMS:
        open_room(app, room)
