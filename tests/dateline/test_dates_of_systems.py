"""What is chosen of the dates that content systems, templates and feeds really put on one story.

Every story is invented; each situation is one that a data team meets. An expectation names the
instant, the wall clock, the sources used and the flags; "-" is none.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.dateline import choose_published
from pipeline.records import DateCandidate, Source

FETCHED = datetime(2021, 6, 4, 12, tzinfo=UTC)
LONDON = Source("Example Post", "post.example", country="GB", language="en", zone="Europe/London")
BERLIN = Source("Beispiel", "beispiel.example", country="DE", language="de", zone="Europe/Berlin")
NEW_YORK = Source("Example Ledger", "ledger.example", country="US", language="en", zone="America/New_York")
SYDNEY = Source("Example Mail", "mail.example", country="AU", language="en", zone="Australia/Sydney")
MUMBAI = Source("Example Times", "times.example", country="IN", language="en", zone="Asia/Kolkata")

SITUATIONS = {
    # WordPress: JSON-LD and meta in UTC, the reader's clock under the headline.
    "wordpress: UTC for machines, local for readers": (
        [
            "json_ld 2021-06-02T09:15:27+00:00",
            "meta:article:published_time 2021-06-02T09:15:27+00:00",
            "visible 2 June 2021 11:15",
        ],
        None,
        "2021-06-02T09:15:27 2021-06-02T09:15:27+0 json_ld -",
    ),
    "wordpress: in UTC it is another day than on the page": (
        ["json_ld 2021-06-03T03:28:35+00:00", "visible June 2, 2021, 11:28 p.m. ET", "url 2021/06/02"],
        None,
        "2021-06-03T03:28:35 2021-06-02T23:28:35-240 json_ld+visible -",
    ),
    "the same with a naive clock, a whole offset away": (
        ["json_ld 2021-06-03T00:30:59Z", "visible June 2, 2021 at 6:30 p.m."],
        None,
        "2021-06-03T00:30:59 2021-06-02T18:30:59-360 json_ld+visible -",
    ),
    "the same with a day alone, by the registered zone": (
        ["json_ld 2021-06-02T22:40:00Z", "visible 3. Juni 2021"],
        BERLIN,
        "2021-06-02T22:40:00 2021-06-03T00:40:00+120 json_ld+source_zone -",
    ),
    "the same with a day alone and no zone registered": (
        ["json_ld 2021-06-02T22:40:00Z", "visible 3 June 2021"],
        None,
        "2021-06-02T22:40:00 2021-06-02T22:40:00+0 json_ld -",
    ),
    "a visible clock that lost its pm gives no offset": (
        ["json_ld 2021-06-02T17:09:17Z", "visible 3 June 2021 05:09"],
        None,
        "2021-06-02T17:09:17 2021-06-02T17:09:17+0 json_ld -",
    ),
    "nor one that has a pm too many": (
        ["json_ld 2021-06-03T05:09:17Z", "visible 2 June 2021 17:09"],
        None,
        "2021-06-03T05:09:17 2021-06-03T05:09:17+0 json_ld -",
    ),
    "the page shows another moment of the day before": (
        ["json_ld 2021-06-03T03:28:35+00:00", "visible June 2, 2021, 9:00 p.m. ET"],
        None,
        "2021-06-03T03:28:35 2021-06-03T03:28:35+0 json_ld -",
    ),
    # Fields without a zone.
    "amp: JSON-LD without a zone, meta with one": (
        ["json_ld 2021-06-02T11:15:00", "meta:article:published_time 2021-06-02T09:15:00Z"],
        None,
        "2021-06-02T09:15:00 2021-06-02T11:15:00+120 json_ld+meta -",
    ),
    "amp: JSON-LD without a zone, nothing else, zone registered": (
        ["json_ld 2021-06-02T11:15:00"],
        BERLIN,
        "2021-06-02T09:15:00 2021-06-02T11:15:00+120 json_ld+source_zone source_zone",
    ),
    "amp: JSON-LD without a zone, nothing else": (
        ["json_ld 2021-06-02T11:15:00", "url 2021/06/02"],
        None,
        "- 2021-06-02T11:15:00? json_ld -",
    ),
    "a label on the page outweighs the registered zone": (
        ["meta:article:published_time 2021-06-02 08:00:00", "visible 06/02/2021 08:00 AM PDT"],
        NEW_YORK,
        "2021-06-02T15:00:00 2021-06-02T08:00:00-420 meta+visible -",
    ),
    "a date with two orders is settled by the field it completes": (
        ["microdata 2020-11-10 08:00:00", "visible 11/10/2020 08:00 AM EST"],
        None,
        "2020-11-10T13:00:00 2020-11-10T08:00:00-300 microdata+visible -",
    ),
    # Two orders, several zones.
    "a meta date with two orders is settled by the page": (
        ["meta:article:published_time 03-09-2020", "visible Published March 9, 2020"],
        None,
        "- 2020-03-09T00:00:00? meta+visible -",
    ),
    "or by the address": (
        ["meta:date 11/01/2020 12:43:42", "url 2020-01-11"],
        None,
        "- 2020-01-11T12:43:42? meta+url -",
    ),
    "a date with two orders stays open where nothing settles it": (
        ["visible 03/04/2021 10:00"],
        None,
        "- 2021-04-03T10:00:00? visible ambiguous_order",
    ),
    "one of the two orders lies ahead of the fetch": (
        ["visible 03/09/2021 10:00"],
        None,
        "- 2021-03-09T10:00:00? visible -",
    ),
    "IST is settled by a feed in UTC": (
        ["visible 2 June 2021 11:15 IST", "feed Wed, 02 Jun 2021 05:45:00 GMT"],
        None,
        "2021-06-02T05:45:00 2021-06-02T11:15:00+330 visible+feed -",
    ),
    "IST by the publisher's country": (
        ["visible 2 June 2021 11:15 IST"],
        MUMBAI,
        "2021-06-02T05:45:00 2021-06-02T11:15:00+330 visible -",
    ),
    "EST in summer, meant as printed: a field in UTC decides": (
        ["visible June 2, 2021 11:15 EST", "feed Wed, 02 Jun 2021 16:15:00 +0000"],
        None,
        "2021-06-02T16:15:00 2021-06-02T11:15:00-300 visible+feed label_season_mismatch",
    ),
    "the second pass of the hour that comes twice": (
        ["visible November 1, 2020 1:30 AM", "feed Sun, 01 Nov 2020 06:30:00 GMT"],
        NEW_YORK,
        "2020-11-01T06:30:00 2020-11-01T01:30:00-300 visible+source_zone+feed dst_fold,source_zone",
    ),
    # Days that want a clock.
    "JSON-LD has a day, the page a clock with a zone": (
        ["json_ld 2021-06-02", "visible 2 June 2021 11:15 BST"],
        LONDON,
        "2021-06-02T10:15:00 2021-06-02T11:15:00+60 json_ld+visible -",
    ),
    "JSON-LD has midnight for a day, the page a clock": (
        ["json_ld 2021-06-02T00:00:00Z", "visible June 2, 2021 9:15 a.m. EDT"],
        None,
        "2021-06-02T13:15:00 2021-06-02T09:15:00-240 json_ld+visible -",
    ),
    "midnight stays where no source has another clock": (
        ["meta:article:published_time 2021-06-02T00:00:00-04:00", "url 2021/06/02"],
        None,
        "2021-06-02T04:00:00 2021-06-02T00:00:00-240 meta -",
    ),
    "midnight is no clock for a day": (
        ["json_ld 2021-06-02", "meta:article:published_time 2021-06-02T00:00:00Z"],
        None,
        "- 2021-06-02T00:00:00? json_ld -",
    ),
    "a clock of one day or another completes none": (
        ["json_ld 2021-04-03", "visible 03/04/2021 10:00 IST"],
        None,
        "- 2021-04-03T00:00:00? json_ld -",
    ),
    "a clock with an instant is better than one without": (
        ["json_ld 2021-06-02", "visible 2 June 2021 11:19", "feed Wed, 02 Jun 2021 11:15:00 +0200"],
        None,
        "2021-06-02T09:15:00 2021-06-02T11:15:00+120 json_ld+feed -",
    ),
    "a clock of another day completes nothing": (
        ["json_ld 2021-06-02", "feed Thu, 03 Jun 2021 11:15:00 +0200"],
        None,
        "- 2021-06-02T00:00:00? json_ld -",
    ),
    # Faults of templates.
    "Z behind a local time": (
        ["json_ld 2021-06-02T11:15:00Z", "meta:article:published_time 2021-06-02T11:15:00-04:00"],
        None,
        "2021-06-02T11:15:00 2021-06-02T11:15:00+0 json_ld whole_offset_slip",
    ),
    "Z behind a local time, against two that print the offset": (
        [
            "meta:article:published_time 2021-06-02T11:15:00Z",
            "microdata 2021-06-02T11:15:00-04:00",
            "visible June 2, 2021 11:15 a.m. EDT",
        ],
        None,
        "2021-06-02T15:15:00 2021-06-02T11:15:00-240 meta+microdata whole_offset_slip",
    ),
    "a label that the page shows twice is one source": (
        [
            "json_ld 2021-06-02T15:50:56.000Z",
            "time June 2, 2021, 3:50pm ET",
            "visible June 2, 2021, 3:50pm ET",
        ],
        None,
        "2021-06-02T15:50:56 2021-06-02T15:50:56+0 json_ld whole_offset_slip",
    ),
    "Z behind a local time, seen by the registered zone": (
        ["json_ld 2021-06-02T21:25:06Z", "meta:article:published_time 2021-06-02T11:25:06+00:00"],
        SYDNEY,
        "2021-06-02T21:25:06 2021-06-02T21:25:06+0 json_ld whole_offset_slip",
    ),
    "an offset put on twice": (
        ["json_ld 2021-06-02T13:15:00+02:00", "feed Wed, 02 Jun 2021 09:15:00 GMT"],
        None,
        "2021-06-02T11:15:00 2021-06-02T13:15:00+120 json_ld whole_offset_slip",
    ),
    "an offset put on twice, and printed by both": (
        ["json_ld 2021-06-02T13:15:00+02:00", "feed Wed, 02 Jun 2021 11:15:00 +0200"],
        None,
        "2021-06-02T11:15:00 2021-06-02T13:15:00+120 json_ld whole_offset_slip",
    ),
    "winter's offset in summer": (
        ["json_ld 2021-06-02T11:15:00-05:00", "visible June 2, 2021 11:15 a.m. EDT"],
        None,
        "2021-06-02T16:15:00 2021-06-02T11:15:00-300 json_ld hour_slip",
    ),
    "Z behind British summer time is an hour and an offset": (
        ["json_ld 2021-06-02T11:15:00Z", "visible 2 June 2021 11:15 BST"],
        LONDON,
        "2021-06-02T11:15:00 2021-06-02T11:15:00+0 json_ld hour_slip,whole_offset_slip",
    ),
    "a feed that writes GMT behind its own clock": (
        ["meta:article:published_time 2021-06-02T11:15:00+05:30", "feed Wed, 02 Jun 2021 11:15:00 GMT"],
        MUMBAI,
        "2021-06-02T05:45:00 2021-06-02T11:15:00+330 meta whole_offset_slip",
    ),
    "a story that the feed has updated the same day is no slip": (
        ["json_ld 2021-06-02T09:15:00Z", "feed Wed, 02 Jun 2021 13:40:00 GMT"],
        NEW_YORK,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 json_ld -",
    ),
    "dates of other stories on the page are no conflict": (
        ["json_ld 2021-05-28T09:15:00Z", "visible 2 May 2021", "visible 28 May 2021", "visible 9 May 2021"],
        None,
        "2021-05-28T09:15:00 2021-05-28T09:15:00+0 json_ld -",
    ),
    "days that differ are a conflict": (
        ["json_ld 2021-05-28", "visible 2 June 2021"],
        None,
        "- 2021-05-28T00:00:00? json_ld conflict",
    ),
    # Empty fields, printed.
    "the epoch": (
        ["json_ld 1970-01-01T00:00:00Z", "visible 2 June 2021 11:15 BST"],
        LONDON,
        "2021-06-02T10:15:00 2021-06-02T11:15:00+60 visible -",
    ),
    "the epoch alone, west of Greenwich": (["visible December 31, 1969, 7:00 p.m. EST"], None, None),
    "the year one": (["json_ld 0001-01-01T00:00:00Z", "meta:date 0000-00-00 00:00:00"], None, None),
    "the year one, and the address": (
        ["json_ld 0001-01-01T00:00:00", "url 2021/06/02"],
        None,
        "- 2021-06-02T00:00:00? url -",
    ),
    "seconds since 1970": (
        ["meta:article:published_time 1622625300"],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 meta -",
    ),
    "milliseconds since 1970": (
        ["time 1622625300000"],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 time -",
    ),
    "a long number on the page is no date": (["visible 1622625300"], None, None),
    # Ahead of the fetch.
    "an embargo that ends tonight": (
        ["json_ld 2021-06-04T18:00:00Z"],
        None,
        "2021-06-04T18:00:00 2021-06-04T18:00:00+0 json_ld after_fetch",
    ),
    "a date years ahead gives way": (
        ["json_ld 2031-06-02T09:15:00Z", "feed Wed, 02 Jun 2021 09:15:00 GMT"],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 feed conflict",
    ),
    "a date years ahead is kept where it is the only one": (
        ["json_ld 2031-06-02T09:15:00Z"],
        None,
        "2031-06-02T09:15:00 2031-06-02T09:15:00+0 json_ld after_fetch,future",
    ),
    # Several articles, several roles.
    "the story's node before its video's": (
        [
            "json_ld:videoobject.uploadDate 2021-06-01T20:00:00Z",
            "meta:article:published_time 2021-06-02T09:15:00Z",
        ],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 meta -",
    ),
    "the first of several article nodes": (
        ["json_ld 2021-06-02T09:15:00Z", "json_ld:newsarticle.datePublished 2021-05-01T09:15:00Z"],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 json_ld conflict",
    ),
    "changed before it was published": (
        ["json_ld 2021-06-02T09:15:00Z", "~json_ld 2021-06-01T18:00:00Z"],
        None,
        "2021-06-02T09:15:00 2021-06-02T09:15:00+0 json_ld -",
    ),
    "only a change is stated": (["~meta:article:modified_time 2021-06-02T09:15:00Z"], None, None),
    "only a change is printed": (
        ["visible Updated 2 June 2021 11:15 BST"],
        LONDON,
        "2021-06-02T10:15:00 2021-06-02T11:15:00+60 visible -",
    ),
    "a live blog: its own date, not its posts'": (
        ["json_ld 2021-06-02T06:00:00Z", "time 2021-06-02T16:48Z", "time 2021-06-02T15:27Z", "time 16:48"],
        None,
        "2021-06-02T06:00:00 2021-06-02T06:00:00+0 json_ld -",
    ),
}


def candidate(line: str) -> DateCandidate:
    """``source[:detail] raw``; a ``~`` in front: of the role updated."""
    where, _, raw = line.partition(" ")
    source, _, detail = where.lstrip("~").partition(":")
    return DateCandidate(raw, source, "updated" if where.startswith("~") else "published", detail)


def shown(found) -> str | None:
    if found is None:
        return None
    instant = found.instant.replace(tzinfo=None).isoformat() if found.instant else "-"
    offset = "?" if found.utc_offset_minutes is None else f"{found.utc_offset_minutes:+d}"
    return (
        f"{instant} {found.local.isoformat()}{offset} {found.method} {','.join(sorted(found.flags)) or '-'}"
    )


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_date_of(name):
    lines, source, expected = SITUATIONS[name]
    found = choose_published(map(candidate, lines), source=source, fetched_at=FETCHED)
    assert shown(found) == expected


IN_PAGE_ORDER = {
    "the first of several article nodes",
    "a live blog: its own date, not its posts'",
}
"""Here the page's own order ranks what is of one source."""


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name not in IN_PAGE_ORDER])
def test_sources_may_come_in_any_order(name):
    lines, source, expected = SITUATIONS[name]
    found = choose_published(map(candidate, reversed(lines)), source=source, fetched_at=FETCHED)
    assert shown(found) == expected
