"""JSON Feed 1 and 1.1 (jsonfeed.org) into the same values as an XML feed."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from pipeline.poll.elements import MAX_ITEMS
from pipeline.poll.texts import absolute, distinct, is_picture, plain
from pipeline.poll.xmlfeed import beyond
from pipeline.records import Entry, ParsedFeed

# Numbers stay as printed: an id is no sum, and Python refuses to read thousands of digits.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*\{")
# JSON can say what no text column and no UTF-8 holds: NUL and half a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read_json_feed(text: str, *, url: str) -> ParsedFeed:
    """The feed that ``text`` holds, its entries without a key yet; ``format`` None and a fault if it holds none."""
    faults: list[str] = []
    try:
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        document = _as_far_as_it_goes(text)
        if document is None:
            return ParsedFeed((), None, fault=f"not_a_feed: broken json ({error})")
        faults.append(f"json: {error}")
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return ParsedFeed((), None, fault="not_a_feed: json document without items")
    version = _string(document.get("version")) or ""
    items = _objects(document["items"])
    dropped = len(document["items"]) - len(items)
    faults += [] if "jsonfeed.org/version/" in version else ["json: no JSON Feed version stated"]
    faults += [f"json: {dropped} items are no objects"] if dropped else []
    faults += filter(None, [beyond(len(items))])
    return ParsedFeed(
        entries=tuple(_entry(item, position, url) for position, item in enumerate(items[:MAX_ITEMS])),
        format="json1",
        title=plain(_string(document.get("title"))),
        language=_string(document.get("language")),
        home_url=absolute(_string(document.get("home_page_url")), url),
        fault="; ".join(faults) or None,
        hubs=distinct([absolute(_string(hub.get("url")), url) for hub in _objects(document.get("hubs"))]),
        self_url=absolute(_string(document.get("feed_url")), url),
        next_url=absolute(_string(document.get("next_url")), url),
    )


def _as_far_as_it_goes(text: str) -> dict[str, Any] | None:
    """The feed in ``text`` up to where it is broken: its first members and the whole items; None if it is none.

    What follows a whole document, a comment of a cache for example, is passed over.
    """
    items = _ITEMS.search(text)
    if items is None:
        return None
    found: list[Any] = []
    place = items.end()
    try:
        while item := _NEXT.match(text, place):
            value, place = _DECODER.raw_decode(text, item.end() - 1)
            found.append(value)
    except (ValueError, RecursionError):
        pass
    try:
        document = _DECODER.decode(text[: items.start()].rstrip().rstrip(",") + "}")
    except (ValueError, RecursionError):
        document = {}
    return {**document, "items": found} if found and isinstance(document, dict) else None


def _entry(item: dict[str, Any], position: int, url: str) -> Entry:
    guid = _string(item.get("id"))
    text = _string(item.get("content_text"))
    summary = _string(item.get("summary"))
    link = absolute(_string(item.get("url")), url) or absolute(_string(item.get("external_url")), url)
    return Entry(
        key="",
        guid=guid,
        url=link or (absolute(guid, url) if guid and guid.startswith(("http://", "https://")) else None),
        headline=plain(_string(item.get("title")), markup=False),
        summary=html.escape(summary, quote=False) if summary else None,
        content=_string(item.get("content_html")) or (html.escape(text, quote=False) if text else None),
        authors=distinct([plain(_string(author.get("name")), markup=False) for author in _authors(item)]),
        published_raw=_string(item.get("date_published")),
        updated_raw=_string(item.get("date_modified")),
        keywords=distinct([plain(_string(tag)) for tag in _list(item.get("tags"))]),
        language=_string(item.get("language")),
        images=_images(item, url),
        position=position,
    )


def _authors(item: dict[str, Any]) -> list[dict[str, Any]]:
    """1.1 lists ``authors``; 1 has one ``author``."""
    return _objects(item.get("authors")) or _objects([item.get("author")])


def _images(item: dict[str, Any], url: str) -> tuple[str, ...]:
    found = [absolute(_string(item.get(name)), url) for name in ("image", "banner_image")]
    for attachment in _objects(item.get("attachments")):
        link = absolute(_string(attachment.get("url")), url)
        if link and is_picture(_string(attachment.get("mime_type")), link):
            found.append(link)
    return distinct(found)


def _string(value: Any) -> str | None:
    """Text, or a number's digits, for ids are often numbers; None for the rest."""
    return _UNSTORABLE.sub("\ufffd", value).strip() or None if isinstance(value, str) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [found for found in _list(value) if isinstance(found, dict)]
