"""Why an article reads as it does: each field, what every source said of it, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.cli.show import offset
from pipeline.extract.choice import as_text
from pipeline.extract.hints import HINT
from pipeline.records import Article, FieldCandidate, Place, Source, Timestamp

_FIELDS = (
    "headline alternative_headline byline authors publisher description section keywords language images "
    "is_free_access canonical_url body"
).split()
_HINTED = {
    "headline": "headline",
    "authors": "byline",
    "body": "body",
    "section": "section",
    "images": "image",
}
"""Fields that hints can name, and what they call them."""
_TAKEN, _AGREES, _DIFFERS, _REFUSED = ("✓", "green"), ("=", "dim"), ("≠", "yellow"), ("✗", "red")
_LABEL, _SOURCE, _LONGEST = 13, 16, 160
_Row = tuple[tuple[str, str], str, str, str]
"""Mark and its colour, source, value, why."""


def explained(article: Article, source: Source | None, *, today: date) -> RenderableType:
    """The whole explanation, for a terminal.

    Args:
        article: as ``extract_article`` gives it.
        source: the publisher as registered, if it is.
        today: from when a draft of hints would hold.
    """
    silent = [name for name in _FIELDS if not _candidates(article, name)]
    parts: list[RenderableType] = [_title(article, source), Text()]
    for name in _FIELDS:
        if name not in silent:
            parts += [_field(name, _value(article, name), [*_rows(_candidates(article, name))]), Text()]
    parts += [*_dates(article), *_dateline(article)]
    if silent:
        parts += [Text(f"No source says anything of: {', '.join(silent)}", style="dim"), Text()]
    parts.append(_legend())
    parts += [Text(), *_how_to_overrule(article, source, today)]
    return Group(*parts)


def _title(article: Article, source: Source | None) -> Text:
    access = {True: "free", False: "behind a paywall", None: "access not stated"}[article.is_free_access]
    facts = [article.status, f"{article.word_count:,} words", access]
    facts += [f"{len(article.live_posts)} live posts"] if article.live_posts else []
    facts += [f"{len(article.editor_notes)} editor's notes"] if article.editor_notes else []
    facts.append(f"registered as {source.name}" if source else "publisher not registered")
    return Text.assemble((article.url or "a saved text", "bold"), "\n", (" · ".join(facts), "dim"))


def _candidates(article: Article, name: str) -> list[FieldCandidate]:
    """What the sources said of a field; of a page saved as text, what was read of it."""
    told = [candidate for candidate in article.field_candidates if candidate.field == name]
    value = getattr(article, name)
    if value and not told:
        told = [FieldCandidate(name, article.methods.get(name, "derived"), as_text(value), chosen=True)]
    return told


def _value(article: Article, name: str) -> str:
    """What the article has, where the candidate that was taken does not say it."""
    value: Any = getattr(article, name)
    told = as_text(value) if value else ""
    taken = next((one.value for one in _candidates(article, name) if one.chosen), "")
    if name == "images" and len(article.images) > 1:
        return f"{_shortened(as_text(article.images[0]), 60)} and {len(article.images) - 1} more"
    return "" if told.startswith(taken) and taken else _shortened(told, 240)


def _rows(candidates: Iterable[FieldCandidate]) -> Iterator[_Row]:
    """A row for each thing said: the one taken first, with the sources that say it."""
    sources: dict[tuple[bool, str, str], dict[str, None]] = {}
    for one in sorted(candidates, key=lambda one: (not one.chosen, one.reason != "agrees")):
        value = "" if one.reason == "agrees" else one.value
        sources.setdefault((one.chosen, value, one.reason), {})[one.source] = None
    for (chosen, value, reason), named in sources.items():
        mark = _TAKEN if chosen else {"agrees": _AGREES, "less trusted": _DIFFERS}.get(reason, _REFUSED)
        yield mark, ", ".join(named), value, reason


def _field(name: str, value: str, rows: Iterable[_Row]) -> Table:
    """The rows of a field; ``value`` stands above them where it is not empty."""
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for width in (_LABEL, 1, _SOURCE):
        table.add_column(width=width, overflow="fold")
    table.add_column(ratio=5, overflow="fold")
    table.add_column(ratio=3)
    label = Text(name.replace("_", " "), "bold cyan")
    if value:
        table.add_row(label, "", "", Text(value, "bold"), "")
        label = Text()
    for (mark, colour), source, told, why in rows:
        taken = mark == _TAKEN[0]
        line = Text(
            _shortened(" ".join(told.split()), _LONGEST),
            "bold" if taken and not value else "",
            no_wrap=not taken,
            overflow="fold" if taken else "ellipsis",
        )
        table.add_row(label, Text(mark, colour), Text(source, colour), line, Text(why, "dim"))
        label = Text()
    return table


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _dates(article: Article) -> Iterator[RenderableType]:
    roles = (("published", "published", article.published), ("modified", "updated", article.modified))
    for name, role, chosen in roles:
        rows = [
            _date_row(stamp, chosen)
            for stamp in article.timestamps
            if stamp.role == role
            and not (
                chosen
                and stamp.evidence == chosen.evidence
                and (chosen.method or "").startswith(stamp.method or "")
            )
        ]
        if chosen or rows:
            yield _field(name, _when(chosen) if chosen else "", [*_proof(chosen), *rows])
            yield Text()
    others = [stamp for stamp in article.timestamps if stamp.role not in {"published", "updated"}]
    if others:
        yield _field(
            "other dates",
            "of the page, of events",
            [((" ", "dim"), stamp.role, stamp.evidence, _when(stamp)) for stamp in others],
        )
        yield Text()


def _proof(chosen: Timestamp | None) -> Iterator[_Row]:
    """What the chosen date rests on: its sources, its text, where its zone is from, what is odd about it."""
    if chosen is None:
        return
    zone = "no zone is known" if chosen.utc_offset_minutes is None else "zone printed"
    for flag, words in (
        ("source_zone", "zone as registered"),
        ("dateline_zone", "zone of the dateline's place"),
    ):
        zone = words if flag in (chosen.method or "") else zone
    flags = ", ".join(sorted(chosen.flags - {"source_zone", "dateline_zone"}))
    why = "; ".join(part for part in (zone, flags) if part)
    yield _TAKEN, chosen.method or "", chosen.evidence, why


def _date_row(stamp: Timestamp, chosen: Timestamp | None) -> _Row:
    flags = f" ({', '.join(sorted(stamp.flags))})" if stamp.flags else ""
    return (
        _AGREES if _same(stamp, chosen) else _DIFFERS,
        stamp.method or "",
        stamp.evidence,
        f"{_when(stamp)}{flags}",
    )


def _same(stamp: Timestamp, chosen: Timestamp | None) -> bool:
    """The two name one instant, or one day where either has no more."""
    if chosen is None or stamp.local is None or chosen.local is None:
        return False
    if stamp.instant and chosen.instant:
        return stamp.instant == chosen.instant
    rough = {"year", "month", "day"} & {stamp.precision, chosen.precision}
    return stamp.local.date() == chosen.local.date() if rough else stamp.local == chosen.local


def _when(stamp: Timestamp) -> str:
    """``2021-03-09 18:20 +01:00 Europe/Oslo``, as precise as it was printed."""
    if stamp.local is None:
        return f"{stamp.instant:%Y-%m-%d %H:%MZ}" if stamp.instant else "no certain date"
    form = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "second": "%Y-%m-%d %H:%M:%S"}
    day = format(stamp.local, form.get(stamp.precision, "%Y-%m-%d %H:%M"))
    if stamp.precision in {"year", "month", "day"}:
        return f"{day}, {stamp.precision} only"
    if stamp.utc_offset_minutes is None:
        return f"{day}, no zone"
    return f"{day} {offset(stamp.utc_offset_minutes)} {stamp.zone or ''}".rstrip()


def _dateline(article: Article) -> Iterator[RenderableType]:
    line = article.dateline
    if line is None:
        return
    facts = [line.agency and f"agency {line.agency}", line.filed_on and f"filed on {line.filed_on}"]
    rows: list[_Row] = []
    for place in line.places:
        rows.append((_TAKEN, place.name, _where(place), place.method or ""))
        rows += [(_DIFFERS, other.name, _where(other), "a namesake") for other in place.alternatives]
    yield _field("dateline", "  ".join([line.raw, *(fact for fact in facts if fact)]), rows)
    yield Text()


def _where(place: Place) -> str:
    position = f"{place.lat:.2f}, {place.lon:.2f}" if place.lat is not None and place.lon is not None else ""
    region = place.admin1 if place.admin1 and place.admin1.isalpha() else None
    return " · ".join(part for part in (region, place.country, position, place.zone) if part)


def _legend() -> Text:
    marks = (
        (_TAKEN, "taken"),
        (_AGREES, "agrees"),
        (_DIFFERS, "differs, less trusted"),
        (_REFUSED, "refused"),
    )
    return Text("   ").join(Text.assemble((mark, colour), f" {words}") for (mark, colour), words in marks)


def _how_to_overrule(article: Article, source: Source | None, today: date) -> Iterator[Text]:
    """Hints for what is missing or disputed, ready to be completed."""
    if not article.field_candidates:
        yield Text("Hints are for HTML; this was read as a page saved as text.", "dim")
        return
    lines = [*_suggested(article)]
    if not lines:
        yield Text("Nothing is missing or disputed. Hints in sources.yaml could overrule any field.", "dim")
        return
    whose = source.domain if source else "this publisher"
    yield Text(f"To overrule, put what fits under {whose} in sources.yaml; selectors are CSS:", "dim")
    yield Text()
    yield Text("    hints:")
    yield Text(f"      - since: {today}")
    for line in lines:
        yield Text(f"        {line}")


def _suggested(article: Article) -> Iterator[str]:
    for name, hint in _HINTED.items():
        told = _candidates(article, name)
        if not getattr(article, name):
            yield f'{hint}: ["…"]{" " * (16 - len(hint))}# nothing was found'
        elif any(one.reason == "less trusted" for one in told) and article.methods.get(name) != HINT:
            yield f'{hint}: ["…"]{" " * (16 - len(hint))}# sources differ'
    if any(one.chosen and one.reason == "no person is named" for one in _candidates(article, "authors")):
        yield f'drop_authors: ["{article.authors[0]}"]'
    if article.published is None:
        yield 'published: ["…"]       # no date was found'
    elif article.published.instant is None and article.published.precision in {"minute", "second"}:
        yield "zone: …                # a clock without a zone"
