"""Writes docs/reasons.md: every reason with which a request can fail, as ``pipeline.fetch.faults`` has them,
and those of what was received and could not be used.

    python bench/reasons_table.py > docs/reasons.md

A test runs this and compares, so the page cannot fall behind the code.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.fetch.faults import LONGEST_RETRY_SECONDS, REASONS, STATUSES, status_fault  # noqa: E402

UNUSED = {
    "not_a_feed": (
        "feed",
        "A document came, and it is no feed: a page, nothing, something else. It is archived.",
    ),
    "foreign_feed": (
        "feed",
        "The address that was tried in place of the feed's own gave a feed without an entry or a site in common.",
    ),
    "enter_fault": ("feed", "The database refused the document: a fault of ours. The next poll tries again."),
    "host_paused": (
        "page",
        "The host refused several addresses in a row: the entry waits, without a try, until the pause is over.",
    ),
    "daily_limit": (
        "page, place",
        "Backfills have made the requests of the day at its host, or all that the place allows: it waits for the next.",
    ),
    "discover_fault": (
        "place",
        "A place of the past could not be walked on: a fault of ours. It is tried again.",
    ),
    "not_an_index": ("place", "What a web archive's CDX server answered lists no captures. It is archived."),
    "unreadable": ("place", "A WARC file cannot be opened, or not be read to its end."),
    "no_such_place": ("place", "The sources file names this place of the past no more: the walk is ended."),
    "archive_damaged": ("page", "Its archived bytes are gone, or others: it is asked for again."),
    "not_an_article": (
        "page",
        "The page came and is no story: an index, a consent wall, a test of the reader, a file, no text.",
    ),
    "extractor_fault": ("page", "The parser tripped over the page: a fault of ours. Its bytes are archived."),
    "load_fault": ("page", "The database refused the story: a fault of ours. Its bytes are archived."),
    "erased": ("page", "It tells a story that `dateline erase` has taken out: nothing of it is kept."),
}
"""Reasons that the flow gives: of a feed or of a page, and what they say."""

TEXT = """\
# Why a request failed

A request that gave nothing usable leaves one of these reasons: for a feed in `ops.feed_poll`, for a page in
the ledger. Beside it stands a sentence for people, and the status where there was one. A transient failure
is tried again later, a permanent one is not; a feed is polled again whatever happened.

A refusal is told apart from a fault and reported as what it is. Dateline says who it is and whom to write to,
and then stays away: no other name, no other address, no solving of tests.

{reasons}

Any other status is its own reason, `http_<status>`. 408, 425, 429 and all from 500 on are transient, the rest
permanent. A `Retry-After` is honoured in both its forms, up to {hours:.0f} hours; a date in it is measured by
the server's own clock.

{statuses}

`bot_check` is as transient or permanent as the status that it came with.

What a server sends with a refusal is archived too, up to 64 kB: `archive_object` and `archive_offset` of that row say
where, and `dateline archive cat` shows it.

## Received, and not used

{unused}

This page is written by `bench/reasons_table.py`.
"""


def reasons() -> str:
    """The table of ``REASONS``."""
    rows = [f"| `{name}` | {reason.kind} | {reason.meaning} |" for name, reason in REASONS.items()]
    return "\n".join(["| reason | kind | what it says |", "|---|---|---|", *rows])


def statuses() -> str:
    """The statuses that mean most to a reader of news."""
    rows = [
        f"| `{status_fault(status).reason}` | {status_fault(status).kind} | {HTTPStatus(status).phrase} | {said} |"
        for status, said in STATUSES.items()
    ]
    return "\n".join(["| reason | kind | the server says | what it comes to |", "|---|---|---|---|", *rows])


def unused() -> str:
    """The table of ``UNUSED``."""
    rows = [f"| `{name}` | {of} | {meaning} |" for name, (of, meaning) in UNUSED.items()]
    return "\n".join(["| reason | of a | what it says |", "|---|---|---|", *rows])


def page() -> str:
    """The whole page."""
    tables = {"reasons": reasons(), "statuses": statuses(), "unused": unused()}
    return TEXT.format(**tables, hours=LONGEST_RETRY_SECONDS / 3600)


if __name__ == "__main__":
    sys.stdout.write(page())
