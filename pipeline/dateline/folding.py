"""Names made comparable: case, accents, apostrophes and spelling variants taken away."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

_DROPPED = re.compile(r"['’‘`´ʻʼʿʾ׳.\u0640\u064b-\u0652\u200b-\u200f\u202a-\u202e]")
_ACCENTED = re.compile("[\u0080-\u052f\u1e00-\u1fff]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_SPACED = re.compile(r"[\s\-‐‑–_/,;:()\[\]·•・=]+")
_SAINT = re.compile(r"\b(st|ste|mt|ft)(?= )")
_LONG = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیې", "ي"),
        "ة": "ه",
        "ک": "ك",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Letters without a decomposition that writers use one for the other."""


HAN_PATH = Path(__file__).with_name("han.json")
_HAN = re.compile("[\u4e00-\u9fff]")


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, as ``build_gazetteer`` found them in pairs of names."""
    pairs: dict[str, str] = json.loads(HAN_PATH.read_text("utf-8"))
    return str.maketrans(pairs)


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """``name`` as a key: lower case, no accents or apostrophes, single spaces, ``St.`` as saint.

    >>> fold("Saint-Étienne"), fold("ST. LOUIS"), fold("Xi'an")
    ('saint etienne', 'saint louis', 'xian')
    """
    if name.isascii():
        text = name.lower()
    else:
        text = unicodedata.normalize("NFKC", name).casefold().translate(_LETTERS)
        if _HAN.search(text):
            text = text.translate(_simplified())
        if _ACCENTED.search(text):
            text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = _SPACED.sub(" ", _DROPPED.sub("", text)).strip()
    if text.startswith(("st", "mt", "ft")):
        text = _SAINT.sub(lambda found: _LONG[found.group(1)], text, count=1)
    return text


def forget() -> None:
    """Read the characters anew at the next call: the build has just written them."""
    _simplified.cache_clear()
    fold.cache_clear()
