"""Places by name: GeoNames and CLDR, read from one file that ships with the package.

The file (``build_gazetteer`` writes and describes it) is unpacked into one ``bytes`` object at the
first question and searched by bisection; nothing is parsed that is not asked for. Data: GeoNames,
CC BY 4.0; Unicode CLDR.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.dateline.folding import fold

PATH = Path(__file__).with_name("gazetteer.tsv.gz")


@dataclass(frozen=True, slots=True)
class Settlement:
    """One populated place of GeoNames."""

    geoname_id: int
    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    admin1: str
    """GeoNames code of the first-level division; for the United States the postal code."""
    lat: float
    lon: float
    zone: str
    """IANA name."""
    population: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a name may mean: towns (the one that the press means, else the largest, first), a country, first-level divisions."""

    settlements: tuple[Settlement, ...] = ()
    country: str | None = None
    divisions: tuple[str, ...] = ()
    """``country-admin1``, such as ``US-MA``."""

    def __bool__(self) -> bool:
        return bool(self.settlements or self.country or self.divisions)


NOTHING = Found()


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    places_at: int
    names_at: int
    zones: tuple[str, ...]


@lru_cache(maxsize=1)
def _file() -> _File:
    """The unpacked file: about 30 MB, 0.2 seconds, once a process."""
    packed = PATH.read_bytes()
    # The last four bytes are the unpacked size (RFC 1952): a buffer of just that size is not copied at the end.
    data = zlib.decompress(packed, wbits=zlib.MAX_WBITS | 16, bufsize=int.from_bytes(packed[-4:], "little"))
    end = data.index(b"\n") + 1
    _, _, size, zones = data[:end].decode().split()
    return _File(data, end, end + int(size), tuple(zones.split(",")))


def _references(key: bytes) -> bytes:
    """The references of a folded name, by bisection over the sorted lines; empty: unknown."""
    file = _file()
    data, low, high = file.data, file.names_at, len(file.data)
    while low < high:
        start = data.rfind(b"\n", file.names_at - 1, (low + high) // 2) + 1
        tab = data.index(b"\t", start)
        found = data[start:tab]
        if found == key:
            return data[tab + 1 : data.index(b"\n", tab)]
        if found < key:
            low = data.index(b"\n", tab) + 1
        else:
            high = start
    return b""


@lru_cache(maxsize=4096)
def _settlement(offset: int) -> Settlement:
    file = _file()
    start = file.places_at + offset
    line = file.data[start : file.data.index(b"\n", start)].decode()
    number, name, country, admin1, lat, lon, zone, population = line.split("\t")
    return Settlement(
        int(number), name, country, admin1, float(lat), float(lon), file.zones[int(zone)], int(population)
    )


@lru_cache(maxsize=16384)
def lookup(name: str) -> Found:
    """Everything the gazetteer knows by ``name``, in any script; falsy where it knows nothing.

    >>> moscow = lookup("МОСКВА").settlements[0]
    >>> moscow.name, moscow.country, moscow.zone
    ('Moscow', 'RU', 'Europe/Moscow')
    >>> lookup("Georgia").country, lookup("Georgia").divisions
    ('GE', ('US-GA',))
    """
    key = fold(name).encode()
    references = _references(key).decode() if key else ""
    if not references:
        return NOTHING
    offsets: list[int] = []
    country: str | None = None
    divisions: list[str] = []
    for reference in references.split(","):
        if reference[0] == "@":
            country = country or reference[1:]
        elif reference[0] == "#":
            divisions.append(reference[1:])
        else:
            offsets.append(int(reference, 36))
    return Found(tuple(_settlement(at) for at in offsets[:64]), country, tuple(divisions))
