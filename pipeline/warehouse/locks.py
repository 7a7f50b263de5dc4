"""Advisory locks by name, until the end of the transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, text

_TAKE = text(
    "select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) with ordinality u(key, n) order by n"
)


def lock_names(connection: Connection, names: Iterable[str]) -> None:
    """Takes a lock for each name, always in the same order, so that two transactions cannot hold each other up.

    Who takes locks twice in a transaction takes those of publishers first, then that of the clusters.
    """
    keys = {int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True) for name in names}
    if keys:
        connection.execute(_TAKE, {"keys": sorted(keys)})
