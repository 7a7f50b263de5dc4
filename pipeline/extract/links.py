"""Links from a story to others: related boxes, "read more" lines, teasers set into the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.document import Element, text_of
from pipeline.extract.media import caption_box
from pipeline.extract.page import Page
from pipeline.records import Link

READ_MORE = re.compile(
    r"^\W*(?:read (?:more|also|next|the full story)|also read|see also|see more|more on this|more here|related(?: (?:story|stories|articles?|coverage|news|content))?|don['’]t miss|watch(?: (?:also|more))?|"
    r"lesen sie (?:auch|mehr|hier|dazu)|mehr (?:zum thema|dazu|lesen)|auch interessant|siehe auch|weiterlesen|lire (?:aussi|également|la suite)|à lire (?:aussi|également)|voir aussi|"
    r"lee (?:también|además|más)|leer más|te puede interesar|ver también|leia (?:também|mais)|veja (?:também|mais)|saiba mais|leggi anche|leggi (?:tutto|di più)|approfondisci|"
    r"lees (?:ook|meer|verder)|bekijk ook|läs (?:också|även|mer)|les også|læs (?:også|mere)|lue (?:myös|lisää)|czytaj (?:też|także|więcej)|zobacz (?:też|także)|přečtěte si|čtěte také|"
    r"читайте также|читать также|смотрите также|по теме|подробнее|читайте ещё|ayrıca okuyun|ilgili haber|baca juga|simak juga|lihat juga|baca selengkapnya|"
    r"相关阅读|相關閱讀|延伸閱讀|延伸阅读|あわせて読みたい|関連記事|관련 ?기사|اقرأ أيضا|اقرأ المزيد|इसे भी पढ़ें|यह भी पढ़ें|xem thêm|đọc thêm)\s*[:：|>»–—-]+\s*",
    re.IGNORECASE,
)
_MAX_LINKS = 40
_SHORTEST_TITLE = 12
_WIDE = re.compile(r"[\u3040-\u9fff가-힣]")
"""Characters that say as much as two or three letters."""
_LEADERS = frozenset("p div li strong em b span h2 h3 h4 blockquote".split())


def links_of(page: Page, *, root: Element, pictures: Iterable[Element]) -> tuple[Link, ...]:
    """The links to other stories that the page sets beside this one, each address once, in page order.

    Args:
        page: the page.
        root: the element that holds the story; "read more" lines are looked for in it.
        pictures: the boxes of one picture each that it holds, as ``picture_boxes`` finds them.
    """
    found: dict[str, Link] = {}
    for element in root.iter("a"):
        if _says_read_more(element):
            _add(found, page, element, "read_more")
    for kind in ("teaser", "related"):
        for box in page.boxes.get(kind, ()):
            if len(found) >= _MAX_LINKS or box.tag in {"body", "main", "html"}:
                break
            if kind == "teaser" and not any(up is root for up in box.iterancestors()):
                continue
            for element in [box] if box.tag == "a" else box.iter("a"):
                _add(found, page, element, kind)
    for box in pictures:
        for element in _beside_picture(box):
            _add(found, page, element, "teaser")
    return tuple(found.values())[:_MAX_LINKS]


def _beside_picture(box: Element) -> Iterator[Element]:
    """The links that a picture's box holds besides its picture and its caption: it promotes another story."""
    caption = caption_box(box)
    if box.tag == "figure" or caption is None or is_elsewhere(box):
        return
    for element in box.iter("a"):
        if element.find(".//img") is None and caption not in (element, *element.iterancestors()):
            yield element


def _add(found: dict[str, Link], page: Page, element: Element, kind: str) -> None:
    text = READ_MORE.sub("", text_of(element))
    if len(text) + len(_WIDE.findall(text)) < (_SHORTEST_TITLE if kind != "read_more" else 1):
        return
    address = page.absolute(element.get("href"))
    if address and address not in found and address.split("#")[0] != page.url.split("#")[0]:
        found[address] = Link(text, address, kind)


def _says_read_more(element: Element) -> bool:
    """The link's own text begins with a "read more", or that of the line that it stands in."""
    if READ_MORE.match((element.text or "")[:80].strip()):
        return True
    node = element.getparent()
    for _ in range(3):
        if node is None or node.tag not in _LEADERS:
            return False
        if READ_MORE.match(_lead_text(node)):
            return True
        node = node.getparent()
    return False


def _lead_text(node: Element) -> str:
    """What the element says first, so far as it is short."""
    text: str = (node.text or "").strip()
    # Not by len(): lxml counts the children one by one, and a list may have ten thousand.
    first = None if text else next(iter(node), None)
    if first is not None and first.tag != "a" and next(iter(first), None) is None:
        text = ((first.text or "") + (first.tail or "")).strip()
    return text + ":" if 0 < len(text) < 40 and text[-1:].isalpha() else text[:80]
