"""The pictures of a story: the lead first, each with its caption and its credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline.extract import jsonld
from pipeline.extract.document import Element, attributes, clean, text_of
from pipeline.extract.headline import plain
from pipeline.extract.page import Page
from pipeline.records import Image

_CREDIT_MARK = re.compile(
    r"(?:^|[\s.(\[|])(?P<credit>(?:©|\(c\)|&copy;|(?:image |photo(?:graph)? |picture |photography )?(?:credit|source|courtesy)s?\s*[:：]|photo(?:graph)?s?(?: by)?\s*[:：]|pictures?\s*[:：]|"
    r"photo(?:graph)? by|foto(?:s|grafía)?\s*[:：/]|bild(?:er|quelle|rechte)?\s*[:：]|quelle\s*[:：]|crédits?\s*(?:photo)?\s*[:：]|fuente\s*[:：]|fotografi\w*\s*[:：]|фото\s*[:：]?|写真\s*[:：=＝]|图片\s*[:：]|사진\s*[:：=])\s*.{2,120})$",
    re.IGNORECASE,
)
_CREDIT_NAME = re.compile(
    r"credit|copyright|source|photographer|byline|courtesy|attribution|rights|agency", re.IGNORECASE
)
_LABEL = re.compile(
    r"^(?:image |photo(?:graph)? |picture )?(?:credits?|source|courtesy)\s*[:：]?\s+", re.IGNORECASE
)
_NO_PICTURE = re.compile(
    r"logo|icon|avatar|sprite|pixel|placeholder|blank|spacer|badge|emoji|gravatar|1x1|tracking|favicon|default[-_]?(?:image|share|og)|loading",
    re.IGNORECASE,
)
_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-full-src", "data-image", "src")
_DAY = re.compile(r"^(?:(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|width\d+|w\d+)$")
_MAX_IMAGES = 40
_MAX_BOXES = 80
_LONGEST_CREDIT = 200
_CAPTION = "(contains(@class,'caption') or contains(@class,'Caption'))"
_PICTURE_BOXES = etree.XPath(
    ".//figure | .//*[contains(@class,'wp-caption') and not(self::p or self::figcaption)] | .//amp-img[not(ancestor::figure)]"
    f" | .//*[{_CAPTION}]/parent::*[count(.//img)=1 and not(ancestor-or-self::figure) and not(.//p)]"
)
_Stated = tuple[str, str, str | None, str | None]


def images_of(page: Page, *, root: Element | None) -> tuple[tuple[Image, ...], str]:
    """The story's pictures, the lead one first, and the source that named the lead.

    Args:
        page: the page.
        root: the element that holds the story; None: the whole page.
    """
    stated = list(_stated(page))
    found = list(_figures(page, page.tree if root is None else root))
    method = stated[0][0] if stated else "figure" if found else ""
    if stated:
        stated[0] = _as_shown(page, stated[0], found, page.tree if root is None else root)
    merged: dict[str, Image] = {}
    lead = [Image(url, caption, credit) for _, url, caption, credit in stated[:1]]
    for image in (*lead, *found):
        key = _key(image.url or "")
        known = merged.get(key)
        merged[key] = (
            image
            if known is None
            else Image(known.url, known.caption or image.caption, known.credit or image.credit)
        )
    return tuple(merged.values())[:_MAX_IMAGES], method


def _as_shown(page: Page, stated: _Stated, found: list[Image], root: Element) -> _Stated:
    """The stated lead picture as the story shows it: metadata often name a crop with a logo for sharing."""
    method, address, caption, credit = stated
    marks = _marks(address)
    shown = next((image for image in found if image.url and marks & _marks(image.url)), None)
    if shown is not None and shown.url:
        return method, shown.url, caption or shown.caption, credit or shown.credit
    for picture in list(root.iter("img"))[:30]:
        url = page.absolute(_address(picture))
        if url and marks & _marks(url):
            return method, url, caption, credit
    return stated


def _marks(address: str) -> set[str]:
    """The parts of an address that are peculiar to one picture: long numbers and hashes."""
    path = unquote(urlsplit(address).path)
    parts = re.findall(r"[A-Za-z0-9]{6,}", path)
    return {part for part in parts if sum(map(str.isdigit, part)) >= 5 and not _DAY.match(part)}


def _stated(page: Page) -> Iterator[_Stated]:
    """Lead pictures by metadata: source, address, caption, credit."""
    by_node = [image for value in _as_list(page.story.get("image")) if (image := _node_image(page, value))]
    by_meta = [
        address
        for name in (
            "og:image",
            "og:image:url",
            "og:image:secure_url",
            "twitter:image",
            "twitter:image:src",
            "parsely-image-url",
            "sailthru.image.full",
            "thumbnail",
        )
        for address in page.meta.get(name, ())
    ]
    for value in by_meta:
        address = page.absolute(value)
        if address and not _NO_PICTURE.search(address.rsplit("/", 1)[-1]):
            same = next((image for image in by_node if _key(image[0]) == _key(address)), None)
            yield "meta", address, *(same[1:] if same else (None, None))
    for address, caption, credit in by_node:
        yield "json_ld", address, caption, credit
    for address in page.links.get("image_src", ()):
        yield "link", address, None, None


def _node_image(page: Page, value: Any) -> tuple[str, str | None, str | None] | None:
    if isinstance(value, dict):
        address = page.absolute(
            jsonld.first_text(value.get("url"))
            or jsonld.first_text(value.get("contentUrl"))
            or jsonld.first_text(value.get("@id"))
        )
        caption = plain(
            jsonld.first_text(value.get("caption")) or jsonld.first_text(value.get("description"))
        )
        credit = plain(
            jsonld.first_text(value.get("creditText"))
            or jsonld.first_text(value.get("copyrightHolder"))
            or jsonld.first_text(value.get("creator"))
        )
        return (address, caption or None, credit or None) if address else None
    address = page.absolute(value) if isinstance(value, str) else None
    return (address, None, None) if address else None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def picture_boxes(root: Element) -> list[Element]:
    """The boxes of one picture each, in page order: ``figure``, or what holds a picture beside its caption."""
    return _PICTURE_BOXES(root)[:_MAX_BOXES]  # type: ignore[no-any-return]


def _figures(page: Page, root: Element) -> Iterator[Image]:
    for element in picture_boxes(root):
        if any(ancestor.tag in {"aside", "nav", "footer"} for ancestor in element.iterancestors()):
            continue
        address = next(
            (
                url
                for picture in element.iter("img", "amp-img", "source")
                if (url := page.absolute(_address(picture)))
            ),
            None,
        )
        if address and not _NO_PICTURE.search(address.rsplit("/", 1)[-1]):
            yield Image(address, *caption_of(element))


def _address(picture: Element) -> str:
    for name in _SOURCES:
        value = attributes(picture, name)
        if value and not value.startswith("data:"):
            return value
    for name in ("srcset", "data-srcset"):
        value = attributes(picture, name)
        if value:
            return value.split(",")[-1].split()[0] if value.split(",")[-1].split() else ""
    return ""


def caption_of(figure: Element) -> tuple[str | None, str | None]:
    """Caption and credit of a ``figure`` or of a box like it."""
    box = caption_box(figure)
    if box is None:
        return None, None
    whole = text_of(box)
    for part in box.iterdescendants():
        credit = _named_credit(part)
        if credit and whole.count(credit):
            rest = clean(whole.replace(credit, " ", 1)).strip(" |–—-/")
            return rest or None, tidy_credit(credit)
    caption, printed = split_credit(whole)
    if printed is None:
        # The credit stands in a box of its own beside the caption's.
        beside = (_named_credit(part) for part in figure.iterdescendants() if box not in part.iterancestors())
        printed = next((tidy_credit(credit) for credit in beside if credit and credit != whole), None)
    return caption, printed


def caption_box(figure: Element) -> Element | None:
    """The element of a figure that holds its caption."""
    boxes = figure.xpath(".//figcaption") or figure.xpath(f".//*[{_CAPTION}]")
    return boxes[0] if boxes else None


def _named_credit(part: Element) -> str:
    """The text of an element that is named after a credit; empty for any other."""
    if not isinstance(part.tag, str) or part.tag in {"source", "img"}:
        return ""
    if not _CREDIT_NAME.search(f"{part.get('class') or ''} {part.get('itemprop') or ''}"):
        return ""
    credit = text_of(part)
    return credit if len(credit) < _LONGEST_CREDIT else ""


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Caption and credit of a text that may end in a credit.

    >>> split_credit("A ferry off Calais. Photo: Ada Bell/Example Press")
    ('A ferry off Calais.', 'Ada Bell/Example Press')
    >>> split_credit("© Example Press/ Ada Bell")
    (None, '© Example Press/ Ada Bell')
    """
    match = _CREDIT_MARK.search(text)
    if not match:
        return text or None, None
    caption = text[: match.start("credit")].strip(" |–—-/([")
    return caption or None, tidy_credit(match.group("credit").rstrip(")] "))


def tidy_credit(text: str) -> str | None:
    """A credit without its label; the copyright sign stays, it is part of the line."""
    text = re.sub(
        r"^(?:photo(?:graph)?s?|pictures?|foto(?:s)?|bild(?:er|quelle)?|quelle|фото|写真|图片|사진|image)\s*(?:by)?\s*[:：=＝/]\s*",
        "",
        _LABEL.sub("", text),
        flags=re.IGNORECASE,
    )
    text = re.sub(r"^(?:photo(?:graph)?) by\s+", "", text, flags=re.IGNORECASE)
    return clean(text).strip(" |") or None


def _key(address: str) -> str:
    return re.sub(r"[?#].*$", "", address).rstrip("/").rsplit("/", 1)[-1].casefold() or address
