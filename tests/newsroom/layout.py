"""What every house style shares: the page to lay out and the furniture around the story."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from .clocks import Printed
from .desk import Copy, Take
from .prose import table
from .publishers import Publisher


@dataclass(frozen=True, slots=True)
class Page:
    """What a style lays out."""

    publisher: Publisher
    url: str
    canonical_url: str | None
    """What the page names as canonical; None: nothing."""
    section: str
    """As readers see it."""
    copy: Copy
    take: Take
    published: Printed | None
    modified: Printed | None

    @property
    def labels(self) -> dict[str, str]:
        """The words of the furniture."""
        words: dict[str, str] = table(self.publisher.language)["labels"]
        return words

    @property
    def byline(self) -> str:
        """The authors as printed; empty where none signs."""
        if not self.copy.authors:
            return ""
        by, authors = self.labels["by"], ", ".join(self.copy.authors)
        return by.format(authors=authors) if "{authors}" in by else f"{by} {authors}"


def shell(page: Page, head: str, main: str) -> str:
    """A whole document around the story: menu, teasers, comments, footer."""
    house, labels = page.publisher, page.labels
    direction = ' dir="rtl"' if house.language == "ar" else ""
    canonical = f'<link rel="canonical" href="{escape(page.canonical_url)}">' if page.canonical_url else ""
    menu = "".join(f'<li><a href="/{n}">{escape(word)}</a></li>' for n, word in enumerate(labels["menu"]))
    aside = "".join(
        f'<li><a href="{escape(link.url or "")}">{escape(link.text)}</a></li>' for link in page.copy.related
    )
    return f"""<!DOCTYPE html>
<html lang="{house.language}"{direction}>
<head>
<meta charset="utf-8">
<title>{escape(page.take.headline)} | {escape(house.name)}</title>
{canonical}
{head}
</head>
<body>
<div class="cookie-notice" role="dialog"><p>{escape(labels["consent"])}</p><button>OK</button></div>
<header class="site-header"><a href="/" class="logo">{escape(house.name)}</a><nav><ul>{menu}</ul></nav></header>
<main>
{main}
</main>
<aside class="related"><h3>{escape(labels["related"])}</h3><ul>{aside}</ul></aside>
<section id="comments" class="comments"><form><input name="q"><button>OK</button></form></section>
<footer class="site-footer"><p>{escape(labels["footer"])}</p></footer>
</body>
</html>
"""


def paragraphs(page: Page, attributes: str = "") -> str:
    """The body, one ``<p>`` a paragraph."""
    return "\n".join(f"<p{attributes}>{escape(text)}</p>" for text in page.take.paragraphs)


def figures(page: Page) -> str:
    """The pictures with caption and credit."""
    return "\n".join(
        f'<figure><img src="{escape(image.url or "")}" alt=""><figcaption>{escape(image.caption or "")} '
        f'<span class="credit">{escape(image.credit or "")}</span></figcaption></figure>'
        for image in page.copy.images
    )
