"""Datelines without a dash: ``WASHINGTON President Example has signed``, ``FOGGIA, Italy Eight people``."""

from __future__ import annotations

import re

from pipeline.dateline.agencies import is_outlet
from pipeline.dateline.folding import fold
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.heads import Printed
from pipeline.dateline.nicknames import follows_a_name
from pipeline.dateline.places import Qualifier, qualifier, size
from pipeline.dateline.qualifiers import SPECIAL, STAND_ALONE

_LARGE = 300_000
"""People of a town that is believed without any sign behind it."""
_MOST_WORDS = 4
_CAPITALS = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{3,}")
_GLUED = re.compile(r"(?P<place>(?:[A-Z][A-Z.'-]+ ){0,3}[A-Z]{3,})(?=[A-Z][a-z]+)")
_HOUSED = re.compile(r"(?P<house>[\w-]+(?:\.\w+){1,2}), (?P<words>(?:[A-Z][\w'-]+ ){2,4})")
"""``Kabar9.com, Medan Dewan``: a house, a town and no dash."""
_CUT = re.compile(r"(?:[A-Z]\.){2}|[A-Z][a-z]+\.(?=[A-Z])")


def housed(line: str) -> tuple[str, str, Printed] | None:
    """The span, the house and the place of ``Kabar9.com, Medan Dewan``; None: no such dateline.

    >>> housed("Kabar9.com, Medan Dewan kota bersidang")
    ('Kabar9.com, Medan', 'Kabar9.com', Printed(name='Medan', behind=None))
    """
    match = _HOUSED.match(line)
    if match is None or not is_outlet(match["house"]):
        return None
    words = match["words"].split()
    for count in range(len(words) - 1, 0, -1):
        name = " ".join(words[:count])
        if lookup(name).settlements:
            return f"{match['house']}, {name}", match["house"], Printed(name)
    return None


def bare(line: str, home: frozenset[str]) -> tuple[str, Printed] | None:
    """The span and the place at the head of ``line``, in capitals before a capitalised story; None where none is.

    >>> bare("CHICAGO Prices of example goods rose", frozenset())
    ('CHICAGO', Printed(name='CHICAGO', behind=None))
    >>> bare("CHICAGO Bears coach", frozenset()) is None
    True
    """
    words = re.findall(r"\S+", line)[:8]
    glued = _GLUED.match(line)
    if glued and fold(glued["place"]) in STAND_ALONE:
        return glued["place"], Printed(glued["place"])
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        name = " ".join(words[:count])
        if not _CAPITALS.fullmatch(name.rstrip(",")):
            continue
        if name.endswith(","):
            return _qualified(line, name[:-1], words[count:])
        if (
            len(words) > count + 1
            and _story_follows(words[count:])
            and _large(name, home)
            and not follows_a_name(fold(name), *words[count : count + 2])
        ):
            return name, Printed(name)
    return None


def _large(name: str, home: frozenset[str]) -> bool:
    key = fold(name)
    return key in STAND_ALONE or key in SPECIAL or size(name, home) >= _LARGE


def _story_follows(words: list[str]) -> bool:
    """True where a sentence begins: a capital, and soon a word in lower case; no title of a table in capitals."""
    first = words[0]
    if not (first[0].isupper() or first[0] in "\"“'") or (first.upper() == first and len(first) > 4):
        return False
    shouted = all(len(word) > 1 and word.upper() == word for word in words[:2])
    return not shouted and any(word.islower() for word in words[1:])


def _qualified(line: str, name: str, words: list[str]) -> tuple[str, Printed] | None:
    """The longest country or state behind the comma, and a capital behind that."""
    if not lookup(name) and fold(name) not in SPECIAL:
        return None
    for length in (3, 2, 1):
        text = " ".join(words[:length])
        cut = _CUT.match(text) if length == 1 else None
        text = cut.group() if cut else text
        found: Qualifier | None = qualifier(text) if text[:1].isupper() and text[-1] != "," else None
        if found is None:
            continue
        end = line.find(text, len(name)) + len(text)
        if line[end:].lstrip()[:1].isupper() or line[end:].lstrip()[:1] in {'"', "“"}:
            return line[:end], Printed(name, found)
    return None
