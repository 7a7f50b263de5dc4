"""Whether a head with its ending is a dateline, rather than a kicker, a person, a result or a thought."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.dateline import names, qualifiers
from pipeline.dateline.agencies import is_known
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.heads import Head, Printed
from pipeline.dateline.nicknames import WORDS
from pipeline.dateline.openings import Lead
from pipeline.dateline.places import size
from pipeline.dateline.press import COLON_PRESS, ENGLISH_PRESS

_TABLE = re.compile(r"[A-Z]{3,9}\.? \d{1,2}\b|\d{1,2} [A-Z]{3,9}\b")
"""A date behind the dash: the head was the title of a table of prices."""
_RESULT = re.compile(
    r"(?:[^\W\d]+ ){0,2}\d{1,3}\s?[-–:x]\s?\d{1,3}\b|\d+ \d|(?:[^\W\d]+ ){0,2}\d{1,2} ?[%°]|\w+(?: \w+)?\s?:\s"
)
"""Behind a dash or a colon: the other side of a match, figures in a row, or a second kicker."""
_CLAUSE, _SENTENCE = re.compile(r"[^.:!?\n]{15}"), re.compile(r"[^.:!?\n]{36}")
_ABBREVIATION = re.compile(r"[^\W\d_]{2,5}")
_SCRIPT = {"de": 5_000, "en": 150_000}
_OTHER_SCRIPT = 100_000
"""People of the smallest town believed in lower case with a dash alone: German print uses no capitals."""
_NEAR_SCRIPT = 10
"""How many times its people a town at home counts in lower case, but in German print."""
_CAPITALS, _COLON, _STOP = 2_000, 20_000, 50_000
"""The same for capitals; for capitals before a colon; for a town before a full stop."""
_ABROAD = 50_000
_COLON_SCRIPT = 1_000_000
"""For English print: a town where no English is printed; one where no colon is; one not in capitals before a colon."""
_SHORT = 4
"""Letters of a name that may be an abbreviation."""
_DASH_TEASERS = frozenset(("de", "nl", "da", "nb"))
"""Where papers set the dateline behind a teaser, in one paragraph."""
_STOPS = frozenset(("de", "it", "sv"))
"""Where papers set a full stop behind a town: ``Hannover. Die Landesregierung``."""
_NO_COLON = frozenset(("zh", "ja", "ko", "th"))
_CITY_STATES = frozenset(("UN", "VA", "SG", "MC", "LU", "HK", "MO", "SM", "GI", "KW", "DJ", "PA"))
_LANDFORMS = frozenset(
    "township county beach park meadows city island islands lake heights springs hills valley village falls bay "
    "padang kuala bukit kampung sungai kota batu tanjung pulau teluk ulu hulu gua simpang jaya baru utara selatan".split()
)
"""First or last words that make a name a place, in the gazetteer or not."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends a head: its kind, its mark as printed, and the text behind."""

    kind: str
    mark: str
    rest: str


def fits(head: Head, end: Ending, lead: Lead, *, language: str | None, home: frozenset[str]) -> bool:
    """True for a dateline. ``home`` is where the publisher's readers are, ``lead`` what stands before."""
    rest = end.rest
    if not rest.strip() or (head.agency and _TABLE.match(rest)):
        return False
    if end.kind not in {"dash", "colon"}:
        return _vouched(head, end.kind, lead)
    if not head.strong and (rest[0].islower() or _RESULT.match(rest) or _is_word(head, language)):
        return False
    judge = _before_colon if end.kind == "colon" else _before_dash
    return judge(head, end, lead, language, home)


def _vouched(head: Head, kind: str, lead: Lead) -> bool:
    """True where what stands in the head is enough for an ending that is hardly a mark."""
    agency = head.agency
    if kind == "glue":
        return agency is not None and _glued(head, agency)
    if kind == "slash":
        return agency is not None and (head.dated or is_known(agency))
    if kind == "bar":
        return agency is not None
    if kind == "iso":
        return head.filed_on is not None
    known = all(lookup(one.name).settlements for one in head.places)
    return kind == "line" and lead == "" and head.filed_on is not None and known


def stops(head: Head, rest: str, *, language: str | None) -> bool:
    """True for a head that a full stop ends: dated, or a town alone where papers print so."""
    if not head.places or not all(lookup(one.name).settlements for one in head.places):
        return False
    if head.dated or (head.agency and is_known(head.agency)):
        return True
    if head.strong or language not in _STOPS or not _SENTENCE.match(rest) or _is_word(head, language):
        return False
    return all(size(one.name, frozenset()) >= _STOP for one in head.places)


