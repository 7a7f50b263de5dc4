"""A publisher's hints put to its page: what holds on the day, and what its selectors find.

Selectors are CSS, compiled by ``cssselect`` to XPath. They see the page without its scripts,
styles, templates and ``link`` elements; ``meta`` elements are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TypeVar

from lxml import html

from pipeline.extract.body import Block, html_blocks
from pipeline.extract.choice import Offer
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.media import Images, picture_address
from pipeline.extract.page import Page
from pipeline.records import DateCandidate, FieldCandidate, Hints, Image, Source

T = TypeVar("T")
NO_HINTS = Hints()
HINT = "hint"
"""The method of a field that a hint gave."""
_NOTHING = "matches nothing"


def hints_on(source: Source | None, moment: datetime | None) -> Hints:
    """The publisher's hints for pages received at ``moment``, by its day in UTC.

    None: those that hold without an end. Where none hold, ``NO_HINTS``.
    """
    day = moment.astimezone(UTC).date() if moment else None
    return next((hints for hints in (source.hints if source else ()) if _holds(hints, day)), NO_HINTS)


def _holds(hints: Hints, day: date | None) -> bool:
    if day is None:
        return hints.until is None
    return (hints.since is None or hints.since <= day) and (hints.until is None or day < hints.until)


def no_authors(hints: Hints) -> frozenset[str]:
    """The names that are no authors, in lower case."""
    return frozenset(name.casefold() for name in hints.drop_authors)


def drop(tree: Element, hints: Hints) -> None:
    """Takes out of the tree what the hints say is no part of a story."""
    for selector in hints.drop:
        for element in _found(tree, selector):
            if element.getparent() is not None:
                element.drop_tree()


def text_offers(page: Page, selectors: tuple[str, ...]) -> list[Offer[str]]:
    """The text that each selector finds first; of a ``meta``, its content."""
    return _offers(page, selectors, lambda element: attributes(element, "content") or text_of(element), str)


def date_offers(page: Page, selectors: tuple[str, ...]) -> list[Offer[str]]:
    """The date that each selector finds first, as written for machines where it is."""
    return _offers(
        page,
        selectors,
        lambda element: attributes(element, "datetime", "content") or text_of(element),
        str,
    )


def dates_of(offers: Iterable[Offer[str]]) -> Iterator[DateCandidate]:
    """What ``date_offers`` found, as dates of publication still as printed."""
    for offer in offers:
        if not offer.refused:
            yield DateCandidate(offer.value, HINT, "published", offer.reason)


def misses(field: str, offers: Iterable[Offer[str]]) -> tuple[FieldCandidate, ...]:
    """The selectors of a field that matched nothing."""
    return tuple(
        FieldCandidate(field, offer.source, offer.value, chosen=False, reason=offer.refused)
        for offer in offers
        if offer.refused
    )


def image_offers(page: Page, selectors: tuple[str, ...]) -> list[Offer[Images]]:
    """The picture that the first element found by each selector is, holds or names."""

    def read(element: Element) -> Images:
        url = page.absolute(picture_address(element) or attributes(element, "content", "href"))
        return (Image(url),) if url else ()

    return _offers(page, selectors, read, lambda selector: (Image(selector),))


def body_offers(page: Page, selectors: tuple[str, ...]) -> list[Offer[list[Block]]]:
    """The blocks of all elements that the selectors find together."""
    found = [element for selector in selectors for element in _found(page.tree, selector)]
    outer = [element for element in found if not any(up in found for up in element.iterancestors())]
    blocks = [block for element in outer for block in html_blocks(html.tostring(element, encoding="unicode"))]
    if blocks:
        return [Offer(HINT, blocks, reason=", ".join(selectors))]
    return [Offer(HINT, [Block(selector)], _NOTHING) for selector in selectors]


def _offers(
    page: Page, selectors: tuple[str, ...], read: Callable[[Element], T | None], named: Callable[[str], T]
) -> list[Offer[T]]:
    """What ``read`` makes of each selector's elements; ``named`` makes a value of a selector that finds none."""
    offers = []
    for selector in selectors:
        value = next((value for element in _found(page.tree, selector) if (value := read(element))), None)
        offers.append(
            Offer(HINT, value, reason=selector) if value else Offer(HINT, named(selector), _NOTHING)
        )
    return offers


def _found(tree: Element, selector: str) -> list[Element]:
    find = _compiled(selector)
    return find(tree) if find else []


@lru_cache(maxsize=512)
def _compiled(selector: str) -> Callable[[Element], list[Element]] | None:
    """The selector as a search; None for what is no selector, which a sources file refuses."""
    # Few publishers have hints.
    from lxml.cssselect import CSSSelector, SelectorError  # noqa: PLC0415

    try:
        return CSSSelector(selector, translator="html")  # type: ignore[no-any-return]
    except SelectorError:
        return None
