"""Where a site's feeds are, by its own word: what a page announces and links to, what robots.txt names.

Nothing is fetched here. A page's ``<link rel="alternate">`` is the publisher's statement (WHATWG HTML,
"link type alternate"); an anchor to something called ``/rss`` is a hint; a usual address is a guess, to be
asked for only where there is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from pipeline.poll.charset import decoded
from pipeline.poll.texts import absolute, plain
from pipeline.records import NO_HEADERS

MAX_CHARACTERS = 2_000_000
"""Of a page that is looked at: its head comes first."""
MAX_SITEMAPS = 1_000
"""Lines of a robots.txt that are believed."""

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_VAGUE_TYPES = {"application/xml", "text/xml", "application/json", ""}
# A path's last part, or one before it, that names a feed; "/feed-the-birds" does not.
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|rss2|atom|feeds?|rdf)(?:[._-](?:xml|rss|atom|rdf|json|php|aspx?|cfm|full|news|all|index))?(?:/|$)|"
    r"(?:^|/)(?:index|news|latest|all)\.(?:rdf|rss|atom)$|\.(?:rss|atom|rdf)$|(?:^|/)(?:rss|atom|feeds?)/[^/]+\.(?:xml|json)$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|output|type|alt|view)=(?:rss2?|atom|feed|rdf)(?:&|$)", re.IGNORECASE
)
_FEED_HOST = re.compile(r"^(?:feeds?|rss)\d?\.", re.IGNORECASE)
# In the singular, and in some languages in the plural, it is the name of the opinion pages.
_COMMENTS_URL = re.compile(r"(?:^|[/?&=])comments(?:[/?&=]|$)|comments?-(?:rss|feed)", re.IGNORECASE)
_COMMENTS_TITLE = re.compile(
    r"\bcomments\b|\bcomment feed|kommentar\w*[ -]?feed|\bcommentaires\b|\bcomentarios\b|\bcomentários\b|"
    r"\bcommenti\b|\breacties\b|лента комментариев|评论 feed|コメント|댓글|yorum akışı",
    re.IGNORECASE,
)
_UNLIKELY = re.compile(
    r"podcast|video|audio|jobs?\b|weather|classified|coupon|horoscope|author|/tags?/|[?&]s=|search",
    re.IGNORECASE,
)
# Words of a path that say nothing of which of a site's feeds it is.
_COMMON_WORDS = frozenset(
    "rss rss2 atom feed feeds rdf xml json php index html htm aspx news all www".split()
)
_USUAL = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/news/rss")
_USUAL_SITEMAPS = (
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
)
_SITEMAP_LINE = re.compile(r"^[ \t\ufeff]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which a feed or sitemap may be."""

    url: str
    reason: str
    """Who says so: ``link of type application/rss+xml``, ``anchor``, ``robots.txt``, ``usual address``."""
    title: str | None = None
    """What the page calls it."""


def find_feeds(page: bytes, *, url: str, headers: Mapping[str, str] = NO_HEADERS) -> tuple[Candidate, ...]:
    """The feeds that a page announces, then those that it links to, each group with the likeliest first.

    ``url`` is the page's address, ``headers`` its response's with names in lower case. Feeds of comments and
    oEmbed are left out. Never raises.

    >>> find_feeds(b'''<base href="/en/"><link rel="alternate" type="application/rss+xml" title="News" href="rss.xml">
    ... <a href="/feed/sport.xml">RSS</a>''', url="https://harbour.example/")[0]
    Candidate(url='https://harbour.example/en/rss.xml', reason='link of type application/rss+xml', title='News')
    """
    root = _page(decoded(page, headers)[0])
    if root is None:
        return ()
    base = _base(root, url)
    return tuple(_distinct([*_ranked(_announced(root, base), url), *_ranked(_linked(root, base), url)]))


def announced(text: str, *, url: str) -> tuple[str, ...]:
    """The addresses of the feeds that a page's ``<link>`` elements name, the likeliest first.

    With a page in the place of a feed, ``url`` is that feed's: the likeliest is the one most like it.

    >>> announced('''<link rel=alternate type=application/rss+xml href=/feed>
    ... <link rel=alternate type=application/rss+xml href=/feed/sport>''', url="https://a.example/rss/sport.xml")
    ('https://a.example/feed/sport', 'https://a.example/feed')
    """
    root = _page(text)
    if root is None:
        return ()
    return tuple(candidate.url for candidate in _ranked(_announced(root, _base(root, url)), url))


