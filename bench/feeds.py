"""Seconds of CPU and peak memory for a feed document, beside feedparser's in the same run.

    python bench/feeds.py [--megabytes 5] [--runs 3]

The documents are invented: items of 850 bytes with a title, a link, a GUID, a date, an author and a text. Each
is read in a process of its own, which prints what reading it added to its peak. feedparser is called as cheaply
as it can be: no cleaning of HTML, no relative addresses resolved, and what it is asked for is entries.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

CEILING_SECONDS = 2.0
"""For five megabytes, whatever is wrong with them: feedparser's issue 209 tells of 15 s."""

TEXT = (
    "&lt;p&gt;The ferry was late again, said the harbour master; fog lay on the sound until noon.&lt;/p&gt; "
    * 6
)


def rss(count: int, *, inside: str = "", once: str = "") -> bytes:
    """An RSS 2.0 document; ``inside`` stands in every item, ``once`` in the middle one."""
    items = (
        f"<item><title>Story {n}</title><link>https://harbour.example/{n}</link><guid isPermaLink='false'>{n}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 15:13:00 +0300</pubDate><dc:creator>Ada Quay</dc:creator>"
        f"<description>{TEXT}{inside}{once if n == count // 2 else ''}</description></item>"
        for n in range(count)
    )
    opening = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Harbour</title>"
    return f"{opening}{''.join(items)}</channel></rss>".encode()


def atom(count: int) -> bytes:
    items = (
        f"<entry><title>Story {n}</title><link href='https://harbour.example/{n}'/><id>urn:{n}</id>"
        f"<published>2026-11-24T15:13:00+03:00</published><author><name>Ada Quay</name></author>"
        f"<summary type='html'>{TEXT}</summary></entry>"
        for n in range(count)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour</title>{''.join(items)}</feed>".encode()


def sitemap(count: int) -> bytes:
    items = (
        f"<url><loc>https://harbour.example/{n}</loc><n:news><n:publication_date>2026-11-24T15:13:00+03:00</n:publication_date>"
        f"<n:title>Story {n}</n:title></n:news></url>"
        for n in range(count)
    )
    names = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<urlset {names}>{''.join(items)}</urlset>".encode()


def json_feed(count: int) -> bytes:
    items = [
        {"id": n, "url": f"https://harbour.example/{n}", "title": f"Story {n}", "content_html": TEXT}
        for n in range(count)
    ]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items}
    ).encode()


def documents(megabytes: float) -> dict[str, tuple[Callable[[], bytes], bool]]:
    """What makes each, so that a process holds its own alone, and whether feedparser reads its format."""
    many = int(megabytes * 1e6 / 880)
    return {
        "40 entries": (lambda: rss(40), True),
        "RSS 2.0": (lambda: rss(many), True),
        "one bare ampersand": (lambda: rss(many, once=" fish & chips"), True),
        "&nbsp; in every item": (lambda: rss(many, inside="&nbsp;"), True),
        "<b> open in every item": (lambda: rss(many, inside="<b>"), True),
        "Atom 1.0": (lambda: atom(many), True),
        "news sitemap": (lambda: sitemap(1_000), False),
        "JSON Feed": (lambda: json_feed(many), False),
    }


def measured(name: str, reader: str, megabytes: float, runs: int) -> tuple[float, float, int]:
    """Seconds, megabytes and entries, as a process of its own found them."""
    command = [sys.executable, __file__, "--one", name, "--reader", reader]
    command += ["--megabytes", str(megabytes), "--runs", str(runs)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, more, entries = json.loads(told)
    return seconds, more, entries


def reader_of(name: str) -> Callable[[bytes], int]:
    if name == "dateline":
        from pipeline.poll import parse_feed

        return lambda body: len(parse_feed(body, url="https://harbour.example/rss").entries)
    import feedparser

    warnings.simplefilter("ignore")
    headers = {
        "content-type": "application/xml; charset=utf-8",
        "content-location": "https://harbour.example/rss",
    }
    return lambda body: len(
        feedparser.parse(
            body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        ).entries
    )


def peak(field: str) -> int:
    """Bytes of ``VmRSS`` or ``VmHWM`` of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def one(name: str, reader: str, megabytes: float, runs: int) -> None:
    make, _ = documents(megabytes)[name]
    body = make()
    read = reader_of(reader)
    read(rss(1))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, best, entries = peak("VmRSS"), float("inf"), 0
    for _ in range(runs):
        started = time.process_time()
        entries = read(body)
        best = min(best, time.process_time() - started)
    print(json.dumps([best, (peak("VmHWM") - before) / 1e6, entries]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.reader, options.megabytes, options.runs)
        return
    table = Table("document", "MB", "entries", "seconds", "peak", "feedparser:", "seconds", "peak", "ratio")
    slowest = 0.0
    for name, (make, is_theirs) in documents(options.megabytes).items():
        seconds, more, entries = measured(name, "dateline", options.megabytes, options.runs)
        slowest = max(slowest, seconds)
        row = [name, f"{len(make()) / 1e6:.2f}", f"{entries:,}", f"{seconds:.3f}", f"{more:.0f}"]
        if is_theirs:
            other, other_more, theirs = measured(name, "feedparser", options.megabytes, 1)
            row += [f"{theirs:,}", f"{other:.3f}", f"{other_more:.0f}", f"{other / seconds:.1f}"]
        table.add_row(*row)
    Console(width=120).print(table)
    if slowest > CEILING_SECONDS * options.megabytes / 5:
        raise SystemExit(f"{slowest:.2f} s for a document, {CEILING_SECONDS} s for 5 MB are allowed")


if __name__ == "__main__":
    main()