def _glued(head: Head, agency: str) -> bool:
    """An agency straight before the story: known, behind a date, or an abbreviation behind a town in capitals."""
    if is_known(agency):
        return True
    if head.dated:
        return all(lookup(one.name).settlements for one in head.places)
    large = all(size(one.name, frozenset()) >= _STOP for one in head.places)
    return large and _shouted(head) and bool(_ABBREVIATION.fullmatch(agency)) and agency.isupper()


def _is_word(head: Head, language: str | None) -> bool:
    """``Montag –``, ``READING:``: a weekday, a month, a common word, or in English a country."""
    key = fold(head.places[0].name)
    if key in WORDS or any(one.kind in {"W", "M"} for one in names.meaning_of(key, language)):
        return True
    found = lookup(key)
    if language not in {"en", None} or not found.country or key in qualifiers.STAND_ALONE:
        return False
    town = any(one.country == found.country and fold(one.name) == key for one in found.settlements)
    return not town and found.country not in _CITY_STATES


def _shouted(head: Head) -> bool:
    return all(one.name.upper() == one.name for one in head.places)


def _before_colon(head: Head, end: Ending, lead: Lead, language: str | None, home: frozenset[str]) -> bool:
    if head.agency is not None or head.dated:
        return believable(head, capitals=True, home=home, least=_COLON)
    if language in _NO_COLON or (lead == "line" and not head.strong):
        return False
    english = language in {"en", None}
    if not _shouted(head):
        return (
            english and lead == "" and bool(_CLAUSE.match(end.rest)) and _of_colon_press(head, _COLON_SCRIPT)
        )
    if english and not head.strong and not _of_colon_press(head, _COLON):
        return believable(head, capitals=False, home=home, least=_ABROAD)
    return believable(head, capitals=True, home=home, least=_COLON)


def _of_colon_press(head: Head, least: int) -> bool:
    """True for towns of so many people whose own papers print a colon."""
    return all(
        any(town.country in COLON_PRESS and town.population >= least for town in lookup(one.name).settlements)
        for one in head.places
    )


def _before_dash(head: Head, end: Ending, lead: Lead, language: str | None, home: frozenset[str]) -> bool:
    shouted = _shouted(head)
    if lead == "sentence" and not (head.agency or head.dated):
        dash = any(mark in end.mark for mark in ("–", "—", "―", "--"))
        if not dash or shouted or language not in _DASH_TEASERS:
            return False
        known = all(lookup(one.name) for one in head.places)
        return known and believable(head, capitals=False, home=home, least=_SCRIPT["de"])
    if not shouted:
        least = _SCRIPT.get(language or "", _OTHER_SCRIPT)
        times = 100 if language == "de" else _NEAR_SCRIPT
        return believable(head, capitals=False, home=home, least=least, times=times)
    if language in {"en", None} and not head.strong and not all(map(_in_english_print, head.places)):
        return False
    return believable(head, capitals=True, home=home, least=_CAPITALS)


def _in_english_print(one: Printed) -> bool:
    """False for a small town where no English is printed, and for a small one that may be an abbreviation."""
    found = lookup(one.name)
    if not found.settlements or found.country or found.divisions:
        return True
    least = 0 if len(one.name) > _SHORT else _ABROAD
    return any(
        town.population >= (least if town.country in ENGLISH_PRESS else _ABROAD) for town in found.settlements
    )


def believable(head: Head, *, capitals: bool, home: frozenset[str], least: int, times: int = 100) -> bool:
    """True where places without date, agency or qualifier are towns large enough to be meant.

    A town at home counts ``times`` its people.
    """
    return head.strong or all(
        _well_known(one.name, capitals=capitals) or size(one.name, home, times) >= least
        for one in head.places
    )


def _well_known(name: str, *, capitals: bool) -> bool:
    """A city that stands alone; in capitals also a country, a division, a township."""
    key, found = fold(name), lookup(name)
    if key in qualifiers.STAND_ALONE or key in qualifiers.SPECIAL or found.country in _CITY_STATES:
        return True
    if not capitals or name.lower() == name:
        return False
    landform = " " in key and not _LANDFORMS.isdisjoint((key.rpartition(" ")[2], key.partition(" ")[0]))
    return landform or bool(found.divisions)
