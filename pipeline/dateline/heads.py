"""The head of a dateline taken apart: places with their qualifiers, filing date, agency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.dateline import qualifiers
from pipeline.dateline.agencies import HOUSE_WORDS, is_known, is_outlet, looks_like_one
from pipeline.dateline.filing import split_date
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.places import Qualifier, is_moving, names_in, qualifier

_BRACKET = re.compile(
    r"[\s,.]*(?:-\s*)?(?:\(\s*(?P<round>[^()]{2,60}?)\s*\)|/\s*(?P<slash>[^/\s][^/]{1,40}?)\s*/|\[(?P<square>[^\[\]]{2,40})\])\s*[.,]?\s*$"
)
_CLOSING = frozenset(")]/")
_CORRESPONDENT = re.compile(r"[Кк]орр\.?\s+(?P<house>\S+)(?:\s+[А-ЯЁ]\S+){0,2}")
"""``/Корр. БЕЛТА/``: only the house is the agency."""
_ASIDE = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]")
_CAPITALS = re.compile(r"[^\W\d_]{2,12}")
_LETTER = r"[^\W\d_]"
_WORD = re.compile(
    rf"['’‘`ʻ]?{_LETTER}(?:{_LETTER}|['’‘.\-&`ʻ/\u0300-\u036f\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff])*"
)
_INITIALS_IN_SMALL = re.compile(r"[a-zäöüæøå]{2,5}(?:/[a-zäöüæøå]{2,5})?")
_MOST_WORDS = 16
"""Words of the longest head, with its qualifiers, date and agency."""
_ABBREVIATED, _LONGEST_INITIAL = 6, 2
"""Letters of the longest abbreviation of a state, and of an initial that keeps its full stop."""
_SMALL_INITIALS = frozenset(("de", "nl", "da", "nb", "sv"))
"""Languages whose houses sign with initials in small letters."""
_NO_FIRST = frozenset(("the", "a", "an", "in", "on", "at", "by", "for"))
_BYLINES = frozenset(("by", "por", "von", "par", "oleh", "di", "from", "exclusive", "update"))
_NOWHERE = frozenset(("clandestine", "no city", "undated", "at sea"))
_DIGITS = {zero + value: str(value) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for value in range(10)}
_PLAIN = {ord("،"): ",", **_DIGITS}
"""Arabic commas, and Arabic, Persian, Devanagari, Bengali and Thai digits."""
_PARTICLES = frozenset(
    "de del la las los le les el al di da do dos das du des of the and am an der den van von upon on en sur in bei ob y e na nad".split()
)


@dataclass(frozen=True, slots=True)
class Printed:
    """One place as printed, with what stands behind it."""

    name: str
    behind: Qualifier | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A head read: ``strong`` where a date, an agency or a known qualifier vouches for it."""

    places: tuple[Printed, ...]
    agency: str | None = None
    filed_on: date | None = None
    dated: bool = False
    strong: bool = False


def split_agency(head: str, language: str | None = None) -> tuple[str, str | None]:
    """The head without the agency in its last brackets, and that agency.

    >>> split_agency("Hamburg (nnd)", "de"), split_agency("Harbour (left)", "en")
    (('Hamburg', 'nnd'), ('Harbour (left)', None))
    """
    match = _BRACKET.search(head) if head.rstrip(" .,\n")[-1:] in _CLOSING else None
    if not match:
        return head, None
    inner = (match["round"] or match["slash"] or match["square"]).strip()
    if not match["slash"] and qualifier(inner) and not is_known(inner):
        return head, None
    before = head[: match.start()]
    sent = _CORRESPONDENT.fullmatch(inner)
    if sent and is_known(sent["house"]):
        return before, sent["house"]
    good = looks_like_one(inner) or _signed_in_small(before, inner, language)
    return (before, inner) if good else (head, None)


def _signed_in_small(before: str, inner: str, language: str | None) -> bool:
    """``Hamburg (nnd)``, ``Roma, 3 mag. (newswire)``: small letters behind a town, or behind a date."""
    initials = language in _SMALL_INITIALS and _INITIALS_IN_SMALL.fullmatch(inner)
    if initials and lookup(before.strip(" ,.")).settlements:
        return True
    return inner.isalpha() and inner.islower() and split_date(before, language, None)[2]


def place_like(text: str, *, vouched: bool) -> bool:
    """True for up to six capitalised words, or words of a script without capitals; a known town in any case."""
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 42 or ".." in text:
        return False
    if vouched and (is_moving(text) or lookup(text).settlements):
        return True
    if not all(_WORD.fullmatch(word) and _capitalised(word) for word in words):
        return False
    return fold(words[0]) not in _NO_FIRST or (len(words) > 1 and bool(lookup(text)))


def _capitalised(word: str) -> bool:
    """True for a capital, a script without capitals, a particle, and Arabic articles (``al-Hasakah``)."""
    return not (word[0].islower() and word[0].isascii()) or fold(word) in _PARTICLES or "-" in word[:3]


