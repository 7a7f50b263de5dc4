"""Credit lines apart from captions: who took a picture, and which house sells it."""

from __future__ import annotations

import re

from pipeline.extract.bylinewords import AGENCY
from pipeline.extract.document import clean
from pipeline.extract.names import is_person

_WORDS = (
    r"(?:image |photo(?:graph)? |picture )?(?:credit|source|courtesy)s?|photo(?:graph)?s?|photography|pictures?|images?|fotos?|fotografía|fotografia|fotoğraf|"
    r"bild(?:er|quelle|rechte|nachweis)?|quelle|crédits?(?: photos?)?|créditos?|fuente|imagem|imagen|beeld|kuvat?|zdjęcie|źródło|gambar|ảnh|фото|источник|"
    r"写真|画像|图片来源|图片|圖片|图源|图|圖|사진|صورة|عکس|צילום"
)
_MARK = re.compile(
    rf"(?:^|[\s.(\[|/。])(?P<credit>(?:©|\(c\)|&copy;|(?:{_WORDS})\s*(?: by)?\s*[:：=＝/]|(?:photo(?:graph)?|picture|image)s? by\s|courtesy of\s|fot\.\s|фото\s)\s*.{{2,120}})$",
    re.IGNORECASE,
)
"""From the copyright sign, or from a word for a picture or its source, to the end."""
_LABEL = re.compile(
    rf"^(?:(?:{_WORDS})\s*(?:by\s|[:：=＝/])\s*|(?:photo(?:graph)?s?|pictures?|images?|fotos?|fot\.|фото|credit|courtesy)\s+(?:by\s+|of\s+)?(?=\S))",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    r"^(?P<caption>.*?)\s*[(\[（【〔](?P<inside>[^()\[\]（）【】〔〕]{2,120})[)\]）】〕]\s*\.?$", re.DOTALL
)
_TAIL = re.compile(
    r"^(?P<caption>.*(?:[.!?…][\"'”’»)]*\s+|[。！？]\s*|\s[|–—]\s))(?P<tail>[^|]{2,80})$", re.DOTALL
)
_HOUSE = re.compile(
    r"^(?:\w+ (?:photo|foto|images)|getty(?: images)?|shutterstock|i ?stock(?:photo)?|alamy(?: stock photo)?|imago(?: images)?|picture[- ]alliance|action images|wire ?image|"
    r"wikimedia(?: commons)?|unsplash|pexels|pixabay|adobe stock|depositphotos|handout|rex(?: features)?|zuma(?: press)?|pa (?:wire|images)|epa(?:-efe)?|bloomberg|"
    r"路透社?|法新社|美联社|视觉中国|聯合報系資料照片|게티이미지\S*)$",
    re.IGNORECASE,
)
"""Who sells pictures besides the agencies."""
_LOWER_CASE = frozenset("dpa apa epd kna sda sid".split())
_TAKEN_BY = re.compile(r"[\u4e00-\u9fff]\s*[摄攝]$")
_SAYS_PICTURE = re.compile(
    r"^(?:photo|foto|fot\.|фото|picture|image|bild|写真|사진|图|圖)\w*\s+\S", re.IGNORECASE
)


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Caption and credit of a text that may end in a credit.

    >>> split_credit("A ferry off Calais. Photo: Ada Bell/Example Press")
    ('A ferry off Calais.', 'Ada Bell/Example Press')
    >>> split_credit("A ferry off Calais (AP Photo/Ada Bell)")
    ('A ferry off Calais', 'AP Photo/Ada Bell')
    >>> split_credit("© Example Press/ Ada Bell")
    (None, '© Example Press/ Ada Bell')
    """
    bracketed = _BRACKETED.match(text)
    if bracketed and _is_credit(bracketed["inside"], in_brackets=True):
        return bracketed["caption"].strip() or None, tidy_credit(bracketed["inside"])
    tail = _TAIL.match(text)
    if tail and _is_credit(tail["tail"]):
        return _caption(tail["caption"]), tidy_credit(tail["tail"])
    if _is_credit(text):
        return None, tidy_credit(text)
    marked = _MARK.search(text)
    if not marked:
        return text or None, None
    return _caption(text[: marked.start("credit")]), tidy_credit(marked["credit"].rstrip(")] "))


def tidy_credit(text: str) -> str | None:
    """A credit without its label; the copyright sign stays, it is part of the line."""
    return clean(_LABEL.sub("", text)).strip(" |") or None


def _caption(text: str) -> str | None:
    return re.sub(r"[\s/|]+fot\.$", "", text.strip(" |–—-/([（"), flags=re.IGNORECASE) or None


def _is_credit(text: str, *, in_brackets: bool = False) -> bool:
    """The text names a house that pictures come from, beside a name at most; in brackets it may name any house."""
    text = text.strip()
    parts = [part.strip() for part in re.split(r"\s*[/,|]\s*", text) if part.strip()]
    if _TAKEN_BY.search(text) or any(_is_house(part) for part in parts):
        return all(len(part.split()) <= 4 for part in parts)
    if not in_brackets:
        return False
    names = len(parts) > 1 and any(map(is_person, parts)) and not any(part[0].islower() for part in parts)
    return names or bool(_LABEL.match(text) or _SAYS_PICTURE.match(text)) or "©" in text


def _is_house(part: str) -> bool:
    if len(part) <= 4 and part.isascii() and not (part.isupper() or part in _LOWER_CASE):
        return False
    return bool(AGENCY.match(part) or _HOUSE.match(part))
