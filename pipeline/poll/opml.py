"""Lists of feeds to and from other programs: OPML 2.0 (opml.org/spec2.opml).

A publisher is a group outline with its feeds below. What OPML has no attribute for stands in a
namespace of ours, which other programs skip. Request headers are left out: such a list is made to be
passed on, and they name credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from pipeline.errors import SettingsError
from pipeline.poll.charset import decoded
from pipeline.poll.mending import mended
from pipeline.poll.texts import plain
from pipeline.poll.wellformed import LIST_ROOT, tree_of, without_prolog
from pipeline.records import NO_HEADERS, Source

NAMESPACE = "urn:dateline:source"
_OUTLINE = re.compile(r"""<(/?)outline(?=[\s/>])(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
# "feed://a.example/rss" and "feed:https://a.example/rss", as browsers of old handed feeds to readers.
_OF_FEED_SCHEME = re.compile(r"^feed:(?://(?=https?://)|(?=https?://))()|^feed://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedList:
    """What a list of feeds holds."""

    sources: tuple[Source, ...]
    """Its publishers, in its order, each once."""
    left_out: tuple[str, ...] = ()
    """What is no feed that can be polled: a line for each, with its line in the file and the reason."""


def read_opml(body: bytes) -> FeedList:
    """The publishers in ``body``, and what had to be left out.

    In a list of another program, feeds belong to one publisher if they share a host. Our own
    attributes are taken as they stand: ``pipeline.sources`` validates them. A list that is not well
    formed is read as far as it can be; entities that it declares are neither expanded nor loaded.

    Raises:
        SettingsError: it is no OPML, or holds no feed.

    >>> found = read_opml(b'''<opml version="2.0"><body><outline text="Press">
    ...   <outline text="Harbour &amp;amp; Quay" xmlUrl="https://www.harbour.example/rss"/>
    ...   <outline text="Notes" url="https://harbour.example/notes"/></outline></body></opml>''')
    >>> [(s.name, s.domain, s.feeds) for s in found.sources]
    [('Harbour & Quay', 'harbour.example', ('https://www.harbour.example/rss',))]
    >>> found.left_out
    ("line 3: 'Notes' names no feed",)
    """
    root, fault = _root(body)
    found: dict[str, Source] = {}
    left_out = [f"the list is broken, and was read as far as it goes: {fault}"] if fault else []
    for read in _sources(root):
        if isinstance(read, str):
            left_out.append(read)
        else:
            known = found.get(read.domain)
            found[read.domain] = read if known is None else _joined(known, read)
    if not found:
        raise SettingsError("; ".join(["the OPML list holds no outline with an xmlUrl", *left_out]))
    return FeedList(tuple(found.values()), tuple(left_out))


def _root(body: bytes) -> tuple[Any, str | None]:
    text, _ = decoded(body, NO_HEADERS)
    document = without_prolog(text).lstrip()
    root, fault = tree_of(document, url="")
    if root is None and (start := LIST_ROOT.search(document)) is not None:
        root, _ = tree_of(_balanced(mended(document[start.start() :])), url="", recover=True)
    if root is None or _name(root) != "opml":
        raise SettingsError(f"this is no OPML list: {fault or 'its root is not <opml>'}")
    return root, fault


def _balanced(document: str) -> str:
    """The outlines of ``document`` alone, each with its end; what stands in one that is never closed is below it."""
    opening = document[: document.find(">") + 1]
    parts, depth = [opening], 0
    for tag in _OUTLINE.finditer(document):
        if tag[1] and depth == 0:
            continue
        parts.append(tag[0])
        depth += -1 if tag[1] else not tag[0].endswith("/>")
    return "".join(parts) + "</outline>" * depth + "</opml>"


def write_opml(sources: Iterable[Source]) -> str:
    """An OPML document of ``sources``; ``read_opml`` gives them back, their headers and hints apart."""
    root = etree.Element("opml", version="2.0", nsmap={"dateline": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Dateline sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        group = etree.SubElement(body, "outline", text=source.name, htmlUrl=f"https://{source.domain}/")
        if source.language:
            group.set("language", source.language)
        for name, value in _own_attributes(source).items():
            group.set(f"{{{NAMESPACE}}}{name}", value)
        for feed in source.feeds:
            etree.SubElement(group, "outline", type="rss", text=source.name, xmlUrl=feed)
    text = etree.tostring(root, pretty_print=True, xml_declaration=False, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def _own_attributes(source: Source) -> dict[str, str]:
    values = {
        "domain": source.domain,
        "country": source.country,
        "zone": source.zone,
        "feedOnly": "true" if source.feed_only else None,
        "paused": "true" if source.paused else None,
        "obeyRobotsForFeeds": None if source.obey_robots_for_feeds else "false",
        "delaySeconds": None if source.delay_seconds is None else repr(source.delay_seconds),
    }
    return {name: value for name, value in values.items() if value is not None}


def _sources(root: Any) -> Iterator[Source | str]:
    """The publisher of each outline that names a feed, and a line for each that should and does not."""
    for outline in root.iter(etree.Element):
        if _name(outline) != "outline":
            continue
        if outline.get(f"{{{NAMESPACE}}}domain"):
            yield _ours(outline)
        elif outline.getparent().get(f"{{{NAMESPACE}}}domain") is None and (
            _attribute(outline, "xmlurl") or not len(outline)
        ):
            yield _theirs(outline)


def _ours(outline: Any) -> Source:
    def own(name: str) -> str | None:
        return outline.get(f"{{{NAMESPACE}}}{name}") or None

    delay = own("delaySeconds")
    try:
        delay_seconds = None if delay is None else float(delay)
    except ValueError as error:
        raise SettingsError(
            f"OPML line {outline.sourceline}: delaySeconds is no number: {delay!r}"
        ) from error
    domain = own("domain") or ""
    return Source(
        name=_attribute(outline, "text") or domain,
        domain=domain,
        country=own("country"),
        language=_attribute(outline, "language"),
        zone=own("zone"),
        feeds=tuple(
            dict.fromkeys(filter(None, (_attribute(child, "xmlurl") for child in outline.iter("outline"))))
        ),
        feed_only=own("feedOnly") == "true",
        paused=own("paused") == "true",
        obey_robots_for_feeds=own("obeyRobotsForFeeds") != "false",
        delay_seconds=delay_seconds,
    )


def _theirs(outline: Any) -> Source | str:
    name = plain(_attribute(outline, "text") or _attribute(outline, "title"))
    said = f"line {outline.sourceline}: {name or 'an outline without a name'!r}"
    stated = (_attribute(outline, "xmlurl") or "").strip()
    if not stated:
        return f"{said} names no feed"
    feed = _OF_FEED_SCHEME.sub(lambda match: "http://" if match[1] is None else "", stated)
    domain = _host(_attribute(outline, "htmlurl")) or _host(feed)
    if not domain or not _host(feed) or not feed.lower().startswith(("http://", "https://")):
        return f"{said}: {stated!r} is no address of the web"
    return Source(name=name or domain, domain=domain, language=_attribute(outline, "language"), feeds=(feed,))


def _joined(known: Source, more: Source) -> Source:
    return replace(known, feeds=tuple(dict.fromkeys((*known.feeds, *more.feeds))))


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _attribute(outline: Any, name: str) -> str | None:
    """An attribute by its name in lower case: programs write xmlUrl, xmlurl and xmlURL."""
    return next((value for key, value in outline.attrib.items() if key.lower() == name and value), None)


def _host(url: str | None) -> str | None:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.") or None
    except ValueError:
        return None
