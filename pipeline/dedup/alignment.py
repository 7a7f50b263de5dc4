"""What two texts have in common, word by word: passages, numbers, names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.fingerprint import RUN_WORDS, Fingerprint, shingles

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

GAP_WORDS = 5
"""A name has no more words than that."""


PASSAGE_WORDS = 10
"""So many words in a row are no turn of phrase."""
_OFFSETS = np.arange(RUN_WORDS)


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """The runs of ``RUN_WORDS`` words that stand in both texts."""

    left: Fingerprint
    right: Fingerprint
    left_starts: Places
    """With which words of the left text the common runs begin …"""
    right_starts: Places
    """… and, in the same order, with which words of the right one."""
    in_left: Mask
    """Which words of the left text stand in a common run."""
    in_right: Mask


def align(left: Fingerprint, right: Fingerprint) -> Alignment:
    """The common runs of two texts: of one that recurs, the first goes with the first and so on."""
    at = np.searchsorted(right.runs, left.runs) + left.turns
    found = at < len(right.runs)
    found[found] = right.runs[at[found]] == left.runs[found]
    starts, ends = left.places[found], right.places[at[found]]
    return Alignment(left, right, starts, ends, _covered(left, starts), _covered(right, ends))


def numbers(common: Alignment) -> tuple[int, int]:
    """How many numbers of the left text the right one keeps, and how many it has others for, in common runs.

    Of a phrase that recurs with other numbers, as in a table, any place in the other text will do.
    """
    left, right = common.left, common.right
    numeric = np.flatnonzero(left.digits)
    if not (len(numeric) and len(common.left_starts) and right.digits.any()):
        return 0, 0
    offsets = _offsets(common)
    # Longer than the text, so that a run which would begin before the first word is none.
    partners = np.full(len(left.words) + RUN_WORDS, -1)
    partners[common.left_starts] = common.right_starts
    begins = partners[numeric[:, None] - offsets]
    in_run = begins >= 0
    equal = right.words[np.where(in_run, begins + offsets, 0)] == left.words[numeric, None]
    met, kept = in_run.any(axis=1), (in_run & equal).any(axis=1)
    if (met & ~kept).any():
        kept |= met & _covered(left, _exact(left, right))[numeric]
    kept_count = int(np.count_nonzero(kept))
    return kept_count, int(np.count_nonzero(met)) - kept_count


def _exact(left: Fingerprint, right: Fingerprint) -> Places:
    """Where a run of the left text with a number in it begins that the right one has to the letter."""
    starts = np.flatnonzero(_spread(left.digits[::-1])[::-1][: len(left.runs)])
    ours = shingles(left.words, RUN_WORDS)[starts]
    theirs = np.sort(shingles(right.words, RUN_WORDS))
    at = np.searchsorted(theirs, ours)
    at[at == len(theirs)] = 0
    found: Places = starts[theirs[at] == ours]
    return found


def names_replaced(common: Alignment) -> int:
    """How many names of the left text have another name in their place in the right one.

    A place is a gap of at most ``GAP_WORDS`` between common words. A name that the other text has
    elsewhere does not count, and one that is replaced by the same other again counts once.
    """
    left, right = common.left, common.right
    loose = left.capitals & ~common.in_left
    if not loose.any():
        return 0
    gaps = stretches(~common.in_left)
    starts, ends = gaps.T
    gaps = gaps[_any(loose, gaps) & (starts > 0) & (ends < len(left.words)) & (ends - starts <= GAP_WORDS)]
    beside = np.zeros(len(left.words), np.bool_)
    beside[gaps[:, 0] - 1] = beside[gaps[:, 1]] = True
    partner = np.zeros(len(left.words), np.intp)
    here, there = _paired_words(common, beside)
    partner[here] = there
    replaced: set[tuple[bytes, bytes]] = set()
    for start, end in gaps.tolist():
        first, last = int(partner[start - 1]) + 1, int(partner[end])
        if 0 < last - first <= GAP_WORDS:
            ours = _names(left, start, end, right)
            theirs = _names(right, first, last, left)
            if ours and theirs:
                replaced.add((ours, theirs))
    return len(replaced)


def span(covered: Mask) -> tuple[float, float]:
    """Where the middle nine tenths of the covered words lie, as shares of the text's length.

    Phrases that are in both texts by chance are left out, unless there is nothing longer.
    """
    passages = stretches(covered)
    lengths = passages[:, 1] - passages[:, 0]
    least = min(PASSAGE_WORDS, int(lengths.max()))
    places = np.flatnonzero(covered)[np.repeat(lengths >= least, lengths)]
    edge = len(places) // 20
    return round(int(places[edge]) / len(covered), 4), round((int(places[-1 - edge]) + 1) / len(covered), 4)


def longest(covered: Mask) -> int:
    """The most words in a row that are covered."""
    passages = stretches(covered)
    return int((passages[:, 1] - passages[:, 0]).max(initial=0))


def stretches(mask: Mask) -> Places:
    """The begin and the end of every stretch of words in a row for which ``mask`` is true."""
    framed = np.zeros(len(mask) + 2, np.bool_)
    framed[1:-1] = mask
    return np.flatnonzero(framed[1:] != framed[:-1]).reshape(-1, 2)


def _covered(text: Fingerprint, starts: Places) -> Mask:
    """Each word that begins a run, and the four after it."""
    marked = np.zeros(len(text.words), np.bool_)
    marked[starts] = True
    return _spread(marked)


def _spread(marked: Mask) -> Mask:
    """The marked words and the four after each."""
    marked = marked.copy()
    reach = 1
    while reach < RUN_WORDS:
        step = min(reach, RUN_WORDS - reach)
        marked[step:] |= marked[:-step].copy()
        reach += step
    return marked


def _offsets(common: Alignment) -> Places:
    """Of the words of a run, from where it begins: a text may be shorter than a run."""
    return _OFFSETS[: min(len(common.left.words), len(common.right.words))]


def _paired_words(common: Alignment, of: Mask) -> tuple[Places, Places]:
    """The words of those common runs that hold one ``of`` the left text's, in pairs.

    A word that stands in several runs comes as often.
    """
    held = _spread(of[::-1])[::-1][common.left_starts]
    offsets = _offsets(common)
    return (
        (common.left_starts[held, None] + offsets).ravel(),
        (common.right_starts[held, None] + offsets).ravel(),
    )


def _any(mask: Mask, stretch: Places) -> Mask:
    """For which of these stretches ``mask`` is true of any word."""
    before = np.zeros(len(mask) + 1, np.intp)
    np.cumsum(mask, out=before[1:])
    held: Mask = before[stretch[:, 1]] > before[stretch[:, 0]]
    return held


def _names(text: Fingerprint, start: int, end: int, other: Fingerprint) -> bytes:
    """The words with a capital from ``start`` to before ``end`` that the other text has nowhere."""
    words = text.words[start:end][text.capitals[start:end]]
    return b"".join(word.tobytes() for word in words if not (other.words == word).any())
