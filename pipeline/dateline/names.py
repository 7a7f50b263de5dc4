"""What a word means in a date: months, weekdays, halves of the day, zones, relative times.

From CLDR by way of ``names.json`` (``build_names`` writes it), with the words that CLDR lacks: other
calendars' months, the particles between a date and its clock, 'yesterday' in the world's languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.dateline.calendars import ISLAMIC_MONTHS, PERSIAN_MONTHS
from pipeline.dateline.folding import fold
from pipeline.dateline.languages import LANGUAGES

PATH = Path(__file__).with_name("names.json")
_RANK = {language.partition("_")[0]: at for at, language in reversed(list(enumerate(LANGUAGES)))}

FILLERS = frozenset(
    fold(word)
    for word in (
        *(
            "at on of the de del den der del di du le la à a às as las a las um am kl klo kello klokken klockan".split()
        ),
        *(
            "ore alle ora delle dne v ve o godz godzina saat saati tarihinde pukul jam pkl tanggal lúc ngày vào".split()
        ),
        *(
            "в от о г года году р року год time date om op te d og den da en el lo u às de, na la ob dana в, на".split()
        ),
        *(
            "الساعة في يوم عند بتاريخ الموافق ساعت و مورخ ת ב בשעה את के को पर पूर्वाह्न เวลา วันที่ ที่ เมื่อ น ν".split()
        ),
        *(
            "คศ ค.ศ. ی ж թ оны د ta thg gada g m d tháng năm verso circa klok kella kell plkst ob ko жылғы жылдың жылдын жыл yil йил il ci aasta aastal ng წლის წ στις ώρα y e i".split()
        ),
    )
)
"""Words that may stand between a date and its clock."""
CLOCK_LEADS = frozenset(
    fold(word)
    for word in (
        "um kl klo klokken klockan kello at ore alle ora pukul jam pkl om lúc ob godz kell kella plkst w o v ve u в о у la las às เวลา".split()
    )
)
"""Words that make the ``21.57`` behind them a clock."""
CLOCK_UNITS = frozenset(("uhr", "uur", "hrs", "hodin", "godz", "น", "ч"))
MILITARY_LEADS = frozenset(("kl", "klo", "klokken", "klockan", "pukul", "pkl"))
"""Words that make the ``1015`` behind them a clock."""
RANGE_WORDS = frozenset(
    fold(word) for word in "to bis until till do до til tot hasta às jusqu sampai to".split()
)
_RELATIVE_DAYS = {
    0: "today, heute, aujourd'hui, aujourd’hui, hoje, hoy, oggi, сегодня, сьогодні, dzisiaj, dziś, bugün, vandaag, idag, "
    "i dag, dnes, danas, tänään, astăzi, azi, днес, σήμερα, היום, امروز, اليوم, آج, आज, আজ, วันนี้, hôm nay, hari ini, 今日, 今天, "
    "오늘, avui, gaur",
    -1: "yesterday, gestern, hier, ontem, ayer, ieri, вчера, вчора, wczoraj, dün, gisteren, igår, i går, včera, jučer, juče, "
    "eilen, tegnap, χθες, χτες, אתמול, دیروز, أمس, कल, গতকাল, เมื่อวาน, เมื่อวานนี้, hôm qua, kemarin, semalam, 昨日, 昨天, 어제, "
    "ahir, atzo",
    -2: "day before yesterday, the day before yesterday, vorgestern, avant-hier, anteontem, anteayer, antes de ayer, "
    "altro ieri, позавчера, позавчора, przedwczoraj, evvelsi gün, eergisteren, i förrgår, i forgårs, předevčírem, "
    "prekjučer, prekjuče, toissapäivänä, tegnapelőtt, προχθές, שלשום, پریروز, أول أمس, परसों, hôm kia, kemarin dulu, 前天, "
    "一昨日, 그저께",
}


_FAR_APART = 60
"""Ranks between two languages whose words are not taken for each other's: "Sat" is no Hausa month in German."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word's place in a date: its class for the grammar, and its value."""

    kind: str
    """``M`` month, ``W`` weekday, ``A`` half of the day (``a``: perhaps), ``f`` filler, ``u`` unit of a clock, ``r`` range, ``R`` day."""
    values: tuple[int | str, ...]
    """Its reading, or the readings of different languages."""
    calendar: str = "gregorian"


@dataclass(frozen=True, slots=True)
class Names:
    """The loaded tables."""

    months: Mapping[str, Mapping[str, list[str]]]
    weekdays: Mapping[str, Mapping[str, list[str]]]
    periods: Mapping[str, Mapping[str, list[str]]]
    zones: Mapping[str, str]
    relative: Mapping[str, int]
    openers: frozenset[str]
    """First words of the names that have several."""
    words: frozenset[str]
    """Everything that ``meaning_of`` has a meaning for: most words have none."""


@lru_cache(maxsize=1)
def names() -> Names:
    """The tables, read at the first call."""
    raw = json.loads(PATH.read_text("utf-8"))
    several = [key for table in raw.values() for key in table if " " in key and "#" not in key]
    several += [key for key in (*ISLAMIC_MONTHS, *RELATIVE_DAYS) if " " in key]
    openers = frozenset(key.partition(" ")[0] for key in several)
    months, weekdays, periods = (raw[table] for table in ("months", "weekdays", "periods"))
    others = (PERSIAN_MONTHS, ISLAMIC_MONTHS, RELATIVE_DAYS, (word for _, word in _DAYS_OF_ONE_LANGUAGE))
    words = frozenset().union(months, weekdays, periods, *others)
    return Names(months, weekdays, periods, raw["zones"], raw["relative"], openers, words)


_DAYS_OF_ONE_LANGUAGE: dict[tuple[str | None, str], int] = {("hu", "ma"): 0}
"""Words that mean something else to other languages: "ma" is Monday in Dutch."""
RELATIVE_DAYS = {
    fold(phrase): offset for offset, phrases in _RELATIVE_DAYS.items() for phrase in phrases.split(", ")
}
"""Folded word for a day near the reference → days from it."""


def _best(readings: Mapping[str, list[str]], language: str | None) -> tuple[int | str, ...]:
    """The readings that ``language`` allows; all of them where it allows none or is unknown."""
    own = [meaning for meaning, languages in readings.items() if language in languages]
    every = own or sorted(readings, key=lambda meaning: min(_RANK[one] for one in readings[meaning]))
    return tuple(int(meaning) if meaning.isdigit() else meaning for meaning in every)


def _rank(readings: Mapping[str, list[str]], language: str | None) -> int:
    """How near the languages of a word are to what is being read: 0 is its own language."""
    if any(language in languages for languages in readings.values()):
        return 0
    return 1 + min(_RANK[one] for languages in readings.values() for one in languages)


def is_month_in(text: str, language: str | None) -> bool:
    """True for the name of a month in ``language`` or in English; any name for a language that we do not know."""
    readings = names().months.get(fold(text), {}).values()
    return language not in _RANK or any(language in one or "en" in one for one in readings)


def is_weekday_in(text: str, language: str | None) -> bool:
    """True for the name of a weekday in ``language``; any name for a language that we do not know.

    >>> is_weekday_in("Mon", "en"), is_weekday_in("Mon", "fr"), is_weekday_in("Mon", None)
    (True, False, True)
    """
    readings = names().weekdays.get(fold(text), {}).values()
    return language not in _RANK or any(language in one for one in readings)


@lru_cache(maxsize=8192)
def meaning_of(word: str, language: str | None) -> tuple[Meaning, ...]:
    """What the folded ``word`` may mean, the likeliest first; empty: nothing to a date.

    ``language`` is a primary subtag. Several meanings come back for words such as "mar", a month
    in some languages and a weekday in others.
    """
    known = names()
    if word not in known.words:
        return ()
    found: list[tuple[int, Meaning]] = []
    if word in known.months:
        readings = known.months[word]
        found.append((_rank(readings, language), Meaning("M", _best(readings, language))))
    for calendar, table in (("persian", PERSIAN_MONTHS), ("islamic", ISLAMIC_MONTHS)):
        if word in table and (word not in known.months or language == "fa"):
            found.append(
                (
                    1 if language in {"fa", "ar", "ps", "ckb", "id", "ms"} else 40,
                    Meaning("M", (table[word],), calendar),
                )
            )
    if word in known.weekdays:
        readings = known.weekdays[word]
        found.append((_rank(readings, language), Meaning("W", _best(readings, language))))
    if word in known.periods:
        readings = known.periods[word]
        rank = _rank(readings, language)
        sure = rank == 0 or word in {"am", "pm", "noon", "midnight"} or not word.isascii()
        if sure or (len(word) > 1 and word not in FILLERS and word not in RANGE_WORDS):
            found.append((rank if sure else 90, Meaning("A" if sure else "a", _best(readings, language))))
    if word in RELATIVE_DAYS:
        found.append((3, Meaning("R", (RELATIVE_DAYS[word],))))
    if (language, word) in _DAYS_OF_ONE_LANGUAGE:
        found.append((-1, Meaning("R", (_DAYS_OF_ONE_LANGUAGE[language, word],))))
    if len(word) <= 2 and word.isascii():
        found = [pair for pair in found if pair[0] <= 0 or word in {"am", "pm"} or pair[1].kind == "a"]
    found.sort(key=lambda pair: pair[0])
    return tuple(meaning for rank, meaning in found if rank - found[0][0] < _FAR_APART)
