"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0: a tree into a feed, each text as the document prints it.

One reader for all of them, because publishers mix them: Dublin Core dates in RSS 2.0, Atom links in
RSS, Media RSS everywhere.

Sources: RSS 2.0 (rssboard.org), RSS 1.0 and its modules (web.resource.org), RFC 4287, RFC 5005, Media RSS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.poll.asked import skipped_days, skipped_hours, ttl_minutes, update_minutes
from pipeline.poll.elements import (
    MAX_ITEMS,
    Fields,
    fields_of,
    first_text,
    fragment,
    kind_of,
    language_of,
    text_of,
)
from pipeline.poll.texts import absolute, distinct, is_picture, plain
from pipeline.records import Entry, ParsedFeed

ATOM_03 = "http://purl.org/atom/ns#"
_PUBLISHED = (
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "created",
    "prism:publicationdate",
    "date",
)
_UPDATED = ("updated", "modified", "dcterms:modified", "prism:modificationdate")
_CONTENT = ("content:encoded", "content", "xhtml:body", "fullitem")
_SUMMARY = ("description", "summary", "dc:description", "itunes:summary", "media:description")

Link = tuple[str, str, str]
"""Its relation, its media type, the absolute address."""


def is_feed(root: Any) -> bool:
    """True if ``root`` opens a feed of a format read here."""
    return kind_of(root.tag) in {"rss", "feed", "rdf:rdf", "channel"}


def read_feed(root: Any, *, url: str) -> ParsedFeed:
    """The feed below ``root``; its entries have no key yet."""
    items = [element for element in root.iter(etree.Element) if kind_of(element.tag) in {"item", "entry"}]
    channel = next((element for element in root if kind_of(element.tag) == "channel"), root)
    fields = fields_of([*root, *channel] if channel is not root else root)
    links = list(_links(fields, url))
    return ParsedFeed(
        entries=tuple(_entry(item, position, url) for position, item in enumerate(items[:MAX_ITEMS])),
        format=_format(root),
        fault=beyond(len(items)),
        title=_title(fields),
        language=first_text(fields, "language", "dc:language") or language_of(root) or language_of(channel),
        home_url=_alternate(fields, links, url),
        ttl_minutes=ttl_minutes(first_text(fields, "ttl")),
        update_minutes=update_minutes(
            first_text(fields, "sy:updateperiod"), first_text(fields, "sy:updatefrequency")
        ),
        skip_hours=skipped_hours(_listed(fields, "skiphours")),
        skip_days=skipped_days(_listed(fields, "skipdays")),
        hubs=distinct([href for rel, _, href in links if rel == "hub"]),
        self_url=next((href for rel, _, href in links if rel == "self"), None),
        next_url=next((href for rel, _, href in links if rel in {"next", "prev-archive"}), None),
        prev_archive_url=next((href for rel, _, href in links if rel == "prev-archive"), None),
        current_url=next((href for rel, _, href in links if rel == "current"), None),
        is_complete="fh:complete" in fields,
    )


def beyond(items: int) -> str | None:
    """The fault of a document with more items than are read; None: all are."""
    return f"{items - MAX_ITEMS} items not read, beyond the first {MAX_ITEMS}" if items > MAX_ITEMS else None


def _entry(item: Any, position: int, url: str) -> Entry:
    if not len(item):
        return Entry(key="", guid=_about(item), url=None, position=position)
    fields = fields_of(item)
    base = item.base or url
    links = list(_links(fields, base))
    guid = first_text(fields, "guid", "id") or _about(item)
    content = _html(fields, _CONTENT)
    summary = _html(fields, _SUMMARY)
    return Entry(
        key="",
        guid=guid,
        url=_link(fields, links, guid, base),
        headline=_title(fields) or plain(first_text(fields, "dc:title", "media:title")),
        summary=summary,
        content=content,
        authors=_authors(fields),
        published_raw=first_text(fields, *_PUBLISHED),
        updated_raw=first_text(fields, *_UPDATED),
        keywords=_keywords(fields),
        language=first_text(fields, "dc:language", "language") or language_of(item),
        images=_images(item, fields, links, base),
        position=position,
    )


def _title(fields: Fields) -> str | None:
    # Atom without a type means text, but publishers who leave it out escape markup all the same.
    for element in fields.get("title", ()):
        text = plain(text_of(element), markup=element.get("type", "html") != "text")
        if text:
            return text
    return None


def _about(item: Any) -> str | None:
    return (item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "").strip() or None


