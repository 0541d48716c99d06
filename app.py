"""The program: builds the Flask application, and wires each command to the part that does it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bootstrap

if __name__ == "__main__":
    bootstrap.ensure(__file__, sys.argv[1:], with_tests=sys.argv[1:2] == ["test"])

import argparse
from typing import TYPE_CHECKING

from crm.configuration import HOUSE, Configuration
from crm.errors import RulewrightError

if TYPE_CHECKING:
    from flask import Flask

    from crm.database import Database

VERSION = "0.1.0"


def create_app(configuration: Configuration | None = None) -> Flask:
    """The web application with every page; opens no connection until a request needs one."""
    from flask import Flask

    import api
    import builder
    import web
    import workspace
    from crm.pages import db

    configuration = configuration or Configuration.from_environment()
    app = Flask(__name__, root_path=str(HOUSE), static_folder=None)
    app.config.update(
        CONFIGURATION=configuration,
        SECRET_KEY=configuration.secret_key,
        SQLALCHEMY_DATABASE_URI=configuration.database_url,
        QUEUE_IS_THERE=lambda: queue_is_there(configuration),
    )
    app.extensions["database"] = open_database(configuration)
    db.init_app(app)
    for part in (web, workspace, builder, api):
        part.register(app)
    return app


def queue_is_there(configuration: Configuration) -> bool:
    """Whether Redis answers; for the page that says how the house is."""
    from redis.exceptions import RedisError

    from runtime.queue import hasty_connection

    try:
        return bool(hasty_connection(configuration.redis_url).ping())
    except RedisError:
        return False


def open_database(configuration: Configuration) -> Database:
    """The database of the pages: rules listen to it, and its commits kick the workers."""
    from crm.database import Database
    from runtime.engine import starting
    from runtime.queue import Kicker

    starting.listen()
    database = Database(configuration.database_url, person=True)
    database.after_commit = Kicker(configuration.redis_url)
    return database


def main(arguments: list[str]) -> None:
    """Run the command; what goes wrong for a reason that a person can mend is told in one line."""
    given = parser().parse_args(arguments)
    try:
        sys.exit(given.act(given))
    except RulewrightError as error:
        sys.exit(str(error))


def parser() -> argparse.ArgumentParser:
    usage = argparse.ArgumentParser(prog="app.py", description="Rulewright. Without a command everything is started.")
    usage.set_defaults(act=everything)
    commands = usage.add_subparsers(title="commands", metavar="command")

    def command(name: str, act: object, says: str, options: str = "-") -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, description=says, prefix_chars=options, add_help=options == "-")
        made.set_defaults(act=act)
        return made

    command("web", web_server, "serve the pages and the API")
    command("worker", lambda _: work("inside"), "run the rules")
    command("sender", lambda _: work("outside"), "deliver what leaves the house: mail, webhooks, text messages")
    command("clock", clock, "wake what is due")
    command("prepare", prepare, "make the database or bring it up to date, and load the demo company into an empty one")
    # No character begins an option of ours here: all of them are meant for pytest.
    command("test", test, "run the tests; what follows is given to pytest", options="\0").add_argument("pytest", nargs="*")
    command("schema", schema, "print a JSON Schema").add_argument("kind", choices=("chain", "scenario"))
    command("scenario", scenario, "play scenarios and compare with what they expect").add_argument("files", nargs="+", type=Path)
    command("bench", bench, "measure").add_argument("name", choices=("engine", "move", "board"))
    command("intake", intake, "take in one e-mail, as a mail server delivers it").add_argument(
        "file", type=Path, help="a file, or - for standard input"
    )
    command("version", lambda _: print(f"Rulewright {VERSION}"), "print the version")
    return usage


def everything(given: argparse.Namespace) -> None:
    from runtime.supervisor import run

    run(Configuration.from_environment(), Path(__file__).resolve())


def web_server(given: argparse.Namespace) -> None:
    from web.server import serve

    serve(create_app(begin("web")))


def work(queue: str) -> None:
    from runtime.worker import run

    run(begin("sender" if queue == "outside" else "worker"), queue)


def clock(given: argparse.Namespace) -> None:
    from runtime.clock import run

    run(begin("clock"))


def prepare(given: argparse.Namespace) -> None:
    from runtime.preparing import prepare

    print(prepare(begin("prepare")), end="")


def test(given: argparse.Namespace) -> int:
    import pytest

    from tests import machine

    os.chdir(HOUSE)
    machine.make_ready()
    # Everything is tried side by side, as many at once as there are processors; what is named is tried by itself.
    return int(pytest.main(given.pytest or ["-n", "auto"]))


def schema(given: argparse.Namespace) -> None:
    from runtime.schema import main

    main(given.kind)


def scenario(given: argparse.Namespace) -> int | None:
    from runtime.scenario import main

    return main(given.files)


def bench(given: argparse.Namespace) -> None:
    from benchmarks import run

    run(given.name)


def intake(given: argparse.Namespace) -> int:
    from api.command import main

    return main(given.file, begin("intake"))


def begin(part: str) -> Configuration:
    """Read the configuration, and let what this process logs carry the name of its part."""
    from runtime import log
    from runtime.catalog import use_also

    configuration = Configuration.from_environment()
    log.configure(part, as_json=configuration.log_as_json)
    use_also(*configuration.rule_packages)
    return configuration


if __name__ == "__main__":
    main(sys.argv[1:])
