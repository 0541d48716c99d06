"""Edits of drafts: one act, one step that can be undone; several chains where a rule goes from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import or_, select

from crm.desk import Desk
from crm.entities import table_of
from crm.errors import Invalid, NotFound, Stale
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.catalog import catalog
from runtime.chain_edit import Place, copy_nodes, move_node, paste_chain, remove_node
from runtime.chains.model import START, Chain
from runtime.engine import publishing
from runtime.engine.models import ChainRow, Revision
from runtime.graph import read_draft

_CHAIN, _REVISION = table_of(ChainRow), table_of(Revision)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """Where a rule goes, as the board tells it: the end of a line, or before a node. With ``*`` as ``first`` it goes beside the others."""

    stage: str
    after: str = START
    exit: str | None = None
    first: str = ""
    before: str = ""

    def place(self, chain: Chain, moved: str = "") -> Place:
        """The place in the chain; ``moved`` is the node that goes there, and does not count."""
        if self.before and self.before != moved:
            return Place(before=self.before)
        if self.first == "*":
            return Place(self.after, self.exit)
        end = _end_of_line(chain, self, moved)
        exits = _exits(chain, end) if end != self.after else (self.exit,)
        if end != self.after and exits != (None,):
            raise Invalid.at(f"nodes.{end}", phrase("What comes after this rule stands under one of its exits."))
        return Place(end, self.exit if end == self.after else None)


def edit(desk: Desk, stage: str, number: int, change: Callable[[Row], Json], says: Phrase | Callable[[Row], Phrase]) -> Row:
    """Change the draft of one stage; returns the chain as it is afterwards."""
    chain = publishing.chain_of(desk, desk.stage(stage))
    if chain["draft_number"] != number:
        desk.allow("rules.edit")
        raise Stale(stale(desk, chain))
    told = says if isinstance(says, Phrase) else says(chain)
    publishing.save_draft(desk, chain, change(chain), number=number, says=told)
    return chain


def move_within(chain: Row, node: str, target: Target) -> Json:
    """The draft with a node elsewhere; a rule that others follow by its exits takes them along."""
    read = read_draft(chain["draft"])
    if node not in read.nodes:
        raise NotFound
    whole = _exits(read, node) != (None,)
    place = target.place(read, node)
    if place.before is None and place.after == node:
        return chain["draft"]  # it stands there already
    return move_node(chain["draft"], node, place, with_rest=whole)


def move_across(desk: Desk, source: str, node: str, target: Target, numbers: Mapping[str, int]) -> str:
    """Take a node out of one stage's chain and put it into another's; returns its new name."""
    from_chain = publishing.chain_of(desk, desk.stage(source))
    read = read_draft(from_chain["draft"])
    if node not in read.nodes:
        raise NotFound
    whole = _exits(read, node) != (None,)
    piece = copy_nodes(from_chain["draft"], read.with_rest(node) if whole else [node])
    names: dict[str, str] = {}
    says = phrase("move {rule}", rule=titled(from_chain, node))

    def put(chain: Row) -> Json:
        place = target.place(read_draft(chain["draft"]))
        pasted, found = paste_chain(chain["draft"], piece, place, used=chain["used"], foreign=True)
        names.update(found)
        return pasted

    edit(desk, target.stage, numbers.get(target.stage, 0), put, says)
    edit(desk, source, numbers.get(source, 0), lambda chain: remove_node(chain["draft"], node, with_rest=whole), says)
    return names[node]


def titled(chain: Row, node: str) -> Phrase | str:
    """What kind of rule a node of the draft is."""
    written = chain["draft"]["nodes"].get(node, {})
    rule = catalog().find(str(written.get("rule", "")))
    return rule.facts.title if rule else node


def last_edits(desk: Desk, stage_ids: list[int], by: Literal[-1, 1]) -> Row | None:
    """The revision that an undo would take back (-1), or a redo would bring back (1), over the chains of a pipeline."""
    chains = {row.id: row for row in desk.transaction.rows(select(_CHAIN).where(_CHAIN.c.stage_id.in_(stage_ids)), _CHAIN)}
    wanted = {
        chain.id: chain["draft_number"] + (1 if by > 0 else 0)
        for chain in chains.values()
        if (chain["draft_number"] < chain["top_number"] if by > 0 else chain["draft_number"] > 0)
    }
    if not wanted:
        return None
    near = or_(*((_REVISION.c.chain_id == chain) & _REVISION.c.number.in_((number, number - 1)) for chain, number in wanted.items()))
    order = (_REVISION.c.at.asc(), _REVISION.c.id.asc()) if by > 0 else (_REVISION.c.at.desc(), _REVISION.c.id.desc())
    found = desk.transaction.rows(select(_REVISION).where(near).order_by(*order), _REVISION)
    there = {(row["chain_id"], row["number"]) for row in found}
    # Undo needs the draft before; the oldest ones are thrown away after a while.
    can = [row for row in found if wanted[row["chain_id"]] == row["number"] and (by > 0 or (row["chain_id"], row["number"] - 1) in there)]
    return can[0] if can else None


def stale(desk: Desk, chain: Row) -> Phrase:
    """Who has changed these rules meanwhile."""
    user = desk.people().get(chain["changed_by"])
    if user is None or user.id == desk.actor.user_id:
        return phrase("These rules have been changed in the meantime. Here is how they stand now.")
    return phrase("{person} has changed these rules in the meantime. Here is how they stand now.", person=user["name"])


def _end_of_line(chain: Chain, target: Target, moved: str) -> str:
    """The last node of a line but the moved one, or what the line comes after where it is empty."""
    following = [edge.target for edge in chain.after(target.after) if edge.exit == target.exit]
    at = target.first if target.first in following else (following[0] if len(following) == 1 else "")
    end = target.after
    while at:
        end = at if at != moved else end
        onward = [edge.target for edge in chain.after(at) if edge.exit is None]
        at = onward[0] if len(onward) == 1 else ""
    return end


def _exits(chain: Chain, node: str) -> tuple[str | None, ...]:
    if node not in chain.nodes:
        return (None,)
    rule = catalog().find(chain.nodes[node].rule)
    return rule.facts.exits_of(chain.nodes[node].settings) if rule else (None,)
