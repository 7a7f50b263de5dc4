"""Sources that compete: what is taken, what is kept, and why."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract_page
from pipeline.extract.choice import Offer, choose
from pipeline.records import Entry

URL = "https://kystbladet.example/havn/20210309-the-old-quay-is-closed/"
PROSE = "<p>The old quay of Varden was closed on Tuesday after a diver found three cracks in its wall, the office said.</p>"
OFFERS = st.builds(
    Offer, st.sampled_from("abc"), st.sampled_from(["", "rain", "Rain", "snow"]), st.sampled_from(["", "no"])
)


@given(st.lists(OFFERS, max_size=20), st.lists(OFFERS, max_size=5))
def test_the_first_that_can_be_taken_is(offers, last):
    choice = choose("section", offers, last_resort=last)
    fit = [offer for offer in (*offers, *last) if offer.value and not offer.refused]
    assert (choice.value, choice.method) == ((fit[0].value, fit[0].source) if fit else (None, ""))
    chosen = [candidate for candidate in choice.candidates if candidate.chosen]
    assert [candidate.value for candidate in chosen] == [offer.value for offer in fit[:1]]
    assert len({(one.source, one.value) for one in choice.candidates}) == len(choice.candidates) <= 12
    assert all(candidate.reason for candidate in choice.candidates)


def test_a_last_resort_is_not_looked_at_without_need():
    def costly():
        raise AssertionError
        yield

    assert choose("language", [Offer("html", "en")], last_resort=costly()).value == "en"


def told(article, field):
    return [
        (one.source, one.value, one.chosen, one.reason)
        for one in article.field_candidates
        if one.field == field
    ]


def page(head="", body=""):
    return f"<html lang=en><head>{head}</head><body><article>{body}{PROSE * 3}</article></body></html>"


def test_every_vocabulary_of_a_section_is_kept_in_order_of_trust():
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","articleSection":"Harbour"}</script>'
        '<meta property="article:section" content="News"><meta name="parsely-section" content="Coast">'
        '<meta name="dc.subject.category" content="harbour"><meta name="sailthru.section" content="Ships">'
    )
    article = extract_page(page(head, "<span itemprop=articleSection>Quays</span>"), url=URL)
    assert told(article, "section") == [
        ("json_ld", "Harbour", True, "most trusted"),
        ("open_graph", "News", False, "names no section"),
        ("parsely", "Coast", False, "less trusted"),
        ("dublin_core", "harbour", False, "agrees"),
        ("sailthru", "Ships", False, "less trusted"),
        ("microdata", "Quays", False, "less trusted"),
    ]
    assert (article.section, article.methods["section"]) == ("Harbour", "json_ld")


def test_the_title_in_the_metadata_that_the_page_does_not_print_stays_a_candidate():
    head = (
        '<title>Quay closed - Kystbladet</title><meta property="og:title" content="The old quay is closed">'
    )
    article = extract_page(page(head, "<h1>The old quay is closed</h1>"), url=URL)
    assert told(article, "headline") == [
        ("h1", "The old quay is closed", True, "printed, and the metadata agree"),
        ("open_graph", "The old quay is closed", False, "agrees"),
        ("title", "Quay closed", False, "less trusted"),
    ]
    assert article.alternative_headline == "Quay closed"
    assert article.methods["alternative_headline"] == "title"


def test_who_is_no_person_is_refused_and_says_so():
    head = '<meta name="author" content="Kystbladet"><meta property="og:site_name" content="Kystbladet">'
    article = extract_page(page(head, "<p class=byline>By Ada Bell</p>"), url=URL)
    assert told(article, "authors") == [
        ("meta", "Kystbladet", False, "no person"),
        ("visible", "Ada Bell", True, "most trusted"),
    ]
    alone = extract_page(page(head), url=URL)
    assert (alone.authors, alone.methods["authors"]) == (("Kystbladet",), "meta")
    assert told(alone, "authors") == [("meta", "Kystbladet", True, "no person is named")]


def test_the_feed_speaks_last_but_before_a_collective():
    entry = Entry("k", None, URL, headline="Quay shut", authors=("Bo Lind",), language="en-GB")
    head = '<meta name="author" content="Kystbladet">'
    article = extract_page(page(head, "<h1>The old quay is closed</h1>"), url=URL, entry=entry)
    assert told(article, "headline")[-1] == ("feed", "Quay shut", False, "less trusted")
    assert (article.authors, article.methods["authors"]) == (("Bo Lind",), "feed")
    assert (article.language, article.methods["language"]) == ("en", "html")


def test_a_canonical_that_cannot_be_believed_is_a_candidate():
    head = "<link rel=canonical href='https://wire.example/story'><meta property=og:url content='/havn/'>"
    article = extract_page(page(head), url=URL)
    assert [(source, reason) for source, _, _, reason in told(article, "canonical_url")] == [
        ("link", "another site"),
        ("address", "where the page answered"),
        ("open_graph", "less trusted"),
    ]


def test_hatom_and_rdfa_are_read():
    entry = (
        "<div class='hentry'><h2 class='entry-title'>The old quay is closed</h2><div class='author vcard'>"
        "<a class='url fn' href='/who'>Ada Bell</a></div><p class='entry-summary'>Three cracks.</p>"
        "<span class='source-org vcard'>Kystbladet</span>" + PROSE * 3 + "</div>"
    )
    article = extract_page(f"<body>{entry}</body>", url=URL)
    methods = {field: article.methods[field] for field in ("headline", "authors", "description", "publisher")}
    assert set(methods.values()) == {"hatom"}
    assert (article.headline, article.authors, article.description, article.publisher) == (
        "The old quay is closed",
        ("Ada Bell",),
        "Three cracks.",
        "Kystbladet",
    )
    two = extract_page(f"<body>{entry}{entry}</body>", url=URL)
    assert "hatom" not in two.methods.values()
    rdfa = "<p property='schema:author'>Bo Lind</p>"
    assert extract_page(page(body=rdfa), url=URL).methods["authors"] == "rdfa"


def test_a_body_that_the_metadata_state_too_is_a_candidate():
    stated = '{"@type":"NewsArticle","articleBody":"Only the first line."}'
    article = extract_page(page(f'<script type="application/ld+json">{stated}</script>'), url=URL)
    (taken, other) = told(article, "body")
    assert taken[2]
    assert taken[1].startswith("The old quay of Varden")
    assert other == ("json_ld", "Only the first line.", False, "less trusted")
