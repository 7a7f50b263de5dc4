"""Pages in several house styles: every field, its source, and what is no article."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract import EXTRACTOR_VERSION, extract_entry, extract_page
from pipeline.records import Entry, Link, Source

URL = "https://www.norvikpost.example/news/2021/03/09/rain-reaches-the-coast"
PROSE = "".join(
    f"<p>{text}</p>"
    for text in (
        "NORVIK — It rained on the whole of the coast for nine hours on Tuesday, the weather office said in the evening.",
        "The rivers that had fallen since the autumn are full again, and two roads near Aldersund were closed at noon.",
        "Farmers had waited for the rain since January. Many of them had sold their herds, the union said last week.",
        "More rain is expected on Thursday, when a second front will reach the islands from the west, the office added.",
    )
)
STORY = f"""<!doctype html><html lang="en-gb"><head>
<title>Rain reaches the coast at last | The Norvik Post</title>
<meta property="og:site_name" content="The Norvik Post"><meta property="og:type" content="article">
<meta property="og:title" content="Rain reaches the coast at last - The Norvik Post">
<meta property="og:description" content="Nine hours of rain &amp;amp; two roads closed.">
<meta property="og:image" content="/pictures/rain-lead.jpg">
<meta property="article:published_time" content="2021-03-09T18:20:00+01:00">
<link rel="canonical" href="https://norvikpost.example/news/2021/03/09/rain-reaches-the-coast?utm_source=x">
<script type="application/ld+json">{{"@context":"https://schema.org","@graph":[
 {{"@type":"Organization","@id":"#org","name":"The Norvik Post"}},
 {{"@type":"Person","@id":"#ada","name":"Ada Bell"}},
 {{"@type":"NewsArticle","headline":"Another story of the day","datePublished":"2019-01-01T00:00:00Z","url":"https://norvikpost.example/other"}},
 {{"@type":"NewsArticle","headline":"Rain reaches the coast at last","url":"{URL}","author":[{{"@id":"#ada"}},{{"@type":"Person","name":"Bo Lind"}}],
  "publisher":{{"@id":"#org"}},"datePublished":"2021-03-09T17:20:00Z","dateModified":"2021-03-09T19:00:00Z",
  "articleSection":"Weather","keywords":["rain","Norvik","tag:1234"],"isAccessibleForFree":"False","alternativeHeadline":"Nine hours of rain"}}]}}</script>
