"""The application: each route behind the reader's guard, errors as pages, headers on every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from dateline_newsroom.render import PAGE_HEADERS, page
from dateline_newsroom.views import Desk, routes
from pipeline.errors import DatelineError, SchemaMismatch, SettingsError, WarehouseRefused
from pipeline.warehouse import schema
from pipeline.warehouse.engine import Engine

Guard = Callable[..., Any]
"""A dependency of FastAPI that raises ``HTTPException`` where somebody may not."""
_TITLES = {401: "Please sign in", 403: "Not allowed", 404: "Not found", 422: "That address makes no sense"}


def create_app(
    warehouse: Callable[[], Engine],
    *,
    may_read: Guard,
    may_write: Guard,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The pages over ``warehouse``, which is asked for each time and may raise ``SettingsError``."""
    # Without its own descriptions of itself: those routes would be open.
    app = FastAPI(title="Dateline newsroom", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(Desk(warehouse, clock), may_write), dependencies=[Depends(may_read)])

    @app.middleware("http")
    async def with_headers(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await proceed(request)
        answer.headers.update(PAGE_HEADERS)
        return answer

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> HTMLResponse:
        return _told(request, error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def nonsense(request: Request, _error: RequestValidationError) -> HTMLResponse:
        return _told(request, 422, "Its parameters are not of the kind that this page takes.")

    @app.exception_handler(DatelineError)
    def away(request: Request, error: DatelineError) -> HTMLResponse:
        return _told(request, 503, _advice(warehouse, error))

    return app


def _told(request: Request, status: int, message: str, headers: Any = None) -> HTMLResponse:
    title = _TITLES.get(status, "The warehouse cannot be read" if status == 503 else "That did not work")
    body = page(request, "error.html", title=title, message=message, status=status)
    return HTMLResponse(body, status_code=status, headers=headers)


def _advice(warehouse: Callable[[], Engine], error: DatelineError) -> str:
    """What to do about it: a statement is refused most often because the schema is not this code's."""
    if isinstance(error, WarehouseRefused) and not isinstance(error, SettingsError):
        try:
            schema.check(warehouse())
        except SchemaMismatch as mismatch:
            return str(mismatch)
    return str(error)
