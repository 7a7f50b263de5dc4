"""Writes docs/timestamps.md: what Dateline and four libraries answer on the strings of ``timestamps_cases.py``.

    python bench/timestamps_table.py > docs/timestamps.md

Every library is called as its documentation says, with what it can use: dateparser gets the
language, dateutil a table of zones, feedparser a feed with the string as its ``pubDate``. A test
runs this and compares, so the page cannot fall behind the code.
"""

from __future__ import annotations

import email.utils
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from importlib.metadata import version
from pathlib import Path

import baselines
import dateutil.parser
import feedparser
from timestamps_cases import CASES, REFERENCE, Case

from pipeline.dateline import parse_timestamp
from pipeline.records import Timestamp

TEXT = Path(__file__).with_name("timestamps_text.md")
MINUTE = timedelta(minutes=1)


def by_dateline(case: Case) -> Timestamp | None:
    """Our reading, with the publisher's language and country where the case names them."""
    return parse_timestamp(
        case.text, language=case.language or None, country=case.country or None, reference=REFERENCE
    )


def by_email(case: Case) -> datetime | None:
    """The standard library's reading of a message's date."""
    try:
        return email.utils.parsedate_to_datetime(case.text)
    except (ValueError, TypeError):
        return None


def by_feedparser(case: Case) -> datetime | None:
    """The entry's ``published_parsed``, which is documented as UTC."""
    item = f"<item><pubDate>{escape(case.text)}</pubDate></item>"
    feed = f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'
    found = feedparser.parse(feed.encode())["entries"][0].get("published_parsed")
    return datetime(*found[:6], tzinfo=UTC) if found else None


def by_dateutil(case: Case) -> datetime | None:
    """``dateutil.parser.parse`` with a table of zones; ``fuzzy``, so that words around do not stop it."""
    day = REFERENCE.replace(hour=0, minute=0, second=0, tzinfo=None)
    try:
        return dateutil.parser.parse(case.text, fuzzy=True, tzinfos=baselines.TABLE, default=day)
    except (ValueError, OverflowError, TypeError):
        return None


def by_dateparser(case: Case) -> datetime | None:
    """``dateparser.parse`` with the language and the reference; it takes no country."""
    item = {
        "text": case.text,
        "lang": case.language,
        "context": {"reference_time": REFERENCE.isoformat()},
    }
    return baselines.by_dateparser(item)


LIBRARIES: dict[str, Callable[[Case], datetime | None]] = {
    "email.utils": by_email,
    "feedparser": by_feedparser,
    "dateutil": by_dateutil,
    "dateparser": by_dateparser,
}


def apart(delta: timedelta) -> str:
    """A difference in words, signed.

    >>> apart(timedelta(hours=-5, minutes=-30)), apart(timedelta(days=29)), apart(timedelta(days=9000))
    ('−5 h 30 min', '+29 d', '+25 years')
    """
    sign = "−" if delta < timedelta() else "+"
    if abs(delta) > timedelta(days=730):
        return f"{sign}{round(abs(delta).days / 365.25)} years"
    minutes = abs(delta) // MINUTE
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    shown = [f"{count} {unit}" for count, unit in parts if count]
    return sign + " ".join(shown[:2] or ["0 min"])


def library_verdict(found: datetime | None, case: Case) -> tuple[str, str]:
    """A word for the tally, and what the table shows."""
    if found is None:
        return ("right", "right: none") if not case.truth else ("nothing", "–")
    if not case.truth or case.open:
        return ("no zone", "no zone") if case.truth and found.tzinfo is None else ("wrong", "**a guess**")
    if case.day:
        return "wrong", "**midnight**" if found.time() == datetime.min.time() else "**a clock**"
    if found.tzinfo is None:
        return "no zone", "no zone"
    nearest = min((found - moment for moment in case.moments), key=abs)
    return ("right", "right") if abs(nearest) < MINUTE else ("wrong", f"**{apart(nearest)}**")


def our_verdict(found: Timestamp | None, case: Case) -> tuple[str, str]:
    """The same for Dateline, with its flags."""
    if found is None:
        return ("right", "right: none") if not case.truth else ("nothing", "–")
    flags = "".join(f", `{flag}`" for flag in sorted(found.flags))
    readings = {one.instant for one in found.candidates}
    if case.open and found.instant is None and set(case.moments) <= readings:
        return "right", f"right: {len(readings)} readings{flags}"
    if case.day and found.precision == "day" and found.instant is None:
        return "right", f"right: a day{flags}"
    if found.instant is None:
        return "no zone", f"no zone{flags}"
    nearest = min((found.instant - moment for moment in case.moments), key=abs, default=None)
    right = nearest is not None and abs(nearest) < MINUTE and not case.open and not case.day
    return ("right", f"right{flags}") if right else ("wrong", f"**{apart(nearest or timedelta())}**")


def truth(case: Case) -> str:
    """The true answer, in UTC."""
    if not case.truth:
        return "no date"
    if case.day:
        return f"the day {case.truth[0][:10]}"
    between = " *or* " if case.open or len(case.truth) > 1 else ""
    return between.join(one.replace("T", " ") + "Z" for one in case.truth)


def table() -> str:
    """The rows and the tally, as Markdown."""
    tally = {name: Counter[str]() for name in ("Dateline", *LIBRARIES)}
    lines = [
        f"| | printed | publisher | true instant | {' | '.join(tally)} |",
        "|--:|---|---|---|" + "---|" * len(tally),
    ]
    for number, case in enumerate(CASES, 1):
        verdicts = [our_verdict(by_dateline(case), case)]
        verdicts += [library_verdict(read(case), case) for read in LIBRARIES.values()]
        for name, (word, _) in zip(tally, verdicts, strict=True):
            tally[name][word] += 1
        publisher = ", ".join(part for part in (case.language, case.country) if part) or "–"
        cells = " | ".join(shown for _, shown in verdicts)
        lines.append(f"| {number} | `{case.text}` | {publisher} | {truth(case)} | {cells} |")
    words = ("right", "wrong", "no zone", "nothing")
    lines += [
        "",
        "| of {} strings | {} |".format(len(CASES), " | ".join(words)),
        "|---|" + "--:|" * len(words),
    ]
    lines += [
        f"| {name} | {' | '.join(str(count[word]) for word in words)} |" for name, count in tally.items()
    ]
    return "\n".join(lines)


def versions() -> str:
    """The libraries as installed."""
    names = {"feedparser": "feedparser", "python-dateutil": "dateutil", "dateparser": "dateparser"}
    shown = [f"{name} {version(package)}" for package, name in names.items()]
    return f"email.utils of the standard library, {', '.join(shown)}, tzdata {version('tzdata')}"


def page() -> str:
    """The whole page."""
    warnings.simplefilter("ignore")  # the libraries warn of zones that they do not know
    text = TEXT.read_text("utf-8")
    return text.replace("{versions}", versions()).replace("{table}", table())


if __name__ == "__main__":
    sys.stdout.write(page())
