"""The posts of a live blog: as JSON-LD lists them, else by the shape that such pages share.

A live blog is a row of like elements, each with a clock of its own and text of its own. Lists of
teasers have that shape too, but their text is links, and nothing on the page calls them live.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from lxml import html

from pipeline.extract import jsonld
from pipeline.extract.body import body_text, html_blocks
from pipeline.extract.boxes import is_elsewhere, kinds, name_of
from pipeline.extract.cleaning import cleaned
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.headline import plain
from pipeline.extract.page import Page
from pipeline.records import LivePost

_LIVE = re.compile(
    r"(?<![a-z])(?:live|ticker|(?:live|news)-?(?:blog|ticker|stream|feed|updates?|report(?:ing)?|story|posts?|entry|entries)|liveblogging|"
    r"minuto-?a-?minuto|minute-?by-?minute|en-?vivo|ao-?vivo|em-?direto|en-?direct|diretta|timeline|lb)(?![a-z])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADINGS = ("h2", "h3", "h4", "h5")
_MAX_POSTS = 500
_LEAST_POSTS = 3
_LEVELS = 6
_LEAST_TEXT = 30
"""Characters outside of links that make a text a post's own."""


def live_posts_of(page: Page, root: Element) -> tuple[LivePost, ...]:
    """The posts of a live blog in the page's order, their times as printed; none on any other page.

    ``root`` is the element that holds the story.
    """
    nodes = [page.story, *(node for node, _ in page.nodes)]
    posts = list(dict.fromkeys(_stated(nodes))) or [_post(element) for element in _rows(page, root)]
    return tuple(post for post in posts if post.body or post.headline)[:_MAX_POSTS]


def _stated(nodes: Iterable[jsonld.Node]) -> Iterator[LivePost]:
    for node in nodes:
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else [updates]:
            if not isinstance(update, dict):
                continue
            text = jsonld.first_text(update.get("articleBody")) or jsonld.first_text(update.get("text"))
            headline = jsonld.first_text(update.get("headline")) or jsonld.first_text(update.get("name"))
            yield LivePost(
                plain(headline) or None,
                body_text(html_blocks(text or "")),
                jsonld.first_text(update.get("datePublished")),
            )


def _rows(page: Page, root: Element) -> list[Element]:
    """The longest row of like elements under one parent that have a clock and text each, if it is live."""
    rows: dict[tuple[Element, str, str], dict[Element, None]] = defaultdict(dict)
    for clock in (*page.times, *page.boxes.get("date", ())):
        node = clock
        for _ in range(_LEVELS):
            parent = node.getparent()
            if parent is None or node is root:
                break
            rows[parent, node.tag, (node.get("class") or "").split(" ")[0]][node] = None
            node = parent
    live = "liveblogposting" in jsonld.types(page.story)
    for row in sorted(rows.values(), key=len, reverse=True):
        posts = list(row)
        if len(posts) < _LEAST_POSTS:
            return []
        if not (live or _is_live(posts[0])) or is_elsewhere(posts[0]):
            continue
        if sum(_own_text(post) >= _LEAST_TEXT for post in posts) >= 0.6 * len(posts):
            return posts
    return []


def _is_live(post: Element) -> bool:
    """The post or a box around it is called live."""
    around = [post, *post.iterancestors()][:4]
    return any(_LIVE.search(_CAMEL.sub("-", name_of(element)).replace("_", "-")) for element in around)


def _own_text(post: Element) -> int:
    return len(text_of(post)) - sum(len(text_of(element)) for element in post.iter("a", "time"))


def _post(element: Element) -> LivePost:
    heading = next((text for found in element.iter(*_HEADINGS) if (text := text_of(found))), None)
    clock = next(element.iter("time"), None)
    if clock is None:
        clock = next((found for found in element.iterdescendants() if _is_clock(found)), None)
    printed = "" if clock is None else text_of(clock)
    blocks = html_blocks(html.tostring(element, encoding="unicode", with_tail=False))
    blocks = [block for block in blocks if block.text != printed]
    raw = "" if clock is None else attributes(clock, "datetime") or printed
    return LivePost(heading, body_text(cleaned(blocks, headline=heading)), raw or None)


def _is_clock(element: Element) -> bool:
    return "date" in kinds(name_of(element)) and bool(re.search(r"\d", text_of(element)[:60]))
