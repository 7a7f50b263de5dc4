"""Sixty days of polling on a virtual clock: what each rule finds, how soon, and for how many requests.

    python bench/polling.py [--seed 6] [--feeds 2000] [--days 60] [--others]

The feeds and their faults are those of ``tests/simulation/world.py``: three in five publish up to 2 stories a day
(down to one a month), 30 % up to 20, 9 % up to 200, 1 % up to 500; calm, bursty or in batches, over the day of one of
14 time zones; documents of 5 to 100 entries or of the last 24 hours; one server in five misbehaves. ``--others`` runs
our rule alone with three more seeds. Times are the processor's, so a busy machine does not change them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.simulation.rules import OURS, RULES, Rule  # noqa: E402
from tests.simulation.run import Outcome, requests_of_an_hourly_schedule, simulate  # noqa: E402
from tests.simulation.world import SimulatedFeed, world  # noqa: E402

SEED = 6
OTHER_SEEDS = (60, 600, 6000)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--others", action="store_true")
    options = parser.parse_args()
    console = Console(width=190)
    began = time.perf_counter()
    universe = world(options.seed, options.feeds, options.days)
    console.print(_described(universe, options.seed, options.days))
    table = _table()
    for rule in RULES:
        _add(table, rule.name, *_timed(universe, rule, options.days), options.feeds, options.days)
    for seed in OTHER_SEEDS if options.others else ():
        universe = world(seed, options.feeds, options.days)
        name = f"{OURS.name}, seed {seed}"
        _add(table, name, *_timed(universe, OURS, options.days), options.feeds, options.days)
    console.print(table)
    console.print(f"{time.perf_counter() - began:.0f} s of wall clock in all")


def _described(universe: list[SimulatedFeed], seed: int, days: int) -> str:
    stories = sum(len(feed.counted) for feed in universe)
    eligible = sum(int(feed.eligible.sum()) for feed in universe if feed.eligible is not None)
    roomy = sum(bool(feed.eligible.any()) for feed in universe if feed.eligible is not None)
    return (
        f"Seed {seed}: {len(universe):,} feeds, {days} days, {stories:,} stories. A poll every 10 minutes would see "
        f"{eligible:,} of {roomy:,} feeds that have room for all of theirs; those are asked for."
    )


def _timed(universe: list[SimulatedFeed], rule: Rule, days: int) -> tuple[Outcome, float]:
    began = time.process_time()
    return simulate(universe, rule, days), time.process_time() - began


def _table() -> Table:
    table = Table("rule", title="requests and bodies: share of a fixed hourly schedule; delays in minutes")
    for name in (
        "requests",
        "bodies",
        "found",
        "lost",
        "twice",
        "median",
        "p90",
        "gaps",
        "alarmed",
        "alarms",
        "CPU s",
    ):
        table.add_column(name, justify="right")
    table.add_column("found, median: to 2, 20, 200, 500 a day")
    return table


def _add(table: Table, name: str, outcome: Outcome, seconds: float, feeds: int, days: int) -> None:
    hourly = requests_of_an_hourly_schedule(feeds, days)
    table.add_row(
        name,
        f"{outcome.requests / hourly:.3f}",
        f"{outcome.bodies / hourly:.3f}",
        f"{outcome.share:.3%}",
        f"{outcome.eligible - outcome.found:,}",
        f"{outcome.twice:,}",
        f"{outcome.median_minutes:.1f}",
        f"{outcome.p90_minutes:.0f}",
        f"{outcome.gaps:,}",
        f"{outcome.alarmed_gaps:,}" if outcome.alarms else "–",
        f"{outcome.alarms:,}" if outcome.alarms else "–",
        f"{seconds:.0f}",
        "  ".join(f"{share:.2%} {median:.0f}" for share, median in outcome.by_rate),
    )


if __name__ == "__main__":
    main()
