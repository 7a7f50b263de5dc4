"""``parse_dateline``: the line that says where, by whom and when a story was filed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from pipeline.dateline import ideographic, places
from pipeline.dateline.agencies import is_known, is_outlet, looks_like_one
from pipeline.dateline.bare import bare
from pipeline.dateline.behind import agency_behind
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.heads import Head, Printed, believable, read_head
from pipeline.dateline.openings import NOTE, PREFIX, Lead, openings
from pipeline.dateline.zones import home_country
from pipeline.records import Dateline, Place

_WINDOW = 900
"""Characters of a text in which a dateline is looked for."""
_HEAD = 130
"""Characters of the longest dateline."""
_MOST_ENDS = 4
_END = re.compile(
    r"(?P<dash>\s*(?:--+|[—–―−])\s*|\s+-+\s*|(?<=[\w.)\]])-\s+(?=\S)|(?<=\))-(?=\S)|\s*\.\s?[-–—]+\s*|\s+=\s+)"
    r"|(?P<colon>\s?:\s+)"
    r"|(?P<glue>(?<=\))\.?(?=\s*[^\W\d_]))"
    r"|(?P<slash>(?<=/)\.\s)"
    r"|(?P<stop>(?<=\.\s[^\W\d_]{2})(?:[^\W\d_]{1,8})?\.\s)"
    r"|(?P<iso>(?<=\d\d-\d\d)\s*\n)"
)
"""What ends a dateline; ``stop``: a full stop behind the agency, ``iso``: the end of a line with an ISO date."""
_TABLE = re.compile(r"[A-Z]{3,9}\.? \d{1,2}\b|\d{1,2} [A-Z]{3,9}\b")
"""A date behind the dash: the head was the title of a table of prices."""
_MIXED_CASE = {"de": 5_000, "en": 150_000}
"""People of the smallest town believed in lower case with a dash alone: German print uses no capitals."""
_OTHER_MIXED_CASE = 100_000
_CAPITALS, _COLON = 2_000, 20_000
"""The same for capitals, and for capitals before a colon."""
_TEASER_LANGUAGES = frozenset(("de", "nl", "da", "nb"))
"""Where papers set the dateline behind a teaser, in one paragraph."""


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline with its places as printed."""

    raw: str
    head: Head


@dataclass(frozen=True, slots=True)
class _Text:
    """The beginning of a story, and what is known of its publisher."""

    text: str
    language: str | None
    home: frozenset[str]
    near: date | None

    def head(self, text: str) -> Head | None:
        return read_head(text, language=self.language, near=self.near)


def parse_dateline(
    text: str, *, language: str | None = None, country: str | None = None, filed_on: date | None = None
) -> Dateline | None:
    """The dateline at the head of a story's text; None where there is none.

    Headlines, bylines, editors' notes and teasers before it are passed over. ``raw`` is the exact
    span as printed, without the dash behind it; each place is named and located as the
    gazetteer knows it. A story that names its agency alone has no places. ``filed_on`` is a day near
    the filing, such as that of publication: it gives a printed "Dec. 15" its year. ``language``
    and ``country`` are the publisher's; they decide between namesakes.

    >>> found = parse_dateline("LYON, France, May 3 (Reuters) - The mayor said", filed_on=date(2021, 5, 4))
    >>> found.raw, found.places[0].name, found.agency, found.filed_on.isoformat()
    ('LYON, France, May 3 (Reuters)', 'Lyon', 'Reuters', '2021-05-03')
    >>> parse_dateline("LYON coach Peter Example was delighted") is None
    True
    """
    found = find(text, language=language, country=country, filed_on=filed_on)
    if found is None:
        return None
    home = country_of(language, country)
    house = found.head.agency is None or not is_known(found.head.agency)
    located = tuple(_located(one, home, house=house) for one in found.head.places)
    return Dateline(found.raw, located, found.head.agency, found.head.filed_on)


def _located(one: Printed, home: str | None, *, house: bool) -> Place:
    """The place; one that the gazetteer lacks is in the country of a house that prints its own name."""
    place = places.resolve(one.name, one.behind, home)
    if house and home and place.country is None and place.method is None:
        return replace(place, country=home, method="publisher_country")
    return place


def _primary(language: str | None) -> str | None:
    return re.split("[-_]", language.lower(), maxsplit=1)[0] if language else None


def country_of(language: str | None, country: str | None) -> str | None:
    """The country whose towns are nearer: the publisher's, else the only one of its language.

    >>> country_of("id", None), country_of("en-AU", None), country_of("en", None)
    ('ID', 'AU', None)
    """
    regional = language if language and ("-" in language or "_" in language) else None
    return home_country(country, regional) or places.HOME.get(_primary(language) or "")


def find(text: str, *, language: str | None, country: str | None, filed_on: date | None) -> Found | None:
    """The dateline of ``text`` with its places as printed; arguments as in ``parse_dateline``."""
    window, primary = text[:_WINDOW], _primary(language)
    asian = ideographic.find(window, filed_on)
    if asian is not None:
        printed = tuple(
            Printed(name, places.qualifier(land) if land else None) for name, land in asian.places
        )
        return Found(asian.raw, Head(printed, asian.agency, asian.filed_on, strong=True))
    own = country_of(language, country)
    home = frozenset((own,)) if own else frozenset(places.SHARED.get(primary or "", ()))
    story = _Text(window, primary, home, filed_on)
    for start, lead in openings(window):
        found = _at(story, start, lead)
        if found is not None:
            return _with_prefix(window, found) if lead == "agency" else found
    return _agency_alone(window)


