"""What stands around a story: decks, pictures with teasers, the page's clock, trails, lists and walls."""

from __future__ import annotations

import pytest

from pipeline.extract import extract_page
from pipeline.records import DateCandidate, Image, Link, Source

URL = "https://kystbladet.example/havn/20210309-the-old-quay-is-closed/"
PARAGRAPHS = (
    "VARDEN - The old quay of Varden was closed on Tuesday after a diver found three cracks in its wall, the harbour office said.",
    "Two ferries now call at the northern pier, which was built for fishing boats and has no crane, said the pilot Ada Bell.",
    "The council will hear the engineers next week. Their report of 1998 had asked for a new wall within twenty years.",
    "Until then the fish hall sells from the trucks, and the owners of smaller boats pay no fee for their moorings.",
)


def page(*, head="", before="", above="", below="", blocks=None, after=""):
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) if blocks is None else blocks
    return (
        f'<html lang="en"><head><title>The old quay is closed - Kystbladet</title>{head}</head><body>{before}'
        f'<div class="k-story">{above}<h1>The old quay is closed</h1>{below}<div class="k-story__copy">{body}</div></div>{after}</body></html>'
    )


def read(html, **known):
    return extract_page(html.encode(), url=URL, **known)


def test_headings_that_the_library_drops_stay_where_they_stood():
    one, two, three, four = (f"<p>{text}</p>" for text in PARAGRAPHS)
    promoted = '<h3><a href="/other/">Herring prices rise again in the north</a></h3>'
    article = read(page(blocks=f"{one}<h3>No crane</h3>{two}{three}{promoted}<h3>Until then</h3>{four}"))
    assert article.headings == ("No crane", "Until then")
    expected = (PARAGRAPHS[0], "No crane", *PARAGRAPHS[1:3], "Until then", PARAGRAPHS[3])
    assert article.body == "\n\n".join(expected)


def test_a_deck_is_the_description_and_no_heading():
    deck = "Three cracks, two ferries and a report that nobody read."
    head = f'<meta property="og:description" content="{deck}">'
    article = read(page(head=head, below=f"<h2>{deck}</h2>"))
    assert (article.description, article.headings) == (deck, ())
    assert article.body == "\n\n".join(PARAGRAPHS)


BOX = (
    '<div class="k-inset"><img src="/i/{name}.jpg"><div class="k-caption">{caption}</div>'
    '<div class="k-credit">© Kystbladet/ Bo Lind</div>{link}</div>'
)


