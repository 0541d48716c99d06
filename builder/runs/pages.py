"""Pages of runs: the list, one run, and what a person can do about one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import delete

from builder.places import place
from builder.reading import reading_desk
from builder.runs import words
from builder.runs.queries import Wish, neighbours, page_of_runs, runs_of_record
from builder.runs.trace import trace
from builder.runs.waiting import waiting_rules, why_not
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, NotFound, RulewrightError
from crm.words import Phrase, phrase
from runtime.engine import undoing, waking
from runtime.engine.models import Seen
from runtime.engine.undoing import UndoneRun
from web.access import current_actor, database, demand, is_own_path, now, require, write
from web.respond import redirect_to, respond, toast

runs = Blueprint("runs", __name__)


class OnlyLooking(RulewrightError):
    """This was tried, and nothing of it kept."""

    def __init__(self, found: UndoneRun) -> None:
        super().__init__()
        self.found = found


@runs.get("/automation/<pipeline>/runs")
@require("rules.see")
def listed(pipeline: str) -> Response:
    """The runs of a pipeline."""
    asked = request.args
    record = asked.get("record", "")
    wish = Wish(asked.get("stage", ""), asked.get("state", ""), int(record) if _is_number(record) else None, asked.get("trouble") == "y")
    page = max(1, int(asked.get("page", "1"))) if _is_number(asked.get("page", "1")) else 1
    with reading_desk() as desk:
        where = place(desk, pipeline)
        found, more = page_of_runs(desk, where.pipeline, wish, page)
        people = {user_id: user["name"] for user_id, user in desk.people().items()}
        stages = [(stage["key"], stage["name"]) for stage in desk.stages_of(where.pipeline.id)]
    kept: dict[str, Any] = {name: value for name, value in asked.items() if name != "page" and value}
    return respond(
        "builder/runs/list.html",
        place=where,
        tab="runs",
        switch_to="runs.listed",
        found=found,
        wish=wish,
        stages=stages,
        people=people,
        words=words,
        number=page,
        numbers=page + more,
        address=lambda number: url_for("runs.listed", pipeline=pipeline, page=number, **kept),
    )


@runs.get("/runs/<run>")
@require("rules.see")
def show(run: str) -> Response:
    """One run on its chain."""
    with reading_desk() as desk:
        told = trace(desk, key_of(run))
        earlier, later = neighbours(desk, told.run)
    return respond("builder/runs/page.html", trace=told, place=told.place, tab="runs", words=words, earlier=earlier, later=later)


@runs.get("/runs/<run>/undo")
@require("rules.undo")
def foresee(run: str) -> Response:
    """What undoing a run would take back and what it would leave: tried for real, and nothing of it kept."""
    key = key_of(run)
    actor, moment = current_actor(), now()

    def attempt(transaction: Any) -> None:
        raise OnlyLooking(undoing.undo_run(Desk(transaction, actor, moment), key))

    found, problem = None, None
    try:
        database().writing(attempt)
    except OnlyLooking as looked:
        found = looked.found
    except Invalid as invalid:
        problem = invalid.problems[0].says
    return respond("builder/runs/undo.html", "builder/runs/_undo.html", run=run, found=found, problem=problem)


@runs.post("/runs/<run>/undo")
@require("rules.undo")
def undo(run: str) -> Response:
    """Take back what a run did."""
    key = key_of(run)
    undone = write(lambda desk: undoing.undo_run(desk, key))
    toast(_taken_back(undone.taken_back))
    return redirect_to(url_for("runs.show", run=run))


@runs.post("/undos/<effect>/undo")
@require("rules.undo")
def undo_again(effect: str) -> Response:
    """Take back an undo."""
    key = key_of(effect)
    write(lambda desk: undoing.undo_again(desk, key))
    toast(phrase("The undo is taken back: what the run did holds again."))
    return _back()


@runs.post("/steps/<step>/<act>")
@require("rules.undo")
def change_step(step: str, act: str) -> Response:
    """Run a waiting rule now, cancel it, or try a failed one again."""
    key = key_of(step)
    acts = {"now": waking.run_now, "cancellation": waking.cancel_step, "retry": _retry}
    if act not in acts:
        raise NotFound
    write(lambda desk: acts[act](desk, key))
    told = {"now": phrase("It runs now."), "cancellation": phrase("It will not run."), "retry": phrase("It is tried again.")}
    toast(told[act])
    return _back()


@runs.get("/records/<int:record>/automation")
def of_record(record: int) -> Response:
    """The runs of one record, as a part of its page."""
    demand("record.see")
    with reading_desk() as desk:
        row = desk.record(record)
        desk.allow("record.see", row)
        found = runs_of_record(desk, record)
        waiting, reason = waiting_rules(desk, record), why_not(desk, row)
        people = {user_id: user["name"] for user_id, user in desk.people().items()}
        stage = desk.stages()[row["stage_id"]]
    fragment = "builder/runs/_of_record.html"
    told: dict[str, Any] = {"found": found, "waiting": waiting, "reason": reason, "people": people, "stage": stage, "words": words}
    return respond("builder/runs/of_record.html", fragment, record=row, **told)


def _retry(desk: Desk, step: bytes) -> Any:
    seen = table_of(Seen)
    desk.transaction.execute(delete(seen).where(seen.c.step_id == step))
    return waking.retry(desk, step)


def _taken_back(count: int) -> Phrase:
    return phrase("{count} effects were taken back.", count=count) if count != 1 else phrase("One effect was taken back.")


def _back() -> Response:
    wish = request.form.get("back", "")
    return redirect_to(wish if is_own_path(wish) else url_for("board.first"))


def key_of(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        raise NotFound from None
    if len(found) != 16:
        raise NotFound
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
