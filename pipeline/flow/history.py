"""One share of a window of the past, as a scheduler hands it out, and what the feeds had missed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import structlog

from pipeline.flow.backfilling import DOORS, BackfillReport, backfill_window
from pipeline.flow.context import Context
from pipeline.flow.polling import Progress, silent
from pipeline.warehouse.backfills import Scope
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.reconciling import reconcile

_log = structlog.get_logger()


def walk_share(context: Context, share: Mapping[str, Any], progress: Progress = silent) -> dict[str, Any]:
    """Walks a share of the publishers for a window; what came of it, in numbers that fit into an XCom.

    ``share`` holds ``shard`` and ``of``, the window's ``since`` and ``until`` (ISO 8601), ``again``, ``sources`` and
    ``via`` (empty: all), and ``live`` (True: the window is the newest one: only the publishers' own places are
    walked, and what earlier runs over any window have left is gone on with).
    """
    since, until = _ends(share)
    via = tuple(share["via"]) or (DOORS if share["live"] else ())
    every = Scope(shard=int(share["shard"]), of=int(share["of"]))
    scope = replace(every, since=since, until=until, places=via, domains=tuple(share["sources"]))
    told = {"window": backfill_window(context, scope, again=bool(share["again"]), progress=progress)}
    if share["live"]:
        told["left"] = backfill_window(context, every, progress=progress)
    for report in told.values():
        for fault in report.faults:
            _log.warning("place_of_the_past", fault=fault)
    return {name: _numbers(report) for name, report in told.items()}


def reconcile_window(context: Context, share: Mapping[str, Any]) -> dict[str, Any]:
    """Counts what the feeds missed of the newest window; of an older one there were perhaps no feeds to compare with."""
    if not share["live"]:
        return {}
    since, until = _ends(share)
    with transaction(context.engine) as connection:
        stories, missed = reconcile(connection, since, until, context.clock(), doors=DOORS)
    return {"stories": stories, "missed": missed}


def _ends(share: Mapping[str, Any]) -> tuple[datetime, datetime]:
    since, until = (datetime.fromisoformat(str(share[end])) for end in ("since", "until"))
    return since, until


def _numbers(report: BackfillReport) -> dict[str, Any]:
    counted = asdict(report)
    faults = counted.pop("faults")
    waits = report.waiting_until
    return {**counted, "waiting_until": waits.isoformat() if waits else None, "faults": len(faults)}


__all__ = ["reconcile_window", "walk_share"]
