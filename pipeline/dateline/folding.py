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
_KANA = re.compile("[\u30a1-\u30fa]")
_JOINT = re.compile("(?<=[\u30a1-\u30fc])[・=](?=[\u30a1-\u30fc])")
_VOICED = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴ": "ブ"}
"""Two spellings of v in Japanese."""
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


_JAPANESE = str.maketrans(
    dict(
        zip(
            "広浜沢県関辺徳恵桜竜滝亀塩黒仏戸覇縄済鉄弥栄荘蔵豊来斎焼郷帯歳歩薬穂瀬渓渋巌巻観頼駅様応楽団図気発対両覚静臺",
            "广滨泽县关边德惠樱龙泷龟盐黑佛户霸绳济铁弥荣庄藏丰来斋烧乡带岁步药穗濑溪涩岩卷观赖驿样应乐团图气发对两觉静台",
            strict=True,
        )
    )
)
"""Characters as Japan simplified them, and as China did: 広島 is 广岛 in Peking."""
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
            text = text.translate(_simplified()).translate(_JAPANESE)
        if _KANA.search(text):
            text = _JOINT.sub("", text)
            for old, new in _VOICED.items():
                text = text.replace(old, new)
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
