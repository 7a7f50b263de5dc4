"""What a story is about and in which tongue: section, keywords, description, language, publisher."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.extract import jsonld
from pipeline.extract.boxes import is_elsewhere
from pipeline.extract.document import attributes, text_of
from pipeline.extract.headline import plain, site_names
from pipeline.extract.page import Page

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
_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?:$|[-_.,; ])")


def section_of(page: Page) -> tuple[str | None, str]:
    """The section that the story stands in, and the source that named it."""
    outlet = site_names(page)
    for method, found in _sections(page):
        values = list(found)
        for value in values:
            text = plain(value)
            if text.count(",") > 1 or re.search(r",\S", text):
                values.extend(text.split(","))
                continue
            text = re.split(r"\s*(?:[>»|;]|::)\s*", text)[-1] if method != "visible" else text
            if (
                1 < len(text) <= 60
                and not text.startswith("http")
                and text.casefold() not in _GENERIC
                and _bare(text) not in outlet
                and not text.isdigit()
            ):
                return text, method
    return None, ""


def _sections(page: Page) -> Iterable[tuple[str, list[str]]]:
    yield "json_ld", jsonld.texts(page.story.get("articleSection"))
    for name in (
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
    ):
        yield "meta", page.meta.get(name, [])
    yield (
        "visible",
        [
            text_of(element)
            for element in page.tree.xpath(".//a[contains(concat(' ', @rel, ' '), ' category ')]")[:6]
        ],
    )
    yield (
        "microdata",
        [
            attributes(element, "content") or text_of(element)
            for element in page.properties.get("articlesection", ())[:4]
        ],
    )
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


def keywords_of(page: Page) -> tuple[tuple[str, ...], str]:
    """The story's keywords in the page's order, and the source that gave them."""
    outlet = set(site_names(page))
    for method, values in _keywords(page):
        words = keyword_list(values, outlet)
        if words and sum(bool(_TICKER.match(word)) for word in words) <= len(words) / 2:
            return words, method
    return (), ""


def _keywords(page: Page) -> Iterable[tuple[str, list[str]]]:
    yield "json_ld", jsonld.texts(page.story.get("keywords"))
    yield "meta", page.meta.get("article:tag", [])
    yield "meta", page.meta.get("og:article:tag", [])
    yield "meta", page.meta.get("parsely-tags", [])
    yield "meta", page.meta.get("news_keywords", [])
    yield "meta", page.meta.get("sailthru.tags", [])
    tagged = [
        text_of(element)
        for element in page.tree.xpath(".//a[contains(concat(' ', @rel, ' '), ' tag ')]")[:60]
    ]
    yield "visible", [text for text in tagged if len(text) <= 50]
    yield "visible", [text for text in _linked(page, "tags", 60) if len(text) <= 50]
    yield "meta", page.meta.get("keywords", [])[:1]


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


def description_of(page: Page) -> tuple[str | None, str]:
    """The page's own summary, and its source."""
    candidates = (
        ("meta", page.first("og:description")),
        ("json_ld", jsonld.first_text(page.story.get("description"))),
        ("meta", page.first("description", "twitter:description", "dc.description", "sailthru.description")),
    )
    for method, value in candidates:
        text = plain(value)
        if text:
            return text, method
    return None, ""


def language_of(
    page: Page, body: str | None, beside: tuple[str, str] | None = None
) -> tuple[str | None, str]:
    """BCP 47 tag of the page's language as declared, else as its text shows, and the source.

    ``beside`` is what feed or registration state, with its source: where there is one nothing is detected.
    """
    for method, value in (
        ("html", page.language),
        ("json_ld", jsonld.first_text(page.story.get("inLanguage")) or ""),
        ("meta", page.first("content-language", "og:locale", "dc.language", "language")),
    ):
        tag = language_tag(value)
        if tag:
            return tag, method
    if beside:
        return beside
    detected = detected_language(body)
    return (detected, "detected") if detected else (None, "")


def detected_language(text: str | None) -> str | None:
    """The language of a text of at least 60 characters, as two letters."""
    if not text or len(text) < 60:
        return None
    from py3langid.langid import classify  # noqa: PLC0415 - its model takes 75 MB and half a second, and few pages need it

    return str(classify(text[:3000])[0])


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


def publisher_of(page: Page) -> tuple[str | None, str]:
    """The publisher's name as the page states it, and the source."""
    for method, value in (
        ("json_ld", jsonld.first_text(page.story.get("publisher"))),
        (
            "meta",
            page.first("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name"),
        ),
    ):
        text = plain(value)
        if text and not text.startswith("http"):
            return text, method
    return None, ""


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
