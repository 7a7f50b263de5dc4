"""The newsroom: a world of invented publishers that knows the truth about what it serves.

``World`` is pure; ``serve`` puts it, or captured pages, behind a real HTTP server on loopback.
The demo shows it and the tests compare the warehouse with it.
"""

from .captured import Captured, CapturedPage, FeedReplay, unpack
from .past import Past
from .server import Server, serve
from .truth import Expectation, Truth
from .world import World

__all__ = [
    "Captured",
    "CapturedPage",
    "Expectation",
    "FeedReplay",
    "Past",
    "Server",
    "Truth",
    "World",
    "serve",
    "unpack",
]
