"""Pages saved as text: the seed where it is present, and invented pages of the same shape everywhere."""

from pathlib import Path

import pytest

from pipeline.extract import extract_text
from pipeline.records import Image, Source

SEED = Path(__file__).resolve().parents[2].parent / "shared" / "seed" / "sputnik-2017-12-15.txt"

ENGLISH = """Subscribe
09:42 GMT -43 March 2019
Watch Now
    Menu
    Mayor Ilse Brandt of Norvik

    Norvik Council Rejects Plan to Close the Old Harbour for Repairs

    © Coastpress/ Ada Bell
    Business
    Copy link
    0 12 0

    On March 3, the council of Norvik voted against the plan to close the old harbour for two years. Members said\u00a0that fishers would lose their berths.

    A Costly Repair

    The harbour master set out the bill in\u00a0three parts:

    "The quay comes first. Nothing else can begin before it stands," she told the council on Sunday.

    Cranes stand over the old quay in Norvik, Friday, March 1, 2019
    © North Photo/ Bo Lind
    Harbour Fees to Rise by a Tenth From April
    According to\u00a0the plan, the work would have cost 14 million crowns and taken until the spring of 2021.

    READ MORE: Ferry Line to Aldersund Opens Again After the Storm

    What Comes Next

    The council will meet again in May. Its members did not say whether another plan would be heard by then.

    Fishing boats at anchor outside Norvik
    (c) Coastpress/ Cy Moe
    'No Berth, No Boat' - Fishers Tell of a Hard Winter in Norvik St.
    The oldest boat in the harbour has been moored there since 1931, according to its owner.

    READ MORE: Who Owns the Quay? A Short History

    Related:

    Storm Tears Roof From the Fish Hall in Norvik
    Ten Years of the Aldersund Ferry
    Tags:
    harbour, council, Norvik, Ilse Brandt
    House rulesComments
    Comment via CoastID

    News

    All news
    Popular

    Sign in
    By pressing 'Sign in', you agree to our rules and give your consent to the storage of your data.
    Close
    House rules

    Users of this site are obliged to be kind to one another, and to speak of the matter at hand and of nothing else.
    • does not call for harm;
    • is not written in capitals.
"""

RUSSIAN = """Войти
18:05 MSK 7 мая 2020
Меню
    Директор музея Анна Белова

    В городе Заречном открылся музей старинных часов

    © Вестник/ Пётр Лунин
    Культура

    В субботу в Заречном открылся музей старинных часов. В первый день его посетили более двухсот человек, рассказала директор.

    Три зала

    Первый зал отведён под башенные часы, и каждый час в нём раздаётся бой.

    Башенные часы в первом зале музея
    © Вестник/ Пётр Лунин
    Мастер из Заречного собрал часы из дерева
    Во втором зале стоят часы, которые шли ещё в позапрошлом веке, отметила директор музея.

    Читайте также: Как в Заречном чинили башню

    Музей будет открыт каждый день, кроме понедельника, сообщили в городской управе.

    По теме:

    В Заречном починили старую башню с часами
    Теги:
    музей, часы, Заречный
    Войти
    Регистрация
"""


def kinds(article, kind):
    return [link.text for link in article.related if link.kind == kind]


@pytest.fixture(scope="module")
def seed():
    if not SEED.exists():
        pytest.skip("shared/seed is not beside the checkout: the seed page itself is not tested")
    return extract_text(SEED.read_text(encoding="utf-8"))


class TestSeed:
    def test_head(self, seed):
        assert (
            seed.headline == "Lavrov Opposes Attempts to Resolve the North Korean Crisis Using Military Force"
        )
        assert seed.section == "World"
        (date,) = seed.date_candidates
        assert (date.raw, date.source, date.role) == (
            "15:13 GMT +315 December 2017",
            "page_clock",
            "page_clock",
        )
        assert len(seed.keywords) == 8
        assert seed.keywords[:2] == ("crisis", "provocation")

    def test_links_are_no_body(self, seed):
        assert [len(kinds(seed, kind)) for kind in ("related", "read_more", "teaser")] == [4, 3, 3]
        assert not any(link.text in seed.body for link in seed.related)

    def test_pictures(self, seed):
        assert [image.credit for image in seed.images] == [
            "© Sputnik/ Irina Kalashnikova",
            "© AP Photo/ Ahn Young-joon",
            "© Sputnik/ Michael Klimentyev",
            "© AP Photo/ Evan Vucci",
        ]
        assert seed.images[0].caption == "Russian Foreign Minister Sergei Lavrov"
        assert all(image.caption for image in seed.images)

    def test_body(self, seed):
        paragraphs = seed.body.split("\n\n")
        assert paragraphs[0].startswith("On December 15")
        assert paragraphs[-1].endswith("extremists in Afghanistan.") or paragraphs[-1].endswith(
            "in Afghanistan."
        )
        assert seed.headings == ("North Korean Crisis", "Syrian crisis", "Russia-US relations")
        assert set(seed.headings) <= set(paragraphs)
        chrome = ("Register", "Password", "Community standards", "Facebook", "©", "READ MORE", "GMT")
        assert not any(word in seed.body for word in chrome)


