"""Paths: dot segments, sessions, index files, and the renderings for AMP and print."""

from __future__ import annotations

import re

from pipeline.urls.escapes import normal_escapes

_PLAIN = re.compile(r"[A-Za-z0-9/._~,:@!$'*=&+-]*")
_INDEX = re.compile(
    r"(?:index|default)\.(?:html?|shtml|xhtml|php\d?|phtml|aspx?|jsp|cfm)|index\.amp", re.IGNORECASE
)
# Java servlets write the session behind the last segment; ASP.NET without cookies before the first one.
_SERVLET_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid)=", re.IGNORECASE)
_ASP_SESSION = re.compile(r"\((?:[AFS]\([^()]*\))+\)", re.IGNORECASE)
_AMP_NAMES = frozenset({"amp", "amphtml", "amp.html", "amp.htm"})
_AMP_ENDINGS = {".amp": "", ".amphtml": "", ".amp.html": ".html", ".amp.htm": ".htm"}
_AMP_BEHIND_NUMBER = re.compile(r"(\d{5}[a-z0-9]{0,8})[_-]amp(\.s?html?)?$", re.IGNORECASE)
# Publishers' systems: "platform/amp" is Vox's Chorus, ".amp" Maven's, "google-amp" Red Ventures'.
_AMP_FOLDER = r"(?:/platform/amp|/\.amp|/(?:google-)?amp(?:html)?)"
_AMP_FIRST = re.compile(rf"((?:/[a-z]{{2}})?){_AMP_FOLDER}+(?=/.)", re.IGNORECASE)
_AMP_INSIDE = re.compile(rf"{_AMP_FOLDER}(?=/|$)", re.IGNORECASE)
_AMP_BEFORE_YEAR = re.compile(rf"{_AMP_FOLDER}+(?=/(?:19|20)\d\d/)", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{5}")


def normal_path(path: str) -> str:
    """``path`` by RFC 3986, 6.2.2, without empty segments, sessions or a closing slash; ``/`` if nothing is left.

    >>> normal_path("/a/./b/..//c;jsessionid=1F/"), normal_path("/(S(x1y2))/c")
    ('/a/c', '/c')
    """
    if not _PLAIN.fullmatch(path):
        path = normal_escapes(path)
    elif "//" not in path and "/." not in path:
        return path.rstrip("/") or "/"
    kept: list[str] = []
    for printed in path.split("/"):
        segment = _SERVLET_SESSION.split(printed, maxsplit=1)[0]
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."} and not _ASP_SESSION.fullmatch(segment):
            kept.append(segment)
    return "/" + "/".join(kept)


def without_rendering(path: str) -> str:
    """A normal path of the story itself: no index file, AMP's and the printer's marks gone.

    AMP is told by the last segment (``/a/amp``, ``/a.amp.html``), by the first one, also behind a language, or
    by one in the middle where a year or a number shows that the path is a story's. ``/print`` goes
    only behind such a number or a headline: elsewhere it is the section of the printed edition.

    >>> without_rendering("/en/amp/a/index.html"), without_rendering("/a.amp.html")
    ('/en/a', '/a.html')
    >>> without_rendering("/music/amp/fender"), without_rendering("/print/news")
    ('/music/amp/fender', '/print/news')
    """
    low = path.lower()
    if "amp" not in low and "index." not in low and "default." not in low and not low.endswith("/print"):
        return path
    segments = path[1:].split("/")
    while segments and _cut_end(segments):
        pass
    path = "/" + "/".join(segments)
    return _without_leading_amp(path) if "amp" in low else path


def _cut_end(segments: list[str]) -> bool:
    """True if something was cut off the last segment, or the whole of it."""
    last = segments[-1]
    low = last.lower()
    is_copy = low in _AMP_NAMES or (low == "print" and len(segments) > 1 and _is_story(segments[-2]))
    if _INDEX.fullmatch(low) or (is_copy and len(segments) > 1):
        segments.pop()
        return True
    if numbered := _AMP_BEHIND_NUMBER.search(last):
        segments[-1] = last[: numbered.end(1)] + (numbered[2] or "")
        return True
    for ending, instead in _AMP_ENDINGS.items():
        stem = last[: -len(ending)]
        if low.endswith(ending) and stem.strip("."):
            segments[-1] = stem + instead
            return True
    return False


def _without_leading_amp(path: str) -> str:
    head, _, last = path.rpartition("/")
    if _LONG_NUMBER.search(last):
        return f"{_AMP_INSIDE.sub('', head)}/{last}"
    path = _AMP_BEFORE_YEAR.sub("", path)
    for _ in range(2):  # /amp/en/amp/a
        if first := _AMP_FIRST.match(path):
            path = first[1] + path[first.end() :]
    return path


def _is_story(segment: str) -> bool:
    return bool(_LONG_NUMBER.search(segment)) or segment.count("-") >= 3
