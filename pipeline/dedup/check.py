"""Whether two texts are one: a pure function of the two, whichever is named first.

What two texts share are the words that stand, five in a row and more, in both of them; numbers count
as alike at this stage. Then numbers and names decide: a copy keeps them, while another day's weather
and another firm's results have their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.dedup.alignment import Mask, align, longest, names_replaced, numbers, span
from pipeline.dedup.fingerprint import LEAST_HEADLINE_WORDS, LEAST_WORDS, Fingerprint

CHECK_VERSION = "runs-1"
"""Of the fingerprint, the candidates and the check together: edges of different versions are not comparable."""

Kind = Literal["same", "contains", "different"]
Side = Literal["left", "right"]
Reason = Literal[
    "copy",
    "same headline, part of the text",
    "stands in a longer text",
    "little in common",
    "numbers differ",
    "names differ",
    "too short",
]

# Found on the development half of a gold set and on invented cases; the docstrings say what each is for.
NEAR_HOURS = 72.0
"""A story is copied, cut and rewritten within days; what is alike later is a standing text."""
SHORT_WORDS, LONG_WORDS = 60, 120
"""Below the first, texts recur by chance; below the second, half of a text may be turns of phrase."""
LARGER_PART = 0.5
"""More than this of a text can be common with one other story only, so it tells a copy from a page with several."""
FAR_SHARE = 0.85
"""What must be common of texts that are days apart."""
LONG_SHARE = 0.65
"""What must be common of long texts of the same days."""
PASSAGE_WORDS, PASSAGE_SHARE, PASSAGE_REST = 35, 0.6, 45
"""An unbroken passage of so many words, being so much of a text that no more than a new lede remains, was copied."""
HEADLINE_WORDS, HEADLINE_SHARE = 25, 0.2
"""What must be common under the same headline."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured of a pair; shares are of words, 0 to 1."""

    shared_of_part: float
    """Share of its words that stand in the other text too, where that is greater …"""
    shared_of_whole: float
    """… and where it is less."""
    shared_words: int
    """The lesser of the two counts."""
    longest_passage: int
    """Words in a row that are common, at most; in the text where that is less."""
    numbers_kept: int
    """Words with a digit, in common surroundings, that are equal …"""
    numbers_replaced: int
    """… and that are not."""
    names_replaced: int
    same_headline: bool
    words: int
    """Of the text with fewer."""
    span: tuple[float, float] | None
    """Where the common words lie in the text of which the lesser share is common, as shares of its length.
    None: the shares are equal, or nearly nothing is common."""

    @property
    def conflict(self) -> float:
        """The share of the numbers that were replaced."""
        return self.numbers_replaced / max(1, self.numbers_replaced + self.numbers_kept)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of a pair, and why."""

    kind: Kind
    reason: Reason
    scores: Scores
    whole: Side | None
    """The text of which the lesser share is common; None: the shares are equal."""
    hours_apart: float | None
    """None: one of the two has no date."""


def compare(left: Fingerprint, right: Fingerprint, hours_apart: float | None) -> Verdict:
    """Whether two texts are the same story, one stands in the other, or they are different.

    With the two exchanged, ``whole`` names the other side and nothing else changes.

    >>> from pipeline.dedup.fingerprint import fingerprint
    >>> story = "The council met on Tuesday and voted, after four hours of debate, to keep the old bridge open. "
    >>> more = "In other news, the ferry to the islands will be late again, its owner told our reporter today. "
    >>> found = compare(fingerprint(None, story * 4), fingerprint(None, (story + more * 3) * 4), 1.0)
    >>> found.kind, found.whole
    ('contains', 'right')
    """
    scores, whole = measure(left, right)
    kind, reason = decide(scores, hours_apart)
    return Verdict(kind, reason, scores, whole, hours_apart)


def measure(left: Fingerprint, right: Fingerprint) -> tuple[Scores, Side | None]:
    """What two texts have in common, and the text of which the lesser share is; symmetric as ``compare`` is."""
    if _order(right) < _order(left):
        scores, side = measure(right, left)
        turned: dict[Side | None, Side | None] = {"left": "right", "right": "left", None: None}
        return scores, turned[side]
    common = align(left, right)
    here, there = _share(common.in_left), _share(common.in_right)
    kept, replaced, names = 0, 0, 0
    whole: Side | None = "left" if here < there else "right" if there < here else None
    place = None
    if max(here, there) >= HEADLINE_SHARE:
        kept, replaced = numbers(common)
        names = names_replaced(common)
        place = span(common.in_left if whole == "left" else common.in_right) if whole else None
    scores = Scores(
        shared_of_part=max(here, there),
        shared_of_whole=min(here, there),
        shared_words=int(min(np.count_nonzero(common.in_left), np.count_nonzero(common.in_right))),
        longest_passage=min(longest(common.in_left), longest(common.in_right)),
        numbers_kept=kept,
        numbers_replaced=replaced,
        names_replaced=names,
        same_headline=_same_headline(left.headline, right.headline),
        words=min(left.length, right.length),
        span=place,
    )
    return scores, whole


def decide(scores: Scores, hours_apart: float | None) -> tuple[Kind, Reason]:
    """The verdict on what was measured."""
    near = hours_apart is not None and hours_apart <= NEAR_HOURS
    objection = _objection(scores, near)
    if objection:
        return "different", objection
    if scores.shared_of_part >= _share_needed(scores, near):
        if scores.shared_of_whole >= LARGER_PART:
            return "same", "copy"
        if scores.shared_words >= LEAST_WORDS:
            return "contains", "stands in a longer text"
    if near and scores.same_headline and scores.shared_words >= HEADLINE_WORDS:
        return "same", "same headline, part of the text"
    return "different", "little in common"


def _objection(scores: Scores, near: bool) -> Reason | None:
    """What speaks against a pair, however much of it is common."""
    part, whole = scores.shared_of_part, scores.shared_of_whole
    if part < HEADLINE_SHARE:
        return "little in common"
    if _numbers_differ(scores, near):
        return "numbers differ"
    if _names_differ(scores):
        return "names differ"
    identical = whole >= 0.95 and near and not scores.numbers_replaced
    cut = scores.same_headline and part >= 0.98 and whole < LARGER_PART
    if scores.words < LEAST_WORDS:
        return None if identical else "too short"
    if scores.words < SHORT_WORDS:
        return None if near or cut else "too short"
    return None


def _share_needed(scores: Scores, near: bool) -> float:
    """How much of the part must be common: the shorter it is, the more of it may be turns of phrase."""
    if not near:
        return 0.65 if scores.same_headline and scores.words >= LONG_WORDS else FAR_SHARE
    if scores.same_headline:
        return 0.5
    rest = scores.words * (1 - scores.shared_of_part)
    if rest <= PASSAGE_REST and scores.longest_passage >= max(PASSAGE_WORDS, PASSAGE_SHARE * scores.words):
        return PASSAGE_SHARE
    return min(0.95, max(LONG_SHARE, 1.05 - scores.words / 300))


def _numbers_differ(scores: Scores, near: bool) -> bool:
    """A copy may correct a number or two; more of them the longer it is, but never a good part of all."""
    replaced = scores.numbers_replaced
    corrected = near and scores.same_headline and scores.words >= LONG_WORDS
    allowed = max(2 if near else 1, scores.shared_words // 60)
    return replaced > allowed or (replaced > 1 and scores.conflict > (0.5 if corrected else 0.3))


def _names_differ(scores: Scores) -> bool:
    """A copy may correct or misspell a name; a short one that has another number too tells of something else."""
    if scores.words < LONG_WORDS and scores.numbers_replaced:
        return scores.names_replaced > 0
    return scores.names_replaced > max(1, scores.shared_words // 80)


def _share(covered: Mask) -> float:
    return round(int(np.count_nonzero(covered)) / len(covered), 4) if len(covered) else 0.0


def _same_headline(left: frozenset[str], right: frozenset[str]) -> bool:
    """Nearly all words are the same, and every number."""
    shared = len(left & right)
    return (
        shared >= LEAST_HEADLINE_WORDS
        and shared >= 0.85 * max(len(left), len(right))
        and not any(char.isdigit() for word in left ^ right for char in word)
    )


def _order(text: Fingerprint) -> tuple[int, bytes]:
    return len(text.words), text.words.tobytes()
