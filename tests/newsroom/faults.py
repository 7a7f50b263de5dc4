"""What goes wrong on the web: pages that are no stories, servers that fail, feeds that lie."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from .feeds import Document
from .prose import table
from .publishers import FeedFault, Publisher
from .schedule import Kind, Story
from .web import Answer, html, not_found, redirect

RETRY_AFTER_SECONDS = 2
LOOPBACK_URL = "http://127.0.0.1:22/"
PRIVATE_URL = "http://10.20.30.40/latest/meta-data/"
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
REJECTIONS: dict[Kind, str] = {
    "missing": "http_404",
    "gone": "http_410",
    "pdf": "not_an_article",
    "empty": "not_an_article",
    "index": "not_an_article",
    "to_front": "not_an_article",
    "consent": "not_an_article",
    "robots": "robots",
    "to_loopback": "forbidden_address",
    "to_private": "forbidden_address",
}
"""Why no story can come of an entry: the code of the failure, or how the article's status begins."""


def odd_answer(
    story: Story, page: Callable[[], Answer], stories: list[tuple[str, str]], earlier: int
) -> Answer:
    """What the server gives for a story that is not plainly an article.

    ``page`` makes its page, ``stories`` are the links of the house's index, ``earlier`` counts
    the requests for this URL so far.
    """
    house = story.publisher
    match story.kind:
        case "article" | "robots" | "moved" | "unreachable":
            return page()
        case "unavailable":
            return page() if earlier else _unavailable()
        case "false_charset":
            answer = page()
            return Answer(
                answer.status,
                {**answer.headers, "Content-Type": "text/html; charset=iso-8859-1"},
                answer.body,
            )
        case "missing":
            return not_found()
        case "gone":
            return html("<!DOCTYPE html><title>410</title><h1>Gone</h1>", 410)
        case "pdf":
            return Answer(200, {"Content-Type": "application/pdf"}, _PDF)
        case "empty":
            return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, b"")
        case "index":
            return index_page(house, stories)
        case "to_front":
            return redirect("/")
        case "consent":
            return consent_wall(house)
        case "to_loopback":
            return redirect(LOOPBACK_URL)
        case "to_private":
            return redirect(PRIVATE_URL)


def _unavailable() -> Answer:
    page = "<!DOCTYPE html><title>503</title><h1>503</h1>"
    return html(page, 503, **{"Retry-After": str(RETRY_AFTER_SECONDS)})


def index_page(house: Publisher, stories: list[tuple[str, str]]) -> Answer:
    """A list of headlines: the front page, or a section's."""
    rows = "\n".join(
        f'<li><h2><a href="{escape(url)}">{escape(headline)}</a></h2></li>' for url, headline in stories
    )
    return html(
        f'<!DOCTYPE html>\n<html lang="{house.language}"><head><meta charset="utf-8">'
        f"<title>{escape(house.name)}</title></head>\n"
        f"<body><h1>{escape(house.name)}</h1>\n<ul>\n{rows}\n</ul></body></html>\n"
    )


def consent_wall(house: Publisher) -> Answer:
    """A page that asks for consent and shows nothing of the story."""
    text = escape(table(house.language)["labels"]["consent"])
    return html(
        f'<!DOCTYPE html>\n<html lang="{house.language}"><head><meta charset="utf-8"><title>Cookies</title></head>\n'
        f'<body><form action="/consent" method="post"><p>{text}</p><button>OK</button></form></body></html>\n'
    )


def distorted(document: Document, fault: FeedFault | None, house: Publisher) -> Document:
    """The feed as a faulty server sends it."""
    match fault:
        case None | "unreachable":
            return document
        case "html":
            page = index_page(house, [])
            return Document(page.body, page.headers["Content-Type"])
        case "false_charset":
            return Document(document.body, "text/xml; charset=us-ascii")
        case "broken_xml":
            return Document(_broken(document.body), document.content_type)


def _broken(body: bytes) -> bytes:
    """Bare ampersands, an entity that XML does not know, and two bytes that are no UTF-8."""
    body = re.sub(rb"<description>", b"<description>R&D & more&nbsp;: ", body)
    return body.replace(b"</channel>", b"<copyright>\xff\xfe & co</copyright></channel>", 1)
