"""Date candidates: every date that a page or its feed states for the story, as printed, most trusted first.

They are chosen among and read elsewhere (``pipeline.dateline``); here nothing is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.page import Page
from pipeline.extract.stated_dates import stated_dates
from pipeline.extract.visible_dates import visible_dates
from pipeline.records import DateCandidate, Entry

_MOST = 60
_URL_DATE = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)[/_.-]?(0[1-9]|1[0-2]|(?<=[/_.-])[1-9](?=[/_.-]))[/_.-]?(0[1-9]|[12]\d|3[01]|(?<=[/_.-])[1-9](?=[/_.-]))(?!\d)"
)
_URL_NUMBER = re.compile(
    r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=(?:[01]\d|2[0-3])[0-5]\d\d{0,9}(?!\d))"
)
"""Story numbers that begin with the minute of their making, as Korean, Russian and Chinese systems give them."""
_URL_MONTH = re.compile(
    r"/((?:19[89]|20[0-4])\d)/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/(\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_URL_DAY_FIRST = re.compile(r"(?<![\d-])(1[3-9]|2\d|3[01])-(0[1-9]|1[0-2])-((?:19[89]|20[0-4])\d)(?![\d-])")
"""A day that can be no month; of the others none is certain."""


def date_candidates(page: Page, entry: Entry | None) -> tuple[DateCandidate, ...]:
    """The page's date candidates in order of trust, each once, those of the feed behind them."""
    found: dict[tuple[str, str, str], DateCandidate] = {}
    for candidate in (*stated_dates(page), *visible_dates(page), *from_entry(entry), *from_url(page.url)):
        found.setdefault((candidate.raw, candidate.source, candidate.role), candidate)
    return tuple(found.values())[:_MOST]


def from_entry(entry: Entry | None) -> Iterator[DateCandidate]:
    """The dates that the feed states."""
    if entry and entry.published_raw:
        yield DateCandidate(entry.published_raw, "feed", "published", "published")
    if entry and entry.updated_raw:
        yield DateCandidate(entry.updated_raw, "feed", "updated", "updated")


def from_url(url: str) -> Iterator[DateCandidate]:
    """The day in the address, as ``YYYY-MM-DD``.

    >>> [candidate.raw for candidate in from_url("https://example.org/news/2021/3/9/rain")]
    ['2021-03-09']
    """
    path = re.sub(r"^\w+://[^/]*", "", url)
    match = _URL_DATE.search(path) or _URL_NUMBER.search(path)
    if match:
        year, month, day = match.groups()
        yield DateCandidate(f"{year}-{int(month):02d}-{int(day):02d}", "url", "published", match.group(0))
        return
    turned = _URL_DAY_FIRST.search(path)
    if turned:
        yield DateCandidate("-".join(reversed(turned.groups())), "url", "published", turned.group(0))
        return
    named = _URL_MONTH.search(path)
    if named:
        months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
        month = str(months.index(named.group(2).lower()) + 1)
        yield DateCandidate(
            f"{named.group(1)}-{int(month):02d}-{int(named.group(3)):02d}", "url", "published", named.group(0)
        )
