"""Pages where rules are composed, previewed, published and watched."""

from flask import Blueprint, Flask

BLUEPRINTS: tuple[Blueprint, ...] = ()


def register(app: Flask) -> None:
    """Add everything of this package to an application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
