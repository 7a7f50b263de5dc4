"""The lines of a page saved as text, and what a line's own shape says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.body import Block, word_count
from pipeline.extract.document import clean

__all__ = [
    "Block",
    "Line",
    "has_clock_or_date",
    "is_credit",
    "is_prose",
    "label_of",
    "lines_of",
    "title_case",
]

_CREDIT = re.compile(
    r"^(?:©|\(c\)\s|copyright\s|(?:photo|photograph|picture|image|foto|bild|crédits?(?: photo)?|crédito|fuente|quelle|фото|写真|图片|사진)s?(?: credit| by)?\s*[:：/©])",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(
    r"[.!?…:;。！？：؟۔।][\"'”’»›)\]」』]*$|[.!?…。！？][\"'”’»›)\]」』]+\s*[-–—].{0,40}$"
)
_CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-4])[:.h٫][0-5]\d(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d|[١٢]\d{3}|[٠-٩]{4}|[۰-۹]{4}|[०-९]{4}")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[-/.年]\s?\d{1,2}[-/.月]")
_SPACED = re.compile(r"^[\W\d_]*$")
# The labels that head the lists behind a story, as whole lines or before their list.
_RELATED = re.compile(
    r"^(?:related(?: (?:stories|articles|news|content|links|topics))?|more on this(?: (?:story|topic))?|see also|mehr zum thema|verwandte (?:artikel|themen)|lesen sie auch|"
    r"sur le même (?:sujet|thème)|articles? liés|(?:à )?lire aussi|noticias relacionadas|relacionad[ao]s|te puede interesar|notícias relacionadas|leia também|leggi anche|articoli correlati|"
    r"gerelateerd|lees ook|relaterat|läs också|powiązane|zobacz też|czytaj także|по теме|материалы по теме|читайте также|похожие|пов'язані|ilgili haberler|berita terkait|baca juga|"
    r"相关(?:新闻|阅读|文章)|相關(?:新聞|閱讀|文章)|関連記事|관련 ?기사|مواضيع ذات صلة|اقرأ أيضا)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"^(?:tags?|topics?|keywords?|schlagw(?:ort|orte|örter)|themen|mots[- ]clés|thèmes|sujets|etiquetas|temas|palabras clave|palavras-chave|tópicos|argomenti|parole chiave|etichette|"
    r"trefwoorden|onderwerpen|taggar|ämnen|emner|tagi|słowa kluczowe|теги|тэги|метки|ключевые слова|etiketler|topik|标签|關鍵字|关键词|標籤|タグ|キーワード|태그|وسوم|كلمات مفتاحية)\s*[:：]\s*(.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank."""

    text: str
    """On one line, without indentation, bullet and heading marks."""
    blank_before: bool
    after_gap: bool
    """Two or more blank lines stand before it."""
    bullet: str = ""
    marked: bool = False
    """A heading mark (``#``) stood before it."""


def lines_of(text: str) -> list[Line]:
    """The lines that are not blank; paragraphs that were wrapped at a column are one line again."""
    found: list[Line] = []
    blanks = 2
    for raw in _unwrapped(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")):
        line = clean(raw)
        if not line:
            blanks += 1
            continue
        bullet = re.match(r"^[•‣◦▪*]\s+|^[-–]\s+(?=\S)", line)
        mark = re.match(r"^#{1,3}\s+", line)
        line = line[(bullet or mark).end() :] if (bullet or mark) else line  # type: ignore[union-attr]
        found.append(Line(line, blanks > 0, blanks > 1, "• " if bullet else "", bool(mark)))
        blanks = 0
    return found


def _unwrapped(text: str) -> list[str]:
    """The text's lines; a block whose lines all break near one column is one paragraph."""
    out: list[str] = []
    for block in re.split(r"(\n[^\S\n]*(?:\n[^\S\n]*)+)", text):
        if block.startswith("\n") and not block.strip():
            out.extend([""] * (block.count("\n") - 1))
            continue
        lines = block.split("\n")
        widths = [len(line.strip()) for line in lines]
        wrapped = len(lines) >= 3 and 50 <= max(widths) <= 100 and min(widths[:-1]) >= max(widths) - 20
        if wrapped and not any(is_credit(line.strip()) or label_of(line.strip()) for line in lines):
            out.append(" ".join(line.strip() for line in lines))
        else:
            out.extend(lines)
    return out


def is_credit(text: str) -> bool:
    """The line is a picture's credit: it begins with the copyright sign or a word for picture.

    >>> is_credit("© Example Press/ Ada Bell"), is_credit("Photo finish decides the race")
    (True, False)
    """
    return bool(_CREDIT.match(text)) and word_count(text) <= 20


def is_prose(text: str) -> bool:
    """The line is a sentence or more, not a title or a menu's entry.

    >>> is_prose("The harbour was closed on Monday, officials said."), is_prose("Harbour Closed on Monday")
    (True, False)
    """
    if not _ENDS_SENTENCE.search(text) or label_of(text):
        return len(text) > 240
    return word_count(text) >= 6


def title_case(text: str) -> bool:
    """Most of the longer words begin with a capital, as English titles are set."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) >= 4]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


def has_clock_or_date(text: str) -> bool:
    """The line shows a date with its year, or a clock beside a year."""
    if len(text) > 100:
        return False
    year = bool(_YEAR.search(text))
    return bool(_DAY.search(text)) or (year and (bool(_CLOCK.search(text)) or word_count(text) <= 6))


def label_of(text: str) -> tuple[str, str] | None:
    """``("related", "")`` or ``("tags", what follows)`` for the labels of the lists behind a story.

    >>> label_of("Tags: rain, Kent"), label_of("Mehr zum Thema:"), label_of("Rain in Kent")
    (('tags', 'rain, Kent'), ('related', ''), None)
    """
    if len(text) > 600:
        return None
    if _RELATED.match(text):
        return "related", ""
    match = _TAGS.match(text)
    return ("tags", clean(match.group(1))) if match else None
