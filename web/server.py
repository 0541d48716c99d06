"""The web server for the pages: waitress, which needs no set-up and stops politely."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import waitress
from flask import Flask

from crm.configuration import Configuration
from runtime.supervisor import check_port


def serve(app: Flask) -> None:
    """Serve until SIGTERM; requests in progress are answered first. Raises ``CannotStart`` when the port is taken."""
    configuration: Configuration = app.config["CONFIGURATION"]
    check_port(configuration)
    signal.signal(signal.SIGTERM, _leave)
    proxy = configuration.trusted_proxy
    behind_proxy = {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}}
    waitress.serve(
        app,
        host=configuration.host,
        port=configuration.port,
        threads=configuration.threads,
        connection_limit=1000,
        max_request_body_size=64 * 1024 * 1024,
        clear_untrusted_proxy_headers=True,
        ident=None,
        _quiet=True,
        **(behind_proxy if proxy else {}),
    )


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
