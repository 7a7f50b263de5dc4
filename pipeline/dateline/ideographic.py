"""Datelines of the Chinese, Japanese and Korean press, which need no spaces and no dash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.dateline import places
from pipeline.dateline.agencies import IDEOGRAPHIC, is_known
from pipeline.dateline.calendars import gregorian
from pipeline.dateline.gazetteer import lookup
from pipeline.dateline.lexing import plain
from pipeline.dateline.places import qualifier

_AGENCIES = "|".join(map(re.escape, IDEOGRAPHIC))
_IDEOGRAPHS = re.compile("[\u3041-\u30fa\u4e00-\u9fff\uac00-\ud7a3]")
_BEGINNING = 24
"""Characters in which such a dateline shows its script."""
_NUMERAL = "〇零一二三四五六七八九十廿卅"
_DAY = (
    rf"(?:(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>\d{{1,2}}|[{_NUMERAL}]{{1,3}})月)?"
    rf"(?P<day>\d{{1,2}}|[{_NUMERAL}]{{1,3}})(?:日|(?=[电電]))"
)
_LATER_DAY = _DAY.replace("<year>", "<year2>").replace("<month>", "<month2>").replace("<day>", "<day2>")
_OPEN, _CLOSE = r"(?P<open>[【（(\[［〔])", r"(?P<close>[】）)\]］〕])"
_NAME = r"[^\s】］\])）=＝\d：:。「」]"
_CHINESE = re.compile(
    rf"\s*{_OPEN}?(?P<agency>{_AGENCIES}|[一-龥]{{2,5}}社)?(?:[駐驻]?(?:本报|本報)?(?:记者|記者)(?P<reporter>[一-龥、]{{2,10}}?))?"
    rf"(?P<place>[一-龥·•／/、]{{2,16}}?)?(?:[(（](?P<land>[一-龥]{{2,10}})[)）])?(?:{_DAY})?"
    r"(?:(?:综合|綜合|专|專)?外?[电電讯訊](?:报道|報導)?|(?P<told>消息)|(?P<dated>(?=[】）)\]］])))"
    rf"{_CLOSE}?"
)
"""``新华社北京5月3日电``, ``（中央社記者某某台北3日電）``, ``【新華社北京5月3日】``."""
_REPORTED = re.compile(
    rf"\s*{_OPEN}(?:{_AGENCIES})?(?:记者|記者)(?P<reporter>[一-龥、]{{2,12}}?)(?P<slash>[／/])?(?P<place>[一-龥]{{2,8}}?)"
    rf"(?:连线|連線|即時)?(?:报道|報道|报导|報導){_CLOSE}"
)
"""``〔記者某某／台北報導〕``."""
_JAPANESE = re.compile(
    rf"\s*{_OPEN}(?P<place>{_NAME}{{1,20}}?)?\s*(?:{_DAY})?\s*(?P<agency>{_AGENCIES})(?:\s*(?:{_LATER_DAY}))?"
    rf"(?P<by>[^】］\])）。]{{0,12}}){_CLOSE}"
)
_OUTSIDE = re.compile(rf"\s*(?P<place>{_NAME}{{2,12}}?)[（(](?P<agency>{_AGENCIES})[)）]")
"""``ワシントン（CNN）``."""
_HOUSE = re.compile(
    rf"\s*{_OPEN}(?P<place>{_NAME}{{1,20}}?)(?:\s*[=＝]\s*|\s*{_DAY}\s*(?:[=＝]\s*)?)"
    rf"(?P<agency>[^\s】］\])）=＝\d、。「」]{{2,16}}){_CLOSE}"
)
"""``【横浜＝湊通信】``, ``［函館 27日 湊通信］``: a house that is not listed, or a reporter, behind a town."""
_SIGNED = re.compile(rf"\s*{_OPEN}(?P<place>[ァ-ヴー・]{{2,14}})(?P<agency>[一-龥]{{3,5}}){_CLOSE}")
"""``【ワシントン山田太郎】``."""
_HOUSE_WORD = re.compile(
    r"(?:通信|新聞|日報|新報|ニュース|社|放送|テレビ|タイムズ|プレス|報知|[A-Za-zＡ-Ｚ]{2,})$"
)
"""How a house's name ends, and a reporter's does not."""
_KOREAN = re.compile(
    rf"\s*{_OPEN}(?P<place>[가-힣·ㆍ,\s]{{1,30}}?)(?:\s+(?:[A-Za-z]{{2,8}}|로이터|교도|신화|타스|스푸트니크|블룸버그))?"
    rf"\s*[=＝]\s*(?P<agency>[^)\]）］】\s]{{2,16}}){_CLOSE}"
)
_KOREAN_HOUSE = re.compile(r"(?:뉴스\w?|통신|일보|신문|방송|경제|투데이|타임스|뉴시스|[A-Za-z]{2,})$")
_CREDITS = frozenset("写真 画像 映像 提供 資料 图片 圖片 图 圖 照片 来源 來源 出典".split())
_KOREAN_CREDITS = frozenset(
    "사진 자료 영상 출처 그래픽 표 제공 이미지 캡처 일러스트 글 사진제공 자료사진".split()
)
"""What stands before a credit, rather than a place: photo, source, figure."""
_HAN = re.compile("[一-龥]")
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
    if not _IDEOGRAPHS.search(text, 0, _BEGINNING):
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
    month_text = groups.get("month") or groups.get("month2")
    year_text = groups.get("year") or groups.get("year2")
    if not day_text or (near is None and not year_text):
        return None
    near = near or date(int(year_text or 1), 7, 1)
    day, month = numeral(day_text), numeral(month_text) if month_text else None
    days: list[date] = []
    for at in range(near.year * 12 + near.month - 13, near.year * 12 + near.month + 12):
        one = gregorian("gregorian", at // 12, at % 12 + 1, day)
        if one and month in {None, one.month} and (not year_text or one.year == int(year_text)):
            days.append(one)
    return min(days, key=lambda one: abs((one - near).days), default=None)


def _korean(text: str, near: date | None) -> Found | None:
    match = _KOREAN.match(text)
    if not match:
        return None
    names = [name.strip() for name in re.split(r"[·ㆍ,]", match["place"]) if name.strip()]
    known = all(lookup(name) for name in names)
    house = is_known(match["agency"]) or _KOREAN_HOUSE.search(match["agency"])
    if not names or not (known or house) or not _KOREAN_CREDITS.isdisjoint(names[0].split()):
        return None
    return Found(
        _span(text, match), tuple((name, None) for name in names), match["agency"], _filed(match, near)
    )


def _japanese(text: str, near: date | None) -> Found | None:
    match = _OUTSIDE.match(text)
    if match and lookup(match["place"]).settlements:
        return Found(_span(text, match), ((match["place"], None),), match["agency"], None)
    match = _JAPANESE.match(text)
    if not match or "电" in match.group() or "電" in match.group():
        return None
    place = (match["place"] or "").strip(" ・、=＝")
    if place in _CREDITS or (not place and _HAN.match(match["by"])):
        return None
    return Found(_span(text, match), _apart(place), match["agency"], _filed(match, near))


def _apart(place: str) -> tuple[tuple[str, str | None], ...]:
    """The names of ``ベルリン/パリ``."""
    parts = re.split("[・、/／]", place) if place and not lookup(place) else [place]
    return tuple((part.strip(), None) for part in parts if part.strip())


def _house(text: str, near: date | None) -> Found | None:
    match = _HOUSE.match(text) or _SIGNED.match(text)
    if not match:
        return None
    names = _apart(match["place"])
    if not names or not all(lookup(name).settlements for name, _ in names):
        return None
    agency = match["agency"] if _HOUSE_WORD.search(match["agency"]) or is_known(match["agency"]) else None
    return Found(_span(text, match), names, agency, _filed(match, near))


def _chinese(text: str, near: date | None) -> Found | None:
    match = _REPORTED.match(text)
    if match:
        whole = match["place"] if match["slash"] else match["reporter"] + match["place"]
        names = located(whole, None)
        known = names and all(lookup(name).settlements for name, _ in names)
        return Found(_span(text, match), names, None, None) if known else None
    match = _CHINESE.match(text)
    if not match or not (match["agency"] or (match["open"] and match["close"]) or match["day"]):
        return None
    faint = match["told"] is not None or match["dated"] is not None
    if faint and not (match["agency"] and match["day"]):
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
        if places.resolve(text[at:], None, None).geoname_id is not None:
            return ((text[at:], None),)  # a reporter's name stands before it
    return ((text, None),)
