"""``dateline sources discover``: which feeds a site has, what is in them, and a sources file of the useful ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.table import Table

from pipeline.cli.session import err, settled
from pipeline.dateline import parse_timestamp
from pipeline.errors import Permanent, SettingsError, Transient
from pipeline.fetch import Client, LocalRobotsCache, LocalSlots, Robots, Turns, Visit, fetch_feed, fetch_page
from pipeline.fetch.loop import run
from pipeline.fetch.target import Target
from pipeline.poll import Candidate, find_feeds, parse_feed, robots_sitemaps, usual_addresses
from pipeline.records import Entry, Failure, ParsedFeed, Response, Source, Timestamp
from pipeline.settings import Settings
from pipeline.sources import dump_sources, parse_sources

_LISTS = {"sitemap", "textsitemap", "sitemapindex"}
"""Formats that list pages of all times, and no news."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One candidate and what it gave."""

    candidate: Candidate
    feed: ParsedFeed | None
    """None: nothing came; ``verdict`` says why."""
    newest: Timestamp | None
    lacks: str
    """What its entries do not have, counted."""
    verdict: str
    """``taken``, or why not."""


def discover(
    url: Annotated[str, typer.Argument(help="The site's front page, a section's, or any page of it.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="Addresses asked at most.")] = 10,
) -> None:
    """Finds the feeds of a site and prints a publisher for the sources file.

    Looks at what the page announces and links to and at the sitemaps of robots.txt, asks the likeliest
    politely, and shows what each holds. Only where a site names nothing are the usual addresses tried.

        dateline sources discover https://example.org/
    """
    known = settled()
    domain = (urlsplit(url).hostname or "").removeprefix("www.")
    if not url.startswith(("http://", "https://")) or not domain:
        raise SettingsError(f"{url!r} is not an http or https address", url=url)
    with err.status("Asking"):
        asked = run(_asked(url, Source(domain, domain), known, limit))
    err.print(_table(asked))
    taken = [one for one in asked if one.verdict == "taken"]
    if not taken:
        err.print(f"no feed found at {url}: name one by hand with `dateline sources add`")
        raise typer.Exit(1)
    sys.stdout.write(_listing(domain, taken))
    if any("zone" in one.lacks for one in taken):
        err.print("Some of its clocks have no zone: add [bold]zone[/] (Europe/Oslo …) to have instants.")


async def _asked(url: str, source: Source, known: Settings, limit: int) -> list[Asked]:
    cache = LocalRobotsCache()
    async with Client.from_settings(known) as client:
        robots = Robots(client, cache, user_agent=known.user_agent)
        visit = Visit(client, robots, Turns(LocalSlots()), known.host_delay_seconds)
        page = await fetch_page(url, source=source, visit=visit, max_bytes=known.page_max_bytes)
        if isinstance(page, Failure):
            error = Transient if page.kind == "transient" else Permanent
            raise error(f"{url}: {page.reason}: {page.detail}".rstrip(": "), url=url)
        rules = await cache.get(Target.parse(page.final_url).origin)
        waiting = _named(page, (rules.text if rules else None) or "") or list(usual_addresses(page.final_url))
        asked: list[Asked] = []
        known_urls = {candidate.url for candidate in waiting}
        seen: set[str] = set()
        while waiting and len(asked) < limit:
            candidate = waiting.pop(0)
            answer = await fetch_feed(
                candidate.url, source=source, visit=visit, max_bytes=known.feed_max_bytes
            )
            asked.append(_judged(candidate, answer, seen))
            more = [one for one in _further(asked[-1].feed) if one.url not in known_urls]
            known_urls.update(one.url for one in more)
            waiting = more + waiting
    return asked


def _named(page: Response, robots: str) -> list[Candidate]:
    """What the site itself names: the page if it is a feed, its feeds, robots.txt's sitemaps."""
    own = parse_feed(page.body, url=page.final_url, headers=page.headers)
    given = [Candidate(page.final_url, "the address given")] if own.format else []
    sitemaps = [Candidate(address, "robots.txt") for address in robots_sitemaps(robots, url=page.final_url)]
    found = find_feeds(page.body, url=page.final_url, headers=page.headers)
    told: dict[str, Candidate] = {}
    for candidate in (*given, *found, *sitemaps):
        told.setdefault(candidate.url, candidate)
    return list(told.values())


def _further(feed: ParsedFeed | None) -> list[Candidate]:
    """Where a page in the place of a feed, or an index of sitemaps, points to."""
    if feed is None:
        return []
    news = [link.url for link in feed.sitemaps if "news" in urlsplit(link.url).path.lower()]
    return [Candidate(url, "announced") for url in feed.announced] + [
        Candidate(url, "index of sitemaps") for url in news
    ]


def _judged(candidate: Candidate, answer: Response | Failure, seen: set[str]) -> Asked:
    """The candidate's answer, read; the stories of a feed that is taken are added to ``seen``."""
    if isinstance(answer, Failure):
        return Asked(candidate, None, None, "", answer.reason)
    feed = parse_feed(answer.body, url=answer.final_url, headers=answer.headers)
    stamps = [_stamp(entry, feed, answer.fetched_at) for entry in feed.entries]
    stories = {entry.url or entry.key for entry in feed.entries}
    if feed.format is None:
        verdict = feed.fault or "not a feed"
    elif feed.format in _LISTS:
        verdict = "lists pages, not news"
    elif not stories:
        verdict = "empty"
    elif stories <= seen:
        verdict = "has nothing more"
    else:
        verdict = "taken"
        seen |= stories
    read = [stamp for stamp in stamps if stamp is not None]
    newest = max(read, key=lambda stamp: stamp.local or datetime.min, default=None)  # noqa: DTZ901 - a wall clock
    return Asked(candidate, feed, newest, _lacks(feed.entries, stamps), verdict)


def _stamp(entry: Entry, feed: ParsedFeed, fetched_at: datetime) -> Timestamp | None:
    printed = entry.published_raw or entry.updated_raw
    return parse_timestamp(printed, language=feed.language, reference=fetched_at) if printed else None


def _lacks(entries: Sequence[Entry], stamps: Sequence[Timestamp | None]) -> str:
    counts = {
        "date": sum(stamp is None for stamp in stamps),
        "zone": sum(stamp is not None and stamp.instant is None for stamp in stamps),
        "link": sum(entry.url is None for entry in entries),
        "headline": sum(entry.headline is None for entry in entries),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def _table(asked: Sequence[Asked]) -> Table:
    table = Table(header_style="bold")
    for column in ("address", "named by", "format", "entries", "newest", "lacking", ""):
        table.add_column(column, overflow="fold")
    for one in asked:
        feed = one.feed
        table.add_row(
            one.candidate.url,
            one.candidate.reason,
            (feed.format if feed else None) or "",
            str(len(feed.entries)) if feed and feed.format else "",
            _clock(one.newest),
            one.lacks,
            one.verdict,
        )
    return table


def _clock(stamp: Timestamp | None) -> str:
    if stamp is None:
        return ""
    if stamp.instant is not None:
        return f"{stamp.instant:%Y-%m-%d %H:%M}Z"
    return f"{stamp.local:%Y-%m-%d %H:%M} (no zone)" if stamp.local else ""


def _listing(domain: str, taken: Sequence[Asked]) -> str:
    """The publisher as a sources file; a language that is no tag is left out."""
    feeds = tuple(one.candidate.url for one in taken)
    titles = [one.feed.title for one in taken if one.feed and one.feed.title]
    languages = [one.feed.language for one in taken if one.feed and one.feed.language]
    for language in (*languages[:1], None):
        listing = dump_sources(
            [Source(titles[0] if titles else domain, domain, language=language, feeds=feeds)]
        )
        try:
            parse_sources(listing)
        except SettingsError:
            continue
        return listing
    return listing
