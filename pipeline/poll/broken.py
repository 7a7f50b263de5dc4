"""A document that is not well formed, taken apart so that a fault costs no story but its own.

The unit is the item. Each is read alone, inside the document's opening tag, after what is mended in text
(``mending``): by the reader of well-formed documents if it is well formed by itself, so that its key and
dates are exactly those of any other day, and by feedparser if it is not (``loose``). feedparser is slow: past
a budget of tags an item is taken apart field by field, which keeps its story and loses its pictures. What is
left of the document, its frame, is read the same way.

feedparser is never given the whole document: a title left open swallows every item after it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from pipeline.poll.elements import MAX_ITEMS
from pipeline.poll.loose import read_loosely
from pipeline.poll.mending import SECTION, field_by_field, mended, prefixes_in, with_prefixes
from pipeline.poll.wellformed import ROOT, tree_of
from pipeline.poll.xmlfeed import beyond, is_feed, read_feed
from pipeline.records import Entry, ParsedFeed

_ITEM = re.compile(
    rf"({SECTION})|<(?:[A-Za-z][\w.-]*:)?(?:item|entry)(?=[\s/>])|</(?:[A-Za-z][\w.-]*:)?(?:item|entry)\s*>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"({SECTION})|<")
_END = re.compile(r"</(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)

MAX_ALONE = 1_000
"""Documents read for one broken one: a millisecond each, if all are damaged. With more items they share."""
MAX_TAGS = 5_000
"""Tags of a broken document that feedparser reads, at 20 to 80 µs each: 300 items of the usual kind."""
MAX_OPENING = 5_000
"""Characters of an opening tag that is repeated for each item; a longer one is an attack."""


def read_broken(text: str, *, url: str) -> ParsedFeed:
    """The feed in ``text``, its entries without a key yet; ``format`` None if no feed opens in it.

    ``fault`` tells how many items feedparser read and how many nobody could; None: neither.
    """
    root = ROOT.search(text)
    if root is None:
        return ParsedFeed((), None)
    ends = list(_END.finditer(text, root.end()))
    text = mended(text[root.start() : ends[-1].end() if ends else len(text)])
    opening = text[: text.find(">") + 1]
    known = with_prefixes(opening if len(opening) <= MAX_OPENING else f"{root.group()}>", text)
    text = known + text[len(opening) :]
    spans = list(_items(text))
    head = text[: spans[0][0]] if spans else text
    feed = _exactly(_between(text, spans), url) or read_loosely(_cut(head, MAX_TAGS), url=url)
    items = [text[start:end] for start, end in spans[:MAX_ITEMS]]
    entries, fault = _entries(items, known, f"</{root.group()[1:]}>", url)
    faults = filter(None, (fault, beyond(len(spans))))
    return replace(feed, entries=entries, fault="; ".join(faults) or None)


def _entries(items: list[str], opening: str, closing: str, url: str) -> tuple[tuple[Entry, ...], str | None]:
    """What the items say, in their order, and who read them."""
    entries: list[Entry] = []
    readers: Counter[str] = Counter()
    budget = MAX_TAGS
    size = 1 + len(items) // MAX_ALONE
    for first in range(0, len(items), size):
        batch = items[first : first + size]
        piece = "".join(batch)
        read = _exactly(opening + piece + closing, url)
        if read is None and (tags := _tags(piece)) <= budget:
            budget -= tags
            readers["read by feedparser"] += len(batch)
            read = read_loosely(opening + piece, url=url)
        elif read is None:
            readers["read field by field"] += len(batch)
            apart = field_by_field(piece, prefixes_in(opening))
            read = _exactly(opening + apart + closing, url) or ParsedFeed((), None)
        readers["not read"] += max(0, len(batch) - len(read.entries))
        entries += [replace(entry, position=len(entries) + place) for place, entry in enumerate(read.entries)]
    told = [f"{count} of {len(items)} items {how}" for how, count in readers.items() if count]
    return tuple(entries), "; ".join(told) or None


def _between(text: str, spans: list[tuple[int, int]]) -> str:
    """``text`` without ``spans``."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    return "".join(text[start:end] for start, end in zip([0, *ends], [*starts, len(text)], strict=True))


def _exactly(document: str, url: str) -> ParsedFeed | None:
    root, _ = tree_of(document, url=url)
    return read_feed(root, url=url) if root is not None and is_feed(root) else None


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Where each item starts and ends: with its end tag, else where the next one starts."""
    tags = [match for match in _ITEM.finditer(text) if not match[1]]
    for tag, following in pairwise([*tags, None]):
        assert tag is not None
        if tag[0][1] == "/":
            continue
        if following is None:
            yield tag.start(), len(text)
        else:
            yield tag.start(), following.end() if following[0][1] == "/" else following.start()


def _tags(items: str) -> int:
    return sum(not match[1] for match in _TAG.finditer(items))


def _cut(head: str, budget: int) -> str:
    """``head`` up to as many tags as may be read."""
    tags = [match.start() for match in _TAG.finditer(head) if not match[1]]
    return head if len(tags) <= budget else head[: tags[budget]]
