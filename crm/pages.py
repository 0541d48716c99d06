"""The session with which pages read, through Flask-SQLAlchemy; apart from the database, since workers and the clock know no Flask."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine

from crm.database import Database
from crm.models import Base


class Pages(SQLAlchemy):
    """Flask-SQLAlchemy, with the engine that cannot write: pages read through ``db.session`` and write through the desk."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Any) -> Engine:
        database: Database = app.extensions["database"]
        return database.reader


db = Pages(model_class=Base, session_options={"autoflush": False})
