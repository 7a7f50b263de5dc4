"""The headline: the title on the page that the page's metadata agree with."""

from __future__ import annotations

import html as html_lib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from pipeline.extract import jsonld
from pipeline.extract.boxes import name_of
from pipeline.extract.document import Element, clean, text_of
from pipeline.extract.page import Page

_STRONG = re.compile(r"\s+(?:\|{1,2}|»|::|•)\s+|\s*[|｜ㅣ]\s*|_(?=[^_]*$)|(?<=[\u3040-\u9fff])_")
_WEAK = re.compile(r"\s+(?:[-–—]{1,2}|[·«:~/])\s+|:\s+")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
# Lines that a layout sets into the h1 above or below the headline itself.
_KICKER = re.compile(
    r"kicker|top-?line|over-?line|dachzeile|roof-?line|eyebrow|super-?(?:title|headline)|pre-?(?:title|headline)|ante-?t[ií]t|spitzmarke|rubri[ck]|category|label|flag|overtitle|sur-?titre|volanta|occhiello|"
    r"sub-?(?:title|line|head)|deck|visually-?hidden|sr-only|screen-?reader",
    re.IGNORECASE,
)
_TITLE_METAS = (
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "citation_title",
)


def headline_of(page: Page) -> tuple[str | None, str, str | None]:
    """The headline, the source that gave it, and another headline that the page states for itself."""
    names = site_names(page)
    raw = [
        (
            "json_ld",
            jsonld.first_text(page.story.get("headline")) or jsonld.first_text(page.story.get("name")),
        ),
        ("meta", page.first("og:title")),
        ("meta", page.first(*_TITLE_METAS)),
        ("title", page.title),
    ]
    stated = [(source, strip_site(plain(text), names, loose=source == "title")) for source, text in raw]
    stated = [(source, text) for source, text in stated if text and not _is_site(text, names)]
    titles = [text for _, text in stated]
    chosen, method = _agreeing_h1(page, titles, names), "h1"
    if not chosen:
        chosen, method = _agreeing_heading(page, titles), "heading"
    if not chosen and stated:
        method, chosen = stated[0]
    if not chosen:
        chosen, method = _marked(page), "microdata"
    alternative = jsonld.first_text(page.story.get("alternativeHeadline")) or jsonld.first_text(
        page.story.get("alternateName")
    )
    for other in (plain(alternative), *titles):
        if other and chosen and _words(other) != _words(chosen):
            return chosen, method, other
    return chosen or None, method if chosen else "", None


def plain(text: str | None) -> str:
    """Text out of metadata: entities read, twice where they were written twice, tags dropped.

    >>> plain("Cats &amp;amp; <em>dogs</em>")
    'Cats & dogs'
    """
    if not text:
        return ""
    for _ in range(2):
        if "&" in text:
            text = html_lib.unescape(text)
    return clean(_MARKUP.sub("", text) if "<" in text else text)


def site_names(page: Page) -> list[str]:
    """Names under which the site speaks of itself, in lower case words."""
    publisher = page.story.get("publisher")
    raw = [
        page.first("og:site_name"),
        page.first("application-name"),
        page.first("apple-mobile-web-app-title"),
        page.first("twitter:site").lstrip("@"),
        jsonld.first_text(publisher) or "",
    ]
    host = re.sub(r"^(?:www\d?|m|amp|mobile)\.", "", re.sub(r"^\w+://|[/:].*$", "", page.url))
    raw += [host, host.split(".")[0], ".".join(host.split(".")[-2:])]
    return [name for name in dict.fromkeys(_words(plain(text)) for text in raw) if name]


def strip_site(title: str, names: Iterable[str], *, loose: bool = False) -> str:
    """``title`` without the site's name at either end.

    Args:
        title: as the metadata state it.
        names: the site's names in lower case.
        loose: a short last part behind a dash is taken for a site's name that is not known; so it is in ``<title>``.

    >>> strip_site("Rain at last - The Example Post", ["the example post"])
    'Rain at last'
    >>> strip_site("Rain on the whole coast | Weather | EP", [])
    'Rain on the whole coast'
    """
    names = list(names)
    for _ in range(3):
        strong = list(_STRONG.finditer(title))
        parts = sorted([*strong, *_WEAK.finditer(title)], key=lambda match: match.start())
        if not parts:
            return title
        last, first = parts[-1], parts[0]
        head, tail = title[: last.start()].strip(), title[last.end() :]
        enough = len(head) > len(tail) and (len(head.split()) >= 3 or len(head) >= 12)
        unknown = last in strong or (
            loose and len(tail.split()) <= 4 and ":" not in last.group(0) and len(head.split()) >= 4
        )
        if _is_site(tail, names) or (unknown and enough):
            title = head
        elif _is_site(title[: first.start()], names):
            title = title[first.end() :].strip()
        else:
            return title
    return title


