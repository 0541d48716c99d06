"""The exceptions list: whose mail and calls are kept out of the CRM, added by hand, by rules, or from a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from crm import listed, spreadsheets
from crm.errors import Invalid, Problem
from crm.words import phrase
from web.access import current_actor, database, is_own_path, require, write
from web.respond import is_htmx, nothing, redirect_to, respond, toast

A_PAGE = 50
LARGEST_FILE = 5 * 1024 * 1024
MOST_BAD_SHOWN = 200

exceptions = Blueprint("exceptions", __name__)


@exceptions.get("/exceptions")
def show() -> Response:
    """The list, the newest entries first."""
    return respond("exceptions/page.html", "exceptions/_list.html", **_page())


@exceptions.post("/exceptions")
@require("exceptions.edit")
def add() -> Response:
    """Add one entry by hand."""
    value, comment = request.form.get("value", ""), request.form.get("comment", "")
    try:
        added = write(lambda desk: [(row.id, row["value"]) for row in desk.add_exception(value, comment)])
    except Invalid as invalid:
        typed = {"value": value, "comment": comment}
        return respond("exceptions/page.html", "exceptions/_form.html", 422, typed=typed, problems=invalid.problems, **_page())
    if added:
        ((entry_id, listed_as),) = added
        toast(phrase("{value} is on the exceptions list now", value=listed_as), undo_url=_same_page("exceptions.remove", entry_id))
    else:
        toast(phrase("{value} was on the exceptions list already", value=value.strip()))
    if not is_htmx():
        return redirect_to(url_for("exceptions.show"))
    return respond("exceptions/page.html", "exceptions/_form.html", also=["exceptions/_list.html"], **_page())


@exceptions.post("/exceptions/<int:entry_id>/removals")
@require("exceptions.edit")
def remove(entry_id: int) -> Response:
    """Take an entry off the list."""

    def work(desk: Any) -> str:
        value: str = desk.row("exception", entry_id)["value"]
        desk.remove_exception(entry_id)
        return value

    value = write(work)
    toast(phrase("{value} is off the exceptions list", value=value), undo_url=_same_page("exceptions.put_back", entry_id))
    return _go_on()


@exceptions.post("/exceptions/<int:entry_id>/returns")
@require("exceptions.edit")
def put_back(entry_id: int) -> Response:
    """Put an entry on the list again as it was."""
    value = write(lambda desk: (row := desk.put_back_exception(entry_id)) and row["value"])
    toast(phrase("{value} is on the exceptions list again", value=value) if value else phrase("It was on the list again already"))
    return _go_on()


@exceptions.get("/exceptions/imports")
@require("exceptions.edit")
def prepare_import() -> Response:
    """Paste lines, or choose a file of them."""
    return respond("exceptions/import.html", text="", problems=())


@exceptions.post("/exceptions/imports")
@require("exceptions.edit")
def import_lines() -> Response:
    """Add the good lines, and tell of the bad ones by number; those can be mended on the spot and sent again."""
    request.max_content_length = request.max_form_memory_size = LARGEST_FILE
    text = request.form.get("lines", "")
    uploaded = request.files.get("file")
    if uploaded is not None and uploaded.filename:
        text = spreadsheets.decoded(uploaded.read())
    lines = list(spreadsheets.lines(text))
    try:
        if not any(line.strip(" ;") for line in lines):
            raise Invalid.at("lines", phrase("There is nothing to import."), phrase("Paste some lines, or choose a file."))
        imported = write(lambda desk: desk.import_exceptions(lines))
    except Invalid as invalid:
        return respond("exceptions/import.html", "exceptions/_import.html", 422, text=text, problems=invalid.problems)
    return respond("exceptions/import.html", "exceptions/_import.html", imported=imported, **_bad_lines(imported.bad, lines))


@exceptions.get("/exceptions.csv")
@require("exceptions.export")
def export() -> Response:
    """All entries as lines ``value;comment``, which the import reads back; a spreadsheet finds no formula in them."""
    with database().reading() as connection:
        lines = [spreadsheets.line(value, comment) for value, comment in listed.every(connection)]
    # The mark at the beginning tells spreadsheets that this is UTF-8.
    response = Response("\ufeff" + "".join(f"{line}\r\n" for line in lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="exceptions.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page() -> dict[str, Any]:
    """What the list shows, in two queries however long it is."""
    wanted = listed.Wanted(request.args.get("q", "").strip()[:200], _kind())
    number = min(max(1, request.args.get("page", 1, int)), 1_000_000)
    with database().reading() as connection:
        total = listed.count(connection, wanted)
        pages = max(1, -(-total // A_PAGE))
        number = min(number, pages)
        entries = listed.find(connection, wanted, current_actor(), limit=A_PAGE, offset=(number - 1) * A_PAGE)
    asked: dict[str, Any] = {"q": wanted.words or None, "kind": wanted.kind}
    return {
        "entries": entries,
        "total": total,
        "wanted": wanted,
        "page_number": number,
        "pages": pages,
        "address": lambda number: url_for("exceptions.show", **asked, page=number),
        "removal": lambda entry_id: url_for("exceptions.remove", entry_id=entry_id, **asked, page=number if number > 1 else None),
    }


def _same_page(endpoint: str, entry_id: int) -> str:
    """The address of an act that leads back to what is shown now."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "kind", "page", "back") if request.args.get(name)}
    return url_for(endpoint, entry_id=entry_id, **kept)


def _go_on() -> Response:
    back = request.args.get("back", "")
    if back and is_own_path(back):
        return redirect_to(back)
    if is_htmx():
        return nothing(also=["exceptions/_list.html"], **_page())
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "kind", "page") if name in request.args}
    return redirect_to(url_for("exceptions.show", **kept))


def _bad_lines(bad: tuple[Problem, ...], lines: list[str]) -> dict[str, Any]:
    """The bad lines as they were written, to be mended."""
    numbers = [int(problem.where.removeprefix("line ")) for problem in bad]
    written = [lines[number - 1] for number in numbers]
    shown = list(zip(numbers, written, bad, strict=True))[:MOST_BAD_SHOWN]
    return {"bad": shown, "bad_count": len(bad), "text": "\n".join(written), "problems": ()}


def _kind() -> str | None:
    kind = request.args.get("kind")
    return kind if kind in listed.KINDS else None
