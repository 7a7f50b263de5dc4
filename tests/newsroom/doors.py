"""The doors of a house to its past: pages of its feed, sitemaps, dated archive pages; four or three shapes of each."""

from __future__ import annotations

import gzip
import re
from datetime import date, datetime, timedelta
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape as xml

from . import web
from .clocks import local
from .feeds import document
from .listing import item, listing
from .publishers import FeedSpec, Publisher
from .schedule import Story

if TYPE_CHECKING:
    from .past import Past

CHUNK = 20
"""Stories of an archive document of a feed, and of a numbered sitemap."""
_PER_PAGE = 10
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_TOUCHED = timedelta(days=700)
"""So long after the beginning one house in four was given new pages: its sitemap says that all had changed."""


def answer_of(past: Past, house: Publisher, request: web.Request, at: datetime) -> web.Answer | None:
    """The answer of a door; None: no door of the house is there."""
    path = urlsplit(request.target).path
    query = {name: texts[0] for name, texts in parse_qs(urlsplit(request.target).query).items()}
    if path == "/robots.txt":
        made = past.world.answer(request, at, 0)
        named = f"Sitemap: {past.world.scheme}://{house.domain}{_index_path(house)}\n".encode()
        return web.Answer(made.status, made.headers, made.body + named)
    for door in (_feed_pages, _sitemaps, _archive_pages):
        found = door(past, house, path, query, at)
        if found is not None:
            return found
    return None


# -- pages of the feed ------------------------------------------------------------------


def feed_shape(house: Publisher) -> str:
    """``archived`` (RFC 5005, section 4), ``next`` (section 3 and JSON Feed), ``paged``, ``page`` or ``offset``."""
    number = _place(house)
    match house.feeds[0].format:
        case "json1":
            return "next"
        case "atom10":
            return "archived" if number % 2 else "next"
        case "rss10":
            return "page"
        case _:
            return ("archived", "paged", "offset")[number % 3]


def feed_setting(house: Publisher, root: str) -> dict[str, str]:
    """What has to be said of the pages of a feed: an ``offset`` is no pattern that anybody would know."""
    if feed_shape(house) == "offset":
        return {"pattern": f"{root}{house.feeds[0].path}?offset={{offset}}"}
    return {}


