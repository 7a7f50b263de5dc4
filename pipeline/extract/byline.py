"""Who wrote it: the byline as printed, and the names that the page's sources give."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere, name_of
from pipeline.extract.choice import Choice, Offer, choose
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.headline import plain
from pipeline.extract.names import BY, is_person, names_in
from pipeline.extract.page import Page, marked_by, vocabulary

_MAX_BYLINE = 220
_MOST_PIECES = 12
_MOST_LINES = 100
"""So many lines that begin with "By" are looked at: a page may hold thousands."""
_METAS = (
    "parsely-author",
    "sailthru.author",
    "article:author_name",
    "author",
    "article:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "og:article:author",
    "byline",
    "citation_author",
    "twitter:creator:name",
)
_NO_NAME = ("http://", "https://", "//", "@")
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es|e|in)?|auteurs?|profiles?|people|person|journalists?|reporters?|staff|contributors?|by|writers?|redakteure|team)/(?:[^/?#]+/)?[^/?#]+/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_LEADERS = frozenset("p span div em strong b i address li h4 h5 h6 small cite font td".split())
_FOREIGN = re.compile(
    r"comment|reply|respond|related|recommend|sidebar|popular|trending|newsletter|teaser|most-", re.IGNORECASE
)
_PICTURE = re.compile(r"photo|foto|bild|image|picture|illustration", re.IGNORECASE)
_NEVER = frozenset("meta link body html img form script title input article main".split())


Names = tuple[str, ...]


def authors_of(
    page: Page,
    *,
    outlet: Collection[str],
    hinted: Sequence[Offer[str]] = (),
    dropped: Collection[str] = (),
    beside: Sequence[Offer[Names]] = (),
) -> tuple[Choice[str], Choice[Names]]:
    """The byline as printed, and the authors' names.

    Where no person is named, a collective that is stated as the author ("Example News") stands for one.

    Args:
        page: the page.
        outlet: the site's names, as ``site_names`` gives them.
        hinted: bylines that the publisher's hints point at; they go before all others.
        dropped: names that are no authors, in lower case.
        beside: what the feed states; it goes behind what the page says of persons.
    """
    outlet = {*outlet, *dropped}
    lines = list(_visible(page))
    stated = [(source, raw) for source, raw in _stated(page) if raw]
    seen = [tuple(names_in(text, outlet=outlet)) for text in lines]
    by_sight = next((names for names in seen if names and is_person(names[0])), ())
    offers = [_pointed(offer, dropped) for offer in hinted]
    offers += [_named(source, raw, outlet, by_sight) for source, raw in stated]
    offers += [Offer("visible", by_sight), *beside]
    nameless: list[tuple[str, list[str]]] = [("visible", [text]) for text in lines if len(text.split()) <= 6]
    single = [Offer("visible", names) for names in seen if len(names) == 1 and names[0].count(" ") < 3]
    last_resort = chain(single, (_collective(source, raw, dropped) for source, raw in [*stated, *nameless]))
    authors = choose("authors", offers, last_resort=last_resort)
    return choose("byline", [*hinted, *_printed(lines, by_sight or authors.value or ())]), authors


def _pointed(offer: Offer[str], dropped: Collection[str]) -> Offer[Names]:
    """Whom a hinted byline names; where it names no person it is taken as it is."""
    names = [] if offer.refused else names_in(offer.value, outlet=dropped)
    return Offer(offer.source, tuple(names or [offer.value]), offer.refused, offer.reason)


def _named(source: str, raw: list[str], outlet: Collection[str], by_sight: Names) -> Offer[Names]:
    """The persons that a source states; a login name gives way to the person whom the page prints."""
    names = tuple(names_in(raw, outlet=outlet))
    if names and by_sight and not any(" " in name for name in names):
        return Offer(source, names, "one word, and the page prints a person")
    return Offer(source, names or tuple(raw), "" if names else "no person")


def _collective(source: str, raw: list[str], dropped: Collection[str]) -> Offer[Names]:
    names = [name for name in names_in(raw, collective=True) if name.casefold() not in dropped]
    return Offer(source, tuple(names), reason="no person is named")


def _printed(lines: list[str], names: Names) -> Iterator[Offer[str]]:
    """The page's bylines, the longest first that holds the first name: a link to the author lies within it."""
    holding = sorted((text for text in lines if names and names[0] in text), key=len, reverse=True)
    for text in holding:
        yield Offer("visible", text, reason="printed")
    yield Offer(
        "visible" if holding else "names", ", ".join(names)[:_MAX_BYLINE], reason="not printed on one line"
    )
    for text in lines:
        if not any(text in line for line in holding):
            yield Offer("visible", text)


