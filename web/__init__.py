"""What all pages share: page or fragment, forms, words, sign-in, errors."""

from flask import Flask

from web import access, assets, compression, errors, health, house, me, preferences, respond, security, sign_in, words


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
    access.init_app(app)
    sign_in.init_app(app)
    me.init_app(app)
    health.init_app(app)
