"""The house styles of article pages: the same story in six kinds of HTML.

Each page has the furniture that real ones have (menu, teasers, comments, a notice about
cookies), because telling it from the story is what an extractor is for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

from .chrome import chrome_page
from .clocks import Printed
from .layout import Page, figures, paragraphs, shell
from .publishers import Style


def render(page: Page) -> str:
    """The page as HTML."""
    return _STYLES[page.publisher.style](page)


def _meta(pairs: list[tuple[str, str | None]], key: str = "property") -> str:
    return "\n".join(f'<meta {key}="{name}" content="{escape(text)}">' for name, text in pairs if text)


def _open_graph(page: Page) -> str:
    lead = page.copy.images[0].url if page.copy.images else None
    pairs = [
        ("og:type", "article"),
        ("og:title", page.take.headline),
        ("og:site_name", page.publisher.name),
        ("og:url", page.canonical_url or page.url),
        ("og:description", page.take.summary),
        ("og:image", lead),
    ]
    return _meta(pairs)


def _machine(printed: Printed | None) -> str | None:
    return printed.machine if printed else None


def json_ld_page(page: Page) -> str:
    """Metadata in JSON-LD, in a graph beside the organisation."""
    house, copy = page.publisher, page.copy
    article = {
        "@type": "NewsArticle",
        "@id": f"{page.url}#article",
        "headline": page.take.headline,
        "description": page.take.summary,
        "datePublished": _machine(page.published),
        "dateModified": _machine(page.modified or page.published),
        "author": [{"@type": "Person", "name": name} for name in copy.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": house.name},
        "articleSection": page.section,
        "keywords": list(copy.keywords),
        "inLanguage": house.language,
        "image": [image.url for image in copy.images],
        "mainEntityOfPage": page.canonical_url or page.url,
    }
    graph = [{"@type": "WebSite", "name": house.name}, {k: v for k, v in article.items() if v}]
    data = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).replace(
        "</", "<\\/"
    )
    when = f'<span class="date">{escape(page.published.visible)}</span>' if page.published else ""
    main = f"""<article><h1>{escape(page.take.headline)}</h1>
<p class="standfirst">{escape(page.take.summary)}</p>
<div class="meta"><span class="byline">{escape(page.byline)}</span> {when}</div>
{figures(page)}
<div class="article-body">
{paragraphs(page)}
</div></article>"""
    return shell(page, f'{_open_graph(page)}\n<script type="application/ld+json">{data}</script>', main)


def open_graph_page(page: Page) -> str:
    """Metadata in ``<meta>`` alone."""
    pairs = [
        ("article:published_time", _machine(page.published)),
        ("article:modified_time", _machine(page.modified)),
        ("article:section", page.section),
        *(("article:tag", word) for word in page.copy.keywords),
    ]
    authors = _meta([("author", name) for name in page.copy.authors], "name")
    main = f"""<div class="story"><h1 class="story__title">{escape(page.take.headline)}</h1>
<h2 class="story__deck">{escape(page.take.summary)}</h2>
<div class="story__by">{escape(page.byline)}</div>
{figures(page)}
<div class="story__text">
{paragraphs(page)}
</div></div>"""
    return shell(page, f"{_open_graph(page)}\n{_meta(pairs)}\n{authors}", main)


def microdata_page(page: Page) -> str:
    """schema.org in attributes of the visible elements."""
    copy, labels = page.copy, page.labels
    authors = "".join(
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'{escape(labels["by"])} <span itemprop="name">{escape(name)}</span></span> '
        for name in copy.authors
    )
    dates = _time("datePublished", labels["published"], page.published) + _time(
        "dateModified", labels["updated"], page.modified
    )
    tags = "".join(
        f'<a rel="tag" href="/tag/{n}">{escape(word)}</a> ' for n, word in enumerate(copy.keywords)
    )
    main = f"""<article itemscope itemtype="https://schema.org/NewsArticle">
<span class="kicker" itemprop="articleSection">{escape(page.section)}</span>
<h1 itemprop="headline">{escape(page.take.headline)}</h1>
<p itemprop="description">{escape(page.take.summary)}</p>
<div class="info">{authors}{dates}</div>
{figures(page)}
<div itemprop="articleBody">
{paragraphs(page)}
</div>
<div class="tags">{escape(labels["tags"])}: {tags}</div>
<meta itemprop="keywords" content="{escape(", ".join(copy.keywords))}">
</article>"""
    return shell(page, "", main)


def _time(name: str, label: str, printed: Printed | None) -> str:
    if printed is None:
        return ""
    stamp = escape(printed.machine or "")
    return f'{escape(label)} <time itemprop="{name}" datetime="{stamp}">{escape(printed.visible)}</time> '


def plain_page(page: Page) -> str:
    """No metadata at all: what a reader sees is all there is."""
    labels = page.labels
    dates = [(labels["published"], page.published), (labels["updated"], page.modified)]
    shown = " | ".join(f"{label} {printed.visible}" for label, printed in dates if printed)
    tags = ", ".join(f'<a href="/tag/{n}">{escape(word)}</a>' for n, word in enumerate(page.copy.keywords))
    main = f"""<div class="breadcrumb"><a href="/">{escape(labels["menu"][0])}</a> › {escape(page.section)}</div>
<h1>{escape(page.take.headline)}</h1>
<div class="author">{escape(page.byline)}</div>
<div class="when">{escape(shown)}</div>
{figures(page)}
<div class="text">
{paragraphs(page)}
</div>
<p class="keywords">{escape(labels["tags"])}: {tags}</p>"""
    return shell(page, "", main)


def hatom_page(page: Page) -> str:
    """The classes of hAtom (microformats.org/wiki/hatom)."""
    published, modified = page.published, page.modified
    dates = "".join(
        f'<abbr class="{name}" title="{escape(printed.machine or "")}">{escape(printed.visible)}</abbr> '
        for name, printed in (("published", published), ("updated", modified or published))
        if printed
    )
    tags = "".join(
        f'<a rel="tag" href="/tag/{n}">{escape(word)}</a> ' for n, word in enumerate(page.copy.keywords)
    )
    authors = "".join(
        f'<span class="author vcard"><span class="fn">{escape(name)}</span></span> '
        for name in page.copy.authors
    )
    main = f"""<div class="hentry"><h1 class="entry-title">{escape(page.take.headline)}</h1>
<div class="entry-meta">{dates}{authors}</div>
<div class="entry-summary">{escape(page.take.summary)}</div>
{figures(page)}
<div class="entry-content">
{paragraphs(page)}
</div>
<div class="entry-tags">{tags}</div></div>"""
    return shell(page, "", main)


_STYLES: dict[Style, Callable[[Page], str]] = {
    "json_ld": json_ld_page,
    "open_graph": open_graph_page,
    "microdata": microdata_page,
    "plain": plain_page,
    "hatom": hatom_page,
    "chrome": chrome_page,
}
