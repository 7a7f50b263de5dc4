"""The values that stages hand on: frozen, comparable, free of behaviour.

Names follow ninjs, NewsML-G2 and schema.org/NewsArticle. An instant is an aware UTC
``datetime``; a wall clock is a naive one; a missing fact is ``None``, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


# -- what is read -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hints:
    """What a publisher's pages need said, for pages received on days from ``since`` to before ``until``.

    Selectors are CSS. Where one finds something, it wins over every other source of its field.
    """

    since: date | None = None
    """None: from the beginning."""
    until: date | None = None
    """The first day on which it holds no more; None: it still holds."""
    headline: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    image: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    """What is taken out of the page before the body is read."""
    drop_authors: tuple[str, ...] = ()
    """Names that are no authors, in any letter case."""
    zone: str | None = None
    """IANA name: the zone of a naive clock on such pages, instead of the source's."""


Via = Literal["archive", "feed_pages", "sitemap", "archive_pages", "wayback", "news_warc"]
"""A source of the past: ``pipeline.history.places`` says what each is."""


@dataclass(frozen=True, slots=True)
class HistoryPlace:
    """Where old stories of a publisher may be found, and how; ``docs/history.md`` says what each takes."""

    via: Via
    url: str | None = None
    """Of the feed, the sitemap, or whatever the addresses looked for in a web archive begin with; None: as known."""
    pattern: str | None = None
    """Address with places for a date, a page or an offset: ``https://a.example/{yyyy}/{mm}/{dd}``."""
    endpoint: str | None = None
    """Address of a web archive's CDX server."""
    replay: str | None = None
    """Address at which a web archive answers with original bytes, with places for ``{timestamp}`` and ``{url}``."""
    location: str | None = None
    """Folder or fsspec URL of WARC files."""
    requests_per_day: int | None = None
    """None: no limit but politeness."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher as registered: who it is, where it sits and how it may be read."""

    name: str
    domain: str
    """Registered domain in lower case, without ``www``; the publisher's key."""
    country: str | None = None
    """ISO 3166-1 alpha-2, upper case."""
    language: str | None = None
    """BCP 47."""
    zone: str | None = None
    """IANA name: the zone of a clock that the publisher prints without one."""
    feeds: tuple[str, ...] = ()
    feed_only: bool = False
    """True: no page is fetched, the entry itself is the story."""
    paused: bool = False
    obey_robots_for_feeds: bool = True
    delay_seconds: float | None = None
    """Least time between two page requests to one of its hosts; None: the setting's."""
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    """Extra request headers. A value ``${env:NAME}`` is read from the environment when used."""
    hints: tuple[Hints, ...] = ()
    """Never required; their days do not overlap."""
    history: tuple[HistoryPlace, ...] = ()
    """Where its old stories are looked for, in this order; empty: where every publisher's are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as the feed states it; texts are unescaped, HTML kept."""

    key: str
    """Identity within its feed: see ``pipeline.poll.identity``."""
    guid: str | None
    url: str | None
    """Absolute link to the story's page."""
    headline: str | None = None
    summary: str | None = None
    content: str | None = None
    authors: tuple[str, ...] = ()
    published_raw: str | None = None
    """The date as printed, not parsed."""
    updated_raw: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    images: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True)
class SitemapLink:
    """A sitemap that an index lists."""

    url: str
    modified_raw: str | None = None
    """``lastmod`` as printed."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What could be read of a feed document, and what was wrong with it."""

    entries: tuple[Entry, ...]
    format: str | None
    """``rss20``, ``atom10``, ``rss10`` …, ``json1``; None: not a feed."""
    title: str | None = None
    language: str | None = None
    home_url: str | None = None
    fault: str | None = None
    """Why it is not well formed, or not a feed at all; None: nothing wrong."""
    ttl_minutes: int | None = None
    """``ttl`` of RSS: how long the document may be kept."""
    update_minutes: int | None = None
    """``sy:updatePeriod`` divided by ``sy:updateFrequency``: how often the publisher says that it changes."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, 0 to 23 in GMT, in which the publisher asks not to be polled."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week in GMT, Monday 0, on which the publisher asks not to be polled."""
    hubs: tuple[str, ...] = ()
    self_url: str | None = None
    next_url: str | None = None
    """The document that goes on with older entries: ``next`` or ``prev-archive`` (RFC 5005)."""
    prev_archive_url: str | None = None
    current_url: str | None = None
    """The feed that an archive document belongs to; None: it names none."""
    is_complete: bool = False
    """True: it says that all there ever was stands in it (``fh:complete``, RFC 5005, section 2)."""
    sitemaps: tuple[SitemapLink, ...] = ()
    """What a sitemap index lists; its format is ``sitemapindex`` and it has no entries."""
    announced: tuple[str, ...] = ()
    """Feeds that an HTML page in the place of a feed names in its head, the likeliest first."""


