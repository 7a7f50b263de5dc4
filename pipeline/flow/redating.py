"""Dates and datelines of a window's stories chosen again from what is stored, without their pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pipeline.extract.hints import hints_on
from pipeline.flow import differing
from pipeline.flow.article import when_and_where
from pipeline.flow.comparing import Comparison, Damage, name_of
from pipeline.flow.context import Context
from pipeline.flow.workers import cores, spread
from pipeline.warehouse import schema
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.redating import differs, redate, redated, undated
from pipeline.warehouse.rereading import Standing, Unit, received, standings
from pipeline.warehouse.rows import StoryRows
from pipeline.warehouse.stored import Stored, stored

STORIES = 64
"""Stories whose dates are chosen, and written, at once."""
_PAGES_NEEDED = "it has several texts or ids, or its date candidates were not kept: replay reads its pages"


class Piece(NamedTuple):
    """A part of a window's stories."""

    units: tuple[Unit, ...]
    keep: bool
    """True: what differs is written."""


def choose_again(
    context: Context,
    since: datetime,
    until: datetime,
    *,
    keep: bool,
    sources: Collection[uuid.UUID] | None = None,
    jobs: int | None = None,
    progress: Callable[[int, int], None],
) -> Comparison:
    """Where today's code chooses another date or place for stories received in ``[since, until)``; ``keep`` writes it.

    ``damaged`` has the stories that cannot be dated without their pages.

    Raises:
        SchemaMismatch: the warehouse is not at this code's revision.
        WarehouseDown: it does not answer; what was written by then stands.
    """
    schema.check(context.engine)
    with transaction(context.engine) as connection:
        units = [unit for unit in received(connection, since, until, sources) if isinstance(unit, uuid.UUID)]
    pieces = [Piece(tuple(units[at : at + STORIES]), keep) for at in range(0, len(units), STORIES)]
    found = Comparison()
    for part in spread(context, choose_piece, pieces, cores() if jobs is None else jobs):
        found.add(part)
        progress(found.units, len(units))
    return found


def choose_piece(context: Context, piece: Piece) -> Comparison:
    """What differs in a part of a window, written where it says so."""
    found = Comparison()
    with transaction(context.engine) as connection:
        standing = standings(connection, piece.units)
        known = stored(connection, [one for one in piece.units if isinstance(one, uuid.UUID)])
    dated: list[tuple[Standing, StoryRows]] = []
    for one in standing:
        found.units += 1
        held = known.get(one.unit) if isinstance(one.unit, uuid.UUID) else None
        rows = _redated(one, held) if held else None
        if rows is None or held is None:
            found.damaged.append(Damage(name_of(one), _PAGES_NEEDED))
        elif differs(held, rows):
            dated.append((one, rows))
            found.note(one.unit, differing.of_shown(name_of(one), held, rows))
    if piece.keep and dated:
        _write(context, dated)
    return found


def _redated(standing: Standing, known: Stored) -> StoryRows | None:
    article = undated(standing, known)
    if article is None:
        return None
    source, at = standing.told[0].claim.source, known.article["fetched_at"]
    is_page = next(iter(known.versions.values()))["archive_object"] is not None
    zone = hints_on(source, at).zone
    if is_page and zone:
        source = replace(source, zone=zone)
    return redated(standing, known, when_and_where(article, source=source, fetched_at=at))


def _write(context: Context, dated: Sequence[tuple[Standing, StoryRows]]) -> None:
    with transaction(context.engine) as connection:
        redate(connection, dated, context.clock())
