"""Many values in one statement: rows go over as one JSON text, keys as one array.

A parameter for each value costs twice the time, and hundreds of them more than the query.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Table,
    Text,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

Value = TypeVar("Value")


def insert_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """The statement that inserts ``rows``, at least one; all of them have the same columns.

    A row that conflicts with another of them is the caller's to see to, as is one that is there already.
    """
    names = list(rows[0])
    sent = func.json_populate_recordset(
        literal_column(f"null::{table.fullname}"), cast(literal(json.dumps(rows, default=str), Text), JSON)
    )
    return insert(table).from_select(names, select(sent.table_valued(*names)))


def among(column: Column[Value], values: Iterable[Value]) -> ColumnElement[bool]:
    """True where the column has one of ``values``."""
    return column == any_(literal(list(values), ARRAY(column.type)))
