"""What a task of ours works with: settings from the environment, the warehouse by Connection or setting."""

from __future__ import annotations

from functools import lru_cache

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from pipeline.errors import SettingsError
from pipeline.fetch import Archive
from pipeline.flow.context import Context
from pipeline.settings import settings
from pipeline.warehouse.engine import Engine, open_warehouse

CONNECTION_ID = "dateline_warehouse"


def warehouse_context() -> Context:
    """The run's context; the Airflow Connection ``dateline_warehouse`` goes before ``DATELINE_WAREHOUSE_URL``.

    Raises:
        SettingsError: there is neither.
    """
    known = settings()
    return Context(_engine(_url(known.warehouse_url)), Archive(known.archive_location), known)


@lru_cache(maxsize=4)
def _engine(url: str) -> Engine:
    """Kept for its compiled statements; it holds no connection, so a fork may have it."""
    return open_warehouse(url, pooled=False)


def _url(setting: str | None) -> str:
    try:
        return str(Connection.get(CONNECTION_ID).get_uri())
    except AirflowNotFoundException:
        if setting:
            return setting
        message = (
            f"no warehouse: add an Airflow Connection {CONNECTION_ID} "
            "(postgresql://user:password@host:5432/database) or set DATELINE_WAREHOUSE_URL"
        )
        raise SettingsError(message) from None
