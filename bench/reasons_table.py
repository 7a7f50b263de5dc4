"""Writes docs/reasons.md: every reason with which a request can fail, as ``pipeline.fetch.faults`` has them.

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


def page() -> str:
    """The whole page."""
    return TEXT.format(reasons=reasons(), statuses=statuses(), hours=LONGEST_RETRY_SECONDS / 3600)


if __name__ == "__main__":
    sys.stdout.write(page())
