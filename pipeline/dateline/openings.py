"""Where in a text a dateline may begin and end, and what was printed before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pipeline.dateline.agencies import is_known

Lead = Literal["", "agency", "note", "byline", "line", "glue", "sentence"]
"""What stands before: nothing, an agency, an editor's note, a byline, another line, glued capitals, a sentence."""

PREFIX = re.compile(
    r"(?P<agency>[^\s(][^\n()]{0,28}?)(?:\s+|\.\s?)(?:-+|[—–])\s+|\((?P<round>[^()\n]{2,40})\)\.?\s*(?:-+|[—–])\s+"
)
"""``Canadian Press - ``, ``(ANSA) - ``: an agency before everything else."""
NOTE = re.compile(r"\((?:[^()]|\([^()]*\)){15,700}\)\s*")
"""``(Corrects name in second paragraph) ``."""
_BYLINE = re.compile(r"(?:By|BY|Por|Par|Von|Di|Oleh)\s+(?P<names>[A-ZÀ-Þ][^\n(:,]{3,70}?)(?=[,(:\n]|\s-)")
_CAPITALS = re.compile(r"\s+(?=[A-ZÀ-Þ]{2})")
_SLASHED = re.compile(r"[^\W\d_][\w.'’ -]{3,40} / (?=[^\W\d_])")
_LINE = re.compile(r"\n\s*(?=\S)")
_SENTENCE = re.compile(r"(?<=[.!?…\"“”»)])\s*[.]?\s+(?=[A-ZÀ-ÞŠŽČ])")
_GLUED = re.compile(r"[a-zß-ÿ](?=[A-ZÀ-Þ]{3,}[\s,][^a-z]{0,30}(?:\(|[-–—]))")
_SENT = re.compile(r"(?:CORRISPONDENTE|INVIATO)(?=[A-Z])")
"""``DAL NOSTRO INVIATOROMA``: the correspondent's title glued to the town."""
_TEASER = 700
"""Characters in which a teaser's sentences may end."""
_MARK = re.compile(r"[-—–―−:|)/.।=\n]")
_END = re.compile(
    r"(?P<dash>\s*(?:--+|[—–―−])\s*|\s+-+\s*|(?<=[\w.)\]])-\s+(?=\S)|(?<=\))-(?=\S)|\s*\.[-–—]+\s*|(?<=\))\.\s[-–—]+\s*|\s+=\s+)"
    r"|(?P<tight>(?<=[\u0600-\u06ff])-(?=[\u0600-\u06ff]))"
    r"|(?P<colon>\s?:\s+|(?<=\)):)"
    r"|(?P<bar>\s\|\s)"
    r"|(?P<stop>(?<=[^\W_])[.।]\s+(?=[\"“«]?[^\W\d_a-z]))"
    r"|(?P<iso>(?<=\d\d-\d\d)\s*\n)"
    r"|(?P<line>(?<=\d)\s*\n)"
)
_END_BEHIND = re.compile(
    r"(?P<glue>(?<=\))[.।]?(?=\s*[\"“«'‘]?[^\W\d_]))|(?P<slash>(?<=/)\.?\s+(?=[\"“«]?[^\W\d_]))"
)
"""What ends a dateline. ``stop``: a full stop alone; ``iso``, ``line``: the end of a line with a date; ``glue``: nothing."""


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
    for glued in (_SENT, _GLUED):
        for match in glued.finditer(text, 0, _TEASER):
            yield match.end(), "glue"
    for match in _SENTENCE.finditer(text, 0, _TEASER):
        yield match.end(), "sentence"


def endings(text: str, start: int, limit: int) -> Iterator[re.Match[str]]:
    """Each possible ending in ``text[start:limit]``: only where one of its marks stands is it looked for."""
    done = start
    for mark in _MARK.finditer(text, start, limit):
        at = mark.start()
        if at < done:
            continue
        if mark.group() in ")/":
            end = _END_BEHIND.match(text, at + 1)
        else:
            while at > start and text[at - 1].isspace():
                at -= 1
            end = _END.match(text, at)
        if end is not None:
            done = max(end.end(), done)
            yield end
