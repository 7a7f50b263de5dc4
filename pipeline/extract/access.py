"""Whether a story can be read by all: what the page says of its paywall."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import jsonld
from pipeline.extract.boxes import name_of
from pipeline.extract.choice import Offer
from pipeline.extract.document import Element, attributes, text_of
from pipeline.extract.page import Page, marked_by

FREE, LOCKED = "free", "locked"
_TIERS = (
    "article:content_tier",
    "article:contenttier",
    "content_tier",
    "cxenseparse:articlesubtype",
    "access",
)
_PREMIUM = (
    "premium",
    "is_premium",
    "ispremium",
    "is_paywalled",
    "paywall",
    "paid_content",
    "cxenseparse:recs:paywall",
)
_LOCKED_WORDS = frozenset(
    "locked metered premium paid paidcontent subscription paywall subscriber subscribers plus abo".split()
)
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_WALL = re.compile(
    r"(?<![a-z])(?:pay-?wall|reg-?wall|subscriber-?only|subscribe-?wall|premium-?(?:wall|gate|offer))(?![a-z])"
)
_SUBSCRIBE = re.compile(
    r"subscri|sign in to|abonn|abo\b|suscr|assin|iscri|prenumer|tilaa|prenumerat|подпис|订阅|訂閱|会員|会员|구독|اشتر|berlangganan",
    re.IGNORECASE,
)
_LONGEST_WALL = 1500
"""Characters: an element so named that holds more is the story behind the wall, not the wall."""


def access_offers(page: Page, root: Element) -> Iterator[Offer[str]]:
    """What each source says of the access: ``free`` or ``locked``.

    Args:
        page: the page.
        root: the element that holds the story; a wall is looked for in it.
    """
    yield Offer("json_ld", _stated(page.story.get("isAccessibleForFree")))
    for node, _ in page.nodes:
        if "webpageelement" in jsonld.types(node) and _stated(node.get("isAccessibleForFree")) == LOCKED:
            yield Offer("json_ld", LOCKED, reason="a part of it is locked")
    for source, value in page.stated(*_TIERS):
        word = value.lower()
        yield Offer(source, LOCKED if word in _LOCKED_WORDS else FREE if word == FREE else "")
    for source, value in page.stated(*_PREMIUM):
        yield Offer(source, _access(free=_is_no(value)))
    for element in page.properties.get("isaccessibleforfree", ())[:1]:
        yield Offer(marked_by(element), _stated(attributes(element, "content") or text_of(element)))
    if any(map(_is_wall, root.iter("div", "section", "aside"))):
        yield Offer("visible", LOCKED, reason="it asks to subscribe")


def _stated(value: object) -> str:
    denied = _is_no(str(value))
    return _access(free=None if denied is None else not denied)


def _access(*, free: bool | None) -> str:
    return "" if free is None else FREE if free else LOCKED


def _is_no(text: str) -> bool | None:
    """Whether the text denies; None: it neither denies nor affirms."""
    word = text.strip().rsplit("/", 1)[-1].lower()
    return True if word in _NO else False if word in _YES else None


def _is_wall(element: Element) -> bool:
    if not _WALL.search(name_of(element).lower()) or "none" in (element.get("style") or ""):
        return False
    text = text_of(element)
    return len(text) <= _LONGEST_WALL and bool(_SUBSCRIBE.search(text))
