"""The JSON API and what comes in from outside."""

from flask import Flask

from api import exceptions, intake, openapi, schema
from api.door import door
from web.access import open_to_strangers
from web.security import csrf

__all__ = ["exceptions", "intake", "openapi", "register", "schema"]


def register(app: Flask) -> None:
    """Add everything of this package to an application."""
    open_to_strangers(app, door.name)  # the door asks for a token itself
    csrf.exempt(door)  # and takes no cookie for one, see there
    app.register_blueprint(door)
