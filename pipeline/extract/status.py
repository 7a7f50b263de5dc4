"""Why something is no article: by its bytes, by its words, by its shape. A stated result, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from urllib.parse import urlsplit

from pipeline.extract import jsonld
from pipeline.extract.document import Element, text_of
from pipeline.extract.page import Page

ARTICLE = "article"
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM\x00", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x00\x00\x01\x00", "image"),
    (b"PK\x03\x04", "archive file"),
    (b"\x1f\x8b", "archive file"),
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"\xd0\xcf\x11\xe0", "office document"),
)
_TYPES = (
    ("application/pdf", "pdf"),
    ("image/", "image"),
    ("audio/", "audio"),
    ("video/", "video"),
    ("application/zip", "archive file"),
    ("application/json", "data"),
    ("text/css", "data"),
    ("application/javascript", "data"),
    ("text/javascript", "data"),
)
_BOT = re.compile(
    r"just a moment|attention required|checking your browser|access (?:to this page has been )?denied|are you (?:a )?(?:human|robot)|not a robot|verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"pardon our interruption|security check|captcha|ddos|request unsuccessful|bot (?:check|detection)|enable javascript and cookies|unusual traffic|sind sie ein mensch|проверка браузера|安全验证|人机验证",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|(?:cookie|privacy)[- ]?(?:consent|settings|choices|wall)|we (?:and our partners )?(?:use|store) cookies|your privacy|consent|zustimmung|mit werbung (?:weiter)?lesen|weiter mit werbung|"
    r"cookies? (?:zu)?stimmen|gérer (?:mes|vos) cookies|accepter et continuer|continuer sans accepter|privacy gate|toestemming|samtykke|consentimiento|consenso|согласие",
    re.IGNORECASE,
)
# The word for cookies, in every language that does not use the English one.
_COOKIES = re.compile(
    r"cookie|kakor|informasjonskaps|eväste|evästeitä|küpsis|sīkdat|slapuk|ciasteczk|sütik|sušenk|kolačić|piškot|"
    r"çerez|куки|бисквитк|ملفات تعريف|كوكيز|کوکی|עוגיות|कुकी|คุกกี้|クッキー|쿠키",
    re.IGNORECASE,
)
_LONGEST_WALL = 1500
"""Characters of a page that shows a question and nothing else."""
_SENTENCE = 120
"""Characters of a text that no list of links has between them."""
_LISTS = frozenset(
    {"collectionpage", "searchresultspage", "profilepage", "itemlist", "aboutpage", "contactpage"}
)
_HEADINGS = ("h2", "h3", "h4")
_LEVELS = 12
_FEW_WORDS = 250
_LEAST_TEASERS, _MOSTLY = 5, 0.75
"""So many linked headings, and so great a share of all text in links, make a page a list of other pages."""


def kind_of_bytes(body: bytes, headers: Mapping[str, str]) -> str | None:
    """What the bytes are if they are no page (``pdf``, ``image``, ``empty body`` …); None: they may be one."""
    head = body[:1024].lstrip()
    if not head and not body.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty body"
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None) or _container(body)
    if kind is None and any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:RDF")):
        kind = "feed"
    if kind is None and b"<" not in head:
        declared = next(
            (value for key, value in headers.items() if key.lower() == "content-type"), ""
        ).lower()
        kind = next((kind for prefix, kind in _TYPES if declared.startswith(prefix)), None)
    return kind


def _container(body: bytes) -> str | None:
    """What a RIFF or ISO media file holds."""
    if body[:4] == b"RIFF":
        return "image" if body[8:12] == b"WEBP" else "audio"
    if body[4:8] == b"ftyp":
        return "image" if body[8:12] in {b"avif", b"heic", b"mif1"} else "video"
    return None


def page_status(page: Page, *, words: int, text: str) -> str:
    """``article``, or ``not_an_article:`` and why.

    Args:
        page: the page.
        words: how many words its body has.
        text: its visible text, or the first part of it.
    """
    if words < _FEW_WORDS:
        labels = " ".join([page.title, *(heading for heading, _ in page.h1s[:2])])
        brief = len(text.split()) < 4 * _FEW_WORDS
        if brief and (
            _BOT.search(labels) or (words < 80 and _BOT.search(text[:1500]) and not states_story(page))
        ):
            return "not_an_article: bot check"
        if brief and not states_story(page) and _is_consent_wall(page, words, labels, text):
            return "not_an_article: consent wall"
    if _is_index(page, words):
        return "not_an_article: index page"
    if words == 0 and not states_story(page) and not page.h1s:
        return "not_an_article: empty body"
    return ARTICLE


def _is_consent_wall(page: Page, words: int, labels: str, text: str) -> bool:
    """It asks for consent, or it speaks of cookies, has a button to press and says next to nothing else."""
    if _CONSENT.search(labels) or (words < 150 and _CONSENT.search(text[:600])):
        return True
    asks = len(text) < _LONGEST_WALL and page.tree.find(".//form") is not None
    return asks and not page.h1s and bool(_COOKIES.search(text))


def states_story(page: Page) -> bool:
    """The page's metadata call it a story."""
    return (
        jsonld.trust(page.story) >= jsonld.STORY_TRUST
        or page.first("og:type").lower() == "article"
        or bool(page.first("article:published_time", "parsely-pub-date", "sailthru.date"))
    )


