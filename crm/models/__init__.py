"""The tables of the CRM, one file a subject."""

from crm.models.base import Base
from crm.models.clients import Company, Contact, Link, Reach
from crm.models.company import Counter, CustomField, Setting
from crm.models.intake import Call, Exception_, Message, Owner, Submission, Token
from crm.models.journal import Audit, BinEntry, Effect, Head, StageEntry
from crm.models.outbox import Outgoing
from crm.models.people import Absence, Department, Session, User
from crm.models.records import Activity, Comment, Pipeline, Record, Stage, Turn

__all__ = [
    "Absence",
    "Activity",
    "Audit",
    "Base",
    "BinEntry",
    "Call",
    "Comment",
    "Company",
    "Contact",
    "Counter",
    "CustomField",
    "Department",
    "Effect",
    "Exception_",
    "Head",
    "Link",
    "Message",
    "Outgoing",
    "Owner",
    "Pipeline",
    "Reach",
    "Record",
    "Session",
    "Setting",
    "Stage",
    "StageEntry",
    "Submission",
    "Token",
    "Turn",
    "User",
]
