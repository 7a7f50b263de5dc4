"""Whether a server's "not modified" may be believed, and when to ask for the whole document instead."""

from __future__ import annotations

import math
from datetime import timedelta

from pipeline.poll.feedhistory import FeedHistory
from pipeline.poll.pace import Pace

UNREAD_DAYS = 1.0
"""At least so often a request is sent without validators, against servers that say "not modified" for ever."""
UNREAD_STORIES = 3.0
"""The same after so many stories that were expected since a body was read and did not show, or half a document of them."""
UNREAD_SHARE = 0.25
"""The same after that share of all the time for which the feed was watched: what is learned at first must be seen."""
DOUBT_DAYS = 14.0
"""Doubts fade by 1/e in that time."""
DOUBT_MOST = 6.0
"""No doubt is deeper: what faded from there is trusted again in eleven days, and put to the test."""


def doubted(history: FeedHistory, old: Pace, days: float, new: float) -> tuple[float, float]:
    """The log odds that the server's "not modified" lies, and the days since a body was read.

    A sequential test of two rates: of a liar's stories since the last body, and of an honest server's since the
    last poll. Silence where stories were expected speaks for the lie, a change reported to a request with
    validators against it. Doubts fade, so a server that is mended is trusted again.
    """
    prior = Pace().doubt
    kept = math.exp(-days / DOUBT_DAYS)
    doubt = prior + (old.doubt - prior) * kept
    awaited = old.stories_a_day * days / old.scatter
    if not old.asked_in_full:
        if history.outcome == "changed":
            return prior, 0.0
        return min(doubt + awaited, DOUBT_MOST), old.unread_days + days
    longer = old.unread_days + days
    doubt += new / old.scatter * math.log(longer / days) - awaited * old.unread_days / days
    return min(max(doubt, prior), DOUBT_MOST), 0.0


def wants_body(pace: Pace, own: timedelta) -> bool:
    """True if the next request should send no validators."""
    unread = pace.unread_days + own / timedelta(days=1)
    bearable = min(UNREAD_STORIES, max(pace.window_entries / 2, 1.0))
    is_long = unread > pace.days * UNREAD_SHARE or pace.stories_a_day * unread > bearable
    return pace.doubt > 0 or unread > UNREAD_DAYS or (pace.unread_days > 0 and is_long)
