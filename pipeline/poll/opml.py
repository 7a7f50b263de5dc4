"""Lists of feeds to and from other programs: OPML 2.0 (opml.org/spec2.opml).

A publisher is a group outline with its feeds below. What OPML has no attribute for stands in a
namespace of ours, which other programs skip. Request headers are left out: such a list is made to be
passed on, and they name credentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from pipeline.errors import SettingsError
from pipeline.records import Source

NAMESPACE = "urn:dateline:source"


def read_opml(body: bytes) -> list[Source]:
    """The publishers in ``body``, in its order, each once.

    In a list of another program, feeds belong to one publisher if they share a host. Our own
    attributes are taken as they stand: ``pipeline.sources`` validates them.

    Raises:
        SettingsError: it is no OPML, or holds no feed.

    >>> [(s.name, s.domain, s.feeds) for s in read_opml(b'''<opml version="2.0"><body><outline text="Press">
    ...   <outline text="Harbour News" xmlUrl="https://www.harbour.example/rss"/></outline></body></opml>''')]
    [('Harbour News', 'harbour.example', ('https://www.harbour.example/rss',))]
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SettingsError(f"this is no OPML list: {error}") from error
    if root.tag != "opml" or root.getroottree().docinfo.internalDTD is not None:
        raise SettingsError("this is no OPML list: its root is not <opml>, or it declares a document type")
    found: dict[str, Source] = {}
    for source in _sources(root):
        known = found.get(source.domain)
        found[source.domain] = source if known is None else _joined(known, source)
    if not found:
        raise SettingsError("the OPML list holds no outline with an xmlUrl")
    return list(found.values())


def write_opml(sources: Iterable[Source]) -> str:
    """An OPML document of ``sources``; ``read_opml`` gives them back, their headers apart."""
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


def _sources(root: Any) -> Iterator[Source]:
    for outline in root.iter("outline"):
        if outline.get(f"{{{NAMESPACE}}}domain"):
            yield _ours(outline)
        elif _attribute(outline, "xmlurl") and outline.getparent().get(f"{{{NAMESPACE}}}domain") is None:
            yield from _theirs(outline)


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


def _theirs(outline: Any) -> Iterator[Source]:
    feed = (_attribute(outline, "xmlurl") or "").strip()
    domain = _host(_attribute(outline, "htmlurl")) or _host(feed)
    if domain and feed.lower().startswith(("http://", "https://")):
        name = _attribute(outline, "text") or _attribute(outline, "title") or domain
        yield Source(name=name, domain=domain, language=_attribute(outline, "language"), feeds=(feed,))


def _joined(known: Source, more: Source) -> Source:
    feeds = tuple(dict.fromkeys((*known.feeds, *more.feeds)))
    return Source(**{name: getattr(known, name) for name in Source.__slots__} | {"feeds": feeds})


def _attribute(outline: Any, name: str) -> str | None:
    """An attribute by its name in lower case: programs write xmlUrl, xmlurl and xmlURL."""
    return next((value for key, value in outline.attrib.items() if key.lower() == name and value), None)


def _host(url: str | None) -> str | None:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.") or None
    except ValueError:
        return None
