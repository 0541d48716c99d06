"""What all pages share: page or fragment, forms, words, sign-in, errors."""

from flask import Flask

from web import assets, compression, errors, house, preferences, respond, security, words


def register(app: Flask) -> None:
    """Make an application speak, look and defend itself as ours does; its blueprints come afterwards."""
    # What is registered first runs last after a request: compression has to see the finished response.
    compression.init_app(app)
    security.init_app(app)
    respond.init_app(app)
    words.init_app(app)
    assets.init_app(app)
    house.init_app(app)
    preferences.init_app(app)
    errors.init_app(app)
