"""The pages with Airflow's login in front and the warehouse of its Connection behind."""

from __future__ import annotations

from functools import lru_cache

# Internal to Airflow, and so held to the pinned release; there is no other way to protect a plugin's routes.
from airflow.api_fastapi.core_api.security import requires_access_asset
from fastapi import FastAPI

from dateline_newsroom.app import create_app
from pipeline.warehouse.engine import Engine


@lru_cache(maxsize=1)
def _warehouse() -> Engine:
    """The warehouse's engine, kept from the first time that there is one.

    Raises:
        SettingsError: none is set.
    """
    from dateline_context import warehouse_context

    return warehouse_context().engine


def airflow_app() -> FastAPI:
    """Who may see assets may read; who may make an asset's event, and so set the DAGs to work, may retry."""
    return create_app(
        _warehouse, may_read=requires_access_asset("GET"), may_write=requires_access_asset("POST")
    )