@lru_cache(maxsize=4096)
def read_places(text: str, *, vouched: bool) -> tuple[tuple[Printed, ...], bool] | None:
    """The places of ``PLACE[/PLACE][, QUALIFIER]`` and whether a qualifier vouches for them; None: no places.

    ``vouched``: a date or an agency stands behind, so an unknown name or qualifier is believed.
    """
    text = _ASIDE.sub(r", \1", text.strip(" ,\t\n;"))
    out: list[Printed] = []
    known = False
    for segment in names_in(text):
        read = _read_place(segment, vouched=vouched)
        if read is None:
            return None
        out.append(read)
        known = known or read.behind is not None
    spaced = " / " in text and len(out) > 1
    if len(out) > 4 or not out or (spaced and not lookup(out[0].name) and lookup(out[-1].name)):
        return None  # "A. Writer / CITY": the first is a person
    return tuple(out), known


def _read_place(segment: str, *, vouched: bool) -> Printed | None:
    """``PLACE[, QUALIFIER …]``."""
    parts = [part.strip() for part in segment.split(",") if part.strip(" .")]
    if not parts or fold(parts[0].split()[0]) in _BYLINES or not place_like(parts[0], vouched=vouched):
        return None
    behind: Qualifier | None = None
    for part in parts[1:]:
        found = qualifier(part) if not part[:1].islower() or vouched else None
        if found is None and not (vouched and place_like(part, vouched=True) and len(parts) <= 3):
            return None
        if found is not None and len(part) <= _ABBREVIATED and not vouched and not _holds(found, parts[0]):
            return None
        behind = behind or found
    if behind is not None and not vouched and not lookup(parts[0]) and parts[0].upper() != parts[0]:
        return None
    name = parts[0]
    last = name.split()[-1].rstrip(".")
    abbreviation = len(last) <= _LONGEST_INITIAL or "." in last
    return Printed(name if abbreviation else name.rstrip("."), behind)


def _holds(behind: Qualifier, name: str) -> bool:
    """False for an abbreviation of Mexico or Brazil without such a town: ``Col.`` is a rank, too."""
    return behind.country not in {"MX", "BR"} or any(
        one.country == behind.country for one in lookup(name).settlements
    )


def read_head(head: str, *, language: str | None, near: date | None) -> Head | None:
    """A head between the start of a dateline and its dash; None where it cannot be one."""
    if head.count(" ") > _MOST_WORDS:
        return None
    rest, agency = split_agency(head if head.isascii() else head.translate(_PLAIN), language)
    if agency is None:
        rest, agency = _outlet_around(rest, language)
    rest, filed_on, dated = split_date(rest, language, near, vouched=agency is not None)
    if agency is None and dated:
        rest, agency = _outlet_around(rest, language)
    if not dated:
        rest, filed_on, dated = _date_before(rest, language, near)
    rest = rest.strip(" ,.\t\n") if not rest.rstrip(" ,").endswith(".") else rest.strip(" ,\t\n")
    if not rest:
        return Head((), agency, filed_on, dated, strong=True) if agency else None
    vouched = dated or agency is not None
    if vouched and fold(rest.partition(",")[0].partition("(")[0]) in _NOWHERE:
        return Head((), agency, filed_on, dated, strong=True)
    if "\n" in rest.partition(",")[0] or rest.startswith("("):
        return None
    found = read_places(" ".join(rest.split()), vouched=vouched)
    if found is None or (agency and not dated and _person(found[0], agency)):
        return None
    return Head(found[0], agency, filed_on, dated, strong=vouched or found[1])


def _date_before(rest: str, language: str | None, near: date | None) -> tuple[str, date | None, bool]:
    """``3 мая, Минск``: the same as ``split_date`` for a date before the place."""
    first, comma, place = rest.partition(",")
    before, filed_on, dated = split_date(first, language, near) if comma else (rest, None, False)
    return (place, filed_on, True) if dated and not before else (rest, None, False)


def _person(places: tuple[Printed, ...], agency: str) -> bool:
    """``Ann Example (Example Party)``: neither the name nor what stands in brackets is known."""
    name = places[0].name
    cased = name.upper() != name != name.lower()
    return len(name.split()) > 1 and cased and not is_outlet(agency) and not lookup(name)


def _outlet_around(rest: str, language: str | None) -> tuple[str, str | None]:
    """``JAKARTA, Kabar9.com``, ``Kabar9.com, Jakarta``, ``Tema, May 3, GNA``, ``BERLIN dpa``: the house beside the place."""
    at = max(rest.rfind(", "), rest.rfind(". "))
    if at > 0:
        before, last = rest[:at], rest[at + 2 :].strip(" .")
        if _is_house(last) or (_in_capitals(last) and split_date(before, language, None)[2]):
            return before, last
    first, comma, after = rest.partition(",")
    if comma and _is_house(first):
        return after.strip(), first.strip()
    before, _, last = rest.rpartition(" ")
    return (
        (before, last)
        if before and not last.isupper() and not last.istitle() and is_known(last)
        else (rest, None)
    )


def _in_capitals(word: str) -> bool:
    return bool(_CAPITALS.fullmatch(word)) and word.isupper() and not qualifier(word)


@lru_cache(maxsize=4096)
def _is_house(text: str) -> bool:
    text = text.strip()
    named = " " in text and fold(text.rpartition(" ")[2]) in HOUSE_WORDS and not lookup(text)
    return (named or is_outlet(text)) and text not in qualifiers.POSTAL and not qualifier(text)
