"""Sitemaps (sitemaps.org 0.9), Google's news, image and video extensions, and indexes of sitemaps.

A news sitemap is the feed of a publisher that has none: two days of stories, each with its title and date.
A plain one gives addresses and ``lastmod``, which says when a page changed and never when it appeared.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.poll.elements import Fields, fields_of, first_text, kind_of, text_of
from pipeline.poll.mending import SECTION, mended, prefixes_in, with_prefixes
from pipeline.poll.texts import absolute, distinct, plain
from pipeline.poll.wellformed import LIST_ROOT, tree_of
from pipeline.records import Entry, ParsedFeed, SitemapLink

_RECORD = re.compile(
    r"<(/?)(?P<prefix>[A-Za-z][\w.-]*:)?(?P<name>url|sitemap)(?=[\s>])[^<>]*>", re.IGNORECASE
)
_TEXT = re.compile(
    rf"<(?P<name>(?P<prefix>[A-Za-z][\w.-]*:)?(?:loc|lastmod|title|publication_date|keywords))\s*>"
    rf"(?:{SECTION}|[^<])*</(?P=name)\s*>",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://([^\s/?#]+)\S*", re.IGNORECASE)

MAX_OPENING = 5_000
"""Characters of an opening tag that is repeated for each record; a longer one is an attack."""
MAX_RECORDS = 50_000
"""The most that a sitemap may hold (sitemaps.org)."""


def is_sitemap(root: Any) -> bool:
    """True if ``root`` opens a sitemap or an index of them."""
    return kind_of(root.tag) in {"urlset", "sitemapindex"}


def read_sitemap(root: Any, *, url: str) -> ParsedFeed:
    """The sitemap below ``root``; its entries have no key yet, and those without an address are left out."""
    records = [
        child for child in root.iterchildren(etree.Element) if kind_of(child.tag) in {"url", "sitemap"}
    ]
    feed = _sitemap([fields_of(record) for record in records[:MAX_RECORDS]], kind_of(root.tag), url)
    left = len(records) - MAX_RECORDS
    return replace(
        feed, fault=f"{left} records not read, beyond the first {MAX_RECORDS}" if left > 0 else None
    )


def read_broken_sitemap(text: str, *, url: str) -> ParsedFeed:
    """What ``text`` lists up to where it breaks off, its entries without a key yet; ``format`` None if it is none.

    A damaged record keeps its address, dates, title and keywords. One without its end is left out: half an
    address is another address.
    """
    root = LIST_ROOT.search(text)
    if root is None or root[1].lower() == "opml":
        return ParsedFeed((), None)
    text = mended(text[root.start() :])
    opening = text[: text.find(">") + 1]
    known = with_prefixes(opening if len(opening) <= MAX_OPENING else f"{root.group()}>", text)
    closing = f"</{root.group()[1:]}>"
    records = list(islice(_records(text), MAX_RECORDS))
    tree, _ = tree_of(known + "".join(records) + closing, url=url)
    if tree is None:
        prefixes = prefixes_in(known)
        for place, record in enumerate(records):
            if tree_of(known + record + closing, url=url)[0] is None:
                records[place] = _apart(record, prefixes)
        tree, _ = tree_of(known + "".join(records) + closing, url=url)
    return ParsedFeed((), None) if tree is None else read_sitemap(tree, url=url)


def _apart(record: str, prefixes: Container[str]) -> str:
    """A damaged record's sound texts, in a record that is well formed."""
    opening = _RECORD.match(record)
    own = (opening and opening["prefix"]) or ""
    texts: dict[str, str] = {}
    for text in _TEXT.finditer(record):
        prefix = text["prefix"] or ""
        if prefix == own or prefix[:-1] in prefixes:
            texts[prefix] = texts.get(prefix, "") + text[0]
    address = texts.pop(own, "")
    news = "".join(f"<{prefix}news>{found}</{prefix}news>" for prefix, found in texts.items())
    name = (opening and opening["name"]) or "url"
    return f"<{own}{name}>{address}{news}</{own}{name}>"


def read_text_sitemap(text: str, *, url: str) -> ParsedFeed:
    r"""A list of addresses, one a line; ``format`` None if a line is anything else, or of another host than ``url``.

    One line alone is no list: it is how a server says where something went.

    >>> read_text_sitemap("https://a.example/1\nhttps://a.example/2\n", url="https://a.example/sitemap.txt").format
    'textsitemap'
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = [_ADDRESS.fullmatch(line) for line in lines]
    host = _ADDRESS.match(url)
    if (
        not 2 <= len(lines) <= MAX_RECORDS
        or host is None
        or {_site(match) for match in found} != {_site(host)}
    ):
        return ParsedFeed((), None)
    entries = tuple(Entry("", None, absolute(line, url), position=place) for place, line in enumerate(lines))
    return ParsedFeed(entries, "textsitemap")


def _sitemap(records: list[Fields], kind: str, url: str) -> ParsedFeed:
    if kind == "sitemapindex":
        return ParsedFeed((), kind, sitemaps=tuple(_links(records, url)))
    news = [fields_of(found) for record in records for found in record.get("news:news", ())]
    papers = [fields_of(found) for about in news for found in about.get("news:publication", ())]
    titles, languages = (
        distinct([first_text(paper, name) for paper in papers]) for name in ("news:name", "news:language")
    )
    return ParsedFeed(
        entries=tuple(_entry(record, place, url) for place, record in enumerate(records)),
        format="newssitemap" if news else "sitemap",
        title=plain(titles[0]) if len(titles) == 1 else None,
        language=languages[0] if len(languages) == 1 else None,
    )


def _links(records: list[Fields], url: str) -> Iterator[SitemapLink]:
    seen: set[str] = set()
    for record in records:
        address = absolute(first_text(record, "loc"), url)
        if address and address not in seen:
            seen.add(address)
            yield SitemapLink(address, first_text(record, "lastmod"))


def _entry(record: Fields, position: int, url: str) -> Entry:
    news = fields_of([child for found in record.get("news:news", ()) for child in found])
    paper = fields_of([child for found in news.get("news:publication", ()) for child in found])
    words = [word for kind in ("news:keywords", "news:genres") for word in _words(first_text(news, kind))]
    return Entry(
        key="",
        guid=None,
        url=absolute(first_text(record, "loc"), url),
        headline=plain(first_text(news, "news:title")),
        published_raw=first_text(news, "news:publication_date"),
        updated_raw=first_text(record, "lastmod"),
        keywords=distinct([plain(word) for word in words]),
        language=first_text(paper, "news:language"),
        images=distinct([absolute(picture, url) for picture in _pictures(record)]),
        position=position,
    )


def _words(listed: str | None) -> list[str]:
    return (listed or "").split(",")


def _pictures(record: Fields) -> Iterator[str | None]:
    for kind, address in (("image:image", "image:loc"), ("video:video", "video:thumbnail_loc")):
        for found in record.get(kind, ()):
            yield from (text_of(child) for child in found if kind_of(child.tag) == address)


def _records(text: str) -> Iterator[str]:
    """Each record with its end tag."""
    start = None
    for tag in _RECORD.finditer(text):
        if not tag[1]:
            start = tag.start()
        elif start is not None:
            yield text[start : tag.end()]
            start = None


def _site(address: re.Match[str] | None) -> str | None:
    return address and address[1].lower().removeprefix("www.")
