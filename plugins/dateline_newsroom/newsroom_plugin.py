"""The newsroom in Airflow's navigation, behind its login. This module is imported by every Airflow process."""

from __future__ import annotations

import threading
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/newsroom"
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='2.5 3 19 18' fill='{paper}' "
    "stroke='{ink}' stroke-width='1.7' stroke-linejoin='round' stroke-linecap='round'%3E%3Cpath "
    "d='M17 9h3.5v8.5a2 2 0 0 1-4 0M3.5 4.5H17V19a1.5 1.5 0 0 0 1.5 1H5.5a2 2 0 0 1-2-2zM7 8.5h6.5M7 12h6.5M7 15.5h4'"
    "/%3E%3C/svg%3E"
)
"""A newspaper. Airflow shows it as a picture, also on the dark blue of the chosen entry: so its paper is filled."""


class Newsroom:
    """The pages as an ASGI application, made when the first of them is asked for.

    Making it takes a second and half of FastAPI; the scheduler, the workers and the triggerer never ask.
    """

    def __init__(self) -> None:
        self._app: Any = None
        self._making = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if self._app is None:
            with self._making:
                if self._app is None:
                    from dateline_newsroom.guards import airflow_app

                    self._app = airflow_app()
        await self._app(scope, receive, send)


class NewsroomPlugin(AirflowPlugin):
    """What Airflow mounts, and the entry in its navigation."""

    name = "dateline_newsroom"
    fastapi_apps = [{"app": Newsroom(), "url_prefix": PREFIX, "name": "Dateline newsroom"}]  # noqa: RUF012  # Airflow's form
    external_views = [  # noqa: RUF012
        {
            "name": "Newsroom",
            # Relative to the UI's base, which may lie below a path of its own.
            "href": f"{PREFIX.removeprefix('/')}/",
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "newsroom",
            "icon": _ICON.format(paper="%23fff", ink="%23355483"),
            "icon_dark_mode": _ICON.format(paper="%231b2433", ink="%23cdd9ec"),
        }
    ]
