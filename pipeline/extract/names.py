"""Names out of bylines: persons apart from roles, agencies, newsrooms, dates and template words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.extract.bylinewords import (
    AGENCY,
    BY,
    COLLECTIVE,
    DEGREE,
    GENERATION,
    HANGUL_PLACE,
    LABEL,
    PERSON_ROLE,
    PLACE_TAIL,
    REPORTED_FROM,
    ROLE,
    ROLE_BEFORE,
    ROLE_BEHIND,
    SHOUTED_TAIL,
    STOP,
    TEMPLATE,
    WEEKDAY_TAIL,
    announces_author,
)
from pipeline.extract.document import clean
from pipeline.extract.headline import plain

__all__ = ["BY", "is_person", "names_in"]

_SPLIT = re.compile(
    r"\s*(?:[,;|/／•·、，；&+\n]|\s[-–—]\s|\b(?:and|und|et|og|och|ja|oraz|dan|ve|with|mit|avec|con|en(?= [A-Z][^\s]+ (?:[A-Z]|van|de)))\b|(?<=\w)\s(?:y|e|i|и|та|й|و)\s(?=[^\W\d_]))\s*",
    re.IGNORECASE,
)
_HAN_SPACE = re.compile(r"(?<=[\u4e00-\u9fff])\s(?=[\u4e00-\u9fff]{2,4}$)")
_MAIL = re.compile(r"\(?[\w.+-]+@[\w-]+(?:\.[\w-]+)+\)?")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"\(?(?<![\w.])@\w{2,}\)?")
_BRACKETS = re.compile(r"[(\[（【〔][^)\]）】〕]*[)\]）】〕]")
_BRACKETED = re.compile(r"^[(\[（【〔]([^)\]）】〕]*)[)\]）】〕]$")
_DATE = re.compile(r"\d{1,4}[./:-]\d|\b(?:19|20)\d\d\b|\b\d{1,2}\s*(?:am|pm|uhr|hours?|min)\b", re.IGNORECASE)
_LONGEST_ACRONYM = 5
_EDGES = " \t\"'“”‘’.:;,|-–—*→=＝"
# "Eingestellt von Ada Bell", "A report by Ada Bell", "Aus Berlin berichtet Ada Bell"
_INNER_BY = re.compile(r"^.{2,40}?\b(?:by|von|par|por|berichtet)\s+(?=[^\W\d_a-z]|\w{3,}$)")
_PARTICLES = frozenset(
    "van von der den de da di del della la le el al bin ibn dos du zu zur y e ter ten af av".split()
)
_WORD = re.compile(r"^[^\W\d_][\w.'’\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff-]*$")
_WITHOUT_SPACE = re.compile(r"^(?:[가-힣]{3,4}|[\u3040-\u30ff\u4e00-\u9fff]{2,4})$")
"""Three or four syllables of Hangul, two to four Han characters and kana."""


def is_person(name: str) -> bool:
    """The name is written as persons' names are: two to five words, capitals but for particles.

    >>> is_person("Ada van der Bell"), is_person("read the full story")
    (True, False)
    """
    if _WITHOUT_SPACE.match(name):
        return True
    words = name.split(" ")
    if not 2 <= len(words) <= 5 or words[0].islower():
        return False
    return all(word in _PARTICLES or (_WORD.match(word) and not word[0].islower()) for word in words)


def names_in(raw: str | Iterable[str], *, outlet: Iterable[str] = (), collective: bool = False) -> list[str]:
    """The persons' names in bylines, each once, in order.

    Who edited, translated or took the pictures is none of them; a place or a house behind a person neither.

    Args:
        raw: one byline, or several.
        outlet: the publisher's names in lower case, which are no author's.
        collective: newsrooms, agencies and the publisher count too.

    >>> names_in("By Ada Bell, Science Editor, and Bo Lind (bo@example.org)")
    ['Ada Bell', 'Bo Lind']
    >>> names_in("Reporting by Ada Bell in Oslo; editing by Bo Lind")
    ['Ada Bell']
    >>> names_in("Example News Staff"), names_in("Example News Staff", collective=True)
    ([], ['Example News Staff'])
    """
    found: dict[str, str] = {}
    outlets = {"".join(re.findall(r"\w+", name)) for name in outlet}
    for byline in [raw] if isinstance(raw, str) else raw:
        parts = _parts(byline)
        names = [
            name for part in parts if (name := _collective(part) if collective else _person(part, outlets))
        ]
        # Behind a person a single word is a place, a house or a degree.
        if not collective and names and is_person(names[0]):
            names = [name for name in names if is_person(name)]
        for name in names:
            found.setdefault(name.casefold(), name)
    return list(found.values())[:12]


def _parts(byline: str) -> list[str]:
    """The pieces of a byline that may each be a name."""
    text = _HANDLE.sub(" ", _MAIL.sub(" ", _ADDRESS.sub(" ", plain(byline)[:600]))).strip()
    text = _BRACKETED.sub(r"\1", text)
    text = GENERATION.sub(" ", _BRACKETS.sub(" ", text).strip())
    parts = [part for piece in _written(text) for part in _divided(BY.sub("", piece.strip())) if part]
    if len(parts) == 2 and all(re.fullmatch(r"[A-ZÀ-Þ][\w'’-]+", part) for part in parts) and "," in text:
        return [f"{parts[1]} {parts[0]}"]  # "Bell, Ada"
    return parts


def _divided(piece: str) -> list[str]:
    """The names of one announcement apart; Chinese sets a space between those of several reporters."""
    names, reporters = ROLE_BEFORE.subn("", piece)
    return [
        part for name in _SPLIT.split(names) for part in (_HAN_SPACE.split(name) if reporters else [name])
    ]


def _written(text: str) -> Iterator[str]:
    """What stands behind a label that announces an author, and before any label; the rest is of others."""
    at, ours = 0, True
    for label in LABEL.finditer(text):
        announces = announces_author(label)
        if ours and not (announces and at == 0):
            yield text[at : label.start()]
        at, ours = label.end(), announces
    if ours:
        yield text[at:]


def _trimmed(part: str) -> str:
    for _ in range(2):
        part = BY.sub("", part.strip(_EDGES))
    stop = STOP.search(part)
    part = WEEKDAY_TAIL.sub("", clean(part[: stop.start()] if stop else part).strip(_EDGES))
    named, roles = ROLE_BEHIND.subn("", part)
    part = REPORTED_FROM.sub("", HANGUL_PLACE.sub("", named) if roles else named)
    inner = _INNER_BY.match(part)
    return part[inner.end() :] if inner and not is_person(part) else part


def _collective(part: str) -> str:
    part = _trimmed(part)
    return "" if len(part) < 2 or len(part) > 60 or TEMPLATE.match(part) or part.isdigit() else part


def _person(part: str, outlets: set[str]) -> str:
    part = _without_house(SHOUTED_TAIL.sub("", DEGREE.sub("", _without_place(_trimmed(part)))), outlets)
    led = PERSON_ROLE.match(part)
    role = None if led else ROLE.search(part)
    if led:
        part = part[led.end() :]
    elif role:
        # "Ada Bell Science Editor" has a name before the role; "Science Editor" has none.
        part = _first_name(part[: role.start()].split()) if len(part.split()) >= 3 else ""
    squeezed = "".join(re.findall(r"\w+", part.casefold()))
    if role and any(squeezed in name for name in outlets):
        return ""
    if sum(map(str.isalpha, squeezed)) < 2 or squeezed in outlets or len(part) > 60 or len(part.split()) > 6:
        return ""
    refused = (_DATE.search, TEMPLATE.match, COLLECTIVE.match, AGENCY.match)
    if squeezed.isdigit() or (part.isupper() and part.isalpha() and len(part) <= _LONGEST_ACRONYM):
        return ""
    return "" if any(refuses(part) for refuses in refused) else part


def _first_name(words: list[str]) -> str:
    """The words up to the first surname: initials and particles do not end a name; empty where there is none."""
    for at, word in enumerate(words):
        if at and word not in _PARTICLES and not word.endswith(".") and len(word) > 1:
            name = words[: at + 1]
            return " ".join(name) if name[0][:1].isupper() and name[-1][:1].isupper() else ""
    return ""


def _without_place(part: str) -> str:
    """The part without where, or for whom, a person wrote."""
    tail = PLACE_TAIL.search(part)
    return part[: tail.start()] if tail and is_person(part[: tail.start()]) else part


def _without_house(part: str, outlets: set[str]) -> str:
    """The part without the publisher or an agency at its end."""
    words = part.split(" ")
    for at in range(2, len(words)):
        tail = " ".join(words[at:])
        if AGENCY.match(tail) or "".join(re.findall(r"\w+", tail.casefold())) in outlets:
            return " ".join(words[:at])
    return part
