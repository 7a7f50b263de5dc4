"""Which entry of a feed is which: one short key for an entry on every day that it is seen.

A key is stable for ever: the ledger is keyed by it, so a change here imports every feed again.
Its first letter says where it comes from, in this order:

``u:``  the GUID is an address. Scheme, ``www.`` and default port do not count. On the feed's own site the
        host does not count either, so that a site may move to https or to another domain with its feed.
``g:``  any other GUID, as printed.
``l:``  no GUID: the canonical link, without scheme and ``www.``.
``t:``  neither: the SHA-256 of headline and date as printed, or of the text if both are missing.

A key longer than 200 characters is replaced by its letter and its SHA-256. Where one document uses a
GUID for several stories (their links differ), each of them gets its key with ``#`` and a digest of the link,
whatever their order.

On another day a GUID may stand for another story too (``tells_same_story``): that one has the same kind of
key. An entry that is itself the story, and is stated anew, has its key with ``@`` and a digest of what it states.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import defaultdict
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from pipeline.records import Entry, ParsedFeed
from pipeline.urls import canonical_url

MAX_KEY = 200
LEAST_TEXT = 40
"""Characters of a text that two stories do not have in common by chance."""

_MARK = 16
"""Hexadecimal digits of a digest that is put behind a key."""
_RESTATED = re.compile(rf"@[0-9a-f]{{{_MARK}}}\Z")
_ANOTHER = re.compile(rf"#[0-9a-f]{{{_MARK}}}\Z")
_TELLING = 16
"""Characters of a path that two stories do not have in common by chance."""
_CLOCK = re.compile(r"(?<![\d+-])(?!00:00)\d?\d:\d\d")
"""A time of day that was not filled in as midnight; the offset behind it does not count."""
_TAG = re.compile(r"<[^>]*>")


def entry_key(
    *,
    guid: str | None,
    url: str | None,
    headline: str | None = None,
    published_raw: str | None = None,
    text: str | None = None,
    own_hosts: frozenset[str] = frozenset(),
) -> str:
    """The identity of an entry within its feed: at most 200 characters.

    ``own_hosts`` are the hosts of the feed's site, as ``site_host`` gives them.

    >>> own = frozenset({"news.example"})
    >>> entry_key(guid="http://www.news.example/a/1?x=2", url=None, own_hosts=own)
    'u:/a/1?x=2'
    >>> entry_key(guid="https://partner.example/a/1", url=None, own_hosts=own)
    'u://partner.example/a/1'
    >>> entry_key(guid="tag:news.example,2026:7", url="https://news.example/7")
    'g:tag:news.example,2026:7'
    """
    guid = " ".join(guid.split()) if guid else None
    if guid:
        parts = _address(guid)
        key = f"g:{guid}" if parts is None else f"u:{_without_transport(parts, own_hosts)}"
    elif url:
        parts = _address(canonical_url(url))
        key = f"l:{url if parts is None else _without_transport(parts, frozenset())}"
    else:
        told = f"{headline or ''}\n{published_raw or ''}" if headline or published_raw else text or ""
        key = f"t:{_digest(told)}"
    return key if len(key) <= MAX_KEY else f"{key[:2]}{_digest(key)}"


def site_host(url: str | None) -> str | None:
    """The host of ``url`` without ``www.`` and default port; None if it has none."""
    parts = _address(url or "")
    return None if parts is None else _host(parts)


def identified(feed: ParsedFeed, *, url: str) -> tuple[Entry, ...]:
    """The feed's entries with their keys, in its order, each story once.

    An item that says nothing at all is left out.
    """
    own = frozenset(host for host in map(site_host, (url, feed.home_url, feed.self_url)) if host)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in feed.entries:
        if says_something(entry):
            groups[_key(entry, own)].append(entry)
    found = [entry for key, entries in groups.items() for entry in _told_apart(key, entries)]
    return tuple(sorted(found, key=lambda entry: entry.position))


def says_something(entry: Entry) -> bool:
    """True if there is anything that identifies or tells a story."""
    return any((entry.guid, entry.url, entry.headline, entry.summary, entry.content, entry.published_raw))


def tells_same_story(one: Entry, other: Entry) -> bool:
    """Whether two entries of a feed that were seen under one GUID at different times are one story.

    They are if their links agree, be it on another site's host (a house moves, its GUIDs stay); failing
    that, if they print the same date with a time of day, or the same text. A headline alone proves nothing:
    "Markets at noon" is printed every day, and a headline is what editors change most.
    """
    if _story(one) == _story(other) or _has_moved(one, other):
        return True
    printed, text = _line(one.published_raw), _text(one)
    same_date = printed == _line(other.published_raw) and bool(_CLOCK.search(printed))
    return same_date or (len(text) >= LEAST_TEXT and text == _text(other))


def statement(entry: Entry, *, with_text: bool) -> str:
    """A digest of the headline and the dates as printed, and of the text: whatever else changes is no revision."""
    told = [_line(entry.headline), _line(entry.published_raw), _line(entry.updated_raw)]
    return _digest("\n".join([*told, _text(entry)] if with_text else told))


def alike(entry: Entry) -> str | None:
    """A digest that two entries of a publisher share only if they tell one story, whatever GUIDs and links they have.

    It is made of headline, date and text as printed; None where the date has no time of day or the text is
    short. So a story survives new GUIDs with new links, and templates that come again every day stay apart.
    """
    printed, headline = _line(entry.published_raw), _line(entry.headline)
    if not headline or not _CLOCK.search(printed) or len(_text(entry)) < LEAST_TEXT:
        return None
    return _digest("\n".join([headline, printed, _text(entry)]))


def known_by_guid(key: str, entry: Entry) -> str | None:
    """A digest that two entries of a publisher share only if they are one item of two of its feeds.

    It is made of GUID, headline, and date or text as printed; None where one is missing, or where the
    entry's key says that its GUID has several stories. A GUID alone proves nothing: two feeds may both
    count from 1, and a forecast has one GUID for ever.
    """
    printed, headline, text = _line(entry.published_raw), _line(entry.headline), _text(entry)
    told = printed if _CLOCK.search(printed) else text if len(text) >= LEAST_TEXT else None
    if not entry.guid or not headline or told is None or _ANOTHER.search(key_of_story(key)):
        return None
    return _digest("\n".join([_line(entry.guid), headline, told]))


def key_of_another(key: str, entry: Entry) -> str:
    """The key of a story whose GUID, with that key, stands for another story as well."""
    return _marked(key, "#", _digest(_story(entry)))


def key_of_restatement(key: str, stated: str) -> str:
    """The key of an entry that states its story anew; ``stated`` is its ``statement``."""
    return _marked(key, "@", stated)


def key_of_story(key: str) -> str:
    """The key without the mark of a restatement.

    >>> key_of_story(key_of_restatement("g:17", "ab" * 32))
    'g:17'
    """
    return _RESTATED.sub("", key)


def _marked(key: str, sign: str, digest: str) -> str:
    stem = key if len(key) < MAX_KEY - _MARK - 1 else key[:2] + _digest(key)
    return f"{stem}{sign}{digest[:_MARK]}"


def _text(entry: Entry) -> str:
    return _line(html.unescape(_TAG.sub(" ", entry.content or entry.summary or "")))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _key(entry: Entry, own: frozenset[str]) -> str:
    return entry_key(
        guid=entry.guid,
        url=entry.url,
        headline=entry.headline,
        published_raw=entry.published_raw,
        text=entry.summary or entry.content,
        own_hosts=own,
    )


def _story(entry: Entry) -> str:
    """What tells two entries of one GUID apart: their links, or their headlines where they have none."""
    if entry.url is None:
        return f"t:{entry.headline or ''}"
    parts = _address(canonical_url(entry.url))
    return f"l:{entry.url if parts is None else _without_transport(parts, frozenset())}"


def _has_moved(one: Entry, other: Entry) -> bool:
    """Whether two links differ by their hosts alone, and not because two editions of one site stand on two hosts."""
    here, there = (_address(canonical_url(entry.url or "")) for entry in (one, other))
    if here is None or there is None or (here.path, here.query) != (there.path, there.query):
        return False
    if one.key.startswith("u:/") and not one.key.startswith("u://"):
        return True  # the GUID is an address too, and has moved with the feed
    sites = {tuple(_host(parts).split(".")[-2:]) for parts in (here, there)}
    return len(sites) == 2 and len(here.path) + len(here.query) >= _TELLING


def _told_apart(key: str, entries: list[Entry]) -> list[Entry]:
    """The stories that share ``key`` in one document, each once (its first item) and with a key of its own."""
    if len(entries) == 1:
        return [replace(entries[0], key=key)]
    stories: dict[str, Entry] = {}
    for entry in entries:
        stories.setdefault(_story(entry), entry)
    if len(stories) == 1:
        return [replace(entries[0], key=key)]
    return [replace(entry, key=key_of_another(key, entry)) for entry in stories.values()]


def _address(text: str) -> SplitResult | None:
    """``text`` split if it is an http address, else None."""
    if not text[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0  # .port raises for what is no number
    except ValueError:
        return None
    return parts if usable else None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removeprefix("www.")
    return host if parts.port in {None, 80, 443} else f"{host}:{parts.port}"


def _without_transport(parts: SplitResult, own: frozenset[str]) -> str:
    host = _host(parts)
    rest = (
        (parts.path or "/")
        + (f"?{parts.query}" if parts.query else "")
        + (f"#{parts.fragment}" if parts.fragment else "")
    )
    return rest if host in own else f"//{host}{rest}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
