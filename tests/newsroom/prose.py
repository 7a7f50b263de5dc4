"""Invented news prose: from a table of phrases and a seed to a headline and paragraphs.

Every language has a table in ``phrases/``. A pattern names slots in braces; a slot is filled from
its list, ``{Slot}`` with a capital, and lists are dealt like cards, so one story does not say the
same thing twice. Numbers in the phrases keep two stories from sharing long runs of words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_SLOT = re.compile(r"\{(\w+)\}")
_NUMBERS = {"k": (3, 9), "n": (11, 97), "m": (110, 990), "pct": (2, 38), "year": (1961, 2016)}
UNSPACED = frozenset({"ja"})


@dataclass(frozen=True, slots=True)
class Text:
    """A story as written, without the line that says where it was filed."""

    subject: str
    """What it is about, as its phrases name it."""
    headline: str
    summary: str
    paragraphs: tuple[str, ...]
    headings: Mapping[int, str]
    """Section headings by the paragraph they stand before."""
    keywords: tuple[str, ...]


def base(language: str) -> str:
    """The language without its region.

    >>> base("en-GB")
    'en'
    """
    return language.partition("-")[0]


@cache
def table(language: str) -> dict[str, Any]:
    """The phrases of a language; ``en-GB`` has those of ``en``.

    >>> table("de")["months"][2]
    'März'
    """
    path = Path(__file__).parent / "phrases" / f"{base(language)}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def upper(text: str, language: str) -> str:
    """Capitals as the language writes them.

    >>> upper("İzmir", "tr")
    'İZMİR'
    """
    return text.replace("i", "İ").upper() if language == "tr" else text.upper()


def words(text: str, language: str) -> int:
    """Number of words; in a script without spaces two characters count as one.

    >>> words("one two three", "en"), words("港の灯台", "ja")
    (3, 2)
    """
    return len(text) // 2 if language in UNSPACED else len(text.split())


class Pen:
    """Fills patterns of one language; what it writes depends on the generator handed in alone."""

    def __init__(self, language: str, random: Random, fixed: Mapping[str, str]) -> None:
        self.language = base(language)
        self.table = table(language)
        self._random = random
        self._fixed = fixed
        self._decks: dict[str, list[str]] = {}

    def draw(self, name: str) -> str:
        """The next pattern of a list of the table, filled."""
        return self._fill(self._deal(name, self.table[name]))

    def _deal(self, name: str, cards: list[str]) -> str:
        deck = self._decks.get(name)
        if not deck:
            deck = self._decks[name] = self._random.sample(cards, len(cards))
        return deck.pop()

    def _fill(self, pattern: str) -> str:
        filled = _SLOT.sub(self._slot, pattern)
        return self._capital(filled[0]) + filled[1:]

    def _slot(self, match: re.Match[str]) -> str:
        slot = match.group(1)
        name = slot[0].lower() + slot[1:]
        if name in _NUMBERS:
            return str(self._random.randint(*_NUMBERS[name]))
        text = self._fixed.get(name)
        if text is None:
            cards = self.table["names"] if name == "person" else self.table["slots"][name]
            text = _SLOT.sub(self._slot, self._deal(name, cards))
        return self._capital(text[0]) + text[1:] if slot[0].isupper() else text

    def _capital(self, letter: str) -> str:
        return upper(letter, self.language)


def compose(language: str, random: Random, *, place: str, headings: bool = False) -> Text:
    """A story of 150 to 400 words in six to twelve paragraphs, set in ``place``."""
    subject = random.choice(table(language)["slots"]["subject"])
    pen = Pen(language, random, {"subject": subject, "place": place})
    target = random.randint(150, 320)
    paragraphs = [pen.draw("leads")]
    joint = "" if pen.language in UNSPACED else " "
    while len(paragraphs) < 6 or sum(words(text, pen.language) for text in paragraphs) < target:
        paragraphs.append(joint.join(pen.draw("sentences") for _ in range(random.randint(1, 3))))
    spots = sorted(random.sample(range(1, len(paragraphs)), 3)) if headings else []
    return Text(
        subject=subject,
        headline=pen.draw("headlines"),
        summary=pen.draw("summaries"),
        paragraphs=tuple(paragraphs),
        headings={spot: pen.draw("headings") for spot in spots},
        keywords=tuple(random.sample(pen.table["slots"]["tags"], random.randint(2, 5))),
    )


def revise(text: Text, language: str, random: Random, *, place: str) -> Text:
    """The same story at its next edition: another headline, one paragraph rewritten, one added."""
    pen = Pen(language, random, {"subject": text.subject, "place": place})
    joint = "" if pen.language in UNSPACED else " "
    paragraphs = list(text.paragraphs)
    paragraphs[random.randrange(1, len(paragraphs))] = pen.draw("sentences")
    paragraphs.append(joint.join([pen.draw("sentences"), pen.draw("sentences")]))
    return replace(text, headline=pen.draw("headlines"), paragraphs=tuple(paragraphs))
