"""Titles as plain text, fragments as HTML, links as absolute addresses."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

# Elements that publishers put into titles and names; "a < b" and "<unknown>" stay as printed.
_INLINE = re.compile(
    r"<!--[^<>]{0,500}-->|</?(?:a|abbr|acronym|b|bdi|bdo|big|br|cite|code|del|dfn|div|em|font|h[1-6]|i|img|ins|kbd|mark|nobr|p|"
    r"q|ruby|rb|rp|rt|s|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)(?=[\s/>])[^<>]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_IN_URL = re.compile(r"[\t\r\n\x00-\x08\x0b-\x1f]+")
_SOUND = re.compile(r"https?://[A-Za-z0-9][\w.-]*(?::\d{1,5})?(?:[/?#][^\s\x00-\x20]*)?")
_BARE_HOST = re.compile(r"www\.[\w-]+\.[\w.-]+(?:/|$)", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg)$", re.IGNORECASE)


def plain(text: str | None, *, markup: bool = True) -> str | None:
    r"""``text`` on one line, entities resolved and, if ``markup``, inline tags removed; None if empty.

    Entities are resolved twice: publishers escape titles once more than the format asks for.

    >>> plain("Caf&amp;eacute; &lt;i&gt;Roma&lt;/i&gt;\n reopens: 3 &lt; 4")
    'Café Roma reopens: 3 < 4'
    """
    if not text:
        return None
    for _ in range(2):
        if markup:
            text = _INLINE.sub("", text)
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    if markup:
        text = _INLINE.sub("", text)
    return " ".join(text.split()) or None


def absolute(link: str | None, base: str) -> str | None:
    """``link`` as an http or https address, resolved against ``base``; None if it is none.

    >>> absolute("../a b.html?x=1&amp;y=2", "https://news.example/rss/all.xml")
    'https://news.example/a%20b.html?x=1&y=2'
    >>> absolute("www.news.example/a", "https://news.example/rss")
    'https://www.news.example/a'
    >>> absolute("javascript:void(0)", "https://news.example/rss")
    """
    link = _IN_URL.sub("", link or "").strip()
    if not link:
        return None
    link = link.replace("&amp;", "&").replace(" ", "%20")
    if _SOUND.fullmatch(link):
        return link
    if _BARE_HOST.match(link):
        link = "//" + link
    try:
        joined = urljoin(base, link)
        parts = urlsplit(joined)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return joined if usable else None


def is_picture(kind: str | None, url: str) -> bool:
    """True if a media type, or without one the address's ending, says that ``url`` is a picture."""
    if kind:
        return kind.lower().startswith("image")
    return bool(_PICTURE.search(url.partition("?")[0]))


def distinct(values: list[str | None]) -> tuple[str, ...]:
    """``values`` in order, without None, empty ones and repetitions."""
    return tuple(dict.fromkeys(value for value in values if value))
