"""What a text is when case, punctuation and typography are put aside: its words, its hashes, its keys.

Everything here is a function of one text. The hashes are the same on every machine and in every
version of Python: they are stored.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.dedup.furniture import without_furniture

Hashes = NDArray[np.uint64]

KEYS = 16
"""Body keys of a text: its smallest shingle hashes."""
KEY_WORDS = 10
"""Words of a key's shingle."""
RUN_WORDS = 5
"""Words that must follow each other in both texts to count as shared."""
LEAST_WORDS = 30
"""Shorter texts recur by chance ("Watch the video above."), so they say nothing about identity."""
BODIES_KEPT = 1 << 13
"""Bodies whose words are remembered, about 5 kB each: a new text gets its keys first and is compared soon after."""
LEAST_HEADLINE_WORDS = 5
"""Shorter headlines recur ("Sports results"), so they say nothing either."""

_WORD = re.compile(r"\w+", re.UNICODE)
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_THAI = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = re.compile(f"[{_THAI}{_HAN}]")
# Vowel and tone signs are no \w: they are taken with their letters.
_TOKEN = re.compile(f"[{_HAN}]+|[{_THAI}]+|[^\\W{_HAN}{_THAI}]+")
_DIGIT = re.compile(r"\d")
# Most texts are ASCII but for these marks, and split four times as fast once those are blanks.
_MARKS = re.compile("[\u2010-\u2015\u2018-\u201f\u2022\u2026\xa0]")
_BLANKS = {code: " " for code in range(128) if not re.match(r"\w", chr(code))}
_FIRST_UNSPACED, _LAST_THAI = "\u0e00", "\u17ff"
HAN_PIECE, THAI_PIECE = 3, 8
"""Characters of a piece in a script without spaces: a run of pieces is then 7, or 12 in Thai and its neighbours."""
_PREFIX = re.compile(
    r"(?:update \d+|rpt|refile|corrected|wrapup \d+|exclusive|breaking|live)\s*[-:–—]\s*", re.IGNORECASE
)

_ANY_NUMBER = np.uint64(0x9E3779B97F4A7C15)
_ODD = 0xD1342543DE82EF95
_ODD_TO = [np.uint64(pow(_ODD, power, 1 << 64)) for power in range(KEY_WORDS)]
_FINALISER = [
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
]
_LAST_SHIFT = np.uint64(31)


def normal_words(text: str) -> list[str]:
    """The words of ``text``, unescaped, NFKC, case folded, without punctuation.

    >>> normal_words("The “Ministry” said:&nbsp;NO…")
    ['the', 'ministry', 'said', 'no']
    """
    return _WORD.findall(unicodedata.normalize("NFKC", html.unescape(text)).casefold())


def length_in_words(text: str) -> int:
    """Words of a text; two characters of a script without spaces count as one word.

    >>> length_in_words("two words"), length_in_words("東京で会議")
    (2, 2)
    """
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + unspaced // 2


def text_hash(body: str | None) -> str | None:
    """``sha256`` in hex over the normal words of a body; None where it is too short to tell.

    >>> text_hash("Too short") is None
    True
    """
    if not body or length_in_words(body) < LEAST_WORDS:
        return None
    return hashlib.sha256(" ".join(normal_words(body)).encode()).hexdigest()


def pieces(text: str) -> list[str]:
    """The words of a text, unescaped and NFKC; in scripts without spaces every few characters that stand together.

    >>> pieces("GDP rose: 東京で会議")
    ['GDP', 'rose', '東京で', '京で会', 'で会議']
    """
    text = unicodedata.normalize("NFKC", html.unescape(text))
    plain = text if text.isascii() else _MARKS.sub(" ", text)
    if plain.isascii():
        return plain.translate(_BLANKS).split()
    if not _UNSPACED.search(text):
        return _WORD.findall(text)
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if token[0] < _FIRST_UNSPACED or not _UNSPACED.match(token):
            found.append(token)
        else:
            size = THAI_PIECE if token[0] <= _LAST_THAI else HAN_PIECE
            found += [token[at : at + size] for at in range(max(1, len(token) - size + 1))]
    return found


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


_WORDS_KEPT = 1 << 17
_IS_NUMBER, _IS_CAPITAL, _IS_PIECE = 1, 2, 4
_RECORD = np.dtype([("hash", ">u8"), ("traits", "u1")])


class _Records(dict[str, bytes]):
    """A ``_RECORD`` for each word: its hash, and whether it holds a digit, begins with a capital, is a piece.

    Joined, the bytes are an array already: a tenth of the time of a call and a number for each word.
    """

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        traits = (
            _IS_NUMBER * (not word.isalpha() and _DIGIT.search(word) is not None)
            | _IS_CAPITAL * word[0].isupper()
            | _IS_PIECE * (not word.isascii() and _UNSPACED.match(word) is not None)
        )
        self[word] = record = _digest(word.casefold()) + bytes([traits])
        return record


