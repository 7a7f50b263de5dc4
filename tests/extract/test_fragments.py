"""What content systems set into and around a story's text: each piece stays out of the body, or stays in."""

import pytest

from pipeline.extract import extract_page

URL = "https://kystbladet.example/havn/20210309-the-old-quay-is-closed/"
TEXT = (
    "The old quay of Varden was closed on Tuesday after a diver found three cracks in its wall, the harbour office said.",
    "Two ferries now call at the northern pier, which was built for fishing boats and has no crane, said the pilot Ada Bell.",
    "The council will hear the engineers next week. Their report of 1998 had asked for a new wall within twenty years.",
    "Until then the fish hall sells from the trucks, and the owners of smaller boats pay no fee for their moorings.",
    "A second diver is expected on Thursday, the office said, and will look at the foundations of the lighthouse as well.",
)
BOXES = {
    "newsletter": '<div class="newsletter-signup"><h3>Morning mail</h3><p>Get the best of the coast in your inbox every day.</p><form><input name=mail><button>Sign up</button></form></div>',
    "newsletter_line": "<p>Sign up for our newsletter to get the latest from the coast in your inbox.</p>",
    "subscribe": "<p><strong>Subscribe to Kystbladet today and read every story.</strong></p>",
    "read_more": '<p><b>READ MORE:</b> <a href="/a">Herring prices rise again in the north</a></p>',
    "read_also_pl": '<p>Czytaj też: <a href="/a">Herring prices rise again in the north</a></p>',
    "read_also_ru": '<p>Читайте также: <a href="/a">Herring prices rise again in the north</a></p>',
    "read_also_de": '<p>Lesen Sie auch: <a href="/a">Herring prices rise again in the north</a></p>',
    "read_also_es": '<p>Lee también: <a href="/a">Herring prices rise again in the north</a></p>',
    "read_also_id": '<p>Baca juga: <a href="/a">Herring prices rise again in the north</a></p>',
    "related_list": '<aside class="related"><h4>Related stories</h4><ul><li><a href="/a">Herring prices rise again</a></li><li><a href="/b">Lighthouse lamp replaced</a></li></ul></aside>',
    "share_bar": '<ul class="share-buttons"><li><a href="#">Facebook</a></li><li><a href="#">Twitter</a></li><li><a href="#">WhatsApp</a></li></ul>',
    "share_line": "<p>Share this article</p>",
    "advert": '<div class="ad-slot"><span>Advertisement</span></div>',
    "advert_de": "<p>Anzeige</p>",
    "story_continues": "<p>Story continues below</p>",
    "article_continues": "<p>Article continues after advertisement</p>",
    "photo_credit": '<p class="credit">(Photo: Bo Lind/Kystbladet)</p>',
    "figure": '<figure><img src="/q.jpg"><figcaption>The quay on Monday. Photo: Bo Lind</figcaption></figure>',
    "wp_caption": '<div class="wp-caption"><img src="/q.jpg"><p class="wp-caption-text">The quay on Monday. Photo: Bo Lind</p></div>',
    "tags": '<div class="tags">Tags: <a rel=tag href="/t/quay">Quay</a>, <a rel=tag href="/t/varden">Varden</a></div>',
    "app": "<p>Download our app for Android and iOS.</p>",
    "follow": "<p>Follow us on Telegram</p>",
    "cookie_line": '<div class="cookie-banner"><p>We use cookies to improve your visit. <button>Accept all</button></p></div>',
    "script": "<script>document.write('sold out')</script>",
    "noscript": "<noscript>Please turn on the script of your browser.</noscript>",
    "copyright": "<p>© 2021 Kystbladet. All rights reserved.</p>",
    "click_here": "<p>Click here to see all pictures of the quay</p>",
    "suivez": "<p>Suivez-nous sur Telegram</p>",
    "abonnez": "<p>Abonnez-vous à notre lettre du matin</p>",
    "suscribete": "<p>Suscríbete a nuestro boletín diario</p>",
    "teaser_card": '<div class="inline-promo"><a href="/a"><img src="/h.jpg"><h3>Herring prices rise again in the north</h3></a></div>',
}  # fmt: skip
BEHIND = {
    "comments_wordpress": '<div id="comments" class="comments-area"><h2>3 Comments</h2><ol class="comment-list"><li class="comment"><article class="comment-body"><footer class="comment-meta"><b class="fn">Tor</b> <time datetime="2022-01-02T10:00:00">January 2, 2022</time></footer><p>I have said for years that this old wall would not last another winter, and nobody listened.</p></article></li></ol></div>',
    "comments_closed": "<p>Comments are closed.</p>",
    "most_read": '<div class="most-read"><h3>Most read</h3><ol><li><a href="/a">Herring prices rise again in the north</a></li><li><a href="/b">Lighthouse lamp replaced</a></li></ol></div>',
    "author_box": '<div class="author-bio"><h4>About the author</h4><p>Ada Bell has written about the harbour for twenty years and lives on the northern pier.</p></div>',
    "related_grid": '<section class="related-posts"><h3>You may also like</h3><div><a href="/a"><h4>Herring prices rise again</h4></a><p>The price of a box has doubled since the spring.</p></div></section>',
    "footer": '<footer class="site-footer"><p>Kystbladet, Harbour Street 4. Editor: Maren Ostby. All rights reserved.</p></footer>',
    "subscribe_wall": '<div class="paywall"><p>This story is for subscribers. Log in or subscribe to read on.</p></div>',
}
KEPT = {
    "bold": ("<p>The <b>old</b> quay <i>was</i> closed at 7 pm <abbr>EST</abbr> <span>First</span> of all ships the ferry left.</p>", "The old quay was closed at 7 pm EST First of all ships the ferry left."),
    "spans_apart": ("<p><span>The ferry left at 7 pm EST</span><span>First</span> of all, said the pilot of the harbour office.</p>", "7 pm EST First"),
    "link": ('<p>The <a href="/o">harbour office</a>, which owns the quay, said so in a letter to all the boats.</p>', "The harbour office, which owns"),
    "line_breaks": ("<p>The office wrote to the boats:<br>Leave the quay before the evening.<br>Come back in spring.</p>", "Leave the quay before the evening."),
    "drop_cap": ('<p><span class="dropcap">T</span>he wall was built by prisoners in the year of the great storm, the archive says.</p>', "archive says."),
    "quote": ("<blockquote><p>We saw the cracks, and we went up again at once, for the water was moving in them.</p></blockquote>", "We saw the cracks"),
    "list": ("<ul><li>The northern pier takes the two ferries from Tuesday on, at the usual hours.</li><li>The southern pier takes the trawlers, and the smaller boats go to the river.</li></ul>", "The southern pier takes the trawlers"),
    "heading": ("<h2>What the divers saw</h2><p>Three cracks run through the wall from the top to the ground, each of them an arm wide.</p>", "What the divers saw"),
    "entities": ("<p>Bell &amp; Sons, the builders, asked for &euro;&nbsp;3 million &mdash; twice what the old wall had cost.</p>", "Bell & Sons, the builders, asked for € 3 million — twice"),
    "nested_inline": ("<p><em><strong>Update:</strong> the ferry</em> has <u>left</u> the northern pier and will be back in the evening.</p>", "the ferry has left the northern pier"),
    "photo_in_sentence": ("<p>The photo: a gull on a wall, and behind it the cracks, has hung in the harbour office since 1998.</p>", "a gull on a wall"),
    "follow_in_sentence": ("<p>Follow the coast for ten miles and you come to the pier that the council built and nobody has used.</p>", "Follow the coast for ten miles"),
    "comment_in_sentence": ("<p>Comments by the mayor had made the fishermen angry, and they went home before the vote was taken.</p>", "Comments by the mayor"),
}  # fmt: skip


