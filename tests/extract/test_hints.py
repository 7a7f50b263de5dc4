"""A publisher's hints: what they win, when they hold, and what happens where they find nothing."""

from datetime import UTC, date, datetime

import pytest

from pipeline.extract import extract_page
from pipeline.extract.hints import NO_HINTS, hints_on
from pipeline.flow.article import extract_article
from pipeline.records import Hints, Source

URL = "https://kystbladet.example/havn/20210309-the-old-quay-is-closed/"
LINES = (
    "The old quay of Varden was closed on Tuesday after a diver found three cracks in its wall, the office said.",
    "Two ferries now call at the northern pier, which was built for fishing boats and has no crane of its own.",
    "The council will hear the engineers next week. Their report of 1998 had asked for a new wall in time.",
)
PAGE = f"""<html lang=en><head><title>The old quay is closed</title><meta property="og:title" content="The old quay is closed">
<meta property="og:image" content="/i/logo-wide-share.jpg"><meta property="article:section" content="Harbour">
<meta property="article:published_time" content="2021-03-01T08:00:00+01:00"></head><body><main><p class=top>Quay shut for good</p>
<h1>The old quay is closed</h1><p class=who>Words: Ada Bell, Night Desk</p><span class=desk>Piers</span>
<time class=out datetime="2021-03-09 18:20">9 March</time><img class=lead src="/i/quay.jpg">
<div class=copy><p>{LINES[0]}</p><div class=advice><p>Please subscribe to the harbour bulletin, which is sent out at dawn to all.</p></div>
<p>{LINES[1]}</p><p>{LINES[2]}</p></div></main></body></html>"""
ALL = Hints(
    headline=(".gone", "p.top"),
    byline=("p.who",),
    body=("div.copy p",),
    published=("time.out",),
    section=("span.desk",),
    image=("img.lead",),
    drop=(".advice",),
    drop_authors=("night DESK",),
    zone="Asia/Tokyo",
)


def source(*hints):
    return Source("Kystbladet", "kystbladet.example", zone="Europe/Oslo", hints=hints)


def why(article, field):
    return [
        (one.value, one.reason)
        for one in article.field_candidates
        if one.field == field and one.source == "hint"
    ]


def test_they_win_over_every_other_source():
    article = extract_article(PAGE, url=URL, source=source(ALL))
    assert (article.headline, article.section) == ("Quay shut for good", "Piers")
    assert (article.byline, article.authors) == ("Words: Ada Bell, Night Desk", ("Ada Bell",))
    assert article.body == "\n\n".join(LINES)
    assert article.images[0].url == "https://kystbladet.example/i/quay.jpg"
    fields = ("headline", "byline", "authors", "body", "section", "images")
    assert {article.methods[field] for field in fields} == {"hint"}
    assert why(article, "headline") == [(".gone", "matches nothing"), ("Quay shut for good", "p.top")]
    assert [one.value for one in article.field_candidates if one.field == "headline" and one.source == "h1"]


def test_a_zone_reads_the_clocks_of_such_pages_instead_of_the_sources():
    article = extract_article(PAGE, url=URL, source=source(ALL))
    assert article.published.instant == datetime(2021, 3, 9, 9, 20, tzinfo=UTC)
    assert article.published.method == "hint+source_zone"
    only = extract_article(PAGE, url=URL, source=source(Hints(published=("time.out",))))
    assert only.published.instant == datetime(2021, 3, 9, 17, 20, tzinfo=UTC)


def test_what_matches_nothing_falls_back_and_says_so():
    nothing = Hints(
        **dict.fromkeys(("headline", "byline", "body", "published", "section", "image"), (".gone",))
    )
    article, plain = (extract_article(PAGE, url=URL, source=source(*hints)) for hints in ((nothing,), ()))
    for field in ("headline", "authors", "body", "published", "section", "images"):
        assert why(article, field) == [(".gone", "matches nothing")]
        assert getattr(article, field) == getattr(plain, field)


def test_what_is_dropped_is_no_part_of_any_field():
    article = extract_page(PAGE, url=URL, source=source(Hints(drop=(".advice", ".who", "h1"))))
    assert "harbour bulletin" not in article.body
    assert article.authors == ()
    assert article.methods["headline"] == "open_graph"


def test_dropped_names_are_no_authors_wherever_they_stand():
    page = PAGE.replace(
        "<head>", '<head><meta name=author content="The Night Desk"><meta name=author content="Bo Lind">'
    )
    kept = extract_page(page, url=URL, source=source(Hints(drop_authors=("the night desk",))))
    assert kept.authors == ("Bo Lind",)
    none = extract_page(
        page, url=URL, source=source(Hints(drop_authors=("bo lind", "The Night Desk", "Ada Bell")))
    )
    assert none.authors == ()


def test_a_meta_may_be_selected():
    hints = Hints(headline=("meta[property='og:title']",), image=("meta[property='og:image']",))
    article = extract_page(PAGE, url=URL, source=source(hints))
    assert (article.headline, article.methods["headline"]) == ("The old quay is closed", "hint")
    assert article.images[0].url.endswith("logo-wide-share.jpg")


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (datetime(2020, 12, 31, 23, 59, tzinfo=UTC), "old"),
        (datetime(2021, 1, 1, tzinfo=UTC), "none"),
        (datetime(2021, 6, 1, tzinfo=UTC), "new"),
        (datetime.fromisoformat("2021-06-01T01:00:00+02:00"), "none"),
        (None, "new"),
    ],
)
def test_the_day_of_receipt_says_which_hold(moment, found):
    old = Hints(until=date(2021, 1, 1), headline=("h1",))
    new = Hints(since=date(2021, 6, 1), headline=("h2",))
    expected = {"old": old, "new": new, "none": NO_HINTS}[found]
    assert hints_on(source(old, new), moment) == expected
    assert hints_on(None, moment) == NO_HINTS


def test_they_hold_by_the_day_on_which_the_page_came():
    hints = source(Hints(until=date(2021, 4, 1), headline=("p.top",)))
    then, now = datetime(2021, 3, 9, tzinfo=UTC), datetime(2021, 4, 1, tzinfo=UTC)
    assert extract_article(PAGE, url=URL, source=hints, fetched_at=then).headline == "Quay shut for good"
    assert extract_article(PAGE, url=URL, source=hints, fetched_at=now).headline == "The old quay is closed"


def test_a_selector_that_is_none_does_not_cost_the_page():
    article = extract_page(PAGE, url=URL, source=source(Hints(headline=("div[",))))
    assert article.status == "article"
    assert article.headline == "The old quay is closed"
    assert why(article, "headline") == [("div[", "matches nothing")]