</head><body><nav><a href="/">Home</a><a href="/news">News</a></nav>
<main><article><h1><span class="kicker">Weather</span> Rain reaches the coast at last</h1>
<p class="byline">By <a rel="author" href="/people/ada-bell">Ada Bell</a> and Bo Lind, Weather Editor</p>
<time datetime="2021-03-09T18:20:00+01:00">9 March 2021, 6:20pm <span>CET</span><span>First published</span></time>
<figure><img src="/pictures/rain-lead.jpg"><figcaption>The quay in Norvik. <span class="credit">Photo: Cy Moe/North Photo</span></figcaption></figure>
{PROSE}<h2>What comes next</h2><p>The office will speak again on <b>Wednes</b>day, and the roads will be looked at by then.</p>
<p>Correction: An earlier version named the wrong river.</p>
<p>Read more: <a href="/news/ferry">Ferry line to Aldersund opens again</a></p>
<p>Sign up for our daily newsletter and never miss a story</p></article>
<aside class="related-stories"><a href="/news/quay">Who owns the old quay of Norvik?</a></aside></main>
<footer>© 2021 The Norvik Post. All rights reserved.</footer></body></html>"""


@pytest.fixture(scope="module")
def story():
    return extract_page(STORY.encode(), url=URL)


class TestStory:
    def test_headline(self, story):
        assert story.headline == "Rain reaches the coast at last"
        assert story.alternative_headline == "Nine hours of rain"
        assert story.methods["headline"] == "h1"

    def test_people(self, story):
        assert story.authors == ("Ada Bell", "Bo Lind")
        assert story.byline.startswith("By Ada Bell and Bo Lind")
        assert story.publisher == "The Norvik Post"

    def test_subjects(self, story):
        assert (story.section, story.keywords, story.language) == (
            "Weather",
            ("rain", "Norvik"),
            "en-GB",
        )
        assert story.description == "Nine hours of rain & two roads closed."
        assert story.is_free_access is False
        assert story.status == "article"

    def test_addresses(self, story):
        assert story.rel_canonical.endswith("?utm_source=x")
        assert story.canonical_url == "https://norvikpost.example/news/2021/03/09/rain-reaches-the-coast"

    def test_dates_are_candidates_in_order_of_trust(self, story):
        assert story.published is None
        found = [(date.source, date.role, date.raw) for date in story.date_candidates]
        assert found[:3] == [
            ("json_ld", "published", "2021-03-09T17:20:00Z"),
            ("json_ld", "updated", "2021-03-09T19:00:00Z"),
            ("meta", "published", "2021-03-09T18:20:00+01:00"),
        ]
        assert ("time", "published", "9 March 2021, 6:20pm CET First published") in found
        assert found[-1] == ("url", "published", "2021-03-09")

    def test_body(self, story):
        paragraphs = story.body.split("\n\n")
        assert paragraphs[0].startswith("NORVIK — It rained")
        assert paragraphs[4:6] == [
            "What comes next",
            "The office will speak again on Wednesday, and the roads will be looked at by then.",
        ]
        assert story.headings == ("What comes next",)
        assert story.editor_notes == ("Correction: An earlier version named the wrong river.",)
        chrome = ("newsletter", "Read more", "rights reserved", "Photo:", "Home", "old quay")
        assert not any(word in story.body for word in chrome)

    def test_pictures(self, story):
        (image,) = story.images
        assert image.url == "https://www.norvikpost.example/pictures/rain-lead.jpg"
        assert (image.caption, image.credit) == ("The quay in Norvik.", "Cy Moe/North Photo")

    def test_links(self, story):
        assert story.related == (
            Link(
                "Ferry line to Aldersund opens again",
                "https://www.norvikpost.example/news/ferry",
                "read_more",
            ),
            Link("Who owns the old quay of Norvik?", "https://www.norvikpost.example/news/quay", "related"),
        )

    def test_every_field_names_its_source(self, story):
        named = "headline authors publisher body description section keywords language images".split()
        assert set(named) <= set(story.methods)
        assert story.extractor_version == EXTRACTOR_VERSION


HOUSES = {
    "de": (
        "<p class='autor'>Von Jörg Höhne und Änne Maß, Norvik</p><p class='datum'>09.03.2021, 18:20 Uhr</p>",
        "Endlich Regen an der Küste von Norvik",
        "Der Wetterdienst teilte am Abend mit, dass es neun Stunden lang geregnet habe und zwei Straßen gesperrt seien.",
        ("Jörg Höhne", "Änne Maß"),
        "09.03.2021, 18:20 Uhr",
    ),
    "fr": (
        "<p class='auteur'>Par Zoé Évrard avec AFP</p><span class='date'>Publié le 9 mars 2021 à 18h20</span>",
        "La pluie revient enfin sur la côte de Norvik",
        "Le service météo a annoncé mardi soir qu'il avait plu pendant neuf heures et que deux routes étaient fermées.",
        ("Zoé Évrard",),
        "Publié le 9 mars 2021 à 18h20",
    ),
    "es": (
        "<div class='firma author'>Por Íñigo Peña</div><span class='fecha'>9 de marzo de 2021 18:20</span>",
        "La lluvia llega por fin a la costa de Norvik",
        "El servicio de meteorología dijo el martes que llovió durante nueve horas y que dos carreteras fueron cerradas.",
        ("Íñigo Peña",),
        "9 de marzo de 2021 18:20",
    ),
    "ja": (
        "<p class='author'>記者：青木 はな</p><p class='date'>2021年3月9日 18時20分</p>",
        "ノルヴィクの海岸にようやく雨が降る",
        "気象台は火曜日の夜、雨が九時間降り続き、二本の道路が通行止めになったと発表した。川の水位も戻ったという。",
        ("青木 はな",),
        "2021年3月9日 18時20分",
    ),
}


@pytest.mark.parametrize("language", HOUSES)
def test_house_styles_without_metadata(language):
    head, title, prose, authors, date = HOUSES[language]
    page = (
        f"<html lang={language}><title>{title} | Norvik</title><body><article><h1>{title}</h1>{head}"
        + f"<p>{prose}</p>" * 1
        + "".join(f"<p>{prose[:-1]} ({number}).</p>" for number in range(4))
        + "</article></body></html>"
    )
    article = extract_page(page.encode(), url="https://norvik.example/a/b-c-d-e")
    assert article.headline == title
    assert article.authors == authors
    assert date in [candidate.raw for candidate in article.date_candidates]
    assert article.language == language
    assert prose in article.body


def test_the_wrong_charset_is_repaired():
    page = (
        "<meta charset=iso-8859-1><h1>Größe der Flüsse</h1><article>"
        + "<p>Die Flüsse führen wieder Wasser.</p>" * 3
    )
    for body in (page.encode(), page.encode("cp1252")):
        article = extract_page(
            body,
            url=URL,
            headers={"content-type": "text/html; charset=windows-1251"} if body == page.encode() else {},
        )
        assert article.headline == "Größe der Flüsse"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"", "empty body"),
        (b" \n\t\n", "empty body"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "feed"),
        (b"plain words, no tags", "no markup"),
        (b"<html><title>Just a moment...</title><body><p>Checking your browser.</p>", "bot check"),
        (
            b"<html><title>Before you continue</title><body><p>We use cookies.</p><form><button>OK</button></form>",
            "consent wall",
        ),
        (b"<html><body><div></div></body></html>", "empty body"),
    ],
)
def test_what_is_no_article_says_why(body, status):
    assert extract_page(body, url=URL).status == f"not_an_article: {status}"


def test_a_front_page_is_an_index():
    teasers = "".join(
        f"<article><h2><a href='/s/{n}'>Story number {n} of the day</a></h2><p>Short.</p></article>"
        for n in range(20)
    )
    page = f"<title>The Norvik Post</title><h1>The Norvik Post</h1>{teasers}"
    assert extract_page(page, url="https://norvikpost.example/").status == "not_an_article: index page"
    assert extract_page(page, url="https://norvikpost.example/weather").status == "not_an_article: index page"


def test_a_paywalled_story_stays_an_article():
    page = STORY.replace(PROSE, "<p>It rained on the whole of the coast.</p>")
    article = extract_page(page, url=URL)
    assert (article.status, article.is_free_access) == ("article", False)


def test_the_entry_completes_what_the_page_lacks():
    entry = Entry(
        "k",
        None,
        URL,
        headline="Rain at last",
        authors=("Ada Bell",),
        keywords=("rain",),
        published_raw="Tue, 09 Mar 2021 18:20:00 +0100",
        images=("https://e.example/i.jpg",),
    )
    source = Source("The Norvik Post", "norvikpost.example", language="en")
    article = extract_page(f"<body><div>{PROSE}</div>", url=URL, entry=entry, source=source)
    assert (article.headline, article.authors, article.keywords) == ("Rain at last", ("Ada Bell",), ("rain",))
    assert article.images[0].url == "https://e.example/i.jpg"
    assert (article.publisher, article.methods["publisher"], article.methods["headline"]) == (
        "The Norvik Post",
        "source",
        "feed",
    )
    assert ("feed", "Tue, 09 Mar 2021 18:20:00 +0100") in [
        (date.source, date.raw) for date in article.date_candidates
    ]
    # The page's own word goes first.
    assert extract_page(STORY, url=URL, entry=entry).headline == "Rain reaches the coast at last"


def test_a_canonical_of_another_publisher_or_of_the_front_page_is_kept_but_not_believed():
    for claimed in ("https://wire.example/story", "https://www.norvikpost.example/"):
        article = extract_page(f"<link rel=canonical href='{claimed}'><h1>Rain</h1>{PROSE}", url=URL)
        assert article.rel_canonical == claimed
        assert "rain-reaches" in article.canonical_url


def test_live_posts():
    page = """<h1>Flood in Norvik: live</h1><script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"Flood in Norvik: live",
    "liveBlogUpdate":[{"@type":"BlogPosting","headline":"Bridge closed","articleBody":"<p>The bridge is closed.</p><p>Stay away.</p>","datePublished":"2021-03-09T18:20:00Z"}]}</script>"""
    (post,) = extract_page(page + PROSE, url=URL).live_posts
    assert (post.headline, post.body, post.published_raw) == (
        "Bridge closed",
        "The bridge is closed.\n\nStay away.",
        "2021-03-09T18:20:00Z",
    )


def test_deep_nests_keep_their_text_and_take_bounded_time():
    body = (
        b"<html><body>"
        + b"<div>" * 500_000
        + b"<p>The words at the bottom of the pile.</p>"
        + b"</div>" * 400_000
    )
    started = time.process_time()
    article = extract_page(body, url=URL)
    assert time.process_time() - started < 20
    assert "bottom of the pile" in article.body


@pytest.mark.parametrize(
    "unit",
    [
        b"<table><tr><td>",
        b"<p class='a b' id=",
        b"<![CDATA[",
        b"<a href='//[x'>",
        b"&#x110000;",
        b"<script type=application/ld+json>[",
        b"<svg><title>",
    ],
)
def test_repeated_fragments_never_raise(unit):
    assert extract_page(unit * 3000, url=URL).status


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200), st.integers(0, len(STORY)), st.integers(0, 400))
def test_mutated_pages_never_raise(noise, at, cut):
    body = STORY.encode()
    article = extract_page(body[:at] + noise + body[at + cut :], url=URL)
    assert article.status == "article" or article.status.startswith("not_an_article: ")
    assert "unreadable" not in article.status


class TestEntry:
    def test_the_entry_is_the_story(self):
        entry = Entry(
            "k", "g", None, headline="Rain at last", summary="Nine hours.", authors=("By Ada Bell, Weather Editor",),
            content="<p>It <b>rain</b>ed.</p>Rivers are full<br>again.<ul><li>Two roads closed</li></ul><h2>Next</h2><p>More rain.</p>",
            published_raw="9 Mar 2021", updated_raw="10 Mar 2021", language="en_us",
        )  # fmt: skip
        article = extract_entry(entry, url=URL, source=None)
        assert (
            article.body
            == "It rained.\n\nRivers are full\n\nagain.\n\nTwo roads closed\n\nNext\n\nMore rain."
        )
        assert article.headings == ("Next",)
        assert (article.authors, article.language, article.description) == (
            ("Ada Bell",),
            "en-US",
            "Nine hours.",
        )
        assert [(date.source, date.role) for date in article.date_candidates][:2] == [
            ("feed", "published"),
            ("feed", "updated"),
        ]
        assert article.status == "article"

    def test_a_summary_stands_in_and_says_so(self):
        article = extract_entry(
            Entry("k", None, None, headline="H", summary="Nine hours of rain."), url=URL, source=None
        )
        assert (article.body, article.methods["body"]) == ("Nine hours of rain.", "feed_summary")

    def test_nothing_at_all(self):
        assert (
            extract_entry(Entry("k", None, None), url=URL, source=None).status == "not_an_article: empty body"
        )


@pytest.mark.gold
def test_real_pages_are_never_a_fault():
    gold = Path(__file__).resolve().parents[2].parent / "shared" / "gold" / "articles" / "dev"
    if not gold.exists():
        pytest.skip("shared/gold is not beside the checkout: real pages are not tested")
    import gzip

    pages = sorted(gold.glob("*.html.gz"))[::20]
    statuses = [
        extract_page(
            gzip.decompress(path.read_bytes()), url=f"https://e.example/news/{path.name[:8]}-a-b-c"
        ).status
        for path in pages
    ]
    assert not [status for status in statuses if "unreadable" in status]
    assert statuses.count("article") >= 0.95 * len(statuses)
