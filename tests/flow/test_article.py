"""Pages become dated, placed articles: the seed, its invented likeness, and what must never happen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import pipeline
from pipeline import extract_article, extract_text
from pipeline.records import Source
from tests.newsroom import World

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "seed" / "sputnik-2017-12-15.txt"
PAGE = "<html><body><article><h1>{}</h1><time>{}</time><p>{}</p></article></body></html>"
LEAD = (
    "The harbour board met for the third time this week and put off the vote on the new quay once more. " * 5
)


def test_the_seed_is_read_as_it_was_printed():
    if not SEED.is_file():
        pytest.skip(f"the seed is not beside the checkout ({SEED})")
    article = extract_text(SEED.read_text(encoding="utf-8"))
    published = article.published
    assert published.instant == datetime(2017, 12, 15, 12, 13, tzinfo=UTC)
    assert published.local == datetime(2017, 12, 15, 15, 13)
    assert published.utc_offset_minutes == 180
    assert published.evidence == "15:13 GMT +315 December 2017"
    assert published.method == "page_clock"
    assert (article.section, len(article.keywords), len(article.headings)) == ("World", 8, 3)
    assert [link.kind for link in article.related].count("related") == 4
    assert [link.kind for link in article.related].count("read_more") == 3
    assert [link.kind for link in article.related].count("teaser") == 3
    assert len([image for image in article.images if image.credit and image.caption]) == 4
    assert article.body.startswith("On December 15, ")
    assert article.body.endswith("terrorists in Afghanistan.")


def test_pages_of_the_seeds_shape_are_read_as_they_were_printed():
    world = World(stories=120)
    dumps = world.text_dumps(world.end)
    assert len(dumps) >= 5
    for truth, text in dumps:
        article = extract_text(text, url=truth.url)
        assert article.headline == truth.headline
        assert article.published.instant == truth.published_at
        assert article.published.utc_offset_minutes == truth.printed.offset_minutes
        assert article.published.method == "page_clock"
        assert article.body == truth.body
        assert article.headings == truth.headings
        assert article.section == truth.section
        assert article.keywords == truth.keywords
        assert {(link.kind, link.text) for link in article.related} == {
            (link.kind, link.text) for link in truth.related
        }
        assert [image.credit for image in article.images] == [image.credit for image in truth.images]


def test_a_naive_clock_has_no_instant_unless_the_publisher_is_registered():
    page = PAGE.format("Vote put off", "5 March 2026, 14:20", LEAD)
    article = extract_article(page, url="https://a.example/1")
    assert article.published.instant is None
    assert article.published.local == datetime(2026, 3, 5, 14, 20)
    source = Source("A", "a.example", zone="Europe/Oslo")
    article = extract_article(page, url="https://a.example/1", source=source)
    assert article.published.instant == datetime(2026, 3, 5, 13, 20, tzinfo=UTC)
    assert "source_zone" in article.published.method


def test_a_date_after_the_fetch_is_kept_as_printed_and_flagged():
    page = PAGE.format("Vote put off", "5 March 2036, 14:20 GMT", LEAD)
    article = extract_article(
        page, url="https://a.example/1", fetched_at=datetime(2026, 3, 5, 15, tzinfo=UTC)
    )
    assert article.published.instant == datetime(2036, 3, 5, 14, 20, tzinfo=UTC)
    assert article.published.flags & {"future", "after_fetch"}


def test_a_page_without_a_date_has_none():
    page = PAGE.format("Vote put off", "", LEAD)
    assert extract_article(page, url="https://a.example/1").published is None


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.4\n%\xe2\xe3", b"\x89PNG\r\n", b"\x00" * 100, b"{}", "<html></html>"]
)
def test_what_is_no_article_says_why(body):
    article = extract_article(body, url="https://a.example/1")
    assert article.status.startswith("not_an_article")
    assert article.body is None or not article.body.strip()


def test_the_stable_names_are_all_there():
    for name in pipeline.__all__:
        assert callable(getattr(pipeline, name))


def test_a_date_can_be_read_without_a_database_or_http():
    import subprocess
    import sys

    code = (
        "import sys; from pipeline import parse_timestamp, canonical_url, parse_dateline;"
        "parse_timestamp('15:13 GMT +3 15 December 2017');"
        "sys.exit(sorted({'sqlalchemy', 'psycopg', 'httpx2', 'airflow', 'trafilatura'} & set(sys.modules)) or None)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
