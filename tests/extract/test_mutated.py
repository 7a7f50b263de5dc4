"""Broken pages: no exception on any, and none takes long.

The mutations are those that crawlers meet: connections that end early, templates that lose a tag, proxies
that garble bytes or claim another charset, pages pasted into pages. They are drawn from a seed, so that a
failure names the page that shows it again. ``make test`` takes a sample, ``make fuzz`` 20,000.
"""

import gzip
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.extract import extract_page

GOLD = Path(__file__).resolve().parents[2].parent / "shared" / "gold" / "articles" / "dev"
SECONDS = 1.0
SAMPLE, ALL = 300, 20_000

PARAGRAPHS = [
    f"<p>On day {day} the ferry <b>Halvard</b> left Nordby at {day % 12 + 1}:15&nbsp;pm EST with {day * 7} passengers, "
    f"<a href='/crew/{day}'>the harbour master</a> said, and came back <em>before</em> the storm had crossed the sound.</p>"
    for day in range(1, 15)
]
NEWS = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Ferry returns - The Sound</title>
<meta property="og:title" content="Ferry returns"><meta property="article:published_time" content="2021-03-09T18:15:00-05:00">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry returns",
"datePublished":"2021-03-09T18:15:00-05:00","author":[{{"@type":"Person","name":"Maren Ostby"}}],"image":"/ferry.jpg"}}</script>
<script>window.dataLayer = [{{"page": "story < > &"}}]</script></head><body class="single has-sidebar"><header><nav><ul>
<li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav></header><main><article><h1>Ferry returns</h1>
<div class="byline">By <a rel="author" href="/maren">Maren Ostby</a> <time datetime="2021-03-09T18:15:00-05:00">March 9, 2021</time></div>
<figure><img src="/ferry.jpg"><figcaption>The ferry. (Photo: Ole Lund)</figcaption></figure>{"".join(PARAGRAPHS)}
<h2>What comes next</h2><table><tr><td>Monday</td><td>07:00</td></tr></table>{"".join(PARAGRAPHS[:3])}</article>
<aside class="related"><h3>Related</h3><ul><li><a href="/a">Harbour closed for a week</a></li></ul></aside></main>
<div id="comments"><article class="comment-body"><footer class="comment-meta">March 10, 2021</footer><p>Well done.</p></article></div>
<footer>© 2021 The Sound</footer></body></html>"""
MICRODATA = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><title>Fähre kehrt zurück</title>
</head><body><table><tr><td width=160><font size=2><a href=/>Start</a><br><a href=/a>Archiv</a></font></td><td>
<div itemscope itemtype="http://schema.org/NewsArticle"><h1 itemprop="headline">Fähre kehrt zurück</h1><span itemprop="author">Jörg Grün</span>
<meta itemprop="datePublished" content="2019-10-27"><div itemprop="articleBody">{"<br><br>".join(PARAGRAPHS)}</div></div></td></tr></table>"""
LIST = "<html><body><h1>News</h1>" + "".join(
    f'<article class="teaser"><h2><a href="/story-{at}">Headline number {at} of the day</a></h2><p>Some words.</p></article>'
    for at in range(40)
)
JAPANESE = f"""<html lang="ja"><head><meta charset="shift_jis"><title>船が戻る</title></head><body><h1>船が戻る</h1>
<div class="date">2021年3月9日 18時15分</div><div>{"<p>港を出た船は嵐の前に戻った。乗客は無事だった。</p>" * 20}</div></body></html>"""
PAGES = [NEWS.encode(), MICRODATA.encode("cp1252"), LIST.encode(), JAPANESE.encode("shift_jis"), b"<p>", b""]

Mutation = Callable[[bytes, random.Random], bytes]


def truncated(page: bytes, dice: random.Random) -> bytes:
    return page[: dice.randrange(len(page) + 1)]


def without_tags(page: bytes, dice: random.Random) -> bytes:
    parts = page.split(b"<")
    return b"<".join(part for part in parts if dice.random() > 0.1)


def flipped(page: bytes, dice: random.Random) -> bytes:
    garbled = bytearray(page)
    for _ in range(dice.randrange(1, 200)):
        if garbled:
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
    return bytes(garbled)


def nested(page: bytes, dice: random.Random) -> bytes:
    tag = dice.choice(
        (b"div", b"span", b"table><tr><td", b"ul><li", b"b", b"blockquote", b"x-y", b"article", b"a")
    )
    at = dice.randrange(len(page) + 1)
    return page[:at] + (b"<" + tag + b">") * 5000 + page[at:]


def doubled(page: bytes, dice: random.Random) -> bytes:
    start, end = sorted(dice.randrange(len(page) + 1) for _ in range(2))
    return page[:end] + page[start:end] * dice.randrange(1, 6) + page[end:]


