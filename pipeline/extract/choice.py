"""One field, many sources: what each of them says, which is taken, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pipeline.records import FieldCandidate, Image

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_LONGEST = 300
_MOST = 12


@dataclass(frozen=True, slots=True)
class Offer(Generic[T_co]):
    """What one source says of a field."""

    source: str
    value: T_co
    refused: str = ""
    """Why it cannot be taken, whatever the others say; empty: it can."""
    reason: str = "most trusted"
    """Why it is taken, if it is."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[T_co]):
    """A field's value, the source that gave it (empty: none did), and every candidate."""

    field: str
    value: T_co | None
    method: str
    candidates: tuple[FieldCandidate, ...]


def as_text(value: Any) -> str:
    """A field's value as a candidate shows it: names and keywords joined, a picture by its address or caption."""
    if isinstance(value, tuple | list):
        return "; ".join(as_text(item) for item in value)
    return str(value.url or value.caption or value.credit) if isinstance(value, Image) else str(value)


def choose(
    field: str,
    offers: Iterable[Offer[T]],
    *,
    last_resort: Iterable[Offer[T]] = (),
    show: Callable[[T], str] = as_text,
) -> Choice[T]:
    """The first offer that is not refused, and what became of the others.

    Args:
        field: as ``Article`` names it.
        offers: in order of trust; empty values are no offers.
        last_resort: looked at only if none of the offers can be taken.
        show: the text of a value.

    >>> choice = choose("section", [Offer("json_ld", "Home", "says nothing"), Offer("meta", "Weather"), Offer("visible", "weather")])
    >>> choice.value, choice.method, [candidate.reason for candidate in choice.candidates]
    ('Weather', 'meta', ['says nothing', 'most trusted', 'agrees'])
    """
    found = [offer for offer in offers if offer.value]
    taken = next((offer for offer in found if not offer.refused), None)
    if taken is None:
        for offer in last_resort:
            if offer.value:
                found.append(offer)
                if not offer.refused:
                    taken = offer
                    break
    told: dict[tuple[str, str], FieldCandidate] = {}
    own = _bare(show(taken.value)) if taken else ""
    for offer in found:
        text = show(offer.value)
        chosen = offer is taken
        reason = offer.refused or (
            offer.reason if chosen else "agrees" if _bare(text) == own else "less trusted"
        )
        if chosen or (offer.source, text) not in told:
            told[offer.source, text] = FieldCandidate(field, offer.source, text[:_LONGEST], chosen, reason)
    shown = sorted(told.values(), key=lambda candidate: not candidate.chosen)[:_MOST]
    in_order = tuple(candidate for candidate in told.values() if candidate in shown)
    return Choice(field, taken.value if taken else None, taken.source if taken else "", in_order)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
