"""Elements by what their class and id call them: one pass, every name judged once.

Class names are the nearest that news pages have to a common vocabulary; the words here are those that
the systems of the trade (WordPress, Drupal, Arc, AEM, Escenic, Methode …) print for dates, bylines,
tags, sections and boxes of other stories.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from pipeline.extract.document import Element

_WORDS = {
    "date": r"date|dates|time|when|timestamp|datetime|pub(?:lish(?:ed)?)?-?(?:date|on|at|time)?|posted(?:-?on)?|dateline|datum|fecha|data|pubtime|tstamp|zeit|heure|hora|created|release|"
    r"(?:post|entry|article|artikel|story|news|item|blog|text)-?(?:date|datum|time|meta|info|details?)|meta|metadata|info|byline|pg-?date|hdate|tarih|tanggal|dato",
    "byline": r"by|byline|bylines|byl|authors?|author-?names?|authored|writers?|journalists?|reporters?|autor(?:e|es|en|in)?|auteurs?|vcard|contributors?|redacteur|penulis|yazar|zuozhe|bianji|skribent|kirjoittaja",
    "tags": r"tags?|tag-?(?:list|links|cloud|items?|container|wrapper)|taglist|keywords?|topics?|topic-list|article-?(?:tags|topics|keywords)|post-?tags|entry-?tags|tags-?links|themen|etiquetas|temas",
    "category": r"cat-?links|(?:entry|post|article|story)-?(?:category|categories|section|kicker|rubric)|section-?(?:name|label|title|link)|kicker|rubrik|rubric|category|categories|channel-?name|dachzeile|eyebrow",
    "crumbs": r"breadcrumbs?|bread-?crumbs?|crumbs?|breadcrumb-?\w*|ariane|brotkrumen?",
    "related": r"related|see-?also|read-?(?:more|next|also)|more-?on|recommended|recommendations?|further-?reading|weiterlesen|mehr-zum-thema|lire-aussi|leia-?(?:tambem|mais)|te-puede-interesar|correlati|verwandte?|"
    r"related-?\w+|\w+-?related",
    "teaser": r"teaser|inline-?(?:promo|story|article|link)|promo-?link|embedded-?(?:article|story)|story-?link|article-?embed",
    "foreign": r"comments?|comment-?\w+|related|related-?\w+|recommend\w*|most-\w+|popular|trending|teasers?|respond|replies|sidebar|latest",
    "body": r"(?:article|story|post|entry|artikel|text|news)-?(?:body|text|content|copy)|articlebody|body-?(?:text|copy)|rich-?text",
    "footer": r"(?<!post-)(?<!entry-)(?<!article-)(?<!story-)footer",
    "elsewhere": r"comments?|comment-?\w+|related|related-?\w+|sidebar|side-?bar|recommend\w*|most-?\w+|popular|trending|teasers?|copyright|widget|promos?|latest|events?|weather|newsticker|slider|carousel|"
    r"more-?(?:stories|news|articles|from|on)|respond|replies|newsletter|signup|author-?bio|about-?(?:the-?)?author|bio|avatar|caption|gallery",
}
# "has-sidebar" and "no-comments" tell of a layout, not of the element; a number behind a name only tells it from others.
_PATTERNS = {
    kind: re.compile(rf"(?<![a-z0-9])(?<!has-)(?<!with-)(?<!no-)(?:{words})-?\d{{0,2}}(?![a-z0-9])")
    for kind, words in _WORDS.items()
}
_COMMENT = re.compile(
    r"(?<![a-z0-9])(?:comments?|kommentare?|commentaires?|comentarios?|leserbriefe?|respond|disqus\w*)(?![a-z0-9])",
    re.IGNORECASE,
)
_ANY = re.compile("|".join(pattern.pattern for pattern in _PATTERNS.values()))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME = 300
_NAMING = ("class", "id", "data-testid", "data-component")

Boxes = dict[str, list[Element]]


def kinds(name: str) -> frozenset[str]:
    """What a class or id says that an element is, among the kinds of this module.

    >>> sorted(kinds("ArticleByline-authorName")), sorted(kinds("post__related-articles"))
    (['byline', 'date'], ['elsewhere', 'foreign', 'related'])
    """
    found = [called for word in name[:_LONGEST_NAME].split() if (called := _kinds_of(word))]
    return found[0] if len(found) == 1 else frozenset().union(*found)


@lru_cache(maxsize=16384)
def _kinds_of(word: str) -> frozenset[str]:
    words = _CAMEL.sub("-", word).lower().replace("_", "-").replace("--", "-")
    if not _ANY.search(words):
        return frozenset()
    return frozenset(kind for kind, pattern in _PATTERNS.items() if pattern.search(words))


def name_of(element: Element) -> str:
    """Class and id of an element."""
    return " ".join(value for key in _NAMING if (value := element.get(key)))


def read_boxes(tree: Element) -> Boxes:
    """Every kind's elements in page order."""
    found: Boxes = defaultdict(list)
    for element in tree.xpath(".//body//*[@class or @id or @data-testid or @data-component]"):
        for kind in kinds(name_of(element)):
            found[kind].append(element)
    return found


def is_elsewhere(element: Element, *, levels: int = 9) -> bool:
    """The element lies in a box that is about other stories, comments, the site or a picture."""
    node = element
    for level in range(levels):
        if node is None or node.tag in {"body", "html"}:
            return False
        if level and node.tag in {"aside", "nav", "figure"}:
            return True
        name = name_of(node)
        if _is_comment(node, name):
            return True
        called = kinds(name)
        if node.tag == "footer" or "footer" in called:
            return not _within_story(node)
        if node.tag not in {"article", "main"} and "elsewhere" in called and not _holds_headline(node):
            return True
        node = node.getparent()
    return False


def is_foreign(element: Element) -> bool:
    """The element lies in a box of comments or of other stories; milder than ``is_elsewhere``."""
    node = element
    for _ in range(8):
        if node is None or node.tag in {"body", "html"}:
            return False
        name = name_of(node)
        if _is_comment(node, name):
            return True
        if node.tag not in {"article", "main"} and "foreign" in kinds(name) and not _holds_headline(node):
            return True
        node = node.getparent()
    return False


def is_comment(element: Element) -> bool:
    """The element lies in a box of readers' comments."""
    chain = (element, *element.iterancestors())
    return any(up.tag not in {"body", "html"} and _COMMENT.search(name_of(up)) for up in chain)


def _is_comment(node: Element, name: str) -> bool:
    """WordPress and Drupal set a reader's comment as an ``article`` of its own, its date in a ``footer``."""
    return node.tag in {"article", "footer", "li"} and bool(_COMMENT.search(name))


def _within_story(node: Element) -> bool:
    """The element stands in an article, or in a box that is called one."""
    return any(
        up.tag == "article" or "article" in (up.get("class") or "").lower().split()
        for up in node.iterancestors()
    )


def _holds_headline(node: Element) -> bool:
    """Whatever it is called, a box around the headline is the story's."""
    return node.find(".//h1") is not None
