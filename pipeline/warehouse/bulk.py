"""Many rows in one statement: they go over as one JSON text, for a parameter for each value costs twice the time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Table, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """The statement that inserts ``rows``, at least one; all of them have the same columns.

    A row that conflicts with another of them is the caller's to see to, as is one that is there already.
    """
    names = list(rows[0])
    sent = func.json_populate_recordset(
        literal_column(f"null::{table.fullname}"), cast(literal(json.dumps(rows, default=str), Text), JSON)
    )
    return insert(table).from_select(names, select(sent.table_valued(*names)))
