"""Pictures: captions, credits, and which one leads."""

import pytest
from lxml import html

from pipeline.extract import extract_page
from pipeline.extract.media import caption_of, split_credit

URL = "https://e.example/news/rain-on-the-coast"


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        (
            "A ferry off Norvik. Photo: Ada Bell/Example Press",
            "A ferry off Norvik.",
            "Ada Bell/Example Press",
        ),
        ("A ferry off Norvik (Credit: Example Press)", "A ferry off Norvik", "Example Press"),
        ("A ferry. © Example Press", "A ferry.", "© Example Press"),
        ("© Example Press/ Ada Bell", None, "© Example Press/ Ada Bell"),
        ("Eine Fähre vor Norvik. Foto: dpa", "Eine Fähre vor Norvik.", "dpa"),
        ("Un ferry devant Norvik. Crédit photo : Exemple", "Un ferry devant Norvik.", "Exemple"),
        ("A ferry off Norvik", "A ferry off Norvik", None),
        ("", None, None),
    ],
)
def test_credits(text, caption, credit):
    got_caption, got_credit = split_credit(text)
    assert got_caption == caption
    assert (got_credit or "").endswith(credit or "")
    assert (got_credit is None) == (credit is None)


def test_a_marked_credit():
    figure = html.fromstring(
        "<figure><img src=a.jpg><figcaption>A ferry. <cite class='source'>Ada Bell</cite></figcaption></figure>"
    )
    assert caption_of(figure) == ("A ferry.", "Ada Bell")


def test_the_lead_is_the_stated_one_as_the_story_shows_it():
    page = """<meta property="og:image" content="https://i.example/share/8812345_social.jpg"><h1>Rain on the coast</h1><article>
    <figure><img src="/img/other-1.jpg"></figure><figure><img src="/img/8812345_wide.jpg"><figcaption>The quay. Photo: Cy Moe</figcaption></figure></article>"""
    lead, other = extract_page(page, url=URL).images
    assert lead.url == "https://e.example/img/8812345_wide.jpg"
    assert (lead.caption, lead.credit) == ("The quay.", "Cy Moe")
    assert other.url.endswith("other-1.jpg")


def test_logos_and_lazy_placeholders_are_no_pictures():
    page = """<meta property="og:image" content="/static/logo.png"><h1>Rain on the coast</h1><article>
    <figure><img src="data:image/gif;base64,R0" data-src="/img/quay.jpg"></figure><figure><img src="/img/pixel.gif"></figure></article>"""
    assert [image.url for image in extract_page(page, url=URL).images] == ["https://e.example/img/quay.jpg"]