def _stated(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "json_ld", _people(page.story.get("author"))
    yield "json_ld", _people(page.story.get("creator"))
    for name in _METAS:
        values = [value for _, value in page.stated(name) if not value.startswith(_NO_NAME)]
        yield vocabulary(name), values
    for node, listed in page.nodes:
        if not listed and node is not page.story and jsonld.trust(node) >= jsonld.STORY_TRUST:
            yield "json_ld", _people(node.get("author"))
    marked = [element for element in page.properties.get("author", []) if not is_elsewhere(element)][:6]
    for markup in ("microdata", "rdfa"):
        named = [_marked_name(element) for element in marked if marked_by(element) == markup]
        yield markup, [text for text in named if text]
    yield "hatom", [text for element in page.microformats.get("author", ())[:6] if (text := _card(element))]


def _people(value: object) -> list[str]:
    """Names of the persons in a JSON-LD author; organisations only where nobody else is named."""
    items = value if isinstance(value, list) else [value]
    people = [
        item
        for item in items
        if not (isinstance(item, dict) and "organization" in " ".join(jsonld.types(item)))
    ]
    return [
        plain(text)
        for item in (people or items)
        for text in jsonld.texts(item)
        if not text.startswith(("http", "#"))
    ]


def _marked_name(element: Element) -> str:
    inner = element.xpath(".//*[@itemprop='name']")
    target = inner[0] if inner else element
    text = attributes(target, "content") or text_of(target, skip=("time",))
    return text if len(text) <= _MAX_BYLINE else ""


def _card(element: Element) -> str:
    """The name on an hCard, or its whole text where none is marked."""
    named = element.xpath(
        "descendant-or-self::*[contains(concat(' ', @class, ' '), ' fn ') or contains(concat(' ', @class, ' '), ' p-name ')]"
    )
    text = text_of(named[0] if named else element, skip=("time",))
    return text if len(text) <= _MAX_BYLINE and not is_elsewhere(element) else ""


def _visible(page: Page) -> Iterator[str]:
    """Texts that may be the byline, the likeliest first."""
    linked = page.tree.xpath(".//a[@rel='author'] | .//*[@itemprop='author']")
    seen: list[str] = []
    for elements in (linked, page.boxes.get("byline", ()), _profile_links(page), _by_lines(page)):
        here: list[str] = []
        parents: dict[str, Element] = {}
        for element in elements:
            if len(here) >= 8 or element.tag in _NEVER or _of_another(element):
                continue
            text = text_of(element, skip=("time", "figure"), most=_MAX_BYLINE + 1)
            if text and len(text) <= _MAX_BYLINE and not any(text in other for other in seen):
                seen.append(text)
                here.append(text)
                parents[text] = element.getparent()
        together = elements is linked or (bool(parents) and len(set(parents.values())) == 1)
        if together and 1 < len(here) <= 5 and all(len(text.split()) <= 4 for text in here):
            yield ", ".join(here)
        yield from here


def _profile_links(page: Page) -> Iterator[Element]:
    """Links to the page of a person."""
    for element in page.tree.iter("a"):
        if _AUTHOR_PATH.search(element.get("href") or "") and is_person(text_of(element)):
            yield element


def _by_lines(page: Page) -> Iterator[Element]:
    """Short lines that begin with "By" and a name."""
    checked = 0
    for element in page.tree.iter(*_LEADERS):
        start = (element.text or "").lstrip()[:40]
        if not start or _PICTURE.match(start) or not BY.match(start if len(start) > 25 else start + " X"):
            continue
        checked += 1
        if checked > _MOST_LINES:
            return
        whole = text_of(element, most=_MAX_BYLINE + 1)
        parent = element.getparent()
        # A lone "By" has the name beside it, in a line of few pieces.
        line = element if len(whole) > 12 or parent is None or len(parent) > _MOST_PIECES else parent
        text = whole if line is element else text_of(line, most=_MAX_BYLINE + 1)
        if len(text) <= 90 and is_person(next(iter(names_in(text)), "")):
            yield line


def _of_another(element: Element) -> bool:
    """The element lies in a box of comments, of other stories or of the site's navigation."""
    node = element
    for _ in range(8):
        if node is None or node.tag in {"body", "html", "article", "main"}:
            return False
        if node.tag in {"nav", "figure", "figcaption"} or _FOREIGN.search(name_of(node)):
            return True
        node = node.getparent()
    return False
