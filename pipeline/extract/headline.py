"""The headline: the title on the page that the page's metadata agree with."""

from __future__ import annotations

import html as html_lib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from pipeline.extract import jsonld
from pipeline.extract.boxes import name_of
from pipeline.extract.choice import Offer
from pipeline.extract.document import Element, attributes, clean, text_of
from pipeline.extract.page import Page, marked_by

_STRONG = re.compile(r"\s+(?:\|{1,2}|»|::|•)\s+|\s*[|｜ㅣ]\s*|_(?=[^_]*$)|(?<=[\u3040-\u9fff])_")
_WEAK = re.compile(r"\s+(?:[-–—]{1,2}|[·«:~/])\s+|:\s+")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
# Lines that a layout sets into the h1 above or below the headline itself.
_KICKER = re.compile(
    r"kicker|top-?line|over-?line|dachzeile|roof-?line|eyebrow|super-?(?:title|headline)|pre-?(?:title|headline)|ante-?t[ií]t|spitzmarke|rubri[ck]|category|label|flag|overtitle|sur-?titre|volanta|occhiello|"
    r"sub-?(?:title|line|head)|deck|visually-?hidden|sr-only|screen-?reader",
    re.IGNORECASE,
)
_MOST_PIECES = 40
"""An h1 that was never closed may hold the whole page."""
_TITLE = re.compile(r"head-?line|title", re.IGNORECASE)
_TITLE_METAS = (
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "citation_title",
)


def headline_offers(page: Page, stated: Sequence[Offer[str]], names: list[str]) -> Iterator[Offer[str]]:
    """What each source of the page calls the story, the most trusted first.

    That is the title on the page that the metadata agree with; then the metadata themselves.

    Args:
        page: the page.
        stated: what ``title_offers`` finds.
        names: the site's, as ``site_names`` gives them.
    """
    titles = [offer.value for offer in stated if not offer.refused]
    printed = _agreeing_h1(page, stated, names)
    yield Offer("h1", printed, reason="printed, and the metadata agree" if titles else "the only h1")
    yield Offer("heading", "" if printed else _agreeing_heading(page, titles), reason="the metadata agree")
    yield from stated
    yield from (offer for offer in _marked(page) if not printed or printed not in offer.value)
    for text, element in page.h1s:
        if not printed or printed not in text:
            yield Offer("h1", text, _why_not(text, element, page, names))


def title_offers(page: Page, names: list[str]) -> Iterator[Offer[str]]:
    """The titles that the metadata state, without the site's name; the site's name alone is refused."""
    story = page.story
    raw = [
        ("json_ld", jsonld.first_text(story.get("headline")) or jsonld.first_text(story.get("name"))),
        *page.stated("og:title", *_TITLE_METAS),
        ("title", page.title),
    ]
    for source, text in raw:
        title = strip_site(plain(text), names, loose=source == "title")
        if title:
            yield Offer(source, title, "site name" if _is_site(title, names) else "")


def alternative_offers(
    page: Page, stated: Iterable[Offer[str]], headline: str | None
) -> Iterator[Offer[str]]:
    """Another headline that the page states for itself: one named so, else a title that differs in its words."""
    own = _words(headline or "")
    named = [
        *jsonld.texts(page.story.get("alternativeHeadline")),
        *jsonld.texts(page.story.get("alternateName")),
    ]
    offers = [Offer("json_ld", plain(text)) for text in named]
    offers += [
        Offer(marked_by(element), attributes(element, "content") or text_of(element))
        for element in page.properties.get("alternativeheadline", ())
    ]
    for offer in (*offers, *stated):
        if own and _words(offer.value) != own:
            yield replace(offer, reason="differs from the headline")


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


def _agreeing_h1(page: Page, stated: Sequence[Offer[str]], names: list[str]) -> str:
    """The h1 that shares most words with what the metadata state; the only h1 where they state nothing."""
    best, chosen = 0.0, ""
    usable = [
        (text, element)
        for text, element in page.h1s
        if not _is_site(text, names) and not _links_home(element, page)
    ]
    titles = [offer.value for offer in stated if not offer.refused]
    for text, element in usable:
        for other in titles:
            score = _overlap(text, other) - (0.3 if _beside(element) else 0)
            if score > best + 0.05:
                best, chosen = score, _without_kicker(element, text, stated)
    if best >= 0.5:
        return strip_site(chosen, names) if _STRONG.search(chosen) else chosen
    return usable[0][0] if len(usable) == 1 and not titles else ""


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


def _without_kicker(element: Element, whole: str, stated: Sequence[Offer[str]]) -> str:
    """The h1 without a line above or below the headline that is set into it, unless metadata have it whole."""
    agreed = {_words(offer.value) for offer in stated if not offer.refused}
    if _words(whole) in {_words(offer.value) for offer in stated if offer.source != "title"}:
        return whole
    children = [
        (child, part)
        for child in islice(
            element.iterdescendants("span", "small", "div", "strong", "em", "p", "a", "sub"), _MOST_PIECES
        )
        if (part := text_of(child)) and part != whole
    ]
    for child, part in children:
        rest = clean(whole.replace(part, " ", 1)).strip(" :|/–—-")
        known = _words(rest) in agreed
        if rest and (known or (_KICKER.search(name_of(child)) and len(rest.split()) >= 2)):
            return rest
        if _words(part) in agreed and len(part) > 0.4 * len(whole):
            return part
    named = [part for child, part in children if _calls_headline(child) and len(part) > 0.4 * len(whole)]
    return named[0] if len(named) == 1 else whole


def _calls_headline(element: Element) -> bool:
    name = name_of(element)
    return "headline" in (element.get("itemprop") or "") or bool(
        _TITLE.search(name) and not _KICKER.search(name)
    )


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


def _marked(page: Page) -> Iterator[Offer[str]]:
    for element in page.properties.get("headline", [])[:3]:
        yield Offer(marked_by(element), text_of(element))
    for element in page.microformats.get("headline", ())[:1]:
        yield Offer("hatom", text_of(element))


def first_heading(page: Page) -> Iterator[Offer[str]]:
    """The first heading of a page that names itself nowhere."""
    for element in page.tree.iter("h1", "h2"):
        yield Offer("heading", text_of(element), reason="the first heading")


def _why_not(text: str, element: Element, page: Page, names: list[str]) -> str:
    if _is_site(text, names):
        return "site name"
    return "a link to the front page" if _links_home(element, page) else "the metadata name another"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
