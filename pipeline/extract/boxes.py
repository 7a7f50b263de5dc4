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
    r"(?:post|entry|article|story|news|blog)-?(?:date|meta|info|details?)|meta|metadata|info|byline|pg-?date|hdate|tarih|tanggal|dato",
    "byline": r"by|byline|bylines|byl|authors?|author-?names?|authored|writers?|journalists?|reporters?|autor(?:e|es|en|in)?|auteurs?|vcard|contributors?|redacteur|penulis|yazar|zuozhe|bianji|skribent|kirjoittaja",
    "tags": r"tags?|tag-?(?:list|links|cloud|items?|container|wrapper)|taglist|keywords?|topics?|topic-list|article-?(?:tags|topics|keywords)|post-?tags|entry-?tags|tags-?links|themen|etiquetas|temas",
    "category": r"cat-?links|(?:entry|post|article|story)-?(?:category|categories|section|kicker|rubric)|section-?(?:name|label|title|link)|kicker|rubrik|rubric|category|categories|channel-?name|dachzeile|eyebrow",
    "crumbs": r"breadcrumbs?|bread-?crumbs?|crumbs?|breadcrumb-?\w*|ariane|brotkrumen?",
    "related": r"related|see-?also|read-?(?:more|next|also)|more-?on|recommended|recommendations?|further-?reading|weiterlesen|mehr-zum-thema|lire-aussi|leia-?(?:tambem|mais)|te-puede-interesar|correlati|verwandte?|"
    r"related-?\w+|\w+-?related",
    "teaser": r"teaser|inline-?(?:promo|story|article|link)|promo-?link|embedded-?(?:article|story)|story-?link|article-?embed",
    "foreign": r"comments?|comment-?\w+|related|related-?\w+|recommend\w*|most-\w+|popular|trending|teasers?|respond|replies|sidebar|latest",
    "elsewhere": r"comments?|comment-?\w+|related|related-?\w+|sidebar|side-?bar|recommend\w*|most-?\w+|popular|trending|teasers?|footer|copyright|widget|promos?|latest|events?|weather|newsticker|slider|carousel|"
    r"more-?(?:stories|news|articles|from|on)|respond|replies|newsletter|signup|author-?bio|about-?(?:the-?)?author|bio|avatar|caption|gallery",
}
_PATTERNS = {kind: re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])") for kind, words in _WORDS.items()}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_NAME = 300
_NAMING = ("class", "id", "data-testid", "data-component")

Boxes = dict[str, list[Element]]


@lru_cache(maxsize=4096)
def kinds(name: str) -> frozenset[str]:
    """What a class or id says that an element is, among the kinds of this module.

    >>> sorted(kinds("ArticleByline-authorName")), sorted(kinds("post__related-articles"))
    (['byline', 'date'], ['elsewhere', 'foreign', 'related'])
    """
    words = _CAMEL.sub("-", name[:_LONGEST_NAME]).lower().replace("_", "-").replace("--", "-")
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
        if node.tag == "footer":
            return not any(up.tag == "article" for up in node.iterancestors())
        if node.tag not in {"article", "main"} and "elsewhere" in kinds(name_of(node)):
            return True
        node = node.getparent()
    return False


def is_foreign(element: Element) -> bool:
    """The element lies in a box of comments or of other stories; milder than ``is_elsewhere``."""
    node = element
    for _ in range(8):
        if node is None or node.tag in {"body", "html"}:
            return False
        if node.tag not in {"article", "main"} and "foreign" in kinds(name_of(node)):
            return True
        node = node.getparent()
    return False