def _links(fields: Fields, url: str) -> Iterator[Link]:
    """Each link with an address in an attribute."""
    for element in fields.get("link", ()):
        href = absolute(element.get("href"), element.base or url)
        if href:
            relation = (element.get("rel") or "alternate").lower().rpartition("/")[2]
            yield relation, (element.get("type") or "").lower(), href


def _alternate(fields: Fields, links: list[Link], base: str) -> str | None:
    """The page that a feed or an entry stands for: an HTML one before one of no stated type."""
    pages = [(kind, href) for relation, kind, href in links if relation == "alternate"]
    printed = absolute(first_text(fields, "link"), base)
    html_pages = [href for kind, href in pages if kind in {"text/html", "application/xhtml+xml"}]
    untyped = [href for kind, href in pages if not kind]
    return next(
        iter([*([printed] if printed else []), *html_pages, *untyped, *(href for _, href in pages)]), None
    )


def _link(fields: Fields, links: list[Link], guid: str | None, base: str) -> str | None:
    original = absolute(first_text(fields, "feedburner:origlink", "pheedo:origlink"), base)
    found = original or _alternate(fields, links, base)
    permanent = all(
        element.get("isPermaLink", "true").lower() != "false" for element in fields.get("guid", ())
    )
    return found or permalink(guid, base, permanent=permanent)


def permalink(guid: str | None, base: str, *, permanent: bool) -> str | None:
    """The address that a GUID is, where the feed does not deny that it is one; None: it is none."""
    if not guid:
        return None
    return absolute(guid, base) if permanent and guid.startswith(("http://", "https://", "/")) else None


def _html(fields: Fields, kinds: tuple[str, ...]) -> str | None:
    for kind in kinds:
        for element in fields.get(kind, ()):
            text = fragment(element)
            if text:
                return text
    return None


def _authors(fields: Fields) -> tuple[str, ...]:
    """Names as printed, without repetitions; an address only where no name stands beside it."""
    names: list[str | None] = []
    for kind in ("author", "dc:creator", "dc:author", "itunes:author"):
        for element in fields.get(kind, ()):
            parts = fields_of(element)
            names.append(plain(first_text(parts, "name", "email") if parts else text_of(element)))
        if any(names):
            break
    return distinct(names)


def _keywords(fields: Fields) -> tuple[str, ...]:
    words: list[str | None] = [
        plain(element.get("label") or element.get("term") or text_of(element))
        for kind in ("category", "dc:subject")
        for element in fields.get(kind, ())
    ]
    for kind in ("media:keywords", "itunes:keywords"):
        for element in fields.get(kind, ()):
            words.extend(plain(word) for word in text_of(element).split(","))
    return distinct(words)


def _images(item: Any, fields: Fields, links: list[Link], base: str) -> tuple[str, ...]:
    found: list[str | None] = [
        absolute(e.get("url"), base) for e in fields.get("enclosure", ()) if _is_image(e)
    ]
    found += [href for rel, kind, href in links if rel == "enclosure" and is_picture(kind, href)]
    media = [
        element
        for element in item.iterdescendants(etree.Element)
        if kind_of(element.tag).startswith("media:")
    ]
    found += [
        absolute(e.get("url"), base) for e in media if kind_of(e.tag) == "media:content" and _is_image(e)
    ]
    found += [
        absolute(e.get("url") or text_of(e), base) for e in media if kind_of(e.tag) == "media:thumbnail"
    ]
    found += [absolute(element.get("href"), base) for element in fields.get("itunes:image", ())]
    for element in fields.get("image", ()):
        found.append(absolute(first_text(fields_of(element), "url") or text_of(element), base))
    return distinct(found)


def _is_image(element: Any) -> bool:
    if element.get("medium"):
        return bool(element.get("medium").lower() == "image")
    return is_picture(element.get("type"), element.get("url") or "")


def _listed(fields: Fields, kind: str) -> list[str]:
    """The texts below the elements of a kind: ``<skipHours><hour>3</hour></skipHours>``."""
    return [text_of(child) for element in fields.get(kind, ()) for child in element]


def _format(root: Any) -> str:
    uri = root.tag.rpartition("}")[0][1:]
    kind = kind_of(root.tag)
    version = (root.get("version") or "").strip()
    if kind == "feed":
        old = uri.lower() == ATOM_03 or (not uri and version == "0.3")
        return "atom03" if old else "atom10"
    if kind == "rdf:rdf":
        uris = {child.tag.rpartition("}")[0][1:] for child in root if isinstance(child.tag, str)}
        return "rss090" if any("netscape" in found for found in uris) else "rss10"
    digits = version.replace(".", "")[:3]
    if digits.startswith("2"):
        return "rss20"
    return f"rss{digits.ljust(3, '0')}" if digits.isdecimal() and digits else "rss"