def _is_site(text: str, names: list[str]) -> bool:
    words = _words(text)
    squeezed = words.replace(" ", "")
    if not words:
        return False
    for name in names:
        bare = name.replace(" ", "")
        if squeezed == bare:
            return True
        if (
            len(bare) > 3
            and len(words.split()) <= 5
            and (squeezed.startswith(bare) or (len(squeezed) > 4 and bare.startswith(squeezed)))
        ):
            return True
    return False


def _agreeing_h1(page: Page, stated: list[str], names: list[str]) -> str:
    """The h1 that shares most words with what the metadata state; the only h1 where they state nothing."""
    best, chosen = 0.0, ""
    usable = [
        (text, element)
        for text, element in page.h1s
        if not _is_site(text, names) and not _links_home(element, page)
    ]
    for text, element in usable:
        for other in stated:
            score = _overlap(text, other) - (0.3 if _beside(element) else 0)
            if score > best + 0.05:
                best, chosen = score, _without_kicker(element, text, stated)
    if best >= 0.5:
        return strip_site(chosen, names) if _STRONG.search(chosen) else chosen
    return usable[0][0] if len(usable) == 1 and not stated else ""


def _agreeing_heading(page: Page, stated: list[str]) -> str:
    """An h2 or h3 that stands word for word in what the metadata state."""
    padded = [f" {_words(text)} " for text in stated]
    best = ""
    for element in [*page.tree.iter("h2", "h3")][:40]:
        text = text_of(element)
        words = _words(text)
        if (
            len(words) >= 10
            and len(text) > len(best)
            and any(f" {words} " in other for other in padded)
            and not _beside(element)
        ):
            best = text
    return best


def _without_kicker(element: Element, whole: str, stated: list[str]) -> str:
    """The h1 without a line above or below the headline that is set into it."""
    if any(_words(whole) == _words(text) for text in stated):
        return whole
    children = [
        child
        for child in element.iterdescendants("span", "small", "div", "strong", "em", "p", "a", "sub")
        if child.text_content().strip()
    ]
    for child in children:
        part = text_of(child)
        if part == whole or not part:
            continue
        rest = clean(whole.replace(part, " ", 1)).strip(" :|/–—-")
        known = any(_words(rest) == _words(text) for text in stated)
        if rest and (known or (_KICKER.search(name_of(child)) and len(rest.split()) >= 2)):
            return rest
        if any(_words(part) == _words(text) for text in stated) and len(part) > 0.4 * len(whole):
            return part
    return whole


def _links_home(element: Element, page: Page) -> bool:
    """The heading is a link to the site's front page, hence its logo."""
    links = list(element.iter("a"))
    parent = element.getparent()
    if not links and parent is not None and parent.tag == "a":
        links = [parent]
    if len(links) != 1:
        return False
    address = page.absolute(links[0].get("href"))
    return (
        bool(address)
        and urlsplit(address or "").path.strip("/") in {"", "blog", "index.php", "index.html"}
        and urlsplit(page.url).path.strip("/") != ""
    )


def _overlap(one: str, other: str) -> float:
    """Share of common words (pairs of characters where a script has no spaces), 0 to 1; more where one holds the other."""
    a, b = _tokens(one), _tokens(other)
    if not a or not b:
        return 0.0
    return 2 * len(a & b) / (len(a) + len(b)) + (0.25 if a <= b or b <= a else 0)


def _tokens(text: str) -> set[str]:
    if any("\u3040" <= char <= "\u9fff" or "\u0e00" <= char <= "\u0eff" for char in text):
        squeezed = _words(text).replace(" ", "")
        return {squeezed[at : at + 2] for at in range(max(1, len(squeezed) - 1))}
    return set(_words(text).split())


def _beside(element: Element) -> bool:
    return any(ancestor.tag in {"aside", "nav", "footer"} for ancestor in element.iterancestors())


def _marked(page: Page) -> str:
    for element in [*page.properties.get("headline", [])[:3], *page.tree.iter("h1", "h2")]:
        text = text_of(element)
        if text:
            return text
    return ""


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
