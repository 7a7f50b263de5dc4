"""What a text is when case, punctuation and typography are put aside, and the hash of that."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

_WORD = re.compile(r"\w+", re.UNICODE)
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)

LEAST_WORDS = 30
"""Shorter texts recur by chance ("Watch the video above."), so they say nothing about identity."""


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
