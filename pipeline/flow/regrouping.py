"""The clusters of a window's stories made again, without their pages."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.flow.context import Context
from pipeline.warehouse import schema
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.regrouping import Regrouped, group_again
from pipeline.warehouse.rereading import received

STORIES = 256
"""Stories compared in one transaction: nobody else can load while it lasts."""
_EXAMPLES = 5


@dataclass(slots=True)
class Groups:
    """What comes out otherwise."""

    stories: int = 0
    """Compared again."""
    counts: Counter[str] = field(default_factory=Counter)
    """``keys`` (texts), ``edges`` that went or came, ``clusters`` (stories that are in another one)."""
    examples: list[tuple[uuid.UUID, uuid.UUID, uuid.UUID]] = field(default_factory=list)
    """The first few stories that move: with the cluster that they leave, and the one that they join."""

    def add(self, one: Regrouped) -> None:
        """Counts what a part of the stories showed."""
        gone, came = one.edges
        found = Counter(keys=one.keys, edges=len(gone) + len(came), clusters=len(one.clusters))
        self.counts += found
        moved = [(story, *clusters) for story, clusters in sorted(one.clusters.items())]
        self.examples = (self.examples + moved)[:_EXAMPLES]


def regroup(
    context: Context,
    since: datetime,
    until: datetime,
    *,
    keep: bool,
    sources: Collection[uuid.UUID] | None = None,
    progress: Callable[[int, int], None],
) -> Groups:
    """Compares the stories received in ``[since, until)`` with all others again, by today's rule.

    One process does it, for it holds the lock of the clusters. It may be stopped at any moment; ``keep``
    False writes nothing.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown: it does not answer; what was written by then stands.
    """
    schema.check(context.engine)
    with transaction(context.engine) as connection:
        units = received(connection, since, until, sources)
    stories = [unit for unit in units if isinstance(unit, uuid.UUID)]
    found = Groups()
    for at in range(0, len(stories), STORIES):
        part = stories[at : at + STORIES]
        with transaction(context.engine) as connection:
            found.add(group_again(connection, part, keep=keep))
        found.stories += len(part)
        progress(found.stories, len(stories))
    return found
