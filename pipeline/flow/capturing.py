"""Captures of news WARCs on their way: whose they are, which entry each is, and where they lie in our archive."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.flow.context import Context
from pipeline.history.newswarc import Capture
from pipeline.history.warclist import collection
from pipeline.records import Entry
from pipeline.urls import canonical_url
from pipeline.warehouse.engine import transaction
from pipeline.warehouse.remaking import claims_of
from pipeline.warehouse.warcfiles import Captured

PLACE = "news_warc"
"""The place of a publisher's past under whose feed captures stand."""
_LONGEST_KEY = 500
"""Characters of an entry's key; a longer one has the digest of its address."""


class House(NamedTuple):
    """A publisher whose pages are looked for."""

    source_id: uuid.UUID
    domain: str


class Finder:
    """Whose page a host's is: that of the publisher with the longest domain that it ends in."""

    def __init__(self, houses: Sequence[House]) -> None:
        self._houses = {house.domain: house for house in houses}
        self._known: dict[str, House | None] = {}

    def is_known(self, host: str) -> bool:
        """Whether its pages are looked for."""
        return self.house(host) is not None

    def house(self, host: str) -> House | None:
        """The publisher; None: it is nobody's whom we know."""
        if host not in self._known:
            labels = host.split(".")
            names = (".".join(labels[at:]) for at in range(len(labels)))
            self._known[host] = next((self._houses[name] for name in names if name in self._houses), None)
        return self._known[host]

    def house_of(self, one: Capture) -> House:
        """Whose a capture is that was read because its host is known."""
        house = self.house(urlsplit(one.response.final_url).hostname or "")
        assert house
        return house


def capture_entry(response_url: str, captured_at: datetime) -> Entry:
    """The entry that a capture is: each capture one, and the same in whichever file it lies."""
    key = f"w:{captured_at:%Y%m%d%H%M%S}:{canonical_url(response_url)}"
    if len(key) > _LONGEST_KEY:
        key = f"w:{captured_at:%Y%m%d%H%M%S}:{hashlib.sha256(key.encode()).hexdigest()}"
    return Entry(key=key, guid=None, url=response_url)


def archived(
    context: Context,
    file: str,
    batch: Sequence[Capture],
    finder: Finder,
    feeds: Mapping[House, uuid.UUID],
) -> list[Captured]:
    """What of a batch is new, archived among what was received on the day of its capture."""
    named = {}
    for one in batch:
        house = finder.house_of(one)
        entry = capture_entry(one.response.final_url, one.response.fetched_at)
        named[feeds[house], entry.key] = (one, house, entry)
    with transaction(context.engine) as connection:
        known = claims_of(connection, set(named))
    days: dict[date, list[tuple[Capture, House, Entry]]] = defaultdict(list)
    for name, found in named.items():
        if name not in known:
            days[found[0].response.fetched_at.date()].append(found)
    captures = []
    with ExitStack() as segments:
        for _, of_day in sorted(days.items()):
            begun = min(one.response.fetched_at for one, _, _ in of_day)
            segment = segments.enter_context(context.archive.segment("page", begun))
            for one, house, entry in of_day:
                copy = {"url": f"{file}#{one.offset}", "archive": collection(file)}
                about = _about(one, house.domain, feeds[house], entry.key, copy)
                ref = segment.append(one.response, about=about)
                captures.append(Captured(feeds[house], house.source_id, entry, one.response, ref, copy))
    return captures


def _about(one: Capture, domain: str, feed: uuid.UUID, key: str, copy: Mapping[str, str]) -> dict[str, str]:
    """What lies beside the page in our archive: whose it is, and where it comes from."""
    return {
        "publisher": domain,
        "feed_id": str(feed),
        "entry_key": key,
        "copy_url": copy["url"],
        "archived_by": copy["archive"],
        "warc_record": one.record_id,
    }