@pytest.fixture(scope="module")
def invented():
    return extract_text(ENGLISH)


class TestInvented:
    def test_head(self, invented):
        assert invented.headline == "Norvik Council Rejects Plan to Close the Old Harbour for Repairs"
        assert invented.section == "Business"
        assert [(date.raw, date.source) for date in invented.date_candidates] == [
            ("09:42 GMT -43 March 2019", "page_clock")
        ]
        assert invented.keywords == ("harbour", "council", "Norvik", "Ilse Brandt")
        assert invented.language == "en"

    def test_pictures_with_captions_and_credits(self, invented):
        assert invented.images == (
            Image(None, "Mayor Ilse Brandt of Norvik", "© Coastpress/ Ada Bell"),
            Image(
                None,
                "Cranes stand over the old quay in Norvik, Friday, March 1, 2019",
                "© North Photo/ Bo Lind",
            ),
            Image(None, "Fishing boats at anchor outside Norvik", "(c) Coastpress/ Cy Moe"),
        )

    def test_links(self, invented):
        assert kinds(invented, "teaser") == [
            "Harbour Fees to Rise by a Tenth From April",
            "'No Berth, No Boat' - Fishers Tell of a Hard Winter in Norvik St.",
        ]
        assert kinds(invented, "read_more") == [
            "Ferry Line to Aldersund Opens Again After the Storm",
            "Who Owns the Quay? A Short History",
        ]
        assert kinds(invented, "related") == [
            "Storm Tears Roof From the Fish Hall in Norvik",
            "Ten Years of the Aldersund Ferry",
        ]

    def test_body(self, invented):
        paragraphs = invented.body.split("\n\n")
        assert len(paragraphs) == 8
        assert paragraphs[0].startswith("On March 3, the council of Norvik")
        assert "said that fishers" in paragraphs[0]
        assert paragraphs[-1] == (
            "The oldest boat in the harbour has been moored there since 1931, according to its owner."
        )
        assert invented.headings == ("A Costly Repair", "What Comes Next")
        assert invented.word_count == sum(len(part.replace('"', "").split()) for part in paragraphs)


def test_the_same_shape_in_russian():
    article = extract_text(RUSSIAN, source=Source("Вестник", "vestnik.example", language="ru"))
    assert article.headline == "В городе Заречном открылся музей старинных часов"
    assert article.section == "Культура"
    assert article.headings == ("Три зала",)
    assert article.keywords == ("музей", "часы", "Заречный")
    assert kinds(article, "teaser") == ["Мастер из Заречного собрал часы из дерева"]
    assert kinds(article, "read_more") == ["Как в Заречном чинили башню"]
    assert kinds(article, "related") == ["В Заречном починили старую башню с часами"]
    assert article.images[0] == Image(None, "Директор музея Анна Белова", "© Вестник/ Пётр Лунин")
    assert article.body.split("\n\n")[-1].startswith("Музей будет открыт")
    assert (article.language, article.publisher) == ("ru", "Вестник")


def test_a_lead_caption_that_is_a_sentence_is_not_where_the_story_begins():
    text = (
        "Log in\n07:15 GMT +24 May 2020\nListen\n    The council met in the old town hall of Norvik on Monday evening.\n\n"
        "    Norvik Keeps Its Town Hall\n\n    © Coastpress/ Ada Bell\n    Politics\n\n"
        "    The council of Norvik voted by nine to four to keep its town hall, the mayor said.\n\n"
        "    The roof will be mended before the winter, and the clock will be put back in the tower.\n"
    )
    article = extract_text(text)
    assert (article.headline, article.section) == ("Norvik Keeps Its Town Hall", "Politics")
    assert article.images[0].caption == "The council met in the old town hall of Norvik on Monday evening."
    assert article.body.startswith("The council of Norvik voted")


def test_wrapped_lines_are_one_paragraph():
    text = (
        "Rain Reaches the Dry Coast\n\nBy Ada Bell\n\n"
        "It rained on the whole of the coast for nine hours on Monday, and the\n"
        "weather office in Norvik said that it had measured more water than in\n"
        "the whole of the month before, which had been dry.\n\n"
        "The rivers are full again, the office said in the evening.\n"
    )
    article = extract_text(text)
    assert article.body.split("\n\n")[0].endswith("which had been dry.")
    assert article.word_count > 40
    assert article.authors == ("Ada Bell",)


@pytest.mark.parametrize("text", ["", "\n \n", "Menu\nHome\nSign in", "\ufeff", "a" * 100_000, "©\n" * 500])
def test_what_is_no_story_is_a_result(text):
    article = extract_text(text)
    assert article.url == ""
    if not article.body:
        assert article.status == "not_an_article: empty body"
