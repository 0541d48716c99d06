"""Long work on many records: moved in pieces by the workers, with progress that can be seen and a way to cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from crm.actor import SYSTEM, Actor, Origin
from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, RulewrightError
from crm.keys import new_key
from crm.transaction import Row, Transaction
from crm.words import phrase
from runtime.engine.models import Bulk

PIECE = 200
MOST = 100_000
_BULK = table_of(Bulk)


def move_in_bulk(desk: Desk, record_ids: Sequence[int], stage: str) -> Row:
    """Have many records moved to a stage, as if the person moved each; returns the work, which shows how far it is."""
    desk.allow("record.move")
    target = desk.stage(stage)
    if not record_ids:
        raise Invalid.at("records", phrase("Choose at least one record."))
    if len(record_ids) > MOST:
        raise Invalid.at("records", phrase("At most {most} records can be moved at once.", most=MOST))
    values = {"kind": "move", "target": desk.stage_reference(target.id), "record_ids": list(record_ids), "state": "working"}
    origin = {"actor_id": desk.actor.user_id, "root": new_key(desk.now), "at": desk.now}
    work = desk.transaction.insert(_BULK, {"id": desk.transaction.next_id(), **values, **origin})
    desk.transaction.memory["kick"] = True
    return work


def cancel(desk: Desk, work_id: int) -> Row:
    """Stop long work after the piece that is being done; what was done stays done."""
    work = desk.transaction.load(_BULK, [work_id])[work_id]
    if work["state"] == "working":
        desk.transaction.update(work, {"state": "cancelled", "ended_at": desk.now})
    return work


def work_a_piece(transaction: Transaction, now: datetime) -> bool:
    """Do the next piece of the oldest unfinished work; False where there is none."""
    statement = select(_BULK).where(_BULK.c.state == "working").order_by(_BULK.c.id).limit(1)
    found = transaction.rows(statement.with_for_update(skip_locked=True), _BULK)
    if not found:
        return False
    work = found[0]
    place = work["place"] + PIECE
    piece = work["record_ids"][work["place"] : place]
    desk = Desk(transaction, _actor(transaction, work, now), now, Origin(root=work["root"]))
    try:
        moved = desk.move_many(piece, work["target"])
    except RulewrightError as error:
        transaction.update(work, {"state": "failed", "says": error.says.as_json(), "ended_at": now})
        return True
    is_last = place >= len(work["record_ids"])
    done = {"place": place, "moved": work["moved"] + moved.count, "left_out": work["left_out"] + moved.left_out}
    transaction.update(work, {**done, **({"state": "done", "ended_at": now} if is_last else {})})
    return True


def _actor(transaction: Transaction, work: Row, now: datetime) -> Actor:
    person = Desk(transaction, SYSTEM, now).people().get(work["actor_id"])
    return SYSTEM if person is None else Actor("person", person.id, person["role"], person["department_id"])