def body(inside: str = "", behind: str = "") -> str:
    one, two, *rest = (f"<p>{text}</p>" for text in TEXT)
    html = (
        '<html lang="en"><head><title>The old quay is closed - Kystbladet</title></head><body><header><a href="/">Kystbladet</a></header>'
        f"<main><article><h1>The old quay is closed</h1>{one}{two}{inside}{''.join(rest)}</article>{behind}</main></body></html>"
    )
    return extract_page(html, url=URL).body or ""


@pytest.mark.parametrize("name", BOXES)
def test_a_box_between_paragraphs_stays_out(name):
    assert body(BOXES[name]) == "\n\n".join(TEXT)


@pytest.mark.parametrize("name", BEHIND)
def test_a_box_behind_the_story_stays_out(name):
    assert body(behind=BEHIND[name]) == "\n\n".join(TEXT)


@pytest.mark.parametrize("name", BOXES)
def test_a_box_at_the_end_of_the_text_stays_out(name):
    one, *rest = (f"<p>{text}</p>" for text in TEXT)
    html = f"<html><title>The old quay is closed</title><body><div class=story><h1>The old quay is closed</h1>{one}{''.join(rest)}{BOXES[name]}</div></body></html>"
    assert extract_page(html, url=URL).body == "\n\n".join(TEXT)


