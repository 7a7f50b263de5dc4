"""A feed document's bytes into entries, whatever the document is and however broken."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace

from pipeline.poll.broken import read_broken
from pipeline.poll.charset import decoded
from pipeline.poll.discovery import announced
from pipeline.poll.identity import identified, says_something
from pipeline.poll.jsonfeed import read_json_feed
from pipeline.poll.sitemap import is_sitemap, read_broken_sitemap, read_sitemap, read_text_sitemap
from pipeline.poll.texts import absolute
from pipeline.poll.wellformed import ROOT, tree_of, without_prolog
from pipeline.poll.xmlfeed import is_feed, read_feed
from pipeline.records import NO_HEADERS, ParsedFeed

_GZIP = b"\x1f\x8b"
# The first bytes of what servers send in place of a feed.
_MAGIC = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"RIFF", "image"),
    (b"PK\x03\x04", "zip archive"),
    (_GZIP, "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_OTHER = {"opml": "opml list"} | dict.fromkeys(
    "html head title meta link base script style body h1 h2 p div center".split(), "html page"
)
"""By the first element. A page may leave html, head and body out (HTML, section 13.1.2.4)."""

MAX_UNPACKED_BYTES = 15_000_000
"""Of a document that was packed before it was sent, which the cap on responses does not see. A sitemap of
50,000 addresses, the most that it may hold, has 5 to 10 MB; sitemaps.org would allow 50 MB."""

_STEP_BYTES = 1 << 16
"""Lost of a packed file at the place where it is damaged."""


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str] = NO_HEADERS) -> ParsedFeed:
    """The feed in ``body``, fetched from ``url``; never raises, never fetches.

    Entries keep the document's order, each story once, keyed as ``pipeline.poll.identity`` says. Dates
    stay as printed. Summary and content are HTML as sent, not sanitised, with relative addresses as they
    are; link, images and the feed's own addresses are absolute. What is no feed has format None, no
    entries and a fault ``not_a_feed: …``; a broken feed has the entries that could be read and its fault.
    A sitemap is a feed, packed with gzip or not; an index of them has ``sitemaps``. A page of HTML in the
    place of a feed has the feeds that it names in ``announced``.
    ``headers``: the response's, names in lower case; ``content-type`` and ``content-location`` are looked at.

    >>> feed = parse_feed(b'''<rss version="2.0"><channel><title>Harbour News</title>
    ... <item><title>Ferry &amp;amp; fog</title><guid>https://harbour.example/1</guid>
    ... <pubDate>Tue, 24 Nov 2026 15:13 GMT +3</pubDate></item></channel></rss>''', url="https://harbour.example/rss")
    >>> feed.format, feed.entries[0].headline, feed.entries[0].published_raw, feed.entries[0].url
    ('rss20', 'Ferry & fog', 'Tue, 24 Nov 2026 15:13 GMT +3', 'https://harbour.example/1')
    >>> parse_feed(b"<!doctype html><title>404</title>", url="https://harbour.example/rss").fault
    'not_a_feed: html page'
    """
    body, packed_fault = _unpacked(body)
    if not body.strip(b"\0 \t\r\n"):
        return _not_a_feed("empty body")
    for magic, what in _MAGIC:
        if body.startswith(magic):
            return _not_a_feed(what)
    text, label_fault = decoded(body, headers)
    base = absolute(headers.get("content-location"), url) or url
    feed = read_json_feed(text, url=base) if text.lstrip()[:1] in {"{", "["} else _read_xml(text, base)
    if feed.format is None:
        return feed
    entries = identified(feed, url=url)
    empty = sum(not says_something(entry) for entry in feed.entries)
    faults = [packed_fault, label_fault, feed.fault, f"{empty} empty items" if empty else None]
    return replace(feed, entries=entries, fault="; ".join(fault for fault in faults if fault) or None)


def _unpacked(body: bytes) -> tuple[bytes, str | None]:
    """What gzip packed into ``body``, as far as it can be unpacked within the cap, and why it ends there.

    ``sitemap.xml.gz`` is a file of that type, not a content coding, so no client unpacks it.
    """
    whole: list[bytes] = []
    room = MAX_UNPACKED_BYTES
    rest = body
    try:
        while rest.startswith(_GZIP) and room > 0:
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            while rest and not member.eof and room > 0:
                whole.append(member.decompress(rest, min(room, _STEP_BYTES)))
                room -= len(whole[-1])
                rest = member.unconsumed_tail
            if not member.eof:
                break
            rest = member.unused_data
    except zlib.error as error:
        return b"".join(whole) or body, f"gzip: {error}"
    if not any(whole):
        return body, None
    complete = member.eof and not rest.startswith(_GZIP)
    fault = (
        None if complete else f"gzip: cut at {MAX_UNPACKED_BYTES} bytes" if room <= 0 else "gzip: cut short"
    )
    return b"".join(whole), fault


def _read_xml(text: str, url: str) -> ParsedFeed:
    document = without_prolog(text)
    root, fault = tree_of(document, url=url)
    if root is not None and is_feed(root):
        return read_feed(root, url=url)
    if root is not None and is_sitemap(root):
        return read_sitemap(root, url=url)
    if root is not None:
        return _not_a_feed(_what(text), text, url)
    feed = read_broken(document, url=url)
    if feed.format is None:
        feed = read_broken_sitemap(document, url=url)
    if feed.format is not None:
        return replace(feed, fault="; ".join(filter(None, (fault, feed.fault))))
    feed = read_text_sitemap(text, url=url)
    return feed if feed.format else _not_a_feed(_what(text), text, url)


def _what(text: str) -> str:
    """What a document without a feed is, for people."""
    element = _ELEMENT.search(text)
    name = element.group(1).lower() if element else ""
    if name in _OTHER:
        return _OTHER[name]
    if _HTML.search(text[:2000]):
        return "html page"
    if "\0" in text[:1000]:
        return "binary data"
    if ROOT.search(text):
        return "nothing readable in it"
    return f"xml document <{name}>" if name and text.lstrip().startswith("<") else "plain text"


def _not_a_feed(what: str, text: str = "", url: str = "") -> ParsedFeed:
    return ParsedFeed(
        entries=(),
        format=None,
        fault=f"not_a_feed: {what}",
        announced=announced(text, url=url) if what == "html page" else (),
    )
