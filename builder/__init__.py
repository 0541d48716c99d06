"""Pages where rules are composed, previewed, published and watched."""

from flask import Blueprint, Flask, current_app, g

from builder import places
from builder.board.choosing import choosing
from builder.board.copying import copying
from builder.board.nodes import nodes
from builder.board.pages import board
from builder.inspector.pages import inspector
from builder.publishing.pages import publications
from builder.rehearsals import rehearsals
from builder.runs.pages import runs
from builder.runs.troubles import troubles
from crm.words import phrase
from web.forms import choices, clauses
from web.house import Room, open_room

# Those with words in their addresses come before the inspector, whose address takes any.
BLUEPRINTS: tuple[Blueprint, ...] = (board, choosing, copying, publications, rehearsals, runs, troubles, nodes, inspector)


def register(app: Flask) -> None:
    """Add everything of this package to an application."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    places.init_app(app)
    app.jinja_env.globals.update(
        field_groups=clauses.fields,
        flat_choices=choices.flat,
        open_clauses=lambda: g.get("changed_parts", set()),
        endpoints=lambda: current_app.view_functions,
    )
    open_room(app, Room(phrase("Automation rules"), "board.first", "bolt", order=15, roles=("admin", "manager")))
