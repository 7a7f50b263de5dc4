"""A page in the shape of an old broadcaster's: its clock glued to the date, teasers in the text.

The same page comes as HTML and as the plain text that a browser saves of it. In the text nothing
but position and wording tells the story from the menu, the pictures, the links and the forms.
"""

from __future__ import annotations

from html import escape

from pipeline.records import Image, Link

from .layout import Page

_ABOVE = ("Sign up", "On air now", "Find")
_TOOLS = ("Copy short link", "0 0 0")
_BELOW = (
    "House rules",
    "Join the talk with your network account",
    "Front page",
    "All bulletins",
    "Chosen for you",
    "The Week in Sound",
    "Stay with us",
    "Sign up",
    "By pressing 'Sign up' you state that you have read the Notice on Data and let us handle what you enter",
    "Forgot your password?",
    "Enter the address that you gave when you signed up and we will send you a link.",
    "Close your account",
    "Do you really want to close your account with us? You can open it again within 14 days.",
    "House rules",
    "Whoever signs up with an account of this house or of a network accepts these rules.",
    "A comment is taken down if it:",
    "• has nothing to do with the story above;",
    "• insults other users, named persons or firms, or harms their good name;",
    "• gives away personal data of others without their consent;",
    "• advertises goods, services or money games of any kind;",
    "• repeats what was said before in order to fill the thread.",
    "An account may be blocked without notice if these rules are broken again.",
    "Write to the moderators and give your user name and the act that led to the block.",
    "Close",
)


def chrome_page(page: Page) -> str:
    """The page as HTML."""
    house, labels, copy = page.publisher, page.labels, page.copy
    clock = f'<div class="b-header__time">{_glued(page)}</div>' if page.published else ""
    body = "\n".join(_blocks(page))
    related = "".join(f'<li><a href="{link.url}">{escape(link.text)}</a></li>' for link in copy.related)
    tags = ", ".join(f'<a href="/tag/{n}">{escape(word)}</a>' for n, word in enumerate(copy.keywords))
    furniture = "\n".join(f"<div>{escape(line)}</div>" for line in _BELOW)
    return f"""<!DOCTYPE html>
<html lang="{house.language}">
<head><meta charset="utf-8"><title>{escape(page.take.headline)} - {escape(house.name)}</title>
{f'<link rel="canonical" href="{escape(page.canonical_url)}">' if page.canonical_url else ""}
</head>
<body>
<div class="b-header"><a href="/signup">{_ABOVE[0]}</a>{clock}<a href="/live">{_ABOVE[1]}</a><form>{_ABOVE[2]}</form></div>
<div class="b-article">
{_figure(copy.images[0])}
<h1>{escape(page.take.headline)}</h1>
<div class="b-article__section"><a href="/{escape(page.section.lower())}/">{escape(page.section)}</a></div>
<div class="b-article__tools">{_TOOLS[0]} <span>0</span> <span>0</span> <span>0</span></div>
<div class="b-article__text">
{body}
</div>
<div class="b-article__related"><b>{escape(labels["related"])}:</b><ul>{related}</ul></div>
<div class="b-article__tags"><b>{escape(labels["tags"])}:</b> {tags}</div>
</div>
<div class="b-footer">{furniture}</div>
</body>
</html>
"""


def text_dump(page: Page) -> str:
    """The page as a browser saves it as text."""
    labels, copy, take = page.labels, page.copy, page.take
    lead = copy.images[0]
    lines = [_ABOVE[0]]
    if page.published:
        lines.append(page.published.visible)
    lines += [_ABOVE[1], f"    {_ABOVE[2]}", f"    {lead.caption}", ""]
    lines += [f"    {take.headline}", "", f"    {lead.credit}", f"    {page.section}"]
    lines += [f"    {tool}" for tool in _TOOLS]
    lines.append("")
    for number, text in enumerate(take.paragraphs):
        if number in take.headings:
            lines += [f"    {take.headings[number]}", ""]
        if number in copy.teasers:
            teaser, image = copy.teasers[number]
            lines += [f"    {image.caption}", f"    {image.credit}", f"    {teaser.text}"]
        lines += [f"    {text}", ""]
        if number in copy.read_more:
            lines += [f"    {labels['read_more']}: {copy.read_more[number].text}", ""]
    lines += [f"    {labels['related']}:", "", *(f"    {link.text}" for link in copy.related)]
    lines += [f"    {labels['tags']}:", f"    {', '.join(copy.keywords)}"]
    lines += [f"    {line}" for line in _BELOW]
    return "\n".join(lines) + "\n"


def _glued(page: Page) -> str:
    """The page's clock: two elements with nothing between them, so that text runs together."""
    assert page.published
    text = page.published.visible
    if page.published.precision == "day":
        return f"<span>{escape(text)}</span>"
    end = text.index("GMT") + len("GMT +3")
    return f"<span>{text[:end]}</span><span>{escape(text[end:])}</span>"


def _blocks(page: Page) -> list[str]:
    copy, take = page.copy, page.take
    blocks: list[str] = []
    for number, text in enumerate(take.paragraphs):
        if number in take.headings:
            blocks.append(f"<h3>{escape(take.headings[number])}</h3>")
        if number in copy.teasers:
            blocks.append(_teaser(*copy.teasers[number]))
        blocks.append(f"<p>{escape(text)}</p>")
        if number in copy.read_more:
            link = copy.read_more[number]
            anchor = f'<a href="{link.url}"><em>{escape(link.text)}</em></a>'
            blocks.append(f"<p><strong>{escape(page.labels['read_more'])}:</strong> {anchor}</p>")
    return blocks


def _figure(image: Image) -> str:
    return (
        f'<div class="b-article__media"><img src="{image.url}" alt="{escape(image.caption or "")}">'
        f'<div class="b-caption">{escape(image.caption or "")}</div>'
        f'<div class="b-credit">{escape(image.credit or "")}</div></div>'
    )


def _teaser(link: Link, image: Image) -> str:
    return (
        f'<div class="b-inject"><img src="{image.url}" alt=""><div class="b-caption">{escape(image.caption or "")}</div>'
        f'<div class="b-credit">{escape(image.credit or "")}</div><a href="{link.url}">{escape(link.text)}</a></div>'
    )
