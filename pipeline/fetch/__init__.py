"""HTTP as a good citizen: the client, its guards, robots, politeness, and the archive of every byte.

``fetch_page`` and ``fetch_feed`` join the rest: the rules of robots.txt, a turn at the host, and one
GET within the guard and the caps. What comes back is a ``Response`` for the ``Archive``, or a
``Failure`` for the ledger.
"""

from pipeline.fetch.addresses import load_resolve_table
from pipeline.fetch.archive import Archive, Finding, Segment
from pipeline.fetch.client import Client, Gate
from pipeline.fetch.guard import Guard
from pipeline.fetch.pages import Visit, fetch_feed, fetch_page
from pipeline.fetch.politeness import LocalSlots, Slots, Turns
from pipeline.fetch.robots import CachedRobots, LocalRobotsCache, Permission, Robots, RobotsCache

__all__ = [
    "Archive",
    "CachedRobots",
    "Client",
    "Finding",
    "Gate",
    "Guard",
    "LocalRobotsCache",
    "LocalSlots",
    "Permission",
    "Robots",
    "RobotsCache",
    "Segment",
    "Slots",
    "Turns",
    "Visit",
    "fetch_feed",
    "fetch_page",
    "load_resolve_table",
]
