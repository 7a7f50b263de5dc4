"""``dateline extract --explain``: what a user sees at 100 columns."""

from datetime import date
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.cli.explain import explained
from pipeline.cli.onepage import article_of, is_address, read_file, registered
from pipeline.errors import SettingsError

URL = "https://kystbladet.example/havn/old-quay"
QUAY = """<html lang="en"><head><title>Quay closed - Kystbladet</title>
<meta property="og:title" content="The old quay is closed"><meta name="author" content="Kystbladet [web]">
<meta property="article:published_time" content="2026-03-01T10:00:00"></head><body><article>
<h1>The old quay is closed</h1><p class="byline">By Ada Bell and Bo Lind</p>
<p>The old quay was closed on Sunday after a diver found three cracks in its wall, the harbour office said.</p>
<p>Two ferries now call at the northern pier, which was built for fishing boats and has no crane, said the pilot.</p>
</article></body></html>"""
HINTED = """sources:
- name: Kystbladet
  domain: kystbladet.example
  zone: Europe/Oslo
  feeds: ['https://kystbladet.example/f']
  hints:
  - {since: 2020-01-01, headline: [title], section: [.gone], drop_authors: ['Ada Bell']}
"""
TEXT = """14:05 GMT +23 May 2021

Rain Reaches the Coast at Last

It rained on the whole of the coast for nine hours on Monday, the weather office said.
"""


@pytest.fixture
def shown(tmp_path):
    def show(page=QUAY, url=URL, sources=None):
        (tmp_path / "page").write_text(page)
        (tmp_path / "sources.yaml").write_text(sources or "")
        source = registered(url, tmp_path / "sources.yaml", required=True) if sources else None
        article = article_of(read_file(tmp_path / "page", url), source)
        screen = Console(width=100, file=StringIO())
        screen.print(explained(article, source, today=date(2026, 3, 2)))
        return screen.file.getvalue()

    return show


def rows(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_each_field_shows_what_was_taken_what_was_not_and_why(shown):
    text = shown()
    assert max(map(len, text.splitlines())) <= 100
    told = rows(text)
    for row in (
        "headline ✓ h1 The old quay is closed printed, and the metadata",
        "= open_graph agrees",
        "≠ title Quay closed less trusted",
        "authors ✓ visible Ada Bell; Bo Lind most trusted",
        "✗ meta Kystbladet [web] no person",
        "published 2026-03-01 10:00:00, no zone",
        "✓ meta 2026-03-01T10:00:00 no zone is known",
    ):
        assert row in told
    assert "No source says anything of: publisher, description, section, keywords, images" in text


def test_a_draft_of_hints_for_what_is_missing_or_disputed(shown):
    draft = shown().partition("    hints:\n")[2].rstrip().splitlines()
    assert draft[0] == "      - since: 2026-03-02"
    assert [line.split(":")[0].strip() for line in draft[1:]] == ["headline", "section", "image", "zone"]


def test_hints_and_zone_of_a_registered_publisher_are_used(shown):
    told = rows(shown(sources=HINTED))
    assert told[1].endswith("registered as Kystbladet")
    for row in (
        "headline ✓ hint Quay closed - Kystbladet title",
        "section ✗ hint .gone matches nothing",
        "authors ✓ visible Bo Lind most trusted",
        "published 2026-03-01 10:00:00 +01:00 Europe/Oslo",
        "✓ meta+source_zone 2026-03-01T10:00:00 zone as registered",
    ):
        assert row in told


def test_the_place_and_its_namesakes(shown):
    told = rows(shown(QUAY.replace("<p>The old quay was", "<p>STAVANGER, Norway (AP) - The old quay was")))
    assert "dateline STAVANGER, Norway (AP) agency AP" in told
    assert any(row.startswith("✓ Stavanger NO · 58.97, 5.73 · Europe/Oslo") for row in told)


def test_a_text_has_values_and_no_hints(shown):
    told = rows(shown(TEXT, url=""))
    assert "headline ✓ text Rain Reaches the Coast at Last" in told
    assert told[-1].startswith("Hints are for HTML")


def test_the_publisher_of_an_address_is_the_nearest_domain(tmp_path):
    file = tmp_path / "sources.yaml"
    two = "- {name: N, domain: nord.kystbladet.example, feeds: ['https://nord.kystbladet.example/f']}\n"
    file.write_text(HINTED + two)
    names = {
        host: registered(f"https://{host}/a", file, required=True)
        for host in (
            "kystbladet.example",
            "www.kystbladet.example",
            "m.nord.kystbladet.example",
            "akystbladet.example",
        )
    }
    assert [source and source.name for source in names.values()] == ["Kystbladet", "Kystbladet", "N", None]
    assert registered(URL, tmp_path / "none.yaml", required=False) is None
    with pytest.raises(SettingsError, match="cannot be read"):
        registered(URL, tmp_path / "none.yaml", required=True)


def test_addresses_are_told_from_files():
    assert is_address("https://a.example/b")
    assert not is_address("https.html")


def test_help_teaches():
    text = CliRunner().invoke(app, ["extract", "--help"], env={"COLUMNS": "100"}).output
    assert "dateline extract https://example.org/2024/03/09/rain --explain" in text
    assert "hints" in text