def _feed_pages(
    past: Past, house: Publisher, path: str, query: dict[str, str], at: datetime
) -> web.Answer | None:
    spec, shape = house.feeds[0], feed_shape(house)
    if spec.fault == "unreachable":
        return None
    if path == spec.path and shape == "archived":
        last = len(past.published(house, at)) // CHUNK
        links = _rel("prev-archive", _archive_url(past, house, last)) if last else ""
        return _linked(past.world.feed_document(house, spec, at).body, spec, links)
    if shape == "archived" and (found := re.fullmatch(r"/feed-archive/(\d+)\.xml", path)):
        return _chunk(past, house, int(found[1]), at)
    if path != spec.path:
        return None
    if shape == "next":
        page = int(query.get("page", "1"))
        more = f"{_root(past, house)}{spec.path}?page={page + 1}"
        return _page(past, house, page, at, following=more)
    name = {"paged": "paged", "page": "page", "offset": "offset"}[shape] if shape != "archived" else ""
    if name not in query:
        return None
    number = int(query[name])
    return _page(past, house, number // spec.window + 1 if name == "offset" else number, at)


def _page(past: Past, house: Publisher, number: int, at: datetime, following: str = "") -> web.Answer:
    """The newest stories are on page 1; what lies beyond the last is a 404, an empty feed or the first page again."""
    spec = house.feeds[0]
    stories = past.published(house, at)[::-1]
    shown = stories[(number - 1) * spec.window : number * spec.window]
    if not shown and number > 1 and not following:
        match _place(house) % 3:
            case 0:
                return web.not_found()
            case 1:
                shown = stories[: spec.window]
    is_last = number * spec.window >= len(stories)
    links = "" if is_last or not following else _rel("next", following)
    made = _feed(past, house, shown, f"{_root(past, house)}{spec.path}", at)
    if spec.format == "json1":
        if not links:
            return made
        body = made.body.replace(b"{", f'{{"next_url": "{following}",'.encode(), 1)
        return web.Answer(200, made.headers, body)
    return _linked(made.body, spec, links)


def _chunk(past: Past, house: Publisher, number: int, at: datetime) -> web.Answer:
    """An archive document, which holds the same stories for ever, save those that were taken down or never put there."""
    planned = past.published(house, at)
    last = len(planned) // CHUNK
    if not 1 <= number <= last:
        return web.not_found()
    stories = planned[(number - 1) * CHUNK : number * CHUNK][::-1]
    links = _rel("current", f"{_root(past, house)}{house.feeds[0].path}")
    links += _rel("prev-archive", _archive_url(past, house, number - 1)) if number > 1 else ""
    links += _rel("next-archive", _archive_url(past, house, number + 1)) if number < last else ""
    url = _archive_url(past, house, number)
    return _linked(_feed(past, house, stories, url, at).body, house.feeds[0], links)


def _feed(past: Past, house: Publisher, stories: list[Story], url: str, at: datetime) -> web.Answer:
    spec = house.feeds[0]
    shown = [story for story in stories if past.has("feed_pages", story, at)]
    listed = [listing(story, spec, past.world.scheme) for story in shown]
    items = [item(one, spec, past.world.copy(one.story), at) for one in listed]
    made = document(house, spec, url, items)
    return web.Answer(200, {"Content-Type": made.content_type}, made.body)


def _linked(body: bytes, spec: FeedSpec, links: str) -> web.Answer:
    """The feed with links of the archives' kind behind its own."""
    tag = b"<channel>" if spec.format == "rss20" else b">\n<title>"
    kind = "application/rss+xml" if spec.format == "rss20" else "application/atom+xml"
    if spec.format == "rss20":
        body = body.replace(tag, tag + b"\n" + links.encode(), 1)
    elif spec.format == "atom10":
        links = links.replace("atom:", "")
        body = body.replace(tag, b">\n" + links.encode() + b"<title>", 1)
    else:
        kind = "application/rdf+xml"
    return web.Answer(200, {"Content-Type": f"{kind}; charset={spec.encoding}"}, body)


def _rel(relation: str, url: str) -> str:
    return f'<atom:link rel="{relation}" href="{url}"/>\n'


def _archive_url(past: Past, house: Publisher, number: int) -> str:
    return f"{_root(past, house)}/feed-archive/{number}.xml"


# -- sitemaps ---------------------------------------------------------------------------


def _index_path(house: Publisher) -> str:
    return ("/sitemap_index.xml", "/sitemap.xml", "/sitemaps/index.xml", "/sitemap.xml")[_place(house) % 4]


def _sitemaps(
    past: Past, house: Publisher, path: str, query: dict[str, str], at: datetime
) -> web.Answer | None:
    """Months by name; months by query; years, and in each its days, packed; numbered."""
    if "sitemap" not in path:
        return None
    stories = past.listed("sitemap", house, at)
    root = _root(past, house)
    match _place(house) % 4:
        case 0:
            months = _by(stories, "%Y-%m", house)
            files = {f"/sitemaps/sitemap-{month}.xml": found for month, found in months.items()}
            news = [story for story in stories if at - story.published_at < timedelta(days=2)]
            if path == "/sitemaps/sitemap-news.xml":
                return _news_map(past, house, news, at)
            rows = [*files, "/sitemaps/sitemap-news.xml"]
            listed = [(root + name, _changed(past, house, files.get(name, news), at)) for name in rows]
            return _file(past, house, files.get(path), at) or _index(path, house, listed)
        case 1:
            months = _by(stories, "%Y-%m", house)
            if "yyyy" in query:
                found = months.get(f"{query['yyyy']}-{query['mm']}", [])
                return _file(past, house, found, at)
            names = [f"/sitemap.xml?yyyy={month[:4]}&mm={month[5:]}" for month in months]
            return _index(path, house, [(root + name, None) for name in names])
        case 2:
            days = _by(stories, "/sitemaps/%Y/%m/%d.xml.gz", house)
            years = _by(stories, "/sitemaps/%Y.xml", house)
            if path in years:
                of_year = [name for name in days if name[10:14] == path[10:14]]
                return _index(path, house, [(root + name, None) for name in of_year], any_path=True)
            made = _file(past, house, days.get(path), at)
            if made:
                return web.Answer(
                    200, {"Content-Type": "application/gzip"}, gzip.compress(made.body, mtime=0)
                )
            rows = [(root + name, _changed(past, house, found, at)) for name, found in years.items()]
            return _index(path, house, rows)
        case _:
            parts = [stories[place : place + CHUNK] for place in range(0, len(stories), CHUNK)]
            files = {f"/post-sitemap{number}.xml": part for number, part in enumerate(parts, start=1)}
            rows = [(root + name, _changed(past, house, part, at)) for name, part in files.items()]
            return _file(past, house, files.get(path), at) or _index(path, house, rows)


def _by(stories: list[Story], form: str, house: Publisher) -> dict[str, list[Story]]:
    """Stories by the month or day of their house's calendar."""

    def name(story: Story) -> str:
        return f"{local(story.published_at, house.zone):{form}}"

    return {key: list(found) for key, found in groupby(stories, name)}


def _lastmod(past: Past, house: Publisher, story: Story, at: datetime) -> datetime:
    changed = past.world.copy(story).take(at).at
    touched = past.world.start + _TOUCHED
    return max(changed, touched) if _place(house) % 4 == 3 and at >= touched else changed


def _changed(past: Past, house: Publisher, stories: list[Story], at: datetime) -> datetime:
    return max((_lastmod(past, house, story, at) for story in stories), default=past.world.start)


def _w3c(moment: datetime, house: Publisher) -> str:
    return f"{moment:%Y-%m-%d}" if _place(house) % 4 == 1 else f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def _index(
    path: str, house: Publisher, rows: list[tuple[str, datetime | None]], *, any_path: bool = False
) -> web.Answer | None:
    if path != _index_path(house) and not any_path:
        return None
    listed = "".join(
        f"<sitemap><loc>{xml(url)}</loc>{f'<lastmod>{_w3c(at, house)}</lastmod>' if at else ''}</sitemap>\n"
        for url, at in rows
    )
    return _xml(f"<sitemapindex {_SITEMAP}>\n{listed}</sitemapindex>\n")


def _file(past: Past, house: Publisher, stories: list[Story] | None, at: datetime) -> web.Answer | None:
    if stories is None:
        return None
    rows = "".join(
        f"<url><loc>{xml(past.address(story))}</loc>"
        f"<lastmod>{_w3c(_lastmod(past, house, story, at), house)}</lastmod></url>\n"
        for story in stories
    )
    return _xml(f"<urlset {_SITEMAP}>\n{rows}</urlset>\n")


def _news_map(past: Past, house: Publisher, stories: list[Story], at: datetime) -> web.Answer:
    rows = "".join(
        f"<url><loc>{xml(past.address(story))}</loc><news:news><news:publication><news:name>{xml(house.name)}"
        f"</news:name><news:language>{house.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published_at:%Y-%m-%dT%H:%M:%S}Z</news:publication_date>"
        f"<news:title>{xml(past.world.copy(story).take(at).headline)}</news:title></news:news></url>\n"
        for story in stories
    )
    news = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return _xml(f"<urlset {_SITEMAP} {news}>\n{rows}</urlset>\n")


def _xml(text: str) -> web.Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    return web.Answer(200, {"Content-Type": "application/xml"}, body)


# -- archive pages ----------------------------------------------------------------------


def archive_pattern(house: Publisher) -> str:
    """Days; months; days in parts of ten stories."""
    return (
        "/archive/{yyyy}/{mm}/{dd}",
        "/archiv/{yyyy}-{mm}.html",
        "/all?date={d}.{m}.{yyyy}&page={page}",
    )[_place(house) % 3]


def _archive_pages(
    past: Past, house: Publisher, path: str, query: dict[str, str], at: datetime
) -> web.Answer | None:
    page = 1
    match _place(house) % 3:
        case 0:
            found = re.fullmatch(r"/archive/(\d{4})/(\d\d)/(\d\d)", path)
            form, key = "%Y-%m-%d", "-".join(found.groups()) if found else ""
        case 1:
            found = re.fullmatch(r"/archiv/(\d{4}-\d\d)\.html", path)
            form, key = "%Y-%m", found[1] if found else ""
        case _:
            if path != "/all" or "date" not in query:
                return None
            day, month, year = query["date"].split(".")
            form, key, page = "%Y-%m-%d", f"{year}-{int(month):02}-{int(day):02}", int(query.get("page", "1"))
    if not key:
        return None
    stories = _by(past.listed("archive_pages", house, at), form, house).get(key, [])
    if not stories and _place(house) % 3 == 0:
        return web.not_found()
    if _place(house) % 3 == 2:
        last = max(1, -(-len(stories) // _PER_PAGE))
        if page > last and _place(house) % 2 == 0:
            return web.not_found()
        page = min(page, last)
        stories = stories[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    return _list_page(past, house, stories, key, at)


def _list_page(past: Past, house: Publisher, stories: list[Story], key: str, at: datetime) -> web.Answer:
    """Headlines below each other, each with a picture that is a link as well, among all that stands on every page."""
    root = _root(past, house)
    menu = "".join(
        f'<li><a href="/{name}/">{name}</a></li>' for name in ("home", "world", "sport", "weather")
    )
    menu += '<li><a href="/about/who-we-are-and-what-we-stand-for">Who we are and what we stand for</a></li>'
    menu += (
        '<li><a href="https://elsewhere.example/2022/01/15/partner-offer-of-the-week-10045">Partner</a></li>'
    )
    latest = "".join(
        f'<li><a href="{escape(url)}">{escape(headline)}</a></li>'
        for url, headline in past.world.front(house, at)
    )
    rows = "".join(
        f'<li><a href="{escape(story.path)}#top"><img src="/images/{story.number}.jpg" alt=""></a>'
        f'<h3><a href="{escape(story.path)}">{escape(past.world.copy(story).take(at).headline)}</a></h3></li>\n'
        for story in stories
    )
    around = ""
    if len(key) == len("2022-01-01") and _place(house) % 3 == 0:
        day = date.fromisoformat(key)
        around = "".join(
            f'<a href="{root}/archive/{other:%Y/%m/%d}">{other}</a> '
            for other in (day - timedelta(days=1), day + timedelta(days=1))
        )
    return web.html(
        f'<!DOCTYPE html>\n<html lang="{house.language}"><head><title>{escape(house.name)}: {key}</title></head>\n'
        f"<body><nav><ul>{menu}</ul></nav><main><h1>{key}</h1>\n<ul>\n{rows}</ul>{around}</main>\n"
        f"<aside><ol>{latest}</ol></aside><footer><a href='/imprint.html'>Imprint and privacy notice</a> "
        f'<a href="/feed.xml">RSS</a> <a href="mailto:desk@{house.domain}">Write</a></footer></body></html>\n'
    )


def _root(past: Past, house: Publisher) -> str:
    return f"{past.world.scheme}://{house.domain}"


def _place(house: Publisher) -> int:
    from .past import place_of

    return place_of(house)
