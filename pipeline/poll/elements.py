"""What an element of a feed is and what it holds.

An element is known by its kind: a prefix of ours and its name in lower case, whatever prefix or
capitals the document uses. The feed formats' own namespaces have no prefix.
"""

from __future__ import annotations

import base64
import binascii
import copy
import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from lxml import etree

MAX_ITEMS = 25_000
"""Items of one document that are read, at 0.1 ms each; no publisher's feed within the caps has as many."""

Fields = dict[str, list[Any]]
"""Child elements by their kind, in the document's order."""

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
}
"""The prefixes that publishers use, and what they mean by them."""

_PREFIXES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://prismstandard.org/namespaces/basic/2.0": "prism",
    "http://prismstandard.org/namespaces/1.2/basic": "prism",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.google.com/schemas/sitemap-video/1.1": "video",
}
_OWN = (
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0",
    "http://purl.org/net/rss",
)
_OWN_PARTS = (
    "my.netscape.com",
    "backend.userland.com",
    "channel.netscape.com",
    "blogs.law.harvard.edu/tech/rss",
    "schemas/sitemap/0.",
)


@lru_cache(maxsize=4096)
def kind_of(tag: str) -> str:
    """``title``, ``dc:creator``, ``media:content`` … for an element's name.

    >>> kind_of("{http://purl.org/dc/elements/1.1/}creator"), kind_of("{http://www.w3.org/2005/Atom}Title")
    ('dc:creator', 'title')
    """
    uri, _, local = tag.rpartition("}")
    uri = re.sub(
        "^https:", "http:", uri[1:].lower().rstrip("/")
    )  # a name, which publishers take for an address
    local = local.lower()
    if not uri or uri in _OWN or any(part in uri for part in _OWN_PARTS):
        return local
    return f"{_PREFIXES.get(uri, uri)}:{local}"


def fields_of(children: Iterable[Any]) -> Fields:
    """``children`` by kind; comments left out."""
    fields: Fields = {}
    for child in children:
        if isinstance(child.tag, str):
            fields.setdefault(kind_of(child.tag), []).append(child)
    return fields


def text_of(element: Any) -> str:
    """All text below ``element``, trimmed."""
    return "".join(element.itertext()).strip() if len(element) else (element.text or "").strip()


def first_text(fields: Fields, *kinds: str) -> str | None:
    """The first text that is not empty, kind by kind; None if there is none."""
    for kind in kinds:
        for element in fields.get(kind, ()):
            text = text_of(element)
            if text:
                return text
    return None


def language_of(element: Any) -> str | None:
    """``xml:lang`` of the element itself; None if it states none."""
    return element.get("{http://www.w3.org/XML/1998/namespace}lang") or None


def fragment(element: Any) -> str | None:
    """What the element holds as HTML: unescaped, or serialised where it holds elements; not sanitised."""
    declared = (element.get("type") or "").lower()
    if len(element):
        holder = element[0] if declared == "xhtml" and len(element) == 1 else element
        return _inner_html(holder).strip() or None
    text = (element.text or "").strip()
    if element.get("mode") == "base64":
        try:
            text = base64.b64decode(text, validate=False).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
    if declared in {"text", "text/plain"}:
        text = html.escape(text, quote=False)
    return text or None


def _inner_html(holder: Any) -> str:
    holder = copy.deepcopy(holder)
    for element in holder.iter(etree.Element):
        element.tag = element.tag.rpartition("}")[2]
    etree.cleanup_namespaces(holder)
    children = "".join(etree.tostring(child, method="html", encoding="unicode") for child in holder)
    return html.escape(holder.text or "", quote=False) + children