def in_other_charset(page: bytes, dice: random.Random) -> bytes:
    text = page.decode("utf-8", "replace")
    name = dice.choice(
        ("utf-16", "utf-16-be", "utf-8-sig", "shift_jis", "koi8-r", "gb18030", "iso2022_jp", "utf-7", "cp037")
    )
    return text.encode(name, "replace")


def unclosed(page: bytes, dice: random.Random) -> bytes:
    opener = dice.choice(
        (
            b"<script>",
            b"<style>",
            b"<!--",
            b"<textarea>",
            b"<title>",
            b"<![CDATA[",
            b'<a href="',
            b"<svg>",
            b"<noscript>",
            b"<template>",
            b"<select>",
        )
    )
    at = dice.randrange(len(page) + 1)
    return page[:at] + opener + page[at:]


def swollen(page: bytes, dice: random.Random) -> bytes:
    name = dice.choice(
        (b"class", b"id", b"content", b"datetime", b"data-date", b"href", b"style", b"title", b"itemprop")
    )
    filling = dice.choice((b"article-date ", b"9", b"a-", b"/", b"2021-03-09T", b"&amp;", b"comment_"))
    tag = dice.choice((b"div", b"time", b"meta", b"a", b"p", b"img"))
    at = dice.randrange(len(page) + 1)
    return (
        page[:at] + b"<" + tag + b" " + name + b'="' + filling * (400_000 // len(filling)) + b'">' + page[at:]
    )


def repeated(page: bytes, dice: random.Random) -> bytes:
    """One small piece, again and again: what a search with two loops is slow on."""
    pieces = (
        b"<meta ",
        b"<a href=x>",
        b"<p>By ",
        b"&#",
        b"<br>",
        b"<time>9</time>",
        b"{",
        b"[",
        b'"',
        b"<h1>",
        b"<li>Related:",
        b"1 ",
        b"<p>\n",
        b"- ",
    )
    at = dice.randrange(len(page) + 1)
    return page[:at] + dice.choice(pieces) * dice.choice((1000, 10_000)) + page[at:]


MUTATIONS: tuple[Mutation, ...] = (
    truncated, without_tags, flipped, nested, doubled, in_other_charset, unclosed, swollen, repeated,
)  # fmt: skip


def mutated(pages: list[bytes], count: int) -> Iterator[tuple[str, bytes]]:
    """Pages with one to three mutations each, every one named by what makes it again."""
    for seed in range(count):
        dice = random.Random(seed)
        page = dice.choice(pages)
        steps = [dice.choice(MUTATIONS) for _ in range(dice.choice((1, 1, 2, 3)))]
        for step in steps:
            page = step(page, dice)
        yield f"seed {seed}: {', '.join(step.__name__ for step in steps)}", page


def faults(pages: Iterator[tuple[str, bytes]]) -> list[str]:
    """What is wrong with the pages: those that could not be read, and those that took too long."""
    found = []
    for name, page in pages:
        status, seconds = timed(page)
        if status.startswith("not_an_article: unreadable page"):
            found.append(f"{name}: {status}")
        # A busy machine takes time from everyone: what is slow has to be so again.
        if seconds > SECONDS and min(timed(page)[1], timed(page)[1]) > SECONDS:
            found.append(f"{name}: {seconds:.1f} s, {len(page):,} bytes")
    return found


def timed(page: bytes) -> tuple[str, float]:
    """The status of a page, and the CPU seconds that it took to read."""
    started = time.process_time()
    article = extract_page(page, url="https://example.org/news/2021/03/09/ferry-returns")
    return article.status, time.process_time() - started


def test_broken_pages_are_read_within_a_second_each(at_full_length: bool) -> None:
    assert faults(mutated(PAGES, ALL if at_full_length else SAMPLE)) == []


@pytest.mark.gold
def test_broken_pages_of_the_press_are_read_within_a_second_each(at_full_length: bool) -> None:
    if not GOLD.is_dir():
        pytest.skip(f"the article gold set is not at {GOLD}")
    files = sorted(GOLD.glob("*.html.gz"))[:: 1 if at_full_length else 40]
    small = [page for page in (gzip.decompress(file.read_bytes()) for file in files) if len(page) < 400_000]
    assert faults(mutated(small, ALL // 10 if at_full_length else 40)) == []


@pytest.mark.parametrize(
    "filling",
    [
        b"<p>The ferry came back before the storm, and nobody aboard was hurt.</p>",
        b"<div><a href=/x>x</a></div>",
        b"words ",
        b"<",
    ],
    ids=["paragraphs", "links", "one_text", "signs"],
)
def test_a_page_of_ten_megabytes_is_read(filling: bytes) -> None:
    page = NEWS.encode().replace(b"</article>", filling * (10_000_000 // len(filling)) + b"</article>")
    assert faults(iter([("ten megabytes", page)])) == []


def test_the_check_itself_sees_a_page_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("pipeline.extract.article._read", broken)
    assert faults(mutated(PAGES, 1))
