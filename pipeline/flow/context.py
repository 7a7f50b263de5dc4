"""What a run works with: the warehouse, the archive, the settings and the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.fetch import Archive, Client, Robots, Turns, Visit
from pipeline.settings import Settings
from pipeline.warehouse.engine import Engine
from pipeline.warehouse.slots import WarehouseRobots, WarehouseSlots


def utc_now() -> datetime:
    """The clock of a live run."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every step; a test hands another clock."""

    engine: Engine
    archive: Archive
    settings: Settings
    clock: Callable[[], datetime] = utc_now


@asynccontextmanager
async def visiting(context: Context) -> AsyncIterator[Visit]:
    """The HTTP client with its robots, and turns at each host shared through the warehouse."""
    settings = context.settings
    async with Client.from_settings(settings, clock=context.clock) as client:
        yield Visit(
            client=client,
            robots=Robots(
                client, WarehouseRobots(context.engine), user_agent=settings.user_agent, clock=context.clock
            ),
            turns=Turns(WarehouseSlots(context.engine)),
            delay_seconds=settings.host_delay_seconds,
        )
