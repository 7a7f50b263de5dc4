"""An agency behind the first dash of a dateline: ``МОСКВА, 20 авг — РИА Новости.``"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from pipeline.dateline.agencies import is_known, looks_like_one
from pipeline.dateline.heads import Head, read_head

_BEHIND = re.compile(
    r"\s*(?:\((?P<round>[^()\n]{2,50})\)|(?P<plain>[^\W\d_](?:[^\n.،,:(–—-]++|(?<=\w)-(?=\w))+?))\s*"
    r"(?P<end>[.:]\s|,(?=\s[А-Я][а-яё]+\s[А-Я][а-яё-]+\.\s)|-+\s+|(?<![A-Za-zЀ-ӿ])-+|[—–]\s*|(?<=\))\s+(?=[^\W\da-z_]))"
)
_ARABIC = re.compile(r"(?P<word>[\u0621-\u064a\u066e-\u06d3]+)\s")
"""``دمشق-سانا``: one word, and no mark behind it."""
_LONGEST_NAME = 32
"""Characters of an agency in plain print."""
_LONGEST = 3
"""Words of an agency that is not listed."""


def agency_behind(
    text: str, at: int, head: Head, *, language: str | None, near: date | None
) -> tuple[Head, int] | None:
    """The head with the agency that stands behind its dash, and where that agency ends in ``text``; None: none does.

    ``at`` is where the dash ends. A date beside the agency is read too: ``CITY, ST--(House - May 3, 2016) -``.
    """
    if head.agency is not None or not head.places:
        return None
    behind = _BEHIND.match(text, at)
    if behind is None or len(behind["plain"] or "") > _LONGEST_NAME:
        word = _ARABIC.match(text, at)
        known = word is not None and is_known(word["word"])
        return (replace(head, agency=word["word"], strong=True), word.end("word")) if word and known else None
    agency, filed_on = (behind["round"] or behind["plain"]).strip(), head.filed_on
    if behind["round"]:
        agency, _, day = agency.partition(" - ")
        dated = read_head("X " + day, language=language, near=near) if day else None
        filed_on = dated.filed_on if dated else filed_on
        good = looks_like_one(agency) if behind["end"].strip() else is_known(agency)
    else:
        good = is_known(agency) or _house(agency, head, behind["end"].strip())
    if not good:
        return None
    return replace(head, agency=agency, filed_on=filed_on, strong=True), behind.start("end")


def _house(name: str, head: Head, end: str) -> bool:
    """Whether print of this script sets any house there: Arabic between two dashes, Cyrillic between a date and a full stop."""
    words = name.split()
    if len(words) > _LONGEST or any(char.isdigit() for char in name):
        return False
    if "\u0600" <= name[0] <= "\u06ff":
        return end.startswith("-")
    cyrillic = all("\u0400" <= word[0] <= "\u04ff" and word[0].isupper() for word in words)
    return cyrillic and head.dated and end == "."
