"""Hosts: which name a site goes by, whatever it calls the door for phones, AMP or the web."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

# Labels of a rendering. ``mobil.`` is German, Turkish and Scandinavian. ``www2.`` and its like are the
# same site on another machine (SURT, the key of the Internet Archive's index, drops them too).
_DOOR = re.compile(r"(?:www\d*|amp|m|mobile?|touch|wap)\.")
# Wikimedia's phones: en.m.example.org.
_INNER_DOOR = re.compile(r"([a-z]{2,3}\.)m\.")
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")

# Below these a whole site may be called "m", "amp" or "mobile" (an insurer is, under com.au): the label is
# its name then. The registries' second-level labels by https://publicsuffix.org, under two-letter domains ...
_REGISTRY = re.compile(
    r"(?:ac|asso|biz|co|com|edu|go|gob|gouv|gov|gub|info|ltd|mil|ne|net|nhs|nom|or|org|plc|presse|sch|web)\.[a-z]{2}"
)
# ... and the platforms that rent out names, of its private section.
_PLATFORMS = frozenset(
    "beehiiv.com blog.jp blogspot.com blogspot.co.uk blogspot.de blogspot.fr ghost.io github.io gitlab.io "
    "hatenablog.com hatenablog.jp herokuapp.com livejournal.com livedoor.jp medium.com netlify.app "
    "over-blog.com pages.dev substack.com tistory.com tumblr.com typepad.com vercel.app web.app "
    "weebly.com wixsite.com wordpress.com".split()
)

# https://amp.dev/documentation/guides-and-tutorials/learn/amp-caches-and-cors/amp-cache-urls: Google's cache
# and viewer, Bing's cache and viewer. "s" is for https; the type before it is a document's, a viewer's or an
# asset's. A viewer's host spells the publisher's with dashes; the path has it in full.
_CACHE = re.compile(r"(?:[a-z0-9-]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)")
_VIEWER = re.compile(r"(?:google\.(?:[a-z]{2,3}|com?\.[a-z]{2})|bing\.com)")
_INSIDE_CACHE = re.compile(r"/(?:[acirv]|wp)/(?:s/)?([^/]+\.[^/]+)(/.*)?")
_INSIDE_VIEWER = re.compile(r"/amp/(?:s/)?([^/]+\.[^/]+)(/.*)?")


@lru_cache(maxsize=4096)  # a run meets a few thousand hosts, each of them thousands of times
def site(printed: str) -> str | None:
    """The name under which all doors of a host meet; None if it is no host's name.

    >>> site("www.m.Example.com.")
    'example.com'
    >>> site("www.amp.com.au"), site("sport.example.com"), site("de.example.com")
    ('amp.com.au', 'sport.example.com', 'de.example.com')
    """
    name = ascii_name(printed)
    if name.startswith("["):
        return name if _IPV6.fullmatch(name) else None
    if not _NAME.fullmatch(name):
        return None
    while door := _DOOR.match(name):
        rest = name[door.end() :]
        if "." not in rest or not (door.group().startswith("www") or _may_have_doors(rest)):
            break
        name = rest
    inner = _INNER_DOOR.match(name)
    if inner and _may_have_doors(name[inner.end() :]):
        name = inner.group(1) + name[inner.end() :]
    return name


def ascii_name(printed: str) -> str:
    """A host's name in lower case and ASCII, without a closing dot.

    Letters go to Punycode as browsers have it (UTS 46, non-transitional): ``ß`` stays a letter of its own,
    which Python's codec folds into ``ss``, the name of another site.

    >>> ascii_name("Bücher.Example."), ascii_name("straße.example")
    ('xn--bcher-kva.example', 'xn--strae-oqa.example')
    """
    name = printed.lower()
    if not name.isascii() or "%" in name:
        folded = unicodedata.normalize("NFKC", unquote(name)).lower().replace("。", ".")
        name = ".".join(map(_ascii_label, folded.split(".")))
    return name.rstrip(".")


def out_of_cache(name: str, path: str) -> tuple[str, str] | None:
    """The publisher's site and path inside an AMP cache's or viewer's address; None if it is neither."""
    if "amp" not in path and "amp" not in name:
        return None
    if _CACHE.fullmatch(name):
        match = _INSIDE_CACHE.fullmatch(path)
    elif _VIEWER.fullmatch(name):
        match = _INSIDE_VIEWER.fullmatch(path)
    else:
        return None
    publisher = site(match.group(1)) if match else None
    return (publisher, match.group(2) or "/") if match and publisher else None


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode", "surrogatepass").decode("ascii").lower()


def _may_have_doors(name: str) -> bool:
    return "." in name and name not in _PLATFORMS and not _REGISTRY.fullmatch(name)
