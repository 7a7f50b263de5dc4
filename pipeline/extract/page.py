"""What one pass over a page's tree collects: the raw material of every field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree

from pipeline.extract import jsonld
from pipeline.extract.boxes import Boxes, read_boxes
from pipeline.extract.document import Element, attributes, clean, text_of
from pipeline.extract.microformats import read_microformats

_H1_LIMIT = 12
_LONGEST_TITLE = 500
_SPENT = ("script", "style", "svg", "link", "template", "input", "option")
_META_NAMES = ("property", "name", "itemprop", "http-equiv")
_VOCABULARIES = {
    "og:": "open_graph",
    "article:": "open_graph",
    "dc.": "dublin_core",
    "dcterms.": "dublin_core",
    "parsely-": "parsely",
    "sailthru.": "sailthru",
    "twitter:": "twitter",
}


@dataclass(slots=True)
class Page:
    """A parsed page and what its head and its markup say; filled once, then only read."""

    url: str
    tree: Element
    base: str = ""
    meta: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Lower-case name or property → its contents in page order."""
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Lower-case rel → absolute addresses."""
    properties: dict[str, list[Element]] = field(default_factory=lambda: defaultdict(list))
    """Lower-case itemprop or RDFa property → its elements."""
    microformats: Mapping[str, list[Element]] = field(default_factory=dict)
    """The elements of the page's only hAtom entry, by what they tell."""
    boxes: Boxes = field(default_factory=dict)
    """Elements by what their class or id calls them."""
    times: list[Element] = field(default_factory=list)
    h1s: list[tuple[str, Element]] = field(default_factory=list)
    title: str = ""
    language: str = ""
    nodes: list[tuple[jsonld.Node, bool]] = field(default_factory=list)
    story: jsonld.Node = field(default_factory=dict)
    """The JSON-LD node that is this page's story, or an empty one."""

    def first(self, *names: str) -> str:
        """The first non-empty content of the named metas, in the order of the names."""
        for name in names:
            for value in self.meta.get(name, ()):
                if value:
                    return value
        return ""

    def stated(self, *names: str) -> Iterator[tuple[str, str]]:
        """The vocabulary and the content of each of the named metas, in the order of the names."""
        for name in names:
            for value in self.meta.get(name, ()):
                yield vocabulary(name), value

    def absolute(self, address: str | None) -> str | None:
        """``address`` joined to the page's base; None where it is no address of a page or file."""
        if not address:
            return None
        address = address.strip()
        if address.lower().startswith(("javascript:", "mailto:", "data:", "#", "about:", "tel:", "blob:")):
            return None
        try:
            joined = urljoin(self.base, address)
        except ValueError:
            return None
        return joined if joined.startswith(("http://", "https://")) else None


def vocabulary(name: str) -> str:
    """Whose name of a meta it is: ``open_graph``, ``dublin_core`` …, else ``meta``.

    >>> vocabulary("article:section"), vocabulary("news_keywords")
    ('open_graph', 'meta')
    """
    return next((whose for prefix, whose in _VOCABULARIES.items() if name.startswith(prefix)), "meta")


def marked_by(element: Element) -> str:
    """The markup that made the element one of ``Page.properties``: ``microdata`` or ``rdfa``."""
    return "microdata" if element.get("itemprop") else "rdfa"


def read_page(tree: Element, url: str) -> Page:
    """The page's material, its JSON-LD read and its story node chosen."""
    page = Page(url=url, tree=tree, base=url)
    scripts: list[str] = []
    html_element = tree if tree.tag == "html" else tree.getroottree().getroot()
    page.language = attributes(html_element, "lang", "xml:lang")
    _base(page)
    for element in tree.iter("meta", "link", "title", "h1", "time", "script"):
        _collect(page, element, scripts)
    for element in tree.xpath(".//*[@itemprop or @property][not(self::meta and ancestor::head)]"):
        for name in (element.get("itemprop") or element.get("property") or "").lower().split():
            page.properties[name.rsplit(":", 1)[-1].rsplit("/", 1)[-1]].append(element)
    # What no field is read from any more only slows down what follows: trees are copied and searched many times.
    etree.strip_elements(tree, *_SPENT, with_tail=False)
    page.boxes = read_boxes(tree)
    page.microformats = read_microformats(tree)
    page.nodes = jsonld.load_nodes(scripts)
    addresses = {
        jsonld.address_key(value)
        for value in (url, *page.links.get("canonical", ()), page.first("og:url"))
        if value
    }
    titles = [page.first("og:title"), page.title, *(text for text, _ in page.h1s[:3])]
    page.story = jsonld.story_node(page.nodes, addresses, [title for title in titles if title])
    return page


def _base(page: Page) -> None:
    for element in page.tree.iter("base"):
        page.base = page.absolute(element.get("href")) or page.base
        return


def _collect(page: Page, element: Element, scripts: list[str]) -> None:
    tag = element.tag
    if tag == "time":
        page.times.append(element)
    elif tag == "script":
        if "ld+json" in (element.get("type") or "").lower():
            scripts.append(element.text or "")
    elif tag in {"meta", "link"}:
        _head(page, element)
    else:
        _title(page, element)


def _head(page: Page, element: Element) -> None:
    if element.tag == "link":
        for rel in (element.get("rel") or "").lower().split():
            address = page.absolute(element.get("href"))
            if address:
                page.links[rel].append(address)
        return
    name = next((value for key in _META_NAMES if (value := element.get(key))), None)
    content = attributes(element, "content", "value")
    if name and content:
        page.meta[name.strip().lower()].append(content)


def _title(page: Page, element: Element) -> None:
    if element.tag == "title":
        # A <title> inside an <svg> names a drawing.
        parent = element.getparent()
        if not page.title and (parent is None or parent.tag in {"head", "html", "body"}):
            page.title = clean(element.text_content())[:_LONGEST_TITLE]
    elif len(page.h1s) < _H1_LIMIT:
        text = text_of(element)[:_LONGEST_TITLE]
        if text:
            page.h1s.append((text, element))
