"""Pages of everyday CRM work."""

from flask import Blueprint, Flask

from crm.words import phrase
from web.house import Room, open_room
from workspace import bin as recycle_bin
from workspace import board, bulk, comments, history, links, moves, record_clients, record_form, record_history, search
from workspace.clients import clients
from workspace.exceptions import exceptions
from workspace.mailbox import mailbox
from workspace.records import records
from workspace.rooms import ROOMS as EVERYDAY
from workspace.rooms import workspace
from workspace.settings import settings

# Modules that only add pages to one of the blueprints.
PAGES = (recycle_bin, board, bulk, comments, history, moves, record_clients, record_form, record_history, search)
BLUEPRINTS: tuple[Blueprint, ...] = (workspace, records, clients, mailbox, exceptions, settings)
ROOMS: tuple[Room, ...] = (
    *EVERYDAY,
    Room(phrase("Mailbox"), "mailbox.show", "inbox", order=50),
    Room(phrase("Exceptions"), "exceptions.show", "ban", order=60),
    Room(phrase("Settings"), "settings.first", "settings", order=900, roles=("admin", "manager")),
)


def register(app: Flask) -> None:
    """Add everything of this package to an application."""
    links.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for room in ROOMS:
        open_room(app, room)
