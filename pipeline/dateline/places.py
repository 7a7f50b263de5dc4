"""Which of its namesakes a printed place is, and how that was told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from pipeline.dateline import qualifiers
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import Settlement, lookup
from pipeline.records import Place

HOME = MappingProxyType(
    {
        "id": "ID",
        "ms": "MY",
        "ko": "KR",
        "ja": "JP",
        "tr": "TR",
        "pl": "PL",
        "cs": "CZ",
        "sk": "SK",
        "hu": "HU",
        "ro": "RO",
    }
    | {
        "bg": "BG",
        "el": "GR",
        "fi": "FI",
        "sv": "SE",
        "da": "DK",
        "nb": "NO",
        "no": "NO",
        "nn": "NO",
        "is": "IS",
    }
    | {
        "th": "TH",
        "vi": "VN",
        "he": "IL",
        "uk": "UA",
        "ka": "GE",
        "hy": "AM",
        "lt": "LT",
        "lv": "LV",
        "et": "EE",
    }
    | {"hi": "IN", "it": "IT", "nl": "NL", "fil": "PH", "hr": "HR", "sl": "SI", "sr": "RS", "ru": "RU"}
)
"""Where the papers of a language are printed, where that is one country."""
SHARED = MappingProxyType(
    {
        "de": ("DE", "AT", "CH"),
        "es": ("ES", "MX", "AR"),
        "pt": ("BR", "PT"),
        "fr": ("FR", "BE", "CH"),
        "ar": ("EG", "SA"),
    }
)
"""Where they are printed, where that is several."""
_SPLIT = re.compile(r"\s*[/·・]\s*|\s+(?:and|und|y|et|e|dan)\s+(?=[^\W\d_])")
_OWN_NAME = 10
"""A town of just that name is meant unless one with another name has so many times its people."""
_NAMESAKE = 100_000
"""People of a town that is meant by its country's name."""
_NEAR = 25
"""A namesake at home is meant unless the largest elsewhere has so many times its people."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """What stands behind a place: a country, or a division of one."""

    country: str
    admin1: str | None = None
    alternatives: tuple[str, ...] = ()
    """Other countries that it may name: Georgia is a state and a country."""


@lru_cache(maxsize=4096)
def qualifier(text: str) -> Qualifier | None:
    """The country or division that ``text`` names, by any name or abbreviation; None for anything else.

    >>> qualifier("Ore."), qualifier("Alemania").country
    (Qualifier(country='US', admin1='OR', alternatives=()), 'DE')
    """
    bare = text.strip(" .,()")
    if bare in qualifiers.POSTAL:
        return Qualifier("US", bare)
    if bare in qualifiers.POSTAL_CANADA:
        country, _, admin1 = qualifiers.POSTAL_CANADA[bare].partition("-")
        return Qualifier(country, admin1)
    key = fold(text).removeprefix("the ")
    if key in qualifiers.COUNTRIES:
        return Qualifier(qualifiers.COUNTRIES[key])
    found = lookup(key)
    if found.divisions:
        country, _, admin1 = found.divisions[0].partition("-")
        return Qualifier(country, admin1, (found.country,) if found.country else ())
    return Qualifier(found.country) if found.country else None


def names_in(text: str) -> list[str]:
    """The places of ``Wien/Graz``; one where the whole is a name (``Frankfurt/Main``)."""
    parts = [part for part in _SPLIT.split(text) if part]
    whole = text.partition(",")[0]
    if len(parts) > 1 and not (_SPLIT.search(whole) and lookup(whole).settlements):
        return parts
    return [text.strip()]


def _place(name: str, one: Settlement, method: str) -> Place:
    return Place(name, one.country, one.admin1 or None, one.lat, one.lon, one.zone, one.geoname_id, method)


@lru_cache(maxsize=8192)
def resolve(name: str, behind: Qualifier | None, country: str | None) -> Place:
    """The place that ``name`` means, named as the gazetteer names it; unknown ones keep their print.

    ``behind`` is its printed qualifier, ``country`` the publisher's. ``method`` tells how it was
    chosen: ``special``, ``qualifier``, ``stand_alone``, ``publisher_country``, ``population``,
    ``country`` (a country stands alone), or None where the gazetteer does not know it.
    """
    name = qualifiers.ALIASES.get(fold(name), name)
    key = fold(name)
    if key in qualifiers.SPECIAL:
        return _special(name, key)
    settlements = lookup(name).settlements
    if behind is not None:
        return _qualified(name, settlements, behind)
    stand_alone = qualifiers.STAND_ALONE.get(key)
    for one in settlements:
        if one.country == stand_alone:
            return _place(one.name, one, "stand_alone")
    return _country_itself(name, key, settlements) or _by_size(key, settlements, country)


def _country_itself(name: str, key: str, settlements: tuple[Settlement, ...]) -> Place | None:
    """A country or a division that stands alone; None where a town of that name is meant; unknown names as printed."""
    whole = lookup(name).country or qualifiers.COUNTRIES.get(key)
    if settlements:
        top = settlements[0]
        # Tunis has its country's name in Arabic print, Mexico City in Spanish: stories are filed from the town.
        namesake = top.country == whole and top.population >= _NAMESAKE
        if not whole or namesake or top.population >= 1_000_000 or fold(top.name) == key:
            return None
    if whole:
        return Place(name, whole, method="country")
    division = qualifier(name)
    return Place(name, division.country, division.admin1, method="country") if division else Place(name)


def _by_size(key: str, settlements: tuple[Settlement, ...], country: str | None) -> Place:
    """The namesake at home, else the one of just that name, else the largest."""
    top = settlements[0]
    for one in settlements:
        if country == one.country != top.country and one.population * _NEAR >= top.population:
            return _place(one.name, one, "publisher_country")
    for one in settlements:
        if fold(one.name) == key and one.population * _OWN_NAME >= top.population:
            return _place(one.name, one, "population")
    return _place(top.name, top, "population")


def _special(name: str, key: str) -> Place:
    if key == "united nations":
        return Place("United Nations", "US", "NY", 40.749, -73.968, "America/New_York", None, "special")
    if key.startswith("vatican"):
        return Place("Vatican City", "VA", None, 41.902, 12.453, "Europe/Vatican", None, "special")
    return Place(name, method="special")


def _qualified(name: str, settlements: tuple[Settlement, ...], behind: Qualifier) -> Place:
    for one in settlements:
        if one.country == behind.country and behind.admin1 in {None, one.admin1}:
            return _place(one.name, one, "qualifier")
    for country in behind.alternatives:
        for one in settlements:
            if one.country == country:
                return _place(one.name, one, "qualifier")
    return Place(name, behind.country, behind.admin1, method="qualifier")


def size(name: str, home: frozenset[str]) -> int:
    """People in the largest town of that name, a hundredfold in the countries of ``home``; 0: no such town."""
    settlements = lookup(name).settlements
    if not settlements:
        return 0
    near = max((one.population for one in settlements if one.country in home), default=0)
    return max(settlements[0].population, near * 100, 1)


def restored(name: str) -> str | None:
    """``OSCOW`` with the drop cap that extraction lost; None where no large town fits, or the name is one itself.

    >>> restored("OSCOW"), restored("PARIS")
    ('MOSCOW', None)
    """
    own = lookup(name).settlements
    best: tuple[int, str] | None = None
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        key = fold(letter + name)
        towns = lookup(letter + name).settlements
        people = towns[0].population * (10 if key in qualifiers.STAND_ALONE else 1) if towns else 0
        if people > 200_000 and (best is None or people > best[0]):
            best = people, letter + name
    if best and best[0] > 20 * (own[0].population if own else 0):
        return best[1]
    return None
