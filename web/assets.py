"""Static files under addresses that change with their content, so that a browser may keep them for good.

Stylesheets and behaviours are joined here, in memory, when they are first asked for: a page needs few requests and
nobody needs a build. Every file is compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

from web.access import public

ROOT = Path(__file__).parent.parent / "static"
# In the order of the layers; what is named here stands before what is not.
STYLES = ("css/tokens.css", "css/base.css", "css/components.css", "css/forms.css")
LIBRARIES = ("vendor/htmx.min.js", "vendor/idiomorph-ext.min.js")
A_YEAR = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^import "\./([a-z-]+\.js)";$', re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

assets = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: its bytes, the same compressed, its type and its fingerprint."""

    body: bytes
    compressed: bytes
    mimetype: str
    fingerprint: str


class Shelf:
    """The static files by name; a bundle is a name like any other (``screen.css``, ``library.js``, ``app.js``)."""

    def __init__(self, root: Path = ROOT, *, fresh: bool = False) -> None:
        self._root = root
        self._fresh = fresh
        self._kept: dict[str, Asset] = {}

    def __getitem__(self, name: str) -> Asset:
        if name not in self._kept or self._fresh:
            self._kept[name] = _asset(name, self._body(name))
        return self._kept[name]

    def __contains__(self, name: str) -> bool:
        return name in _BUNDLES or (self._is_ours(name) and (self._root / name).is_file())

    def _is_ours(self, name: str) -> bool:
        return self._root.resolve() in (self._root / name).resolve().parents

    def _body(self, name: str) -> bytes:
        bundle = _BUNDLES.get(name)
        return bundle(self._root).encode() if bundle else (self._root / name).read_bytes()


def init_app(app: Flask) -> None:
    """Serve the static files and give templates ``asset(name)``."""
    app.extensions["shelf"] = Shelf(fresh=bool(app.debug))
    app.register_blueprint(assets)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a static file or bundle."""
    return url_for("assets.show", fingerprint=_shelf()[name].fingerprint, name=name)


@assets.get("/assets/<fingerprint>/<path:name>")
@public
def show(fingerprint: str, name: str) -> Response:
    """A static file. An address of an older release gets today's file, and is not kept."""
    if name not in _shelf():
        abort(404)
    found = _shelf()[name]
    small = request.accept_encodings["gzip"] > 0 and len(found.compressed) < len(found.body)
    response = Response(found.compressed if small else found.body, mimetype=found.mimetype)
    if small:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = A_YEAR if fingerprint == found.fingerprint else "no-cache"
    return response


def _shelf() -> Shelf:
    shelf: Shelf = current_app.extensions["shelf"]
    return shelf


def _asset(name: str, body: bytes) -> Asset:
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    fingerprint = hashlib.sha256(body).hexdigest()[:12]
    return Asset(body, gzip.compress(body, 9, mtime=0), mimetype, fingerprint)


def _screen(root: Path) -> str:
    """All stylesheets in one; within a layer the later file wins, so the general ones come first."""
    others = sorted(path.relative_to(root).as_posix() for path in (root / "css").glob("*.css"))
    names = [*STYLES, *(name for name in others if name not in STYLES)]
    return "\n".join(_COMMENT.sub("", (root / name).read_text("utf-8")) for name in names)


def _library(root: Path) -> str:
    return ";\n".join((root / name).read_text("utf-8") for name in LIBRARIES)


def _behaviours(root: Path) -> str:
    """``app.js`` with each of its imports put in place as a block; a block keeps its names to itself."""
    modules = root / "js"
    return _IMPORT.sub(
        lambda found: f"{{\n{(modules / found[1]).read_text('utf-8')}}}",
        (modules / "app.js").read_text("utf-8"),
    )


_BUNDLES = {"screen.css": _screen, "library.js": _library, "app.js": _behaviours}
