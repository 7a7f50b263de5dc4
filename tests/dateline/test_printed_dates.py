"""Date strings of the world's press, by class (``printed_dates.txt``): what each prints, and what prints none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.dateline import parse_timestamp

REFERENCE = datetime(2024, 7, 15, 12, 0, tzinfo=UTC)


def sections():
    """Class → its lines, each split into its fields."""
    out = {}
    for line in Path(__file__).with_name("printed_dates.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            out[line.strip("[]")] = rows = []
        elif line and not line.startswith("#"):
            rows.append([part.strip() for part in line.split("¦")])
    return out


def known(printed):
    """The arguments that a field such as "en;zone=Europe/London" stands for."""
    return dict(part.split("=") if "=" in part else ("language", part) for part in printed.split(";") if part)


def shown(found):
    """A reading in the words of the file."""
    if found is None:
        return "N"
    if found.instant:
        return f"I {found.instant:%Y-%m-%d %H:%M}"
    if "ambiguous_zone" in found.flags:
        return "A" if len(found.candidates) > 1 else "A without candidates"
    form = {"day": "D %Y-%m-%d", "month": "M %Y-%m"}.get(found.precision, "L %Y-%m-%d %H:%M")
    return found.local.strftime(form)


SECTIONS = sections()


@pytest.mark.parametrize("name", [name for name in SECTIONS if name != "none"])
def test_what_is_printed_is_read(name):
    wrong = []
    for text, settings, expected in SECTIONS[name]:
        read = shown(parse_timestamp(text, reference=REFERENCE, **known(settings)))
        if read != expected:
            wrong.append((text, settings, expected, read))
    assert wrong == []


def test_what_prints_no_timestamp_gives_none():
    wrong = []
    for text, *settings in SECTIONS["none"]:
        found = parse_timestamp(text, reference=REFERENCE, **known(settings[0] if settings else "en"))
        if found is not None:
            wrong.append((text, shown(found)))
    assert wrong == []