# -- what came over the wire --------------------------------------------------------

Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""The words of WARC-Truncated (WARC 1.1, section 5.13)."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a server, its body decoded from any content coding, within the caps."""

    url: str
    """The address asked for."""
    final_url: str
    """The address that answered, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    fetched_at: datetime
    redirects: tuple[tuple[int, str], ...] = ()
    """Each hop: its status and the address it pointed to."""
    duration_seconds: float = 0.0
    request_headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    truncated: Truncation | None = None
    """Why ``body`` is not all of it; None: it is."""


FailureKind = Literal["transient", "permanent"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request gave nothing usable: a value for the ledger, not an exception."""

    url: str
    kind: FailureKind
    reason: str
    """A short stable code; ``docs/reasons.md`` lists them all, with what they mean."""
    detail: str = ""
    """For people: what happened and what to do."""
    retry_after_seconds: float | None = None
    status: int | None = None
    fetched_at: datetime | None = None
    final_url: str | None = None
    """The address that answered so, after redirects; None: none answered."""
    fresh_seconds: float | None = None
    """How long the answer stays so by its own word (``Cache-Control``, ``Expires``); None: it does not say."""
    response: Response | None = field(default=None, repr=False)
    """The answer itself, where its status is the failure and it has a body: the page that refuses."""


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """Where one response record lies in the archive."""

    object: str
    """Path of the WARC segment below the archive's location."""
    offset: int
    length: int
    """Of its compressed records together: response, request and metadata."""
    digest: str
    """``sha256:<hex>`` of the decoded body."""


# -- when ---------------------------------------------------------------------------

Precision = Literal["second", "minute", "hour", "day", "month", "year"]
Role = Literal["published", "updated", "page_clock", "event", "unknown"]


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A printed date read: the instant if it is certain, the wall clock as printed, the proof."""

    instant: datetime | None
    """Aware, UTC. None where no zone is known, or where two readings remain."""
    local: datetime | None
    """Naive wall clock as printed; midnight where only a day is printed (see ``precision``)."""
    utc_offset_minutes: int | None
    zone: str | None
    """IANA name, where one was printed or resolved."""
    precision: Precision
    evidence: str
    """The span of the text that was read."""
    candidates: tuple[Timestamp, ...] = ()
    """Every reading of an ambiguous one."""
    flags: frozenset[str] = frozenset()
    role: Role = "unknown"
    method: str | None = None
    """Which source gave it, and what completed it: ``json_ld``, ``meta+source_zone`` …"""


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date found on a page or in a feed, still as printed."""

    raw: str
    source: str
    """``json_ld``, ``meta``, ``microdata``, ``time``, ``visible``, ``page_clock``, ``feed``, ``url``."""
    role: Role = "published"
    detail: str = ""
    """The property or element that held it: ``datePublished``, ``article:published_time`` …"""


# -- where --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its coordinates, as the gazetteer knows it."""

    name: str
    country: str | None = None
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    zone: str | None = None
    geoname_id: int | None = None
    method: str | None = None
    """How it was told from its namesakes: ``qualifier``, ``stand_alone``, ``publisher_country``, ``population``."""
    alternatives: tuple[Place, ...] = ()
    """The namesakes that it was preferred to, the likeliest first, at most three."""


@dataclass(frozen=True, slots=True)
class Dateline:
    """The line that says where, by whom and when a story was filed."""

    raw: str
    places: tuple[Place, ...] = ()
    agency: str | None = None
    filed_on: date | None = None


# -- the story ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldCandidate:
    """What one source of a page says of one field, and whether that was taken."""

    field: str
    """A field of ``Article``: ``headline``, ``authors``, ``section`` …"""
    source: str
    """The method by which it was read, as in ``Article.methods``."""
    value: str
    """Names and keywords are joined by "; "; a body is its first words."""
    chosen: bool
    reason: str = ""
    """Why it won, or why it did not: ``most trusted``, ``agrees``, ``site name``, ``not a person`` …"""


@dataclass(frozen=True, slots=True)
class Image:
    url: str | None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link from a story to another; ``kind`` is ``related``, ``read_more`` or ``teaser``."""

    text: str
    url: str | None = None
    kind: str = "related"


@dataclass(frozen=True, slots=True)
class LivePost:
    headline: str | None
    body: str
    published_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A story as read from its page, each field with the source that gave it in ``methods``."""

    url: str
    canonical_url: str
    headline: str | None = None
    alternative_headline: str | None = None
    byline: str | None = None
    """As printed."""
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: Timestamp | None = None
    modified: Timestamp | None = None
    dateline: Dateline | None = None
    body: str | None = None
    """Paragraphs and headings joined by blank lines."""
    headings: tuple[str, ...] = ()
    """Those paragraphs of the body that are section headings."""
    description: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    images: tuple[Image, ...] = ()
    """The lead image first."""
    related: tuple[Link, ...] = ()
    live_posts: tuple[LivePost, ...] = ()
    editor_notes: tuple[str, ...] = ()
    word_count: int = 0
    is_free_access: bool | None = None
    rel_canonical: str | None = None
    """The page's own claim of its address, as found."""
    status: str = "article"
    """``article``, or why it is none: ``not_an_article: empty body`` …"""
    date_candidates: tuple[DateCandidate, ...] = ()
    timestamps: tuple[Timestamp, ...] = ()
    """Every date candidate as read, the chosen one among them."""
    field_candidates: tuple[FieldCandidate, ...] = ()
    """What each source said of the fields where sources compete, the chosen ones marked."""
    methods: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    extractor_version: str = ""
