"""Machine-readable dates in the attributes of elements that show a date: ``title``, ``content``, ``data-*``."""

from __future__ import annotations

import re

from pipeline.extract.document import Element

_STAMP = re.compile(r"(?:19|20)\d\d-?\d\d-?\d\d(?:[T ]\d\d:?\d\d|$)|\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d")
_EPOCH = re.compile(r"[1-9]\d{9}(?:\d{3})?")
"""Seconds or milliseconds since 1970."""
_OF_TIME = re.compile(r"date|time|stamp|epoch|unix|publi|posted|created|utc", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"expir|start|begin|\bend|until|event|count|now|server|current|diff|zone", re.IGNORECASE
)
"""Attributes of countdowns, of events and of the page itself."""
_LONGEST_STAMP = 60


def stamps_of(element: Element) -> list[tuple[str, str]]:
    """The dates in an element's attributes as printed, each behind its attribute's name.

    >>> from lxml import html
    >>> stamps_of(html.fromstring('<i data-origindate="2017-03-01 14:27:02 +0800" data-time="1488349622">1 March</i>'))
    [('data-origindate', '2017-03-01 14:27:02 +0800'), ('data-time', '1488349622')]
    """
    found = []
    for name, value in element.items():
        named = name.startswith("data-") and _OF_TIME.search(name) and not _OF_ANOTHER.search(name)
        if not (named or name in {"title", "content"} or (name == "datetime" and element.tag != "time")):
            continue
        text = value.strip()
        if len(text) <= _LONGEST_STAMP and (_STAMP.match(text) or (named and _EPOCH.fullmatch(text))):
            found.append((name, text))
    return found
