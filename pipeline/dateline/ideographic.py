"""Datelines of the Chinese, Japanese and Korean press, which need no spaces and no dash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.dateline.agencies import IDEOGRAPHIC
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.lexing import plain
from pipeline.dateline.places import qualifier

_AGENCIES = "|".join(map(re.escape, IDEOGRAPHIC))
_NUMERAL = "〇零一二三四五六七八九十廿卅"
_DAY = (
    rf"(?:(?P<month>\d{{1,2}}|[{_NUMERAL}]{{1,3}})月)?(?P<day>\d{{1,2}}|[{_NUMERAL}]{{1,3}})(?:日|(?=[电電]))"
)
_CHINESE = re.compile(
    rf"\s*(?P<open>[【（(\[［])?(?P<agency>{_AGENCIES}|[一-龥]{{2,5}}社)?(?:[駐驻]?(?:本报|本報)?(?:记者|記者)(?P<reporter>[一-龥、]{{2,10}}?))?"
    rf"(?P<place>[一-龥·•／/、]{{2,16}}?)?(?:[(（](?P<land>[一-龥]{{2,10}})[)）])?(?:{_DAY})?(?P<kind>综合外电|综合|綜合|专|專|外)?[电電讯訊](?P<close>[】）)\]］])?"
)
_JAPANESE = re.compile(
    rf"\s*(?P<open>[【［\[（(])(?P<place>[^\s】］\])）=＝\d]{{1,20}}?)?\s*(?:{_DAY})?\s*(?P<agency>{_AGENCIES})(?:\s*(?:{_DAY.replace('month', 'month2').replace('day', 'day2')}))?(?P<by>[^】］\])）]{{0,12}})?(?P<close>[】］\])）])"
)
_HOUSE = re.compile(
    rf"\s*(?P<open>[【［\[（(])(?P<place>[^\s】］\])）=＝\d]{{1,20}}?)(?:\s*[=＝]\s*|\s*{_DAY}\s*(?:[=＝]\s*)?)"
    r"(?P<agency>[^\s】］\])）=＝\d、。「」]{2,16})(?P<close>[】］\])）])"
)
"""``【横浜＝湊通信】``, ``［函館 27日 湊通信］``: a house that is not listed, behind a town."""
_KOREAN = re.compile(
    r"\s*(?P<open>[(\[（［【])(?P<place>[가-힣·ㆍ,\s]{1,30}?)\s*[=＝]\s*(?P<agency>[^)\]）］】\s]{2,16})(?P<close>[)\]）］】])"
)
_NUMBERS = {char: at for at, char in enumerate("〇一二三四五六七八九十")} | {"零": 0, "廿": 20, "卅": 30}


@dataclass(frozen=True, slots=True)
class Found:
    """A dateline read: the printed names of its places, each with the country printed beside it."""

    raw: str
    places: tuple[tuple[str, str | None], ...]
    agency: str | None
    filed_on: date | None


def find(text: str, near: date | None) -> Found | None:
    """The ideographic or Korean dateline at the head of ``text``; None where there is none."""
    if text.isascii():
        return None
    for read in (_korean, _japanese, _house, _chinese):
        found = read(text, near)
        if found is not None:
            return found
    return None


def _span(text: str, match: re.Match[str]) -> str:
    return text[match.start() : match.end()].strip()


def numeral(text: str) -> int:
    """A day or month in Arabic or Chinese figures.

    >>> numeral("十六"), numeral("二十八"), numeral("１５")
    (16, 28, 15)
    """
    text = plain(text)
    if text.isdigit():
        return int(text)
    total = 0
    for char in text:
        value = _NUMBERS[char]
        total = max(total, 1) * 10 if char == "十" else total + value
    return total


def _filed(match: re.Match[str], near: date | None) -> date | None:
    """The filing date: nearest to ``near`` with that day, and that month where one is printed."""
    groups = match.groupdict()
    day_text = groups.get("day") or groups.get("day2")
    if not day_text or near is None:
        return None
    day = numeral(day_text)
    month_text = groups.get("month") or groups.get("month2")
    best: date | None = None
    for shift in range(-12, 13):
        at = near.year * 12 + near.month - 1 + shift
        year, month = divmod(at, 12)
        if month_text and numeral(month_text) != month + 1:
            continue
        try:
            one = date(year, month + 1, day)
        except ValueError:
            continue
        if best is None or abs((one - near).days) < abs((best - near).days):
            best = one
    return best


def _korean(text: str, near: date | None) -> Found | None:
    match = _KOREAN.match(text)
    if not match:
        return None
    names = tuple((name.strip(), None) for name in re.split(r"[·ㆍ,]", match["place"]) if name.strip())
    return Found(_span(text, match), names, match["agency"], _filed(match, near))


def _japanese(text: str, near: date | None) -> Found | None:
    match = _JAPANESE.match(text)
    if not match or "电" in match.group() or "電" in match.group():
        return None
    place = (match["place"] or "").strip(" ・、=＝")
    parts = re.split(r"[・、]", place) if place and not lookup(place) else [place]
    names = tuple((part, None) for part in parts if part)
    return Found(_span(text, match), names, match["agency"], _filed(match, near))


def _house(text: str, near: date | None) -> Found | None:
    match = _HOUSE.match(text)
    if not match:
        return None
    parts = [match["place"]] if lookup(match["place"]) else re.split(r"[・、]", match["place"])
    if not all(lookup(part).settlements for part in parts):
        return None
    names = tuple((part, None) for part in parts)
    return Found(_span(text, match), names, match["agency"], _filed(match, near))


def _chinese(text: str, near: date | None) -> Found | None:
    match = _CHINESE.match(text)
    if not match or not (match["agency"] or (match["open"] and match["close"]) or match["day"]):
        return None
    whole = (match["reporter"] or "") + (match["place"] or "")
    names = located(whole, match["land"])
    if whole and not match["agency"] and not any(lookup(name) for name, _ in names):
        return None
    raw = _span(text, match)
    if match["open"] and not match["close"]:
        raw = raw[1:]
    return Found(raw, names, match["agency"], _filed(match, near))


def located(text: str, land: str | None) -> tuple[tuple[str, str | None], ...]:
    """The places of ``text``, each with its country: in brackets behind it or straight before it.

    >>> located("義大利杜林", None), located("東京", None)
    ((('杜林', '義大利'),), (('東京', None),))
    """
    if not text:
        return ()
    parts = [part for part in re.split("[、／/]", text) if part]
    if len(parts) > 1 or lookup(text).settlements or land:
        return tuple((part, land) for part in parts)
    division = re.match("[一-龥]{2,5}?[州省邦](?=[一-龥]{2})", text)
    if division:
        return ((text[division.end() :], None),)
    for at in range(len(text) - 2, 1, -1):
        if qualifier(text[:at]) is not None:
            return ((text[at:], text[:at]),)
    for at in range(1, len(text) - 1):
        if lookup(text[at:]).settlements:
            return ((text[at:], None),)  # a reporter's name stands before it
    return ((text, None),)
