"""The invented publishers of the test world: who they are and how each of them prints and serves.

None exists; every name ends in ``.example`` (RFC 2606). Their habits are those met on the web:
each house style, feed format and way to print a clock occurs at least once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Style = Literal["json_ld", "open_graph", "microdata", "plain", "hatom", "chrome"]
ClockForm = Literal["iso", "iso_naive", "label", "us_eastern", "naive", "glued"]
"""How a page prints its date: machine-readable with an offset or without, a visible label
(``МСК``), ``9:05 a.m. ET``, a visible clock without a zone, ``15:13 GMT +3`` glued to the day."""
FeedFormat = Literal["rss20", "atom10", "rss10", "json1"]
FeedDates = Literal["offset", "gmt", "label", "naive", "none"]
FeedFault = Literal["html", "broken_xml", "false_charset", "unreachable"]
Validators = Literal["both", "etag", "modified", "none"]


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed of a publisher: what it lists and in which shape."""

    path: str
    format: FeedFormat
    window: int
    """Most entries that the document shows."""
    section: str | None = None
    """Only stories of this section; None: all."""
    dates: FeedDates = "offset"
    content: bool = False
    """The entries carry the whole text."""
    tracking: str = ""
    """Query that is added to every link."""
    guids: Literal["permalink", "opaque", "none"] = "permalink"
    encoding: str = "utf-8"
    fault: FeedFault | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """One house."""

    name: str
    domain: str
    country: str
    language: str
    zone: str
    """IANA zone of its newsroom, the truth."""
    city: str
    style: Style
    clock: ClockForm
    path: str
    """Pattern of a story's path."""
    feeds: tuple[FeedSpec, ...]
    agency: str
    """Whom its datelines name."""
    registered_zone: bool = True
    """False: ``sources.yaml`` does not tell its zone."""
    validators: Validators = "both"
    crawl_delay_seconds: float | None = None
    wire: bool = False
    """Its stories are printed by other houses in its language."""


def feed(path: str, form: FeedFormat, window: int = 30, **more: object) -> FeedSpec:
    """A feed with the usual habits, save for ``more``."""
    return FeedSpec(path, form, window, **more)  # type: ignore[arg-type]


REGISTRY: tuple[Publisher, ...] = (
    Publisher(
        "Harbour Post", "harbourpost.example", "GB", "en-GB", "Europe/London", "London", "json_ld", "iso",
        "/{section}/{y}/{m}/{slug}-{id}",
        (feed("/feed.xml", "rss20", content=True),
         feed("/world/rss.xml", "rss20", 20, section="world", tracking="utm_source=rss&utm_medium=feed"),
         feed("/politics/rss.xml", "rss20", 15, section="politics", dates="gmt")),
        "Meridian Wire"),
    Publisher(
        "Elbkurier", "elbkurier.example", "DE", "de", "Europe/Berlin", "Hamburg", "microdata", "iso",
        "/{section}/{slug}-{id}.html",
        (feed("/atom.xml", "atom10", 25, guids="opaque"), feed("/rdf/politik.rdf", "rss10", 15, section="politik")),
        "nnd"),
    Publisher(
        "Le Bac de l'Ouest", "lebacdelouest.example", "FR", "fr", "Europe/Paris", "Nantes", "plain", "naive",
        "/{section}/article/{id}-{slug}.html", (feed("/rss.xml", "rss20", dates="none"),), "APO", validators="etag"),
    Publisher(
        "Diario del Páramo", "diariodelparamo.example", "CO", "es-CO", "America/Bogota", "Bogotá", "open_graph", "iso",
        "/{section}/{slug}-{id}/", (feed("/feed.json", "json1", 20, content=True),), "Enlace"),
    Publisher(
        "Северный маяк", "severnymayak.example", "RU", "ru", "Europe/Moscow", "Мурманск", "plain", "label",
        "/{section}/{y}{m}{d}/{id}.html",
        (feed("/export/rss2.xml", "rss20", dates="label", encoding="windows-1251"),), "Порт-Инфо", validators="modified"),
    Publisher(
        "Eastwind Radio", "eastwindradio.example", "RU", "en", "Europe/Moscow", "Moscow", "chrome", "glued",
        "/{section}/{y}{m}{d}{id}-{slug}/", (feed("/export/rss2/index.xml", "rss20", 25),), "Eastwind"),
    Publisher(
        "湊新報", "minatoshimpo.example", "JP", "ja", "Asia/Tokyo", "横浜", "hatom", "iso",
        "/articles/{id}", (feed("/feed/atom", "atom10", 20, guids="opaque"),), "湊通信"),
    Publisher(
        "المرسى اليوم", "almarsa.example", "EG", "ar", "Africa/Cairo", "الإسكندرية", "json_ld", "iso",
        "/{section}/{id}/{slug}", (feed("/rss", "rss20", 20, content=True, dates="gmt"),), "نبأ"),
    Publisher(
        "Gazeta do Cais", "gazetadocais.example", "BR", "pt-BR", "America/Sao_Paulo", "Santos", "open_graph", "iso",
        "/{section}/{y}/{m}/{d}/{slug}-{id}.shtml", (feed("/index.rdf", "rss10", 20),), "Agência Maré"),
    Publisher(
        "Körfez Postası", "korfezpostasi.example", "TR", "tr", "Europe/Istanbul", "İzmir", "microdata", "iso_naive",
        "/{section}/{slug}-h{id}.html", (feed("/rss.xml", "rss20", 25, dates="naive"),), "KHA", validators="none"),
    Publisher(
        "Milltown Ledger", "milltownledger.example", "US", "en-US", "America/New_York", "Boston", "plain", "us_eastern",
        "/story/{y}/{m}/{d}/{slug}/{id}/",
        (feed("/rss/all.xml", "rss20", dates="label"),
         feed("/rss/business.json", "json1", 15, section="business", tracking="ref=feed", guids="opaque")),
        "Meridian Wire", crawl_delay_seconds=0.2),
    Publisher(
        "Meridian Wire", "meridianwire.example", "IE", "en", "UTC", "London", "json_ld", "iso",
        "/{section}/{slug}-{id}", (feed("/wire.atom", "atom10", content=True),), "Meridian Wire", wire=True),
    Publisher(
        "한길소식", "hangilsosik.example", "KR", "ko", "Asia/Seoul", "부산", "plain", "naive",
        "/news/articleView.html?idxno={id}", (feed("/rss/all.xml", "rss20", dates="none", guids="none"),), "한길",
        registered_zone=False),
    Publisher(
        "La Brume", "labrume.example", "CA", "fr-CA", "America/Toronto", "Montréal", "hatom", "iso",
        "/{section}/{slug}-{id}",
        (feed("/flux.xml", "rss20", 25, fault="broken_xml"),
         feed("/monde.xml", "rss20", 15, section="monde", fault="false_charset"),
         feed("/nouvelles", "rss20", fault="html"),
         feed("/flux.xml", "rss20", fault="unreachable")),
        "Presse des Brumes"),
)  # fmt: skip


def publishers(count: int) -> tuple[Publisher, ...]:
    """The first ``count``; past the registry's end they come again under numbered domains.

    >>> [house.domain for house in publishers(15)][-2:]
    ['labrume.example', 'harbourpost-2.example']
    """
    return tuple(_numbered(REGISTRY[i % len(REGISTRY)], i // len(REGISTRY) + 1) for i in range(count))


def _numbered(house: Publisher, series: int) -> Publisher:
    if series == 1:
        return house
    domain = house.domain.replace(".example", f"-{series}.example")
    return replace(house, name=f"{house.name} {series}", domain=domain)
