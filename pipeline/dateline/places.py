"""Which of its namesakes a printed place is, and how that was told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from pipeline.dateline import press, qualifiers
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import NOTHING, Settlement, lookup
from pipeline.records import Place

_SPLIT = re.compile(r"\s*[/·・]\s*|\s+(?:and|und|y|et|e|dan)\s+(?=[^\W\d_])")
_OWN_NAME = 8
"""A town of just that name is meant unless one with another name has so many times its people."""
_NAMESAKE = 100_000
"""People of a town that is meant by its country's name."""
_NEAR = 25
"""A namesake at home, or where the paper's language is spoken, is meant unless another has so many times its people."""
_ALTERNATIVES = 3
_CITIES = MappingProxyType(
    {"LU": "Luxembourg", "KW": "Kuwait City", "SG": "Singapore", "DJ": "Djibouti", "GT": "Guatemala City"}
    | {
        "PA": "Panama City",
        "MC": "Monaco",
        "SM": "San Marino",
        "HK": "Hong Kong",
        "MO": "Macau",
        "GI": "Gibraltar",
    }
)
"""Countries whose name in a dateline is that of their capital."""
_SEATS = frozenset("縣县市省州區区鎮镇町村郡시군구")
"""``花蓮縣``: the name of a district is that of its seat."""
_SPECIAL_COUNTRIES = frozenset(("UN", "VA"))
_MOVING = re.compile(r"(?:on ?board|aboard|en route|a bordo|an bord|a bord) ")


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
        return Qualifier("US", bare, ("BR",) if bare in qualifiers.POSTAL_BRAZIL else ())
    if bare in qualifiers.POSTAL_BRAZIL:
        return Qualifier("BR")
    if bare in qualifiers.POSTAL_CANADA:
        country, _, admin1 = qualifiers.POSTAL_CANADA[bare].partition("-")
        return Qualifier(country, admin1)
    key = fold(text).removeprefix("the ")
    found = lookup(key)
    if found.divisions:
        country, _, admin1 = found.divisions[0].partition("-")
        others = [one.partition("-")[0] for one in found.divisions[1:]]
        return Qualifier(country, admin1, (*((found.country,) if found.country else ()), *others))
    return Qualifier(found.country) if found.country and found.country != "UN" else None


def is_moving(name: str) -> bool:
    """True for ``ABOARD AIR FORCE ONE`` and ships alike."""
    return bool(_MOVING.match(fold(name)))


def names_in(text: str) -> list[str]:
    """The places of ``Wien/Graz``; one where the whole is a name (``Frankfurt/Main``)."""
    parts = [part for part in _SPLIT.split(text) if part]
    whole = text.partition(",")[0]
    if len(parts) > 1 and not (_SPLIT.search(whole) and lookup(whole).settlements):
        return parts
    return [text.strip()]


def _place(name: str, one: Settlement, method: str | None) -> Place:
    return Place(name, one.country, one.admin1 or None, one.lat, one.lon, one.zone, one.geoname_id, method)


@lru_cache(maxsize=8192)
def resolve(name: str, behind: Qualifier | None, country: str | None, language: str | None = None) -> Place:
    """The place that ``name`` means, named as the gazetteer names it; unknown ones keep their print.

    ``behind`` is its printed qualifier, ``country`` and ``language`` (a primary subtag) the
    publisher's. ``method`` tells how it was chosen: ``special``, ``qualifier``, ``stand_alone``,
    ``publisher_country``, ``language`` (it lies where that is spoken), ``population``, ``country`` (a
    country stands alone), or None where the gazetteer does not know it. ``alternatives`` are its
    namesakes, without a method.

    >>> found = resolve("Portland", qualifier("Maine"), None)
    >>> found.admin1, [one.admin1 for one in found.alternatives][:1]
    ('ME', ['OR'])
    """
    key = fold(name)
    whole = lookup(name) or (lookup(name[:-1]) if name[-1:] in _SEATS else NOTHING)
    if key in qualifiers.SPECIAL or whole.country in _SPECIAL_COUNTRIES or is_moving(name):
        return _special(name, whole.country or qualifiers.SPECIAL.get(key))
    settlements = whole.settlements
    if behind is not None:
        chosen = _qualified(name, settlements, behind)
    else:
        chosen = _unqualified(name, settlements, country, press.SPOKEN.get(language or "", frozenset()))
    others = [one for one in settlements if one.geoname_id != chosen.geoname_id][:_ALTERNATIVES]
    return replace(chosen, alternatives=tuple(_place(one.name, one, None) for one in others))


def _unqualified(
    name: str, settlements: tuple[Settlement, ...], country: str | None, spoken: frozenset[str]
) -> Place:
    key = fold(name)
    stand_alone = qualifiers.STAND_ALONE.get(key)
    for one in settlements:
        if one.country == stand_alone:
            return _place(one.name, one, "stand_alone")
    return _country_itself(name, key, settlements) or _by_size(key, settlements, country, spoken)


def _country_itself(name: str, key: str, settlements: tuple[Settlement, ...]) -> Place | None:
    """A country or a division that stands alone; None where a town of that name is meant; unknown names as printed."""
    whole = lookup(name).country
    if whole and whole in _CITIES:
        own = [one for one in (*settlements, *lookup(_CITIES[whole]).settlements) if one.country == whole]
        return _place(own[0].name, own[0], "stand_alone")
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


def _by_size(
    key: str, settlements: tuple[Settlement, ...], country: str | None, spoken: frozenset[str]
) -> Place:
    """The namesake at home, else where the language is spoken, else the one of just that name, else the largest."""
    top = settlements[0]
    meant = any(one.population > top.population for one in settlements)  # Venise: the gazetteer puts it first
    nearer = [(frozenset((country,)), "publisher_country"), *([] if meant else [(spoken, "language")])]
    for near, method in nearer:
        for one in settlements:
            if top.country not in near and one.country in near and one.population * _NEAR >= top.population:
                return _place(one.name, one, method)
    for one in settlements:
        if not meant and fold(one.name) == key and one.population * _OWN_NAME >= top.population:
            return _place(one.name, one, "population")
    return _place(top.name, top, "population")


def _special(name: str, country: str | None) -> Place:
    if country == "UN":
        return Place("United Nations", "US", "NY", 40.749, -73.968, "America/New_York", None, "special")
    if country == "VA":
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


def size(name: str, home: frozenset[str], times: int = 100) -> int:
    """People in the largest town of that name, ``times`` over in the countries of ``home``; 0: no such town."""
    settlements = lookup(name).settlements
    if not settlements:
        return 0
    near = max((one.population for one in settlements if one.country in home), default=0)
    return max(settlements[0].population, near * times, 1)


@lru_cache(maxsize=4096)
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
