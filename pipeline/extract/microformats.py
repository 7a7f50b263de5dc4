"""hAtom, hNews and h-entry: what a page's class names say of its story.

http://microformats.org/wiki/hatom, http://microformats.org/wiki/hnews, http://microformats.org/wiki/h-entry
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.extract.document import Element

_CLASSES = {
    "entry-title": "headline",
    "p-name": "headline",
    "author": "author",
    "p-author": "author",
    "entry-summary": "description",
    "p-summary": "description",
    "p-category": "category",
    "source-org": "publisher",
}
_ROOTS = frozenset({"hentry", "h-entry", "hnews"})
_CONTAINERS = ("article", "div", "section", "main", "li")


def read_microformats(tree: Element) -> Mapping[str, list[Element]]:
    """The elements of the page's only entry by what they tell; empty where there is none, or more than one."""
    roots = [element for element in tree.iter(*_CONTAINERS) if not _ROOTS.isdisjoint(_classes(element))]
    outer = [root for root in roots if not any(up in roots for up in root.iterancestors())]
    if len(outer) != 1:
        return {}
    found: dict[str, list[Element]] = {}
    for element in outer[0].iterdescendants():
        for name in _classes(element):
            if name in _CLASSES:
                found.setdefault(_CLASSES[name], []).append(element)
    return found


def _classes(element: Element) -> list[str]:
    name = element.get("class") if isinstance(element.tag, str) else None
    return name.split() if name else []
