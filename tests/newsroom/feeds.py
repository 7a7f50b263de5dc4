"""Feed documents in four formats from the same items."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from .publishers import FeedFormat, FeedSpec, Publisher


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as the feed states it."""

    url: str
    guid: str | None
    headline: str | None
    summary: str | None
    content: str | None
    """HTML; None: the feed carries no text."""
    authors: tuple[str, ...]
    published: str | None
    updated: str | None
    keywords: tuple[str, ...]
    image: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it goes over the wire."""

    body: bytes
    content_type: str


def document(house: Publisher, spec: FeedSpec, url: str, items: list[Item]) -> Document:
    """The feed with its items, newest first, in the feed's format and encoding."""
    root = url.removesuffix(spec.path)
    text, media_type = _FORMATS[spec.format](house, url, root, items)
    body = text.encode(spec.encoding, errors="xmlcharrefreplace")
    if spec.format != "json1":
        body = f'<?xml version="1.0" encoding="{spec.encoding}"?>\n'.encode() + body
    return Document(body, f"{media_type}; charset={spec.encoding}")


def _tag(name: str, text: str | None, attributes: str = "") -> str:
    return "" if text is None else f"<{name}{attributes}>{escape(text)}</{name}>\n"


def _rss20(house: Publisher, url: str, root: str, items: list[Item]) -> tuple[str, str]:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"{_tag('title', house.name)}{_tag('link', root + '/')}{_tag('language', house.language)}<ttl>30</ttl>\n"
        f'<atom:link rel="self" href={quoteattr(url)} type="application/rss+xml"/>\n'
        f"{''.join(map(_rss20_item, items))}</channel>\n</rss>\n"
    ), "application/rss+xml"


def _rss20_item(item: Item) -> str:
    permalink = "true" if item.guid == item.url else "false"
    image = f'<enclosure url={quoteattr(item.image)} type="image/jpeg" length="0"/>\n' if item.image else ""
    return (
        f"<item>\n{_tag('title', item.headline)}{_tag('link', item.url)}"
        f"{_tag('guid', item.guid, f' isPermaLink={quoteattr(permalink)}')}{_tag('description', item.summary)}"
        f"{''.join(_tag('dc:creator', name) for name in item.authors)}{_tag('pubDate', item.published)}"
        f"{''.join(_tag('category', word) for word in item.keywords)}{_tag('content:encoded', item.content)}{image}</item>\n"
    )


def _atom10(house: Publisher, url: str, root: str, items: list[Item]) -> tuple[str, str]:
    updated = max((item.updated or "" for item in items), default="") or "1970-01-01T00:00:00Z"
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(house.language)}>\n'
        f"{_tag('title', house.name)}{_tag('id', url)}{_tag('updated', updated)}"
        f'<link rel="self" href={quoteattr(url)}/>\n<link rel="alternate" href={quoteattr(root + "/")}/>\n'
        f"{''.join(map(_atom10_entry, items))}</feed>\n"
    ), "application/atom+xml"


def _atom10_entry(item: Item) -> str:
    authors = "".join(f"<author>{_tag('name', name).strip()}</author>\n" for name in item.authors)
    categories = "".join(f"<category term={quoteattr(word)}/>\n" for word in item.keywords)
    html_type = ' type="html"'
    return (
        f"<entry>\n{_tag('title', item.headline)}<link rel='alternate' href={quoteattr(item.url)}/>\n"
        f"{_tag('id', item.guid or item.url)}{_tag('published', item.published)}{_tag('updated', item.updated)}"
        f"{authors}{categories}{_tag('summary', item.summary)}"
        f"{_tag('content', item.content, html_type)}</entry>\n"
    )


def _rss10(house: Publisher, url: str, root: str, items: list[Item]) -> tuple[str, str]:
    order = "".join(f"<rdf:li rdf:resource={quoteattr(item.url)}/>\n" for item in items)
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f"<channel rdf:about={quoteattr(url)}>\n{_tag('title', house.name)}{_tag('link', root + '/')}"
        f"{_tag('dc:language', house.language)}<items><rdf:Seq>\n{order}</rdf:Seq></items>\n</channel>\n"
        f"{''.join(map(_rss10_item, items))}</rdf:RDF>\n"
    ), "application/rdf+xml"


def _rss10_item(item: Item) -> str:
    return (
        f"<item rdf:about={quoteattr(item.url)}>\n{_tag('title', item.headline)}{_tag('link', item.url)}"
        f"{_tag('description', item.summary)}{''.join(_tag('dc:creator', name) for name in item.authors)}"
        f"{_tag('dc:date', item.published)}{''.join(_tag('dc:subject', word) for word in item.keywords)}"
        f"{_tag('content:encoded', item.content)}</item>\n"
    )


def _json1(house: Publisher, url: str, root: str, items: list[Item]) -> tuple[str, str]:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": house.name,
        "home_page_url": f"{root}/",
        "feed_url": url,
        "language": house.language,
        "items": [_json1_item(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1), "application/feed+json"


def _json1_item(item: Item) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": item.guid or item.url,
        "url": item.url,
        "title": item.headline,
        "summary": item.summary,
        "content_html": item.content,
        "date_published": item.published,
        "date_modified": item.updated,
        "authors": [{"name": name} for name in item.authors],
        "tags": list(item.keywords),
        "image": item.image,
    }
    return {name: value for name, value in fields.items() if value}


_FORMATS: dict[FeedFormat, Callable[[Publisher, str, str, list[Item]], tuple[str, str]]] = {
    "rss20": _rss20,
    "atom10": _atom10,
    "rss10": _rss10,
    "json1": _json1,
}
