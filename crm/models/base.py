"""The declarative base of every table."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, registry

from crm.columns import Day, Document, Instant, Key, Money

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Tables are read as rows; they are written only through the desk."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMES),
        type_annotation_map={
            int: BigInteger,
            str: Text,
            bool: Boolean,
            bytes: Key,
            datetime: Instant,
            date: Day,
            Decimal: Money,
            dict[str, Any]: Document,
            list[Any]: Document,
        },
    )
