"""The head of a dateline taken apart: places with their qualifiers, filing date, agency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.dateline import names, qualifiers
from pipeline.dateline.agencies import is_known, is_outlet, looks_like_one
from pipeline.dateline.calendars import gregorian
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.places import Qualifier, names_in, qualifier, size

_W = r"[^\W\d_]"
_BRACKET = re.compile(
    r"[\s,.]*(?:\(\s*(?P<round>[^()]{2,60}?)\s*\)|/(?P<slash>[^/\s][^/]{1,40}?)/|\[(?P<square>[^\[\]]{2,40})\])\s*[.,]?\s*$"
)
_DATE = re.compile(
    rf"""[\s,.-]*(?:(?P<iso>(?:19|20)\d\d-\d\d-\d\d)
      | (?P<d1>\d{{1,2}})\.?\s?(?P<m1>{_W}{{3,12}})\.?(?:,?\s+(?P<y1>(?:19|20)\d\d|\d\d))?
      | (?P<m2>{_W}{{3,12}})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>(?:19|20)\d\d))?
      | (?P<none>NO\ DATE))\.?$""",
    re.VERBOSE,
)
_WORD = re.compile(rf"['’‘`ʻ]?{_W}(?:{_W}|['’‘.\-&`ʻ/\u0300-\u036f\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff])*")
_INITIALS = re.compile(r"[a-zäöüæøå]{2,5}(?:/[a-zäöüæøå]{2,5})?")
_SMALL_INITIALS = frozenset(("de", "nl", "da", "nb", "sv"))
"""Languages whose houses sign with initials in small letters."""
_CITY_STATES = frozenset(("VA", "SG", "MC", "LU", "HK", "MO", "SM", "GI", "KW", "DJ", "PA"))
_LANDFORMS = frozenset(
    "township county beach park meadows city island islands lake heights springs hills valley village falls bay "
    "padang kuala bukit kampung sungai kota batu tanjung pulau teluk ulu hulu gua simpang jaya baru utara selatan".split()
)
"""First or last words that make a name a place, in the gazetteer or not."""
_NO_FIRST = frozenset(("the", "a", "an", "in", "on", "at", "by", "for"))
_BYLINES = frozenset(("by", "por", "von", "par", "oleh", "di", "from", "exclusive", "update"))
_NOWHERE = frozenset(("clandestine", "no city", "undated", "at sea"))
_ARABIC = str.maketrans("،٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", ",01234567890123456789")
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
    match = _BRACKET.search(head)
    if not match:
        return head, None
    inner = (match["round"] or match["slash"] or match["square"]).strip()
    if match["round"] and qualifier(inner) and not is_known(inner):
        return head, None
    before = head[: match.start()]
    good = looks_like_one(inner) or (language in _SMALL_INITIALS and _signed_in_small(before, inner))
    return (before, inner) if good else (head, None)


def _signed_in_small(before: str, inner: str) -> bool:
    """``Hamburg (nnd)``: initials in small letters behind a town."""
    return bool(_INITIALS.fullmatch(inner)) and bool(lookup(before.strip(" ,.")).settlements)


def split_date(head: str, language: str | None, near: date | None) -> tuple[str, date | None, bool]:
    """The head without the date at its end, that date, and whether one is printed.

    A date without a year is the one nearest to ``near``; None where ``near`` is.
    """
    match = _DATE.search(head)
    if not match:
        return head, None, False
    if match["none"]:
        return head[: match.start()], None, True
    if match["iso"]:
        year, number, day = match["iso"].split("-")
        found = gregorian("gregorian", int(year), int(number), int(day))
        return (head[: match.start()], found, True) if found and "\n" not in head else (head, None, False)
    month = _month(match["m1"] or match["m2"], language)
    if month is None:
        return head, None, False
    day = match["d1"] or match["d2"]
    return head[: match.start()], _on(match["y1"] or match["y2"], month, int(day), near), True


def _month(word: str, language: str | None) -> int | None:
    for meaning in names.meaning_of(fold(word), language):
        if meaning.kind == "M" and meaning.calendar == "gregorian":
            return int(meaning.values[0])
    return None


def _on(year: str | None, month: int, day: int, near: date | None) -> date | None:
    """The day in its year, or the one nearest to ``near``; None where there is no such day."""
    if year:
        years = [int(year) + (0 if len(year) == 4 else 1900 if int(year) >= 69 else 2000)]
    else:
        years = [near.year + shift for shift in (-1, 0, 1)] if near else []
    days = [one for number in years if (one := gregorian("gregorian", number, month, day))]
    return min(days, key=lambda one: abs((one - (near or one)).days), default=None)


def place_like(text: str, *, vouched: bool) -> bool:
    """True for up to six capitalised words, or words of a script without capitals; a known town in any case."""
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 42:
        return False
    if vouched and lookup(text).settlements:
        return True
    if not all(_WORD.fullmatch(word) and _capitalised(word) for word in words):
        return False
    return fold(words[0]) not in _NO_FIRST or (len(words) > 1 and bool(lookup(text)))


def _capitalised(word: str) -> bool:
    """True for a capital, a script without capitals, a particle, and Arabic articles (``al-Hasakah``)."""
    return not (word[0].islower() and word[0].isascii()) or fold(word) in _PARTICLES or "-" in word[:3]


def read_places(text: str, *, vouched: bool) -> tuple[tuple[Printed, ...], bool] | None:
    """The places of ``PLACE[/PLACE][, QUALIFIER]`` and whether a qualifier vouches for them; None: no places.

    ``vouched``: a date or an agency stands behind, so an unknown name or qualifier is believed.
    """
    text = re.sub(r"\s*\(([^()]+)\)", r", \1", text.strip(" ,\t\n;"))
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
        behind = behind or found
    if behind is not None and not vouched and not lookup(parts[0]) and parts[0].upper() != parts[0]:
        return None
    name = parts[0]
    abbreviation = len(name.split()[-1].rstrip(".")) <= 2
    return Printed(name if abbreviation else name.rstrip("."), behind)


def read_head(head: str, *, language: str | None, near: date | None) -> Head | None:
    """A head between the start of a dateline and its dash; None where it cannot be one."""
    rest, agency = split_agency(head.translate(_ARABIC), language)
    if agency is None:
        rest, agency = _outlet_around(rest)
    rest, filed_on, dated = split_date(rest, language, near)
    if agency is None:
        rest, agency = _outlet_around(rest)
    rest = rest.strip(" ,.\t\n") if not rest.rstrip(" ,").endswith(".") else rest.strip(" ,\t\n")
    if not rest:
        return Head((), agency, filed_on, dated, strong=True) if agency else None
    vouched = dated or agency is not None
    if vouched and fold(re.split(r"[(,]", rest)[0]) in _NOWHERE:
        return Head((), agency, filed_on, dated, strong=True)
    if "\n" in rest.partition(",")[0] or rest.startswith("("):
        return None
    found = read_places(" ".join(rest.split()), vouched=vouched)
    if found is None:
        return None
    return Head(found[0], agency, filed_on, dated, strong=vouched or found[1])


def _outlet_around(rest: str) -> tuple[str, str | None]:
    """``JAKARTA, Kabar9.com`` and ``Kabar9.com, Jakarta``: the house beside the place."""
    before, comma, last = rest.rpartition(",")
    if comma and _is_house(last):
        return before, last.strip()
    first, comma, after = rest.partition(",")
    if comma and _is_house(first):
        return after.strip(), first.strip()
    return rest, None


def _is_house(text: str) -> bool:
    text = text.strip()
    return is_outlet(text) and text not in qualifiers.POSTAL and not qualifier(text)


def believable(head: Head, *, capitals: bool, home: frozenset[str], least: int) -> bool:
    """True where places without date, agency or qualifier are towns large enough to be meant."""
    if head.strong:
        return True
    for one in head.places:
        key = fold(one.name)
        if key in qualifiers.STAND_ALONE or key in qualifiers.SPECIAL:
            continue
        people = size(one.name, home)
        if people < least:
            if capitals and " " in key and {key.rpartition(" ")[2], key.partition(" ")[0]} & _LANDFORMS:
                continue
            found = lookup(one.name)
            if not (capitals and (found.country or found.divisions or key in qualifiers.COUNTRIES)):
                return found.country in _CITY_STATES
    return True