def test_pictures_in_plain_boxes_and_the_teasers_that_they_carry():
    lead = BOX.format(name="quay", caption="The quay on Monday.", link="")
    link = '<a href="/fisk/herring/">Herring prices rise again</a>'
    inset = BOX.format(name="herring", caption="Boxes of herring in the hall.", link=link)
    one, *rest = (f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read(page(above=lead, blocks=one + inset + "".join(rest)))
    site = "https://kystbladet.example"
    assert article.images == (
        Image(f"{site}/i/quay.jpg", "The quay on Monday.", "© Kystbladet/ Bo Lind"),
        Image(f"{site}/i/herring.jpg", "Boxes of herring in the hall.", "© Kystbladet/ Bo Lind"),
    )
    assert article.related == (Link("Herring prices rise again", f"{site}/fisk/herring/", "teaser"),)
    assert article.body == "\n\n".join(PARAGRAPHS)


def test_a_first_sentence_that_is_a_caption_too_stays():
    box = BOX.format(name="quay", caption=PARAGRAPHS[0], link="")
    assert read(page(above=box)).body == "\n\n".join(PARAGRAPHS)


def test_the_clock_in_the_sites_header_is_the_pages():
    clock = '<div class="k-header"><div class="time"><span>18:02 GMT +1</span><span>9 March 2021</span></div></div>'
    article = read(page(before=clock, below='<p class="date">8 March 2021, 21:40</p>'))
    found = {(one.raw, one.source, one.role) for one in article.date_candidates}
    assert ("18:02 GMT +1 9 March 2021", "page_clock", "page_clock") in found
    assert ("8 March 2021, 21:40", "visible", "published") in found


def test_a_header_that_holds_the_headline_is_the_storys():
    header = '<header class="header"><h1>The old quay is closed</h1><p class="date">8 March 2021, 21:40</p></header>'
    article = read(page().replace("<h1>The old quay is closed</h1>", header))
    assert [(one.source, one.role) for one in article.date_candidates][:1] == [("visible", "published")]


@pytest.mark.parametrize("printed", ["2021년 3월 9일, 18:02", "2021. 3. 9. 18:02", "2021年3月9日 18:02"])
def test_dates_of_east_asian_print_are_found(printed):
    assert (
        DateCandidate(printed, "visible", "published", "p")
        in read(page(below=f"<p>{printed}</p>")).date_candidates
    )


@pytest.mark.parametrize(
    ("trail", "section"),
    [
        ('<div class="breadcrumb"><a href="/">Forside</a> › Havn</div>', "Havn"),
        (
            '<div class="breadcrumb"><a href="/">홈</a> &gt; <a href="/e">경제</a> &gt; The old quay is closed</div>',
            "경제",
        ),
        (
            '<ol class="breadcrumbs"><li><a href="/">Home</a></li><li><a href="/h">Harbour</a></li></ol>',
            "Harbour",
        ),
        ('<div class="breadcrumb"><a href="/">Home</a> / The old quay is closed</div>', None),
    ],
)
def test_a_printed_trail_names_the_section(trail, section):
    assert read(page(above=trail)).section == section


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        (
            '<span class="author vcard">Ada Bell</span> <span class="author vcard">Bo Lind</span>',
            ("Ada Bell", "Bo Lind"),
        ),
        ('<div class="author">홍길동, 임꺽정 기자</div>', ("홍길동", "임꺽정")),
        ('<div class="author">편집부</div>', ("편집부",)),  # a desk, where nobody else signs
        ('<p class="byline">文・浜田 かもめ、磯野 潮 記者</p>', ("浜田 かもめ", "磯野 潮")),
    ],
)
def test_several_authors_in_any_script(byline, authors):
    assert read(page(below=byline)).authors == authors


def test_a_keyword_may_be_one_ideograph():
    head = '<meta name="news_keywords" content="港,交通,a">'
    assert read(page(head=head)).keywords == ("港", "交通")


ROWS = "".join(
    f'<li><h2><a href="/{n}">The council of Varden hears the engineers for the {n}th time</a></h2></li>'
    for n in range(5, 12)
)


def test_a_list_of_headlines_is_an_index_whatever_its_address():
    listed = (
        f"<html><head><title>Kystbladet</title></head><body><h1>Kystbladet</h1><ul>{ROWS}</ul></body></html>"
    )
    assert read(listed).status == "not_an_article: index page"


def test_a_story_above_a_list_of_headlines_is_none():
    assert read(page(after=f"<ul>{ROWS}</ul>", blocks=f"<p>{PARAGRAPHS[0]}</p>")).status == "article"


@pytest.mark.parametrize(
    "text",
    [
        "Før du fortsetter: vi lagrer informasjonskapsler på enheten din.",
        "Vi och våra partner sparar kakor på din enhet.",
        "Мы сохраняем файлы cookie на вашем устройстве.",
        "当サイトは端末にクッキーを保存します。",
        "نخزن ملفات تعريف الارتباط على جهازك.",
    ],
)
def test_a_wall_that_asks_about_cookies_is_no_article(text):
    wall = f"<html><head><title>Kystbladet</title></head><body><form><p>{text}</p><button>OK</button></form></body></html>"
    assert read(wall).status == "not_an_article: consent wall"
    assert read(page(before=f"<form><p>{text}</p></form>")).status == "article"


def test_a_registered_language_is_not_guessed_again():
    plain = page().replace('<html lang="en">', "<html>")
    source = Source("Kystbladet", "kystbladet.example", language="nb")
    assert (read(plain, source=source).language, read(plain).language) == ("nb", "en")
