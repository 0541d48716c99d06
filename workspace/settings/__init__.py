"""The settings: pages on which admins say who works here, which pipelines there are, and what holds for the whole company."""

from workspace.settings import audit, company, demo, departments, fields, owners, people, pipelines, stages, tokens
from workspace.settings.rooms import settings

__all__ = ["audit", "company", "demo", "departments", "fields", "owners", "people", "pipelines", "settings", "stages", "tokens"]