_RECORDS = _Records()


@lru_cache(maxsize=BODIES_KEPT)
def _story(body: str) -> tuple[Hashes, NDArray[np.uint8]]:
    """The hash of every word of a body's story case folded, and the word's traits; not to be written to."""
    words = pieces(without_furniture(body))
    records = np.frombuffer(b"".join(map(_RECORDS.__getitem__, words)), _RECORD)
    return records["hash"].astype(np.uint64), records["traits"].copy()


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the sum reaches every bit."""
    for shift, odd in _FINALISER:
        values = values ^ (values >> shift)
        values *= odd
    values ^= values >> _LAST_SHIFT
    return values


def shingles(words: Hashes, size: int) -> Hashes:
    """The hash of every ``size`` words in a row; of all words where there are fewer.

    A polynomial in the words' hashes, modulo 2^64, then mixed.
    """
    size = min(size, len(words))
    return _mixed(_rolled(words, size)) if size else words


def _rolled(words: Hashes, size: int) -> Hashes:
    """The polynomial of every ``size`` words, put together from those of half as many."""
    if size == 1:
        return words
    half = size // 2
    part = _rolled(words, half)
    total = part[:-half] * _ODD_TO[half]
    total += part[half:]
    if size % 2:
        total = total[:-1] * _ODD_TO[1]
        total += words[size - 1 :]
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """A text made ready to be compared. Arrays of one length describe the text word by word or run by run."""

    words: Hashes
    """A hash for each word of the story."""
    digits: NDArray[np.bool_]
    """Which of the words hold a digit."""
    capitals: NDArray[np.bool_]
    """Which of the words begin with a capital."""
    runs: Hashes
    """A hash for each ``RUN_WORDS`` in a row, every word with a digit being alike; ascending."""
    places: NDArray[np.intp]
    """For each run the word that it begins with."""
    turns: NDArray[np.intp]
    """For each run how many equal ones stand before it."""
    headline: frozenset[str]
    length: int
    """In words, as ``length_in_words`` counts them."""


def fingerprint(headline: str | None, body: str | None) -> Fingerprint:
    """The fingerprint of a story's text, what the site prints round it put aside.

    >>> text = fingerprint("Bridge to stay", "The council met on Tuesday. Sign up for our newsletter.")
    >>> len(text.words), text.length, sorted(text.headline)
    (10, 10, ['bridge', 'stay', 'to'])
    """
    words, traits = _story(body or "")
    digits = traits & _IS_NUMBER != 0
    unspaced = int(np.count_nonzero(traits & _IS_PIECE))
    runs = shingles(np.where(digits, _ANY_NUMBER, words), RUN_WORDS)
    places = np.argsort(runs, kind="stable")
    runs = runs[places]
    return Fingerprint(
        words=words,
        digits=digits,
        capitals=traits & _IS_CAPITAL != 0,
        runs=runs,
        places=places,
        turns=np.arange(len(runs)) - np.searchsorted(runs, runs, "left"),
        headline=_headline_words(headline),
        length=len(words) - unspaced + unspaced // 2,
    )


def keys(headline: str | None, body: str | None) -> tuple[int, ...]:
    """What a near copy of a text has in common with it: at most ``KEYS`` + 1 numbers, signed, 64 bits.

    The smallest hashes of its shingles, and one of its headline, by which a copy cut to a few words is
    found. None where the text is too short to have copies.

    >>> story = "The council met on Tuesday and voted, after four hours, to keep the old bridge open. " * 3
    >>> keys("Bridge to stay", story) == keys("The bridge stays", story.upper())
    True
    >>> keys("Too short", "Too short"), len(keys(None, story))
    ((), 16)
    """
    words, _ = _story(body or "")
    if len(words) < KEY_WORDS:
        return ()
    ordered = np.sort(shingles(words, KEY_WORDS).view(np.int64))
    smallest = ordered[:1].tolist() + ordered[1:][ordered[1:] != ordered[:-1]][: KEYS - 1].tolist()
    title = _headline_words(headline)
    if len(title) < LEAST_HEADLINE_WORDS:
        return tuple(smallest)
    named = int.from_bytes(_digest("headline: " + " ".join(sorted(title))), "big")
    return (*smallest, named - (1 << 63))


@lru_cache(maxsize=BODIES_KEPT)
def _headline_words(headline: str | None) -> frozenset[str]:
    return frozenset(word.casefold() for word in pieces(_PREFIX.sub("", headline or "")))