def robots_sitemaps(text: str, *, url: str) -> tuple[str, ...]:
    r"""The sitemaps that a robots.txt names, those of news first; ``url`` is the file's own address.

    >>> robots_sitemaps("User-agent: *\nSitemap: /all.xml # old\nsitemap:https://a.example/news.xml", url="https://a.example/robots.txt")
    ('https://a.example/news.xml', 'https://a.example/all.xml')
    """
    named = [
        absolute(match[1].partition("#")[0], url) for match in _SITEMAP_LINE.finditer(text[:MAX_CHARACTERS])
    ]
    found = [address for address in dict.fromkeys(named) if address][:MAX_SITEMAPS]
    return tuple(sorted(found, key=lambda address: "news" not in urlsplit(address).path.lower()))


def usual_addresses(url: str) -> tuple[Candidate, ...]:
    """Where publishing systems keep a site's feeds and sitemaps: guesses for a site that names none."""
    return tuple(Candidate(urljoin(url, path), "usual address") for path in (*_USUAL, *_USUAL_SITEMAPS))


def _page(text: str) -> Any | None:
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return etree.fromstring(text[:MAX_CHARACTERS].encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _base(root: Any, url: str) -> str:
    """The address that the page's links start from: its first ``<base>`` counts (WHATWG HTML)."""
    stated = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    return absolute(stated, url) or url


def _announced(root: Any, base: str) -> Iterator[Candidate]:
    for element in root.iter("link"):
        relations = set((element.get("rel") or "").lower().split())
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        href = absolute(element.get("href"), base)
        if not href or not relations & {"alternate", "feed"} or "stylesheet" in relations:
            continue
        if kind in _FEED_TYPES or (kind in _VAGUE_TYPES and (_looks_like_feed(href) or "feed" in relations)):
            yield Candidate(href, f"link of type {kind}" if kind else "link", plain(element.get("title")))


def _linked(root: Any, base: str) -> Iterator[Candidate]:
    """Anchors to what is named as feeds are, on the same site or on a host for feeds."""
    site = _site(base)
    for element in root.iter("a", "area"):
        href = absolute(element.get("href"), base)
        if href and _looks_like_feed(href):
            host = (urlsplit(href).hostname or "").lower()
            if _FEED_HOST.match(host) or _site(href) == site:
                yield Candidate(href, "anchor", plain("".join(element.itertext())[:200]))


def _looks_like_feed(href: str) -> bool:
    parts = urlsplit(href)
    named = _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query)
    return bool(named or (_FEED_HOST.match(parts.hostname or "") and parts.path.strip("/")))


def _ranked(candidates: Iterable[Candidate], url: str) -> list[Candidate]:
    """Each once, without feeds of comments; in the page's order, but for what tells of a likelier one."""
    wanted = _words(url)

    def unlikelihood(candidate: Candidate) -> tuple[int, bool, bool]:
        away = _site(candidate.url) != _site(url) and not _FEED_HOST.match(
            urlsplit(candidate.url).hostname or ""
        )
        described = f"{candidate.url} {candidate.title or ''}"
        return -len(wanted & _words(candidate.url)), bool(_UNLIKELY.search(described)), away

    return sorted(_distinct(found for found in candidates if not _is_comments(found)), key=unlikelihood)


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first of each address."""
    told: dict[str, Candidate] = {}
    for candidate in candidates:
        told.setdefault(candidate.url, candidate)
    return list(told.values())


def _is_comments(candidate: Candidate) -> bool:
    parts = urlsplit(candidate.url)
    return bool(
        _COMMENTS_URL.search(f"{parts.path}?{parts.query}") or _COMMENTS_TITLE.search(candidate.title or "")
    )


def _words(url: str) -> frozenset[str]:
    parts = urlsplit(url)
    return frozenset(re.findall(r"[^\W_]+", f"{parts.path} {parts.query}".lower())) - _COMMON_WORDS


def _site(url: str) -> str:
    """The host without ``www.`` and ``m.``: enough to tell a site's own links from a button to share it."""
    host = (urlsplit(url).hostname or "").lower()
    return re.sub(r"^(?:www|m|amp)\.", "", host)
