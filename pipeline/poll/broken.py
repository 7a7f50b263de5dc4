"""A document that is not well formed, taken apart so that a fault costs no story but its own.

The unit is the item. Each is read alone, inside the document's opening tag: by the reader of well-formed
documents if it is well formed by itself, so that its key and dates are exactly those of any other day,
and by feedparser if it is not (``loose``). What is left of the document, its frame, is read the same way.

Three things are mended before, because feedparser alone gets them wrong: it reads ``?a=1&b=2`` in a GUID as
``?a=1&b;=2``, which would be another key; a number that is no character stops it; and an open CDATA section
takes all that follows. Nor is it given the whole document: a title left open swallows every item after it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from pipeline.poll.loose import SECTION, read_loosely
from pipeline.poll.wellformed import ROOT, tree_of
from pipeline.poll.xmlfeed import is_feed, read_feed
from pipeline.records import Entry, ParsedFeed

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(
    rf"({SECTION})|<!\[CDATA\[|&(?:#(?:\d{{1,8}}|[xX][0-9a-fA-F]{{1,8}});|(?![A-Za-z][A-Za-z0-9]{{1,31}};))"
)
_ITEM = re.compile(
    rf"({SECTION})|<(?:[A-Za-z][\w.-]*:)?(?:item|entry)(?=[\s/>])|</(?:[A-Za-z][\w.-]*:)?(?:item|entry)\s*>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"({SECTION})|<")
_END = re.compile(r"</(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)

MAX_ALONE = 1_000
"""Documents read for one broken one: a millisecond each, if all are damaged. With more items they share."""
MAX_TAGS = 20_000
"""Tags of a broken document that feedparser reads, at 20 to 40 µs each: a thousand items of the usual kind."""
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
    text = _mended(text[root.start() : ends[-1].end() if ends else len(text)])
    spans = list(_items(text))
    opening = text[: text.find(">") + 1]
    if len(opening) > MAX_OPENING:
        opening = f"{root.group()}>"
    head = text[: spans[0][0]] if spans else text
    feed = _exactly(_between(text, spans), url) or read_loosely(_cut(head, MAX_TAGS)[0], url=url)
    items = [text[start:end] for start, end in spans]
    entries, fault = _entries(items, opening, f"</{root.group()[1:]}>", url)
    return replace(feed, entries=entries, fault=fault)


def _entries(items: list[str], opening: str, closing: str, url: str) -> tuple[tuple[Entry, ...], str | None]:
    """What the items say, in their order, and who read them."""
    entries: list[Entry] = []
    damaged = lost = 0
    budget = MAX_TAGS
    size = 1 + len(items) // MAX_ALONE
    for first in range(0, len(items), size):
        batch = items[first : first + size]
        piece = "".join(batch)
        read = _exactly(opening + piece + closing, url)
        if read is None:
            piece, budget = _cut(piece, budget)
            read = read_loosely(opening + piece, url=url)
            damaged += len(batch)
        lost += max(0, len(batch) - len(read.entries))
        entries += [replace(entry, position=len(entries) + place) for place, entry in enumerate(read.entries)]
    told = [f"{damaged} of {len(items)} items read by feedparser"] if damaged else []
    told += [f"{lost} items not read"] if lost else []
    return tuple(entries), "; ".join(told) or None


def _between(text: str, spans: list[tuple[int, int]]) -> str:
    """``text`` without ``spans``."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    return "".join(text[start:end] for start, end in zip([0, *ends], [*starts, len(text)], strict=True))


def _exactly(document: str, url: str) -> ParsedFeed | None:
    root, _ = tree_of(document, url=url)
    return read_feed(root, url=url) if root is not None and is_feed(root) else None


def _mended(text: str) -> str:
    return _REFERENCE.sub(_reference, _FORBIDDEN.sub("", text))


def _reference(match: re.Match[str]) -> str:
    """A bare ampersand escaped, a number as its character; a CDATA section as it stands, the mark of an open one gone."""
    if match[1] or match[0][0] == "<":
        return match[1] or ""
    return html.escape(_FORBIDDEN.sub("", html.unescape(match[0])), quote=False)


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


def _cut(items: str, budget: int) -> tuple[str, int]:
    """``items`` up to as many tags as may still be read, and how many then may."""
    tags = [match.start() for match in _TAG.finditer(items) if not match[1]]
    return (items, budget - len(tags)) if len(tags) <= budget else (items[: tags[budget]], 0)