def _is_index(page: Page, words: int) -> bool:
    if states_story(page):
        return False
    parts = urlsplit(page.url)
    path = parts.path.strip("/")
    named_so = any(name in _LISTS for node, listed in page.nodes if not listed for name in jsonld.types(node))
    front = path.lower() in {"", "index.html", "index.php", "home", "news", "index.htm"} and not parts.query
    teasers = _count_teasers(page.tree)
    if front:
        return words < 400 or teasers >= 5
    if teasers >= _LEAST_TEASERS and _linked_share(page.tree) >= _MOSTLY and not _tells(page.tree):
        return True
    long_slug = path.rsplit("/", 1)[-1].count("-") >= 3 or bool(re.search(r"\d{4,}", path))
    if named_so:
        return teasers >= 8 and not long_slug and words < 400
    return teasers >= 12 and not long_slug and words < 200


def _count_teasers(tree: Element) -> int:
    """Headings that are links to other pages."""
    return sum(1 for link in tree.iter("a") if link.get("href") and _is_teaser(link))


def _is_teaser(link: Element) -> bool:
    """A heading stands in or around the link; around it alone, where no ``article`` holds both."""
    around = [up.tag for up in islice(link.iterancestors(), _LEVELS)]
    if "article" not in around:
        return around[:1] in (["h2"], ["h3"])
    return any(tag in _HEADINGS for tag in around) or next(link.iter(*_HEADINGS), None) is not None


def _linked_share(tree: Element) -> float:
    """How much of the page's text stands in links, 0 to 1."""
    whole = len(text_of(tree))
    return sum(len(text_of(link)) for link in tree.iter("a")) / whole if whole else 0.0


def _tells(tree: Element) -> bool:
    """A sentence stands outside of links."""
    texts = tree.xpath(".//body//text()[not(ancestor::a)]")
    return any(len(text) >= _SENTENCE and len(text.strip()) >= _SENTENCE for text in texts)


def story_root(tree: Element) -> Element:
    """The element that holds the story: the only ``article``, else ``main``, else the page."""
    articles = [
        element
        for element in tree.iter("article")
        if not any(up.tag == "article" for up in element.iterancestors())
    ]
    if len(articles) == 1:
        return articles[0]
    if articles:
        with_h1 = [element for element in articles if element.find(".//h1") is not None]
        if len(with_h1) == 1:
            return with_h1[0]
    main = next(tree.iter("main"), None)
    return tree if main is None else main
