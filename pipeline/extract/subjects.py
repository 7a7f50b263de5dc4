"""What a story is about and in which tongue: section, keywords, description, language, publisher."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.choice import Offer
from pipeline.extract.document import attributes, text_of
from pipeline.extract.headline import plain
from pipeline.extract.languages import language_of_text
from pipeline.extract.page import Page, marked_by, vocabulary

_CODE = re.compile(
    r"^[a-z_-]+:|^[\w-]*[:=_/][\w:=/.-]*$|^\d+$|^[A-Za-z]{0,3}\d{3,}\w*$|^(?:true|false|null|none|undefined)$|^@"
)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff가-힣]$")
_STEP = re.compile(r"\s*[›»>→]+\s*|\s+[/|·]\s+")
"""What stands between the steps of a printed breadcrumb trail."""
_LONGEST_STEP = 4
_TICKER = re.compile(r"^[A-Z]{2,7}\d{0,3}$")
_GENERIC = frozenset(
    "home homepage start startseite news article articles artikel post posts latest all site index accueil inicio portada главная uncategorized page web story stories aktuell highlight highlights featured headlines headline top".split()
)
_SECTION_METAS = (
    "article:section",
    "parsely-section",
    "og:article:section",
    "section",
    "cxenseparse:section",
    "category",
    "article:section:primary",
    "dc.subject.category",
    "sailthru.section",
    "primary_category",
)
_KEYWORD_METAS = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords", "sailthru.tags")
_LONGEST_TAG = 50
_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?:$|[-_.,; ])")


def section_offers(page: Page, outlet: Collection[str]) -> Iterator[Offer[str]]:
    """The sections that the page's sources name, one from each; ``outlet`` are the site's names."""
    for source, values in _sections(page):
        found = [text for value in values for text in _section_names(value, source)]
        fit = next((text for text in found if _names_section(text, outlet)), None)
        if fit or found:
            yield Offer(source, fit or found[0], "" if fit else "names no section")


def _section_names(value: str, source: str) -> list[str]:
    text = plain(value)
    listed = text.count(",") > 1 or re.search(r",\S", text)
    names = [part.strip() for part in text.split(",")] if listed else [text]
    return names if source == "visible" else [re.split(r"\s*(?:[>»|;]|::)\s*", name)[-1] for name in names]


def _names_section(text: str, outlet: Collection[str]) -> bool:
    return (
        1 < len(text) <= 60
        and not text.startswith("http")
        and text.casefold() not in _GENERIC
        and _bare(text) not in outlet
        and not text.isdigit()
    )


def _sections(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "json_ld", jsonld.texts(page.story.get("articleSection"))
    for name in _SECTION_METAS:
        yield vocabulary(name), page.meta.get(name, [])
    tagged = page.tree.xpath(".//a[@rel][contains(concat(' ', @rel, ' '), ' category ')]")
    yield "visible", [text_of(element) for element in tagged[:6]]
    for element in page.properties.get("articlesection", ())[:4]:
        yield marked_by(element), [attributes(element, "content") or text_of(element)]
    yield "hatom", [text_of(element) for element in page.microformats.get("category", ())[:4]]
    yield "visible", _linked(page, "category", 6)
    for node, _ in page.nodes:
        if "breadcrumblist" in jsonld.types(node):
            yield "breadcrumb", _crumbs(page, node)
    yield "breadcrumb", _printed_trail(page)
    yield "breadcrumb", list(reversed(_linked(page, "crumbs", 8)))


def _linked(page: Page, kind: str, most: int) -> list[str]:
    """The texts of the links in the page's boxes of a kind, each once."""
    texts: dict[str, None] = {}
    for box in page.boxes.get(kind, ()):
        if box.tag in {"body", "article", "main"} or is_elsewhere(box):
            continue
        links = [box] if box.tag == "a" else list(box.iter("a"))
        for link in links[:most]:
            text = text_of(link)
            if text:
                texts[text] = None
        if len(texts) >= most:
            break
    return list(texts)[:most]


def _printed_trail(page: Page) -> list[str]:
    """The steps of a trail whose separators are printed, nearest first, without the front page and the story."""
    for box in page.boxes.get("crumbs", ()):
        steps = _STEP.split(text_of(box))
        if len(steps) > 1 and box.tag not in {"a", "body"}:
            return _steps(page, steps[1:])
    return []


def _crumbs(page: Page, node: jsonld.Node) -> list[str]:
    """The steps of a breadcrumb trail, the nearest to the story first, the story itself left out."""
    names = []
    items = node.get("itemListElement")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            name = jsonld.first_text(item.get("name")) or jsonld.first_text(item.get("item"))
            if name:
                names.append(plain(name))
    return _steps(page, names)