@pytest.mark.parametrize("name", KEPT)
def test_what_belongs_to_the_story_stays_in(name):
    inside, kept = KEPT[name]
    text = body(inside)
    assert kept in text
    assert all(paragraph in text for paragraph in TEXT)


def test_a_story_in_several_containers_is_read_to_its_end():
    parts = "".join(
        f'<div class="body-part"><p>{one}</p></div><div class="ad-slot">Advertisement</div>' for one in TEXT
    )
    html = f"<html><title>The old quay is closed</title><body><article><h1>The old quay is closed</h1>{parts}</article></body></html>"
    text = extract_page(html, url=URL).body or ""
    assert text.split("\n\n") == list(TEXT)


def test_a_story_within_a_box_that_is_called_a_sidebar():
    html = f'<html><title>The old quay is closed</title><body><article><h1>The old quay is closed</h1><div class="sidebar-grid"><div class="sidebar-grid__content article__content">{"".join(f"<p>{one}</p>" for one in TEXT)}</div></div></article></body></html>'
    assert (extract_page(html, url=URL).body or "").split("\n\n") == list(TEXT)


def test_the_second_article_of_a_page_is_another_story():
    other = "".join(
        f"<p>{text}</p>"
        for text in (
            "Herring prices rose again in the north, where a box now costs twice what it did in the spring.",
        )
        * 2
    )
    second = f'<article class="next"><h2><a href="/fisk/herring">Herring prices rise again</a></h2>{other}</article>'
    assert "twice what it did" not in body(behind=second)


DATES = {
    "data_attribute": ('<span class="smart-date" data-origindate="2017-03-01 14:27:02 +0800"></span>', "2017-03-01 14:27:02 +0800"),
    "time_data": ('<time data-published="2016-12-09 09:13:00Z">Dec 9, 2016</time>', "2016-12-09 09:13:00Z"),
    "epoch": ('<span class="post-date" data-timestamp="1488349622">1 March 2017</span>', "1488349622"),
    "abbr_title": ('<abbr class="published" title="2017-03-01T14:27:02+08:00">Wednesday</abbr>', "2017-03-01T14:27:02+08:00"),
    "numbered_class": ('<span class="date2">04. November 2021</span>', "04. November 2021"),
    "unnamed": ("<div><p>Published March 9, 2026</p></div>", "Published March 9, 2026"),
    "link": ('<p>Posted: <a href="/archive">04.02.2022</a></p>', "04.02.2022"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATES)
def test_dates_where_systems_print_them(name):
    shown, raw = DATES[name]
    html = f"<html><title>The old quay is closed</title><body><article><h1>The old quay is closed</h1>{shown}{''.join(f'<p>{one}</p>' for one in TEXT)}</article></body></html>"
    assert raw in [one.raw for one in extract_page(html, url=URL).date_candidates if one.role == "published"]


def test_the_date_of_a_comment_is_none_of_the_story():
    html = f"<html><title>The old quay is closed</title><body><main><h1>The old quay is closed</h1>{''.join(f'<p>{one}</p>' for one in TEXT)}{BEHIND['comments_wordpress']}</main></body></html>"
    assert [one.source for one in extract_page(html, url=URL).date_candidates] == ["url"]


def test_the_date_under_the_headline_comes_before_those_of_the_boxes_above_it():
    above = '<div class="views"><time datetime="2025-01-31T12:00:00Z">01/31/2025</time></div>'
    html = f"<html><title>The old quay is closed</title><body>{above}<section><h1>The old quay is closed</h1><div><time datetime='2017-03-01T12:00:00Z'>03/01/2017</time></div></section>{''.join(f'<p>{one}</p>' for one in TEXT)}</body></html>"
    assert (
        extract_page(html, url="https://kystbladet.example/a").date_candidates[0].raw
        == "2017-03-01T12:00:00Z"
    )


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://example.org/meldungen/29-10-2021", "2021-10-29"),
        ("https://example.org/news/article/A2026012914320005196", "2026-01-29"),
        ("https://example.org/meldungen/03-10-2021", None),
        ("https://example.org/news/20260230149999", None),
    ],
)
def test_days_in_addresses(url, day):
    found = [one.raw for one in extract_page("<h1>Rain</h1><p>It rained.</p>", url=url).date_candidates]
    assert found == ([day] if day else [])
