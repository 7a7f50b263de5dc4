"""Where in a text a dateline may begin, and what was printed before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pipeline.dateline.agencies import is_known

Lead = Literal["", "agency", "note", "byline", "line", "glue", "sentence"]
"""What stands before: nothing, an agency, an editor's note, a byline, another line, glued capitals, a sentence."""

PREFIX = re.compile(
    r"(?P<agency>[^\s(][^\n()]{0,28}?)\s+(?:-+|[—–])\s+|\((?P<round>[^()\n]{2,40})\)\s*(?:-+|[—–])\s+"
)
"""``Canadian Press - ``, ``(ANSA) - ``: an agency before everything else."""
NOTE = re.compile(r"\((?:[^()]|\([^()]*\)){15,700}\)\s*")
"""``(Corrects name in second paragraph) ``."""
_BYLINE = re.compile(r"(?:By|BY|Por|Par|Von|Di|Oleh)\s+(?P<names>[A-ZÀ-Þ][^\n(:,]{3,70}?)(?=[,(:\n]|\s-)")
_CAPITALS = re.compile(r"\s+(?=[A-ZÀ-Þ]{2})")
_SLASHED = re.compile(r"[^\W\d_][\w.'’ -]{3,40} / (?=[^\W\d_])")
_LINE = re.compile(r"\n\s*(?=\S)")
_SENTENCE = re.compile(r"(?<=[.!?…\"“”»)])\s*[.]?\s+(?=[A-ZÀ-ÞŠŽČ])")
_GLUED = re.compile(
    r"(?<=CORRISPONDENTE)(?=[A-Z])|(?<=INVIATO)(?=[A-Z])"
    r"|(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ]{3,}[\s,][^a-z]{0,30}(?:\(|[-–—]))"
)
_TEASER = 700
"""Characters in which a teaser's sentences may end."""


def openings(text: str) -> Iterator[tuple[int, Lead]]:
    """Each place where a dateline may begin, once, the likeliest first, with its lead.

    >>> [lead for _, lead in openings("By ANN WRITER  OSLO (AP) - Ice")]
    ['', 'byline', 'byline']
    """
    seen: set[int] = set()
    for at, lead in _all(text, len(text) - len(text.lstrip())):
        if at not in seen:
            seen.add(at)
            yield at, lead


def _all(text: str, first: int) -> Iterator[tuple[int, Lead]]:
    yield first, ""
    prefix = PREFIX.match(text, first)
    if prefix and (prefix["round"] or is_known(prefix["agency"]) or "." in prefix["agency"]):
        yield prefix.end(), "agency"
    note = NOTE.match(text, first)
    if note:
        yield note.end(), "note"
    byline = _BYLINE.match(text, first)
    if byline:
        gaps = list(_CAPITALS.finditer(byline["names"]))
        # A wide gap is where the byline's own line ended.
        for gap in sorted(gaps, key=lambda one: -len(one.group()) if len(one.group()) > 1 else 0):
            yield byline.start("names") + gap.end(), "byline"
    slashed = _SLASHED.match(text, first)
    if slashed:
        yield slashed.end(), "byline"
    for match in _LINE.finditer(text):
        yield match.end(), "line"
    for match in _GLUED.finditer(text, 0, _TEASER):
        yield match.start(), "glue"
    for match in _SENTENCE.finditer(text, 0, _TEASER):
        yield match.end(), "sentence"
