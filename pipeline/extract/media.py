"""The pictures of a story: the lead first, each with its caption and its credit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.choice import Choice, Offer, choose
from pipeline.extract.credits import split_credit, tidy_credit
from pipeline.extract.document import Element, attributes, clean, text_of
from pipeline.extract.headline import plain
from pipeline.extract.page import Page, marked_by
from pipeline.records import Image

__all__ = [
    "Images",
    "caption_box",
    "caption_of",
    "images_of",
    "picture_address",
    "picture_boxes",
    "split_credit",
]

_CREDIT_NAME = re.compile(
    r"credit|copyright|source|photographer|byline|courtesy|attribution|rights|agency", re.IGNORECASE
)
_NO_PICTURE = re.compile(
    r"logo|icon|avatar|sprite|pixel|placeholder|blank|spacer|badge|emoji|gravatar|1x1|tracking|favicon|default[-_]?(?:image|share|og)|loading",
    re.IGNORECASE,
)
_IMAGE_METAS = (
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
    "parsely-image-url",
    "sailthru.image.full",
    "thumbnail",
)
_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-full-src", "data-image", "src")
_DAY = re.compile(r"^(?:(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|width\d+|w\d+)$")
_MAX_IMAGES = 40
_MAX_BOXES = 80
_LONGEST_CREDIT = 200
_CAPTION = "(contains(@class,'caption') or contains(@class,'Caption'))"
_PICTURE_BOXES = etree.XPath(
    ".//figure | .//*[contains(@class,'wp-caption') and not(self::p or self::figcaption)] | .//amp-img[not(ancestor::figure)]"
    f" | .//*[{_CAPTION}]/parent::*[count((.//img)[position() < 3])=1 and not(ancestor-or-self::figure) and not(.//p)]"
)
Images = tuple[Image, ...]


def images_of(
    page: Page,
    *,
    root: Element,
    boxes: Sequence[Element],
    hinted: Iterable[Offer[Images]] = (),
    beside: Iterable[Offer[Images]] = (),
) -> Choice[Images]:
    """The story's pictures, the lead one first; the choice is that of the lead.

    Args:
        page: the page.
        root: the element that holds the story.
        boxes: the boxes of one picture each that it holds, as ``picture_boxes`` finds them.
        hinted: what the publisher's hints point at; it goes before all others.
        beside: what the feed states; it goes behind them.
    """
    found = list(_figures(page, boxes))
    first = [Offer("figure", (image,), reason="the first picture") for image in found[:1]]
    choice: Choice[Images] = choose("images", chain(hinted, _stated(page), first, beside))
    lead = [_as_shown(page, image, found, root) for image in choice.value or ()]
    merged: dict[str, Image] = {}
    for image in (*lead, *found):
        key = _key(image.url or "")
        known = merged.get(key)
        merged[key] = (
            image
            if known is None
            else Image(known.url, known.caption or image.caption, known.credit or image.credit)
        )
    return replace(choice, value=tuple(merged.values())[:_MAX_IMAGES])


def _as_shown(page: Page, stated: Image, found: list[Image], root: Element) -> Image:
    """The stated lead picture as the story shows it: metadata often name a crop with a logo for sharing."""
    marks = _marks(stated.url or "")
    shown = next((image for image in found if image.url and marks & _marks(image.url)), None)
    if shown is not None and shown.url:
        return Image(shown.url, stated.caption or shown.caption, stated.credit or shown.credit)
    for picture in list(root.iter("img"))[:30]:
        url = page.absolute(_address(picture))
        if url and marks & _marks(url):
            return replace(stated, url=url)
    return stated


def _marks(address: str) -> set[str]:
    """The parts of an address that are peculiar to one picture: long numbers and hashes."""
    path = unquote(urlsplit(address).path)
    parts = re.findall(r"[A-Za-z0-9]{6,}", path)
    return {part for part in parts if sum(map(str.isdigit, part)) >= 5 and not _DAY.match(part)}


def _stated(page: Page) -> Iterator[Offer[Images]]:
    """Lead pictures by metadata."""
    by_node = [image for value in _as_list(page.story.get("image")) if (image := _node_image(page, value))]
    for source, value in page.stated(*_IMAGE_METAS):
        address = page.absolute(value)
        if address:
            same = next((image for image in by_node if _key(image.url or "") == _key(address)), None)
            image = replace(same, url=address) if same else Image(address)
            yield Offer(source, (image,), _no_picture(address))
    for image in by_node:
        yield Offer("json_ld", (image,))
    for address in page.links.get("image_src", ()):
        yield Offer("link", (Image(address),))
    for element in page.properties.get("image", ())[:3]:
        url = page.absolute(attributes(element, "content", "href") or picture_address(element))
        if url and not is_elsewhere(element):
            yield Offer(marked_by(element), (Image(url),), _no_picture(url))


def _no_picture(address: str) -> str:
    return "a logo or a placeholder" if _NO_PICTURE.search(address.rsplit("/", 1)[-1]) else ""


def _node_image(page: Page, value: Any) -> Image | None:
    if not isinstance(value, dict):
        address = page.absolute(value) if isinstance(value, str) else None
        return Image(address) if address else None

    def first(*names: str) -> str | None:
        return next((text for name in names if (text := jsonld.first_text(value.get(name)))), None)

    address = page.absolute(first("url", "contentUrl", "@id"))
    caption, credit = first("caption", "description"), first("creditText", "copyrightHolder", "creator")
    return Image(address, plain(caption) or None, plain(credit) or None) if address else None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def picture_boxes(root: Element) -> list[Element]:
    """The boxes of one picture each, in page order: ``figure``, or what holds a picture beside its caption."""
    return _PICTURE_BOXES(root)[:_MAX_BOXES]  # type: ignore[no-any-return]


def _figures(page: Page, boxes: Iterable[Element]) -> Iterator[Image]:
    for element in boxes:
        if any(ancestor.tag in {"aside", "nav", "footer"} for ancestor in element.iterancestors()):
            continue
        address = page.absolute(picture_address(element))
        if address and not _no_picture(address):
            yield Image(address, *caption_of(element))


def picture_address(element: Element) -> str:
    """The address of the first picture that the element is or holds, as written; empty where there is none."""
    return next(
        (address for picture in element.iter("img", "amp-img", "source") if (address := _address(picture))),
        "",
    )


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


def _key(address: str) -> str:
    return re.sub(r"[?#].*$", "", address).rstrip("/").rsplit("/", 1)[-1].casefold() or address
