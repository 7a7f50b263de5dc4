"""The address that names a story: the page's own claim if it can be believed, else where it answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.extract import jsonld
from pipeline.extract.choice import Offer
from pipeline.extract.page import Page
from pipeline.urls import canonical_url

_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.")


def address_key(url: str) -> str:
    """The canonical form of an address; of one that is none, itself."""
    try:
        return canonical_url(url)
    except ValueError:
        return url


def canonical_offers(page: Page) -> Iterator[Offer[str]]:
    """The page's addresses: ``rel=canonical`` if it can be believed, then its own.

    What OpenGraph and JSON-LD say is shown and never taken: templates put the address of a section there.
    """
    for claimed in page.links.get("canonical", ()):
        yield Offer("link", address_key(claimed), _doubt(page.url, claimed))
    yield Offer("address", address_key(page.url), reason="where the page answered")
    for source, stated in page.stated("og:url"):
        yield Offer(source, address_key(page.absolute(stated) or stated))
    for name in ("mainEntityOfPage", "url"):
        told = jsonld.first_text(page.story.get(name)) or ""
        yield Offer("json_ld", address_key(page.absolute(told) or told))


def _doubt(address: str, claimed: str) -> str:
    own, other = urlsplit(address), urlsplit(claimed)
    if not _same_site(own.hostname or "", other.hostname or ""):
        return "another site"
    to_front = other.path.strip("/") == "" and own.path.strip("/") != "" and not other.query
    return "the front page" if to_front else ""


def _same_site(one: str, other: str) -> bool:
    """The hosts are equal but for ``www`` and the like, or one lies below the other."""
    one, other = _HOST_PREFIX.sub("", one), _HOST_PREFIX.sub("", other)
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
