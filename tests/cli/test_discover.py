"""``dateline sources discover`` against a site on loopback: a real process, real HTTP."""

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.sources import parse_sources
from tests.newsroom.server import serve
from tests.newsroom.web import Answer, html, not_found

HOST = "www.harbour.example"


def rss(*numbers, zone=" +0300"):
    items = "".join(
        f"<item><title>Story {n}</title><link>http://{HOST}/{n}</link>"
        f"<pubDate>Tue, 24 Nov 2026 15:{n:02}{zone}</pubDate></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>Harbour News</title><language>en</language>{items}</channel></rss>'


class Site:
    """The paths that a test gives, and nothing else."""

    end = datetime(2026, 11, 25, tzinfo=UTC)

    def __init__(self, pages):
        self.pages = pages

    def hosts(self):
        return [HOST]

    def offline_hosts(self):
        return []

    def sources(self):
        return []

    def answer(self, request, at, earlier):
        body = self.pages.get(request.target)
        if body is None:
            return not_found()
        kind = "application/gzip" if isinstance(body, bytes) else "text/html"
        return Answer(200, {"Content-Type": kind}, body) if isinstance(body, bytes) else html(body)


@pytest.fixture
def discover(tmp_path):
    def ran(pages, *options, code=0):
        with serve(Site(pages)) as server:
            kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
            done = subprocess.run(
                [
                    Path(sys.executable).with_name("dateline"),
                    "sources",
                    "discover",
                    f"http://{HOST}/",
                    *options,
                ],
                env=kept
                | server.environment(tmp_path)
                | {"DATELINE_HOST_DELAY_SECONDS": "0", "COLUMNS": "250"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == code, done.stderr
            return done, [log.url.removeprefix(f"http://{HOST}") for log in server.requests]

    return ran


def test_the_feeds_that_a_site_names_become_a_publisher(discover):
    sitemap = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>http://{HOST}/9</loc><n:news><n:publication_date>2026-11-24T18:00</n:publication_date><n:title>Nine</n:title></n:news></url></urlset>"
    )
    done, requests = discover(
        {
            "/robots.txt": "User-agent: *\nDisallow: /secret\nSitemap: /index.xml\n",
            "/": '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
            '<link rel="alternate" type="application/rss+xml" href="/all.rss">'
            '<link rel="alternate" type="application/rss+xml" href="/secret.rss">'
            '<a href="/feed/same">RSS</a><a href="/feed/moved">RSS</a>',
            "/all.rss": rss(1, 2, 3),
            "/feed/same": rss(2, 3),
            "/feed/moved": '<html><link rel="alternate" type="application/rss+xml" href="/sport.rss">',
            "/sport.rss": rss(7, zone=""),
            "/index.xml": f"<sitemapindex><sitemap><loc>http://{HOST}/news.xml.gz</loc></sitemap>"
            f"<sitemap><loc>http://{HOST}/archive.xml</loc></sitemap></sitemapindex>",
            "/news.xml.gz": gzip.compress(sitemap.encode()),
        }
    )
    (publisher,) = parse_sources(done.stdout)
    assert (publisher.name, publisher.domain, publisher.language) == ("Harbour News", "harbour.example", "en")
    assert publisher.feeds == tuple(
        f"http://{HOST}{path}" for path in ("/all.rss", "/sport.rss", "/news.xml.gz")
    )
    # robots.txt was asked once and obeyed, no comments, nothing guessed, no page of the archive.
    assert requests == [
        "/robots.txt",
        "/",
        "/all.rss",
        "/feed/same",
        "/feed/moved",
        "/sport.rss",
        "/index.xml",
        "/news.xml.gz",
    ]
    rows = {line.split("│")[1].strip(): line for line in done.stderr.splitlines() if "http" in line}
    assert "2026-11-24 12:03Z" in rows[f"http://{HOST}/all.rss"]
    assert "robots" in rows[f"http://{HOST}/secret.rss"]
    assert "has nothing more" in rows[f"http://{HOST}/feed/same"]
    assert "1 zone" in rows[f"http://{HOST}/sport.rss"]
    assert "clocks have no zone" in done.stderr


def test_usual_addresses_are_tried_where_a_site_names_nothing(discover):
    done, requests = discover({"/": "<p>Welcome", "/rss.xml": rss(1)}, "--limit", "4")
    assert parse_sources(done.stdout)[0].feeds == (f"http://{HOST}/rss.xml",)
    assert requests == ["/robots.txt", "/", "/feed", "/rss", "/rss.xml", "/feed.xml"]


def test_nothing_found_says_so(discover):
    """The address given may be a feed itself; this one lists pages of all times."""
    page = f'<?xml version="1.0"?><urlset><url><loc>http://{HOST}/1</loc></url></urlset>'
    done, requests = discover({"/": page}, code=1)
    assert (done.stdout, requests) == ("", ["/robots.txt", "/", "/"])
    assert "lists pages, not news" in done.stderr
    assert "no feed found" in done.stderr
