"""Which addresses of a publisher may be a story's, by themselves: only what certainly is none is left out."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

_NOT_A_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|mjs|json|xml|rss|atom|rdf|gz|zip|pdf|docx?|xlsx?|mp[34]|m3u8|m4a|webm|ogg|"
    r"wav|woff2?|ttf|eot|txt|ics|swf|apk)$",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"/(?:tags?|topics?|category|categories|authors?|search|page|feed|rss|login|signin|register|subscribe|account)"
    r"(?:/[^/]*)?/?$|/page/\d+/?$|/(?:wp-(?:content|includes|admin|json)|cdn-cgi)/",
    re.IGNORECASE,
)
"""The name of a list and what it is of; deeper below it a story may stand."""
_PLAIN = re.compile(
    r"/(?:index|default|home|main|imprint|impressum|about|contact|privacy|terms)?(?:\.\w{2,5})?/?$"
)
_PAGE = re.compile(r"\.(?:[sx]?html?|php|aspx?|jsp|cfm)$", re.IGNORECASE)


def is_of_site(url: str, domain: str, *also: str) -> bool:
    """Whether an address is on the publisher's domain, on a host below it, or on one of the hosts ``also``.

    >>> is_of_site("https://www.a.example/1", "a.example"), is_of_site("https://b-a.example/1", "a.example")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    return host == domain or host.endswith(f".{domain}") or host in also


def is_no_story(url: str) -> bool:
    """Whether what stands there certainly is no story: the top of the site, a file that is no page, a list of stories.

    >>> [is_no_story("https://a.example" + path) for path in ("/", "/tag/ferry-and-fog/", "/fog.jpg", "/sport/", "/?p=7")]
    [True, True, True, False, False]
    """
    parts = urlsplit(url)
    if _NOT_A_PAGE.search(parts.path) or _LISTING.search(parts.path):
        return True
    return not _names_a_number(parts.query) and _PLAIN.fullmatch(parts.path or "/") is not None


def may_be_story(url: str) -> bool:
    """Whether a link may be one to a story, and not to a section, such as ``/sport/``.

    A part of a story's path has digits or several words, or it is a file in a folder.

    >>> [may_be_story("https://a.example" + path) for path in ("/2017/12/15/ferry-fog", "/news/7041.html", "/sport/", "/", "/?p=7")]
    [True, True, False, False, True]
    >>> [may_be_story("https://a.example" + path) for path in ("/topics/fog/at-the-quay", "/新闻/雾中的渡轮", "/sport/fog.html")]
    [True, True, True]
    """
    if is_no_story(url):
        return False
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    is_file = len(segments) > 1 and _PAGE.search(segments[-1]) is not None
    return is_file or _names_a_number(parts.query) or any(_tells(segment) for segment in segments)


def _names_a_number(query: str) -> bool:
    return any(letter.isdigit() for _, value in parse_qsl(query) for letter in value)


def _tells(segment: str) -> bool:
    """Whether a part of a path is a number, several words, or of a script that is written without spaces."""
    has_words = len([word for word in re.split(r"[-_+]|%20", segment) if word]) >= 2
    return has_words or any(letter.isdigit() for letter in segment) or "%" in segment or not segment.isascii()
