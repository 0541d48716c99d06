"""The names that History needs for some effects, looked up together: people, stages, fields, and the rules that acted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from crm.entities import TABLES, table_of
from crm.fields import STANDARD, Field, Kind
from crm.history import Effect
from crm.models import CustomField, Pipeline, Stage, User
from crm.names import title_of
from crm.transaction import Row
from crm.words import Phrase, phrase
from runtime.catalog import catalog
from runtime.engine.models import Run, StepRow, Version

_SLICE = 500


class LookedUp:
    """Names for the given effects, read in a few queries."""

    def __init__(self, connection: Connection, effects: Sequence[Effect]) -> None:
        self._connection = connection
        self._users = dict(connection.execute(select(User.id, User.name)).tuples().all())
        self._stages = {f"{pipeline}/{stage}": name for pipeline, stage, name in connection.execute(_STAGES).tuples()}
        self._fields = _fields(connection)
        self._rules = _rules(connection, {effect["step"] for effect in effects if effect["step"] is not None})
        self._titles = _titles(connection, effects)

    def user(self, user_id: int) -> str:
        """The name of a user."""
        return self._users.get(user_id, f"#{user_id}")

    def rule(self, effect: Effect) -> Phrase | str | None:
        """The title of the node that acted, else what its rule is called."""
        return self._rules.get(effect["step"]) if effect["step"] is not None else None

    def stage(self, reference: str) -> str:
        """The name of a stage."""
        return self._stages.get(reference, reference)

    def field(self, entity: str, key: str) -> Field | None:
        """A standard or custom field."""
        return self._fields.get((entity, key))

    def title(self, entity: str, entity_id: int) -> str:
        """What something is called now."""
        if (entity, entity_id) not in self._titles and entity in TABLES:
            self._titles.update(_titles_of(self._connection, entity, [entity_id]))
        return self._titles.get((entity, entity_id), "")


_STAGES = select(Pipeline.key, Stage.key, Stage.name).join(Stage, Stage.pipeline_id == Pipeline.id)


# What records carry beside the fields that are named in conditions.
_CARRIED = (
    Field("contacts", Kind.CONTACTS, phrase("Contacts")),
    Field("company", Kind.COMPANY, phrase("Company")),
    Field("products", Kind.LIST, phrase("Products")),
    Field("emails", Kind.EMAILS, phrase("E-mails")),
    Field("phones", Kind.PHONES, phrase("Phones")),
)


def _fields(connection: Connection) -> dict[tuple[str, str], Field]:
    found = {(entity, field.key): field for entity in ("deal", "lead") for field in _CARRIED}
    found.update({(entity, field.key): field for entity, fields in STANDARD.items() for field in fields})
    for row in connection.execute(select(table_of(CustomField))):
        options = {each["key"]: each["label"] for each in row.options or ()} or None
        found[row.entity, row.key] = Field(row.key, Kind(row.kind), Phrase(row.label), options)
    return found


def _rules(connection: Connection, step_ids: set[bytes]) -> dict[bytes, Phrase | str]:
    where: dict[bytes, tuple[int, str]] = {}
    for some in _slices(sorted(step_ids)):
        steps = select(StepRow.id, Run.version_id, StepRow.node).join(Run, Run.id == StepRow.run_id).where(StepRow.id.in_(some))
        where.update({step_id: (version_id, node) for step_id, version_id, node in connection.execute(steps).tuples()})
    versions = {version_id for version_id, _ in where.values()}
    graphs = dict(connection.execute(select(Version.id, Version.graph).where(Version.id.in_(versions))).tuples().all()) if versions else {}
    return {step_id: rule_title(graphs.get(version_id, {}), node) for step_id, (version_id, node) in where.items()}


def rule_title(graph: Mapping[str, Any], node: str) -> Phrase | str:
    """What a node of a stored chain is called: its own title, else that of its rule."""
    stored = graph.get("nodes", {}).get(node, {})
    rule = catalog().find(stored.get("rule", ""))
    title: str = stored.get("title") or ""
    return title or (rule.facts.title if rule is not None else node)


def _titles(connection: Connection, effects: Sequence[Effect]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for effect in effects:
        if effect["entity"] in TABLES:
            wanted[effect["entity"]].add(effect["entity_id"])
    titles: dict[tuple[str, int], str] = {}
    for entity, ids in wanted.items():
        titles.update(_titles_of(connection, entity, sorted(ids)))
    return titles


def _titles_of(connection: Connection, entity: str, ids: Sequence[int]) -> dict[tuple[str, int], str]:
    table = TABLES[entity]
    return {
        (entity, row["id"]): title_of(Row(table, dict(row)))
        for some in _slices(ids)
        for row in connection.execute(select(table).where(table.c.id.in_(some))).mappings()
    }


def _slices(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _SLICE] for start in range(0, len(values), _SLICE))
