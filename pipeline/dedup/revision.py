"""What a new version of a story changed: the words that went and those that came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
# A character of a script without spaces is a word of its own, else a whole paragraph would be one.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_AROUND = 4
"""Words shown before and after a change."""
_MOST_WORDS = 5_000
"""Of longer texts whole paragraphs are compared: words would take seconds."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a story, before and after."""

    diff: str
    words_removed: int
    words_added: int


def change(before: str | None, after: str | None) -> Change | None:
    """How a text changed; None where it did not, white space apart.

    >>> change("The old bridge stays open", "The old bridge is closed").diff
    'The old bridge [-stays open-] {+is closed+}'
    >>> change("same  text", "same text") is None
    True
    """
    old, new = _pieces(before or ""), _pieces(after or "")
    if old == new:
        return None
    if len(old) + len(new) > _MOST_WORDS:
        old, new = _paragraphs(before or ""), _paragraphs(after or "")
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    parts: list[str] = []
    removed = added = 0
    codes = matcher.get_opcodes()
    for at, (tag, i, j, k, m) in enumerate(codes):
        if tag == "equal":
            parts += _context(old[i:j], first=at == 0, last=at == len(codes) - 1)
            continue
        gone, came = old[i:j], new[k:m]
        removed += sum(map(_words, gone))
        added += sum(map(_words, came))
        parts += [f"[-{' '.join(gone)}-]"] * bool(gone) + [f"{{+{' '.join(came)}+}}"] * bool(came)
    return Change(" ".join(parts), removed, added)


def _pieces(text: str) -> list[str]:
    return [piece for word in _WORD.findall(text) for piece in _split(word)]


def _split(word: str) -> Iterator[str]:
    return iter(word if _UNSPACED.search(word) else (word,))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _words(piece: str) -> int:
    return piece.count(" ") + 1


def _context(same: Sequence[str], *, first: bool, last: bool) -> list[str]:
    """The words that stayed, all but those next to a change left out."""
    head = [] if first else list(same[:_AROUND])
    tail = [] if last else list(same[-_AROUND:])
    if len(head) + len(tail) >= len(same):
        return list(same)
    return [*head, "…", *tail]
