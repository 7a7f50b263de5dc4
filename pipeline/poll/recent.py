"""What of a sitemap is news: the pages that changed within the week, by the ``lastmod`` that is printed.

A feed lists what is new, a sitemap all that there is: at most 50,000 pages, of which a dozen are of today.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pipeline.records import Entry, ParsedFeed

RECENT = timedelta(days=7)
"""What changed longer ago is no news. A week, because a site that does not answer is tried again within that time
(``failing.DEAD``): what it published meanwhile is still entered."""
MOST_ENTRIES = 1_000
"""The most that a news sitemap may hold (Google's rules for them): one within it is taken as it is, and of any other
sitemap no more is entered. There are sites that print the time of the request as the ``lastmod`` of every page."""
AHEAD = timedelta(days=2)
"""A date further ahead than any zone and a wrong clock explain says nothing."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WESTERNMOST = timedelta(hours=12)


def changed_by(printed: str | None, now: datetime) -> datetime | None:
    """The latest instant that a ``lastmod`` may mean: aware, UTC; None: it says nothing that could be so at ``now``.

    A date (W3C's note on date and time formats, the sitemaps.org form) is a day somewhere on Earth, and so is a
    clock without a zone.

    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> [str(changed_by(text, noon)) for text in ("2026-11-24T15:13+03:00", "2026-11-24", "2041-01-01", "soon")]
    ['2026-11-24 12:13:00+00:00', '2026-11-25 12:00:00+00:00', 'None', 'None']
    """
    printed = (printed or "").strip()
    day = _DAY.match(printed)
    if day is None:
        return None
    try:
        at = datetime.fromisoformat(printed)
    except ValueError:
        at = None
    try:
        if at is None or at.tzinfo is None:
            date = datetime.fromisoformat(day.group()).date()
            at = datetime.combine(date, time(), UTC) + timedelta(days=1) + _WESTERNMOST
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at <= now + AHEAD else None


def recent(document: ParsedFeed, now: datetime) -> tuple[ParsedFeed, int]:
    """What of a sitemap received at ``now`` is to be entered, and how many of its entries are left out.

    Those are left out that changed more than ``RECENT`` ago or do not say when, and what is beyond
    ``MOST_ENTRIES``; ``fault`` tells how many. A news sitemap of the usual size stays whole, and so does what is no sitemap.
    """
    entries = document.entries
    if document.format not in {"sitemap", "textsitemap", "newssitemap"}:
        return document, 0
    if document.format == "newssitemap" and len(entries) <= MOST_ENTRIES:
        return document, 0
    dated = [(at, entry) for entry in entries if (at := _changed(entry, now)) and at >= now - RECENT]
    dated.sort(key=lambda one: one[0], reverse=True)
    kept = sorted((entry for _, entry in dated[:MOST_ENTRIES]), key=lambda entry: entry.position)
    left = len(entries) - len(kept)
    if not left:
        return document, 0
    told = f"{left} of {len(entries)} addresses left out: not known to have changed in {RECENT.days} days"
    if len(dated) > MOST_ENTRIES:
        told += f", or beyond the newest {MOST_ENTRIES}"
    fault = f"{document.fault}; {told}" if document.fault else told
    return replace(document, entries=tuple(kept), fault=fault), left


def _changed(entry: Entry, now: datetime) -> datetime | None:
    found = [changed_by(printed, now) for printed in (entry.updated_raw, entry.published_raw)]
    return max((at for at in found if at), default=None)