def _with_prefix(text: str, found: Found) -> Found:
    """``(ANSA) - ROMA, 22 MAR``: the agency before the place, part of the span where it stands in brackets."""
    prefix = PREFIX.match(text, len(text) - len(text.lstrip()))
    if prefix is None or found.head.agency:
        return found
    head = replace(found.head, agency=(prefix["round"] or prefix["agency"]).strip())
    return Found(prefix.group() + found.raw if prefix["round"] else found.raw, head)


def _at(story: _Text, start: int, lead: Lead) -> Found | None:
    """The dateline that begins at ``start``."""
    text = story.text
    for tried, end in enumerate(_END.finditer(text, start, min(len(text), start + _HEAD))):
        if tried == _MOST_ENDS or text.count("\n", start, end.start()) > 1:
            break
        found = _stopped(story, start, end) if end.lastgroup == "stop" else _ended(story, start, end, lead)
        if found is not None:
            return found
    if lead not in {"", "byline"}:
        return None
    line_end = text.find("\n", start)
    plain = bare(text[start : line_end if line_end >= 0 else len(text)], story.home)
    return Found(plain[0], Head((plain[1],), strong=plain[1].behind is not None)) if plain else None


def _stopped(story: _Text, start: int, end: re.Match[str]) -> Found | None:
    """``КИЕВ. 3 декабря. УНН.``: full stops throughout."""
    raw = story.text[start : end.end()].rstrip(" .\n")
    head = story.head(raw.replace(". ", ", "))
    if head is None or not head.dated or not head.places or not (head.agency and is_known(head.agency)):
        return None
    return Found(raw, head)


def _ended(story: _Text, start: int, end: re.Match[str], lead: Lead) -> Found | None:
    """The dateline between ``start`` and an ending."""
    raw = story.text[start : end.start()]
    head = None if raw.rstrip().endswith(",") else story.head(raw)
    if head is None or not (head.places or (head.dated and lead == "")):
        return None
    if lead == "byline" and not all(lookup(one.name).settlements for one in head.places):
        return None
    told = agency_behind(story.text, end.end(), head, language=story.language, near=story.near)
    if told is not None:
        return Found(_trimmed(story.text[start : told[1]]), told[0])
    if not _fits(story, end, head, lead):
        return None
    if lead == "" and head.strong:
        head = _restored(head)
    return Found(_trimmed(raw), head)


def _trimmed(raw: str) -> str:
    return raw.strip(" \t\n-–—:,;")


def _shouted(head: Head) -> bool:
    return all(one.name.upper() == one.name for one in head.places)


def _fits(story: _Text, end: re.Match[str], head: Head, lead: Lead) -> bool:
    """Whether a head with such an ending is a dateline rather than a kicker, a person or a thought."""
    rest, kind = story.text[end.end() :], end.lastgroup
    if not rest.strip() or (head.agency and _TABLE.match(rest)):
        return False
    if kind == "slash":
        return head.agency is not None
    if kind == "glue":
        return head.agency is not None and is_known(head.agency)
    if kind == "iso":
        return head.filed_on is not None
    if not head.strong and rest[0].islower() and rest[0].isascii():
        return False
    return _big_enough(story, end, head, lead)


def _big_enough(story: _Text, end: re.Match[str], head: Head, lead: Lead) -> bool:
    """Whether the places are known well enough for what stands around them."""
    shouted = _shouted(head)
    if end.lastgroup == "colon":
        vouched = head.agency is not None or head.dated
        if (lead == "line" and not head.strong) or not (shouted or vouched):
            return False
        return believable(head, capitals=True, home=story.home, least=_COLON)
    if lead == "sentence" and not (head.agency or head.dated):
        dash = any(mark in end.group() for mark in ("–", "—", "―", "--"))
        if not dash or shouted or story.language not in _TEASER_LANGUAGES:
            return False
        known = all(lookup(one.name) for one in head.places)
        return known and believable(head, capitals=False, home=story.home, least=_MIXED_CASE["de"])
    least = _CAPITALS if shouted else _MIXED_CASE.get(story.language or "", _OTHER_MIXED_CASE)
    return believable(head, capitals=shouted, home=story.home, least=least)


def _restored(head: Head) -> Head:
    """The head with a lost first letter put back; its date or agency vouches for it."""
    if (
        len(head.places) != 1
        or head.places[0].behind
        or not _shouted(head)
        or not head.places[0].name.isascii()
    ):
        return head
    whole = places.restored(head.places[0].name)
    return replace(head, places=(Printed(whole),)) if whole else head


def _agency_alone(text: str) -> Found | None:
    """``AP - Officials said``, ``(Reuters) - The court``: an agency and no place."""
    text = text.lstrip()
    note = NOTE.match(text)
    if note:
        text = re.sub(r"^By [A-Z][^()\n]{3,80} (?=\()", "", text[note.end() :])
    match = PREFIX.match(text)
    if not match:
        return None
    agency = (match["agency"] or match["round"]).strip()
    short = len(agency.split()) <= 4
    good = (short and looks_like_one(agency)) if match["round"] else is_outlet(agency)
    raw = f"({match['round']})" if match["round"] else agency
    return Found(raw, Head((), agency, strong=True)) if good else None
