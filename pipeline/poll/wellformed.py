"""Well-formed XML into a tree, and what a document that is none complains of.

A document type is cut off before the parser sees the text: no entity is ever declared, none expanded,
nothing is loaded.
"""

from __future__ import annotations

import html
import re
from typing import Any

from lxml import etree

ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(rss|feed|rdf|channel)(?=[\s/>])", re.IGNORECASE)
LIST_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(urlset|sitemapindex|opml)(?=[\s/>])", re.IGNORECASE)
_ANY_ROOT = re.compile(f"{ROOT.pattern}|{LIST_ROOT.pattern}", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[\s][^>]*>")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?[A-Za-z_]")
# Control characters to XML, Windows-1252's quotes and dashes to whoever wrote them and to every browser.
_WINDOWS_NUMBER = re.compile(r"&#(?:1(?:2[89]|[345]\d)|[xX][89][0-9a-fA-F]);")


def tree_of(text: str, *, url: str, recover: bool = False) -> tuple[Any | None, str | None]:
    """The root element, or None and the fault where ``text`` is not well formed.

    ``url`` becomes the base of relative addresses. Never raises, expands nothing, loads nothing, goes no
    deeper than libxml2's 256 levels. With ``recover``, what libxml2 makes of a text that is not well formed.

    >>> tree_of("<rss>&nbsp;</rss>", url="https://news.example/rss")
    (None, "xml: Entity 'nbsp' not defined, line 1, column 12")
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url), None
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, _told(error)


def without_prolog(text: str) -> str:
    """``text`` from its root element on if a document type precedes it; else without its declaration.

    Numbers of Windows-1252's characters become the characters.

    >>> without_prolog('<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss>&#150;</rss>')
    '<rss>–</rss>'
    """
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    text = _WINDOWS_NUMBER.sub(lambda match: html.unescape(match.group()), text)
    doctype = _DOCTYPE.search(text)
    if doctype is None:
        return text
    first = _FIRST_ELEMENT.search(text)
    if first is not None and first.start() < doctype.start():
        return text  # inside the document: a story's text, or a fault that the parser reports
    root = _ANY_ROOT.search(text, doctype.end())
    if root is not None:
        return text[root.start() :]
    return text[doctype.end() :].partition(">")[2]


def _told(error: Exception) -> str:
    """The parser's complaint on one short line."""
    message = " ".join((getattr(error, "msg", None) or str(error)).split())
    what, _, place = message.rpartition(", line ")
    return f"xml: {what[:80]}, line {place}" if what else f"xml: {message[:80]}"
