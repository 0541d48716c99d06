"""What people say on the timeline of a record, and what they have done of what was planned."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from crm.desk import Desk
from crm.entities import TABLES
from crm.errors import Invalid, NotFound
from crm.transaction import Row
from crm.words import phrase
from web.access import current_actor, database, write
from web.respond import respond, toast
from workspace.queries import records as reading
from workspace.records import answer, records, visible


@records.post("/records/<int:record_id>/comments")
def add_comment(record_id: int) -> Response:
    """Say something on the timeline."""
    text = request.form.get("text", "")
    try:
        write(lambda desk: desk.add_comment(visible(desk, record_id), text))
    except Invalid as invalid:
        return _composer(record_id, text, invalid)
    return answer(record_id)


@records.get("/records/<int:record_id>/composer")
def composer(record_id: int) -> Response:
    """The empty form for a comment."""
    return _composer(record_id)


@records.get("/comments/<int:comment_id>/edit")
def edit_comment(comment_id: int) -> Response:
    """The form in which a comment is changed."""
    comment = _comment(comment_id)
    return _form(comment, comment["text"])


@records.post("/comments/<int:comment_id>")
def change_comment(comment_id: int) -> Response:
    """Change what a comment says."""
    comment, text = _comment(comment_id), request.form.get("text", "")
    try:
        write(lambda desk: desk.edit_comment(_row(desk, comment_id), text))
    except Invalid as invalid:
        return _form(comment, text, invalid)
    return answer(comment["record_id"])


@records.post("/comments/<int:comment_id>/deletion")
def delete_comment(comment_id: int) -> Response:
    """Take a comment off the timeline."""
    comment = _comment(comment_id)
    write(lambda desk: desk.delete_comment(_row(desk, comment_id)))
    toast(phrase("The comment is deleted."), url_for("records.restore_comment", comment_id=comment_id))
    return answer(comment["record_id"])


@records.post("/comments/<int:comment_id>/restoration")
def restore_comment(comment_id: int) -> Response:
    """Put a comment back."""
    comment = _comment(comment_id, deleted=True)
    write(lambda desk: desk.restore_comment(_row(desk, comment_id, deleted=True)))
    return answer(comment["record_id"])


@records.post("/activities/<int:activity_id>/completion")
def complete_activity(activity_id: int) -> Response:
    """Something that was planned is done."""

    def work(desk: Desk) -> Row:
        activity = desk.activity(activity_id)
        visible(desk, activity["record_id"])
        desk.complete_activity(activity)
        return activity

    activity = write(work)
    toast(phrase("Done: {subject}", subject=activity["subject"]), url_for("records.reopen_activity", activity_id=activity_id))
    return answer(activity["record_id"])


@records.post("/activities/<int:activity_id>/reopening")
def reopen_activity(activity_id: int) -> Response:
    """Something is not done after all."""

    def work(desk: Desk) -> Row:
        activity = desk.activity(activity_id)
        visible(desk, activity["record_id"])
        desk.reopen_activity(activity)
        return activity

    return answer(write(work)["record_id"])


def _comment(comment_id: int, *, deleted: bool = False) -> Any:
    """A comment on a record that one may see."""
    table = TABLES["comment"]
    with database().reading() as connection:
        comment = connection.execute(table.select().where(table.c.id == comment_id)).mappings().first()
        if comment is None or (comment["deleted_at"] is not None) is not deleted:
            raise NotFound
        if reading.find(connection, current_actor(), comment["record_id"]) is None:
            raise NotFound
    return comment


def _row(desk: Desk, comment_id: int, *, deleted: bool = False) -> Row:
    row = desk.transaction.get(TABLES["comment"], comment_id)
    if row is None or (row["deleted_at"] is not None) is not deleted:
        raise NotFound
    return row


def _composer(record_id: int, text: str = "", invalid: Invalid | None = None) -> Response:
    with database().reading() as connection:
        record = reading.find(connection, current_actor(), record_id)
    if record is None:
        raise NotFound
    context: dict[str, Any] = {"record": record, "text": text, "problems": invalid.problems if invalid else ()}
    return respond("workspace/record/comment.html", "workspace/record/_composer.html", 422 if invalid else 200, **context)


def _form(comment: Any, text: str, invalid: Invalid | None = None) -> Response:
    """The form in the place of the comment; when it is sent, only what it answers with an error is put there."""
    context: dict[str, Any] = {"comment": comment, "text": text, "problems": invalid.problems if invalid else ()}
    pages = ("workspace/record/comment_edit.html", "workspace/record/_comment_edit.html")
    return respond(*pages, 422 if invalid else 200, retarget=f"said-{comment['id']}", **context)
