"""Fragments: a place in a page, or a page of its own."""

from __future__ import annotations

import re

from pipeline.urls.escapes import normal_escapes
from pipeline.urls.parameters import kept_query

# An entry that says so itself: live blogs' and running pages' own. At least three digits, or sixteen
# hexadecimal ones (the Guardian's blocks), so that the third item of a list is none.
_ENTRY = re.compile(
    r"(?:(?:live[-_]?)?(?:blog[-_]?)?(?:post|entry|update)|live[-_]?blog|live|entry|block|update|item|event|news)[-_:=]?"
    r"(?:\d{3}|(?=[a-f-]*\d)[0-9a-f-]{16})",
    re.IGNORECASE,
)
# "post-123" alone proves nothing: WordPress gives that anchor to the article, and forums to the replies.
_POST = re.compile(r"post", re.IGNORECASE)
# Where the path says that the page runs live, anything is an entry that carries an id or three words.
_ID_OR_WORDS = re.compile(r".*\d{3}|(?=.*\d)[0-9a-f-]{8}|[^-_]+[-_][^-_]+[-_][^-_]", re.IGNORECASE)
_LIVE_PATH = re.compile(
    r"/(?:live|direct|vivo|directo|aovivo|diretta|canli|ticker|relacja|nazywo)(?=[/._-]|$)"
    r"|[-_]live(?=[/.]|$)"
    r"|live[-_]?(?:blog|news|updates?|ticker|text|report)|newsblog|newsticker|minute-by-minute|minuto-a-minuto"
    r"|e[nm]-(?:direct|vivo|directo)|ao-vivo|in-diretta|na-zywo|canli-(?:anlatim|blog)|onlain|online-translyaci",
    re.IGNORECASE,
)
# No entry, whatever its number: readers' comments, marks of sharing and campaigns, pictures, the page's parts.
# A headline may begin with the same words ("navy-ships-arrive"), so these end where such a name ends.
_NO_ENTRY = re.compile(
    r"(?:leave-a-|to-|[a-z]{0,8}[-_]?)comment[a-z_]*(?:[-_:=/.]?\d.*)?$"
    r"|(?:c|more|reply|replies|posting|photo|slide|gallery|image|video|ad)[-_=]?\d*$"
    r"|(?:respond|main(?:-?content)?|footer|nav(?:igation)?|top|share(?:[-_][a-z]+)?)$"
    r"|(?:skip|jump|back)-to-(?:[a-z]+-)?(?:content|main|navigation|nav|top)$|site-(?:content|header|footer|main)"
    r"|disqus|ixzz|google_vignette|(?:echobox|xtor|aoh|amp_tf)=|utm_|at_[a-z]+=|[a-z_.]+=(?!\d)",
    re.IGNORECASE,
)


def kept_fragment(fragment: str, path: str) -> str:
    """``#`` and what of ``fragment`` names another text than the page's own; empty if nothing does.

    That is a route (``#!/story/1``; ``#/story/1`` of an application at the root) or an entry of a live blog.

    >>> kept_fragment("!/story/1", "/"), kept_fragment("block-5f3c6a9e8f08b1c2d3e4f5a6", "/a")
    ('#!/story/1', '#block-5f3c6a9e8f08b1c2d3e4f5a6')
    >>> kept_fragment("post-61234", "/news/live/budget"), kept_fragment("post-61234", "/news/budget")
    ('#post-61234', '')
    """
    # https://wicg.github.io/scroll-to-text-fragment: ":~:" begins what is said to the browser alone.
    fragment = fragment.partition(":~:")[0]
    if fragment.startswith("!") or (path == "/" and fragment.startswith("/")):
        route, _, query = fragment.partition("?")
        if not route.strip("!/"):
            return ""  # the application's front page
        return "#" + normal_escapes(route) + kept_query(query, path, "")
    return "#" + normal_escapes(fragment) if _is_entry(fragment, path) else ""


def _is_entry(fragment: str, path: str) -> bool:
    if _NO_ENTRY.match(fragment):
        return False
    if _ENTRY.match(fragment) and not _POST.match(fragment):
        return True
    return bool(_ID_OR_WORDS.match(fragment) and _LIVE_PATH.search(path))