def _steps(page: Page, names: list[str]) -> list[str]:
    titles = {_bare(text) for text, _ in page.h1s} | {_bare(page.title), _bare(page.first("og:title"))}
    return [
        name for name in reversed(names) if _bare(name) not in titles and len(name.split()) <= _LONGEST_STEP
    ]


def keyword_offers(page: Page, outlet: Collection[str]) -> Iterator[Offer[tuple[str, ...]]]:
    """The keywords of each source in its own order, without the site's names; mere codes are refused."""
    for source, values in _keywords(page):
        words = keyword_list(values, outlet)
        codes = sum(bool(_TICKER.match(word)) for word in words) > len(words) / 2
        yield Offer(source, words, "codes" if codes else "")


def _keywords(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "json_ld", jsonld.texts(page.story.get("keywords"))
    for name in _KEYWORD_METAS:
        yield vocabulary(name), page.meta.get(name, [])
    tagged = page.tree.xpath(".//a[@rel][contains(concat(' ', @rel, ' '), ' tag ')]")
    yield "visible", [text for element in tagged[:60] if len(text := text_of(element)) <= _LONGEST_TAG]
    yield "visible", [text for text in _linked(page, "tags", 60) if len(text) <= _LONGEST_TAG]
    yield "meta", page.meta.get("keywords", [])[:1]
    yield "dublin_core", page.meta.get("dc.subject", [])


def keyword_list(values: Iterable[str], outlet: Iterable[str] = ()) -> tuple[str, ...]:
    """Keywords apart, each once, without codes and the site's own names.

    >>> keyword_list(["rain, floods; Kent", "topic:123", "Rain"])
    ('rain', 'floods', 'Kent')
    """
    found: dict[str, str] = {}
    skipped = set(outlet)
    for value in values:
        for part in re.split(r"\s*[,;|、，\n]\s*", plain(value)):
            word = part.strip(" #\"'.")
            if (
                (1 < len(word) <= 60 or _IDEOGRAPH.match(word))
                and not _CODE.match(word)
                and _bare(word) not in skipped
            ):
                found.setdefault(word.casefold(), word)
    return tuple(found.values())[:50]


def description_offers(page: Page) -> Iterator[Offer[str]]:
    """The page's own summaries."""
    yield Offer("json_ld", plain(jsonld.first_text(page.story.get("description"))))
    for source, value in page.stated("og:description", "dc.description", "dcterms.description"):
        yield Offer(source, plain(value))
    for source, value in page.stated("sailthru.description", "description", "twitter:description"):
        yield Offer(source, plain(value))
    for element in page.properties.get("description", ())[:2]:
        yield Offer(marked_by(element), attributes(element, "content") or text_of(element))
    for element in page.microformats.get("description", ())[:1]:
        yield Offer("hatom", text_of(element))


def language_offers(page: Page) -> Iterator[Offer[str]]:
    """The languages that the page declares, as BCP 47 tags."""
    stated = [
        ("html", page.language),
        ("json_ld", jsonld.first_text(page.story.get("inLanguage")) or ""),
        *page.stated("content-language", "og:locale", "dc.language", "language"),
    ]
    for source, value in stated:
        tag = language_tag(value)
        yield Offer(source, tag or value, "" if tag else "no language tag")


def detected_offers(text: str | None) -> Iterator[Offer[str]]:
    """The language that a text shows."""
    yield Offer("detected", language_of_text(text or "") or "", reason="nothing declares one")


def language_tag(value: str) -> str | None:
    """``value`` as a BCP 47 tag, or None.

    >>> language_tag("EN_us"), language_tag("zh-hant-TW"), language_tag("english")
    ('en-US', 'zh-Hant-TW', None)
    """
    match = _LANGUAGE.match(value.strip())
    if not match:
        return None
    language, script, region = match.groups()
    return "-".join(
        part for part in (language.lower(), script and script.title(), region and region.upper()) if part
    )


def publisher_offers(page: Page) -> Iterator[Offer[str]]:
    """The publisher's names as the page states them."""
    stated = [
        ("json_ld", jsonld.first_text(page.story.get("publisher")) or ""),
        *page.stated("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name"),
        *(("hatom", text_of(element)) for element in page.microformats.get("publisher", ())[:1]),
    ]
    for source, value in stated:
        text = plain(value)
        yield Offer(source, text, "an address" if text.startswith("http") else "")


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
