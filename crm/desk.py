"""The desk: every way to change something in the CRM, for pages, rules, the API and the intake alike."""

from __future__ import annotations

from crm.verbs.departments import DepartmentVerbs
from crm.verbs.intake import IntakeVerbs
from crm.verbs.people import PeopleVerbs
from crm.verbs.pipelines import PipelineVerbs
from crm.verbs.sending import SendingVerbs
from crm.verbs.settings import FieldVerbs, SettingsVerbs, TokenVerbs
from crm.verbs.undo import UndoVerbs


class Desk(IntakeVerbs, UndoVerbs, PipelineVerbs, SendingVerbs, PeopleVerbs, DepartmentVerbs, SettingsVerbs, FieldVerbs, TokenVerbs):
    """All verbs together. A desk belongs to one transaction, one actor and one moment."""
