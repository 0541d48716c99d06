"""What exists in this company and can be named by a chain, read from its database."""

from __future__ import annotations

from crm.desk import Desk
from crm.fields import Kind
from runtime.names import KnownNames, KnownPipeline, KnownStage


def known_names(desk: Desk) -> KnownNames:
    """Pipelines, people, departments, custom fields and variables as they are now; dismissed people are left out."""
    return KnownNames(
        pipelines={
            pipeline["key"]: KnownPipeline(
                pipeline["key"],
                pipeline["entity"],
                pipeline["name"],
                tuple(KnownStage(stage["key"], stage["name"], stage["kind"]) for stage in desk.stages_of(pipeline.id)),
            )
            for pipeline in desk.pipelines().values()
        },
        users={user["key"]: user["name"] for user in desk.people().values() if user["active"]},
        departments={department["key"]: department["name"] for department in desk.departments().values()},
        fields={entity: desk.custom_fields_of(entity) for entity in ("deal", "lead", "contact", "company")},
        variables={key: kind_of(value) for key, value in desk.settings.variables.items()},
        constants={key: kind_of(value) for key, value in desk.settings.constants.items()},
    )


def kind_of(value: object) -> Kind:
    """The kind of a variable by what it holds."""
    if isinstance(value, bool):
        return Kind.YES_NO
    return Kind.NUMBER if isinstance(value, (int, float)) else Kind.TEXT
