"""Who wrote it: the byline as printed, and the names that the page's sources give."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere, name_of
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.headline import plain, site_names
from pipeline.extract.names import BY, is_person, names_in
from pipeline.extract.page import Page

_MAX_BYLINE = 220
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


def byline_of(page: Page) -> tuple[str | None, tuple[str, ...], str]:
    """The byline as printed, the authors' names, and the source that gave the names.

    Where no person is named, a collective that is stated as the author ("Example News") stands for one.
    """
    outlet = site_names(page)
    visible = list(_visible(page))
    seen = [(text, names) for text in visible if (names := names_in(text, outlet=outlet))]
    printed, by_sight = next(((text, names) for text, names in seen if is_person(names[0])), ("", []))
    # A link to the author lies within the line that is printed.
    printed = max((text for text in visible if by_sight and by_sight[0] in text), key=len, default=printed)
    stated = [(method, raw) for method, raw in _stated(page) if raw]
    for method, raw in stated:
        names = names_in(raw, outlet=outlet)
        if names and by_sight and not any(" " in name for name in names):
            # A login name in the metadata; the page prints the person.
            return printed, tuple(by_sight), "visible"
        if names:
            return printed or ", ".join(raw)[:_MAX_BYLINE], tuple(names), method
    if by_sight:
        return printed, tuple(by_sight), "visible"
    short = [("visible", [text]) for text, names in seen if len(names) == 1 and len(names[0].split()) <= 3]
    for method, raw in [
        *short[:1],
        *stated,
        *(("visible", [text]) for text in visible if len(text.split()) <= 6),
    ]:
        names = names_in(raw, collective=True)
        if names:
            return ", ".join(raw)[:_MAX_BYLINE], tuple(names), method
    return (visible[0] if visible else None), (), ""


def _stated(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "json_ld", _people(page.story.get("author"))
    yield "json_ld", _people(page.story.get("creator"))
    for name in _METAS:
        yield (
            "meta",
            [
                value
                for value in page.meta.get(name, ())
                if not value.startswith(("http://", "https://", "//", "@"))
            ],
        )
    for node, listed in page.nodes:
        if not listed and node is not page.story and jsonld.trust(node) >= jsonld.STORY_TRUST:
            yield "json_ld", _people(node.get("author"))
    marked = [element for element in page.properties.get("author", []) if not is_elsewhere(element)]
    yield "microdata", [text for element in marked[:6] if (text := _microdata_name(element))]


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


def _microdata_name(element: Element) -> str:
    inner = element.xpath(".//*[@itemprop='name']")
    target = inner[0] if inner else element
    text = attributes(target, "content") or text_of(target, skip=("time",))
    return text if len(text) <= _MAX_BYLINE else ""


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
            text = text_of(element, skip=("time", "figure"))
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
    for element in page.tree.iter(*_LEADERS):
        start = (element.text or "").lstrip()[:40]
        if not start or _PICTURE.match(start) or not BY.match(start if len(start) > 25 else start + " X"):
            continue
        whole = text_of(element)
        parent = element.getparent()
        line = element if len(whole) > 12 or parent is None else parent
        text = whole if line is element else text_of(line)
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
