"""The naming convention, and short forms in which a column cannot lack its comment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, MetaData, Text
from sqlalchemy.types import TypeEngine

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(
    name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], comment: str, *rest: Any, **options: Any
) -> Column[Any]:
    """A column that must hold a value; its comment is its entry in the dictionary."""
    options.setdefault("nullable", False)
    return Column(name, kind, *rest, comment=comment, **options)


def optional(
    name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]], comment: str, *rest: Any, **options: Any
) -> Column[Any]:
    """A column that is NULL where the fact is not known."""
    return column(name, kind, comment, *rest, nullable=True, **options)


def text(name: str, comment: str, *rest: Any, **options: Any) -> Column[Any]:
    """A text, NULL where not known."""
    return optional(name, Text, comment, *rest, **options)


def instant(name: str, comment: str, **options: Any) -> Column[Any]:
    """A moment in UTC, NULL where not known."""
    return optional(name, DateTime(timezone=True), comment, **options)
