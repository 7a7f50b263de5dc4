"""``parse_dateline``: the line that says where, by whom and when a story was filed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from pipeline.dateline import ideographic, places, press
from pipeline.dateline.agencies import is_known, is_outlet, looks_like_one
from pipeline.dateline.bare import bare, housed
from pipeline.dateline.behind import agency_behind
from pipeline.dateline.belief import Ending, fits, stops
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.heads import Head, Printed, read_head
from pipeline.dateline.openings import NOTE, PREFIX, Lead, endings, openings
from pipeline.dateline.zones import home_country
from pipeline.records import Dateline, Place

_WINDOW = 900
"""Characters of a text in which a dateline is looked for."""
_HEAD = 130
"""Characters of the longest dateline."""
_STOPPED = 60
"""Characters of the longest one that a full stop ends."""
_MOST_ENDS = 4
"""Endings that are tried from one beginning, full stops apart."""
_LONG_LINE = 80
"""Characters of a first line that is no mere header."""
_FURTHER = frozenset(("glue", "sentence"))
"""Beginnings within a paragraph, which do not count where the text begins with an agency."""
_BRACKETED = re.compile(r"\s*(?P<raw>\((?P<place>[^\W\d][^()\n]{2,40})\))\s+(?=[A-ZÀ-Þ«“\"])")
_GLUED_AGENCY = re.compile(r"(?P<raw>\((?P<name>[^()\n]{2,30})\))\s*(?=[A-ZÀ-Þ“\"])")
_IN_BRACKETS = 200_000
"""People of a town that stands in brackets; at home a hundredth."""


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
    located = tuple(_located(one, home, _primary(language), house=house) for one in found.head.places)
    return Dateline(found.raw, located, found.head.agency, found.head.filed_on)


def _located(one: Printed, home: str | None, language: str | None, *, house: bool) -> Place:
    """The place; one that the gazetteer lacks is in the country of a house that prints its own name."""
    place = places.resolve(one.name, one.behind, home, language)
    if house and home and place.country is None and place.method is None:
        return replace(place, country=home, method="publisher_country")
    return place


def _primary(language: str | None) -> str | None:
    return language.lower().replace("_", "-").partition("-")[0] if language else None


@lru_cache(maxsize=1024)
def country_of(language: str | None, country: str | None) -> str | None:
    """The country whose towns are nearer: the publisher's, else the only one of its language.

    >>> country_of("id", None), country_of("en-AU", None), country_of("en", None)
    ('ID', 'AU', None)
    """
    regional = language if language and ("-" in language or "_" in language) else None
    return home_country(country, regional) or press.HOME.get(_primary(language) or "")


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
    home = frozenset((own,)) if own else frozenset(press.SHARED.get(primary or "", ()))
    story = _Text(window, primary, home, filed_on)
    further = False
    for start, lead in openings(window):
        if not further and (lead in _FURTHER or (lead == "line" and start > _LONG_LINE)):
            further = True
            alone = _alone(story)
            if alone is not None:
                return alone
        found = _at(story, start, lead)
        if found is not None:
            return _with_prefix(window, found) if lead == "agency" else found
    return None if further else _alone(story)


def _alone(story: _Text) -> Found | None:
    """A place in brackets, or an agency without a place."""
    return (_in_brackets(story) if story.language == "fr" else None) or _agency_alone(story.text)


def _in_brackets(story: _Text) -> Found | None:
    """``(Québec) Le premier ministre``: the place alone in brackets, as papers of Montreal print it."""
    match = _BRACKETED.match(story.text)
    head = story.head(match["place"]) if match else None
    if match is None or head is None or head.agency or not head.places:
        return None
    known = all(places.size(one.name, frozenset(("CA",))) >= _IN_BRACKETS for one in head.places)
    return Found(match["raw"], head) if known else None


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
    tried, stopped = 0, None
    for end in endings(text, start, min(len(text), start + _HEAD)):
        if tried == _MOST_ENDS or text.count("\n", start, end.start()) > 1:
            break
        if end.lastgroup == "stop":
            if stopped is None or stopped.head.agency is None:
                stopped = _stopped(story, start, end, lead) or stopped
            continue
        tried += 1
        found = _ended(story, start, end, lead)
        if found is not None:
            return found
    if stopped is not None or lead not in {"", "byline"}:
        return stopped
    line_end = text.find("\n", start)
    line = text[start : line_end if line_end >= 0 else len(text)]
    house = housed(line) if lead == "" else None
    if house is not None:
        return Found(house[0], Head((house[2],), house[1], strong=True))
    plain = bare(line, story.home)
    return Found(plain[0], Head((plain[1],), strong=plain[1].behind is not None)) if plain else None


def _stopped(story: _Text, start: int, end: re.Match[str], lead: Lead) -> Found | None:
    """``КИЕВ. 3 декабря. УНН.``, ``Hannover. Die``: a full stop, where no better ending follows."""
    raw = story.text[start : end.start()]
    if lead not in {"", "line"} or len(raw) > _STOPPED:
        return None
    head = story.head(raw)
    rest = story.text[end.end() :]
    return Found(raw, head) if head and stops(head, rest, language=story.language) else None


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
    ending = Ending(end.lastgroup or "", end.group(), story.text[end.end() :])
    if not fits(head, ending, lead, language=story.language, home=story.home):
        return None
    if lead == "" and head.strong:
        head = _restored(head)
    return Found(_trimmed(raw), head)


def _trimmed(raw: str) -> str:
    return raw.strip(" \t\n-–—:,;")


def _restored(head: Head) -> Head:
    """The head with a lost first letter put back; its date or agency vouches for it."""
    first = head.places[0] if len(head.places) == 1 else None
    if first is None or first.behind or not first.name.isascii() or not first.name.isupper():
        return head
    whole = places.restored(first.name)
    return replace(head, places=(Printed(whole),)) if whole else head


def _agency_alone(text: str) -> Found | None:
    """``AP - Officials said``, ``(Reuters) - The court``: an agency and no place."""
    text = text.lstrip()
    note = NOTE.match(text)
    if note:
        text = re.sub(r"^By [A-Z][^()\n]{3,80} (?=\()", "", text[note.end() :])
    match = PREFIX.match(text)
    if not match:
        glued = _GLUED_AGENCY.match(text)
        if glued is None or not is_known(glued["name"]):
            return None
        return Found(glued["raw"], Head((), glued["name"], strong=True))
    agency = (match["agency"] or match["round"]).strip()
    short = len(agency.split()) <= 4
    good = (short and looks_like_one(agency)) if match["round"] else is_outlet(agency)
    raw = f"({match['round']})" if match["round"] else agency
    return Found(raw, Head((), agency, strong=True)) if good else None
